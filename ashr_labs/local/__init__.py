"""The embedded platform: the whole API on this machine, over SQLite or PostgreSQL, without an account or a network."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .platform import Platform
    from .settings import Settings

__all__ = ["open_platform"]


def open_platform(
    path: str | Path | None = None, *, settings: Settings | None = None, now: Callable[[], float] = time.time
) -> Platform:
    """Open the platform on a SQLite file, made where there is none, on PostgreSQL, or in memory without a path.

    One process at a time can have a file open, as often as it likes; others reach it through `ashr-labs serve`. Any
    number of processes can have a PostgreSQL database open; they share its work.

    Args:
        path: The file, or a URL such as `postgresql://user@host/database`, whose database is there and empty.
        settings: Prices and where traces are passed on to; those of the environment unless given.
        now: The clock, in seconds since 1970.

    Raises:
        ConfigurationError: The extra `local`, or for PostgreSQL `postgres`, is not installed, or the database or a
            setting cannot be used.

    Examples:
        >>> platform = open_platform()
        >>> key = platform.bootstrap()
        >>> answer = platform.answer(b'{"function": "keep_alive"}', authorization=f"Bearer {key}")
        >>> answer.status, answer.body
        (200, {'status': 'ok'})
        >>> platform.close()
    """
    try:
        from .instances import open_on  # noqa: PLC0415 (heavy, and needs the extra)
    except ModuleNotFoundError as error:
        raise _missing(error, "the embedded platform", "local") from error
    try:
        return open_on(path, settings=settings, now=now)
    except ModuleNotFoundError as error:
        raise _missing(error, "a platform on PostgreSQL", "postgres") from error


def _missing(error: ModuleNotFoundError, what: str, extra: str) -> ConfigurationError:
    return ConfigurationError(f'{what} needs the package `{error.name}`: run `pip install "ashr-labs[{extra}]"`')
