"""The embedded platform: the whole API on this machine, over SQLite, without an account or a network."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .platform import Platform
    from .settings import Settings

__all__ = ["open_platform"]


def open_platform(
    path: str | Path | None = None, *, settings: Settings | None = None, now: Callable[[], float] = time.time
) -> Platform:
    """Open the platform on a SQLite file, made where there is none, or in memory without a path.

    One process at a time can have a file open, as often as it likes; others reach it through `ashr-labs serve`.

    Args:
        path: The database.
        settings: Prices and where traces are passed on to; those of the environment unless given.
        now: The clock, in seconds since 1970.

    Raises:
        ConfigurationError: The extra `local` is not installed, or the file or a setting cannot be used.

    Examples:
        >>> platform = open_platform()
        >>> key = platform.bootstrap()
        >>> answer = platform.answer(b'{"function": "keep_alive"}', authorization=f"Bearer {key}")
        >>> answer.status, answer.body
        (200, {'status': 'ok'})
        >>> platform.close()
    """
    try:
        from .opening import open_on  # noqa: PLC0415 (heavy, and needs the extra)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f'the embedded platform needs the package `{error.name}`: run `pip install "ashr-labs[local]"`'
        ) from error
    return open_on(None if path is None else Path(path), settings=settings, now=now)
