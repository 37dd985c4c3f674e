"""The embedded platform: the whole API on this machine, on SQLite or PostgreSQL, without an account or a network."""

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
    """Open the platform on a SQLite file, which is created if it does not exist, on PostgreSQL, or in memory.

    Only one process at a time can open a file, any number of times; others connect to it through `ashr-labs serve`.
    Any number of processes can open a PostgreSQL database; they share its jobs.

    Args:
        path: The file, or a URL such as `postgresql://user@host/database` of an existing database; None is in memory.
        settings: Model prices and the forwarding destination; defaults to the environment variables.
        now: The clock, in seconds since the epoch.

    Raises:
        ConfigurationError: The extra `local` (or `postgres`) is not installed, or the database or a setting cannot be
            used.

    Examples:
        >>> from ashr_labs.local.exchange import PlatformRequest
        >>> platform = open_platform()
        >>> key = platform.bootstrap()
        >>> headers = {"authorization": f"Bearer {key}"}
        >>> answer = platform.answer(PlatformRequest("POST", "/", headers=headers, body=b'{"function": "keep_alive"}'))
        >>> answer.status, answer.body
        (200, {'status': 'ok'})
        >>> platform.close()
    """
    try:
        from .instances import open_instance  # noqa: PLC0415 (heavy, and needs the extra)
    except ModuleNotFoundError as error:
        raise _missing(error, "the embedded platform", "local") from error
    try:
        return open_instance(path, settings=settings, now=now)
    except ModuleNotFoundError as error:
        raise _missing(error, "a platform on PostgreSQL", "postgres") from error


def _missing(error: ModuleNotFoundError, feature: str, extra: str) -> ConfigurationError:
    command = f'pip install "ashr-labs[{extra}]>=0.4"'
    return ConfigurationError(f"{feature} needs the package `{error.name}`: run `{command}`")
