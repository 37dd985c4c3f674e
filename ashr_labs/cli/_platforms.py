"""Open the platform that a command works with."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ..errors import AshrLabsError, ConfigurationError, MissingAPIKeyError, NotFoundError
from ._failures import CommandError, ExitCode, Failure

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from ..client._sync import AshrLabsClient

__all__ = ["check_one_platform", "open_client", "platform_failures"]


def check_one_platform(database: Path | None, *, remote: bool) -> None:
    """Refuse two platforms."""
    if database and remote:
        raise click.UsageError("give --database or --remote, not both")


def _remote_client() -> AshrLabsClient:
    from ..client._sync import AshrLabsClient  # noqa: PLC0415 - see open_client

    try:
        return AshrLabsClient.from_env()
    except MissingAPIKeyError as error:
        raise MissingAPIKeyError(
            "no API key for the remote platform: set ASHR_LABS_API_KEY, or name the embedded platform's file with "
            "--database FILE (`datasets import` stores in ashr.db unless told otherwise)"
        ) from error


@contextmanager
def open_client(database: Path | None, *, remote: bool) -> Generator[AshrLabsClient]:
    """Lend a client: of the remote platform, else of the embedded one on a file, or in memory without one."""
    # Imported here because it takes half of the time in which a wrong command line is refused.
    from ..client._sync import AshrLabsClient  # noqa: PLC0415

    with platform_failures():
        client = _remote_client() if remote else AshrLabsClient.local(database)
    with client:
        try:
            yield client
        except NotFoundError as error:
            if remote and _is_elsewhere(client):
                message = f"{error}; no platform answers at this path: is ASHR_LABS_BASE_URL right?"
                raise CommandError(Failure(ExitCode.PLATFORM, type(error).__name__, message)) from error
            raise


def _is_elsewhere(client: AshrLabsClient) -> bool:
    """Tell whether nothing at all is found at the URL: then it is not the id that was wrong."""
    try:
        client.health_check()
    except AshrLabsError as error:
        return isinstance(error, NotFoundError)
    return False


@contextmanager
def platform_failures() -> Generator[None]:
    """Count settings that cannot work as failures of the platform: they are its own, not the command's."""
    try:
        yield
    except ConfigurationError as error:
        raise CommandError(Failure(ExitCode.PLATFORM, type(error).__name__, str(error))) from error
