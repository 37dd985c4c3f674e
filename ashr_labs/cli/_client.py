"""Clients of the platform that a command works with, and the options that select it."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import AshrLabsError, ConfigurationError, MissingAPIKeyError, NotFoundError
from ._exit import CommandError, ExitCode, Failure
from ._options import OutputFile, json_option

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from ..client._sync import AshrLabsClient
    from ..results import RunResults

__all__ = [
    "check_one_platform",
    "is_id",
    "is_remote",
    "load_runs",
    "open_client",
    "platform_errors",
    "run_source_options",
    "stored_client",
    "storing_client",
    "where_options",
]

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_DEFAULT_DATABASE = Path("ashr.db")
_ID = re.compile(r"[0-9]{1,18}")


def is_id(reference: str) -> bool:
    """Return True if an argument is the id of a stored object, not the name of a file."""
    return _ID.fullmatch(reference) is not None


def where_options(command: _Command) -> _Command:
    """Add the options that select the platform, and `--json`."""
    options = (
        click.option(
            "--database",
            type=OutputFile(),
            metavar="FILE",
            help="Database of the embedded platform [default: ashr.db, or the platform of ASHR_LABS_BASE_URL if set].",
        ),
        click.option("--remote", is_flag=True, help="Use the platform of ASHR_LABS_API_KEY and ASHR_LABS_BASE_URL."),
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


def run_source_options(command: _Command) -> _Command:
    """Add the options that select the platform of stored runs, for commands that also read files."""
    options = (
        click.option("--database", type=OutputFile(), metavar="FILE", help="Database in which ids are looked up."),
        click.option(
            "--remote",
            is_flag=True,
            help="Look ids up on the platform of ASHR_LABS_API_KEY [default without --database].",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def is_remote(database: Path | None, *, remote: bool) -> bool:
    """Return True if a command uses the remote platform: if asked to, or if only the environment names a platform."""
    check_one_platform(database, remote=remote)
    return remote or (database is None and bool(os.environ.get("ASHR_LABS_BASE_URL", "").strip()))


def check_one_platform(database: Path | None, *, remote: bool) -> None:
    """Raise UsageError if two platforms are selected."""
    if database and remote:
        raise click.UsageError("give --database or --remote, not both")


@contextmanager
def open_client(database: Path | None, *, remote: bool) -> Generator[AshrLabsClient]:
    """Yield a client of the remote platform, or of the embedded one on a file, in memory without a file."""
    # Imported here: it takes half of the time in which an invalid command line is rejected.
    from ..client._sync import AshrLabsClient  # noqa: PLC0415

    with platform_errors():
        client = _remote_client() if remote else AshrLabsClient.local(database)
    with client:
        try:
            yield client
        except NotFoundError as error:
            if remote and _is_wrong_url(client):
                message = f"{error}; no platform answers at this path: check ASHR_LABS_BASE_URL"
                raise CommandError(Failure(ExitCode.PLATFORM, type(error).__name__, message)) from error
            raise


@contextmanager
def stored_client(database: Path | None, *, remote: bool) -> Generator[AshrLabsClient]:
    """Yield a client for reading: the database must exist."""
    remote = is_remote(database, remote=remote) or (
        database is None and not _DEFAULT_DATABASE.exists() and bool(os.environ.get("ASHR_LABS_API_KEY", "").strip())
    )
    path = None if remote else database or _DEFAULT_DATABASE
    if path and not path.exists():
        raise click.ClickException(f"there is no database {path}; name one with --database, or use --remote")
    with open_client(path, remote=remote) as client:
        yield client


@contextmanager
def storing_client(database: Path | None, *, remote: bool) -> Generator[AshrLabsClient]:
    """Yield a client for writing: the database is created if it does not exist."""
    remote = is_remote(database, remote=remote)
    with open_client(None if remote else database or _DEFAULT_DATABASE, remote=remote) as client:
        yield client


@contextmanager
def platform_errors() -> Generator[None]:
    """Report invalid settings of the platform as failures of the platform, not of the command line."""
    try:
        yield
    except ConfigurationError as error:
        raise CommandError(Failure(ExitCode.PLATFORM, type(error).__name__, str(error))) from error


def load_runs(references: Sequence[str], database: Path | None, *, remote: bool) -> list[RunResults]:
    """Return runs by the names of files, or by ids from the database or else the remote platform."""
    from ..results import read_run  # noqa: PLC0415 (most commands do not need it)

    check_one_platform(database, remote=remote)
    if database and not database.exists():
        raise click.ClickException(f"there is no database {database}")
    with ExitStack() as stack:
        is_stored = any(map(is_id, references))
        client = stack.enter_context(open_client(database, remote=database is None)) if is_stored else None
        return [
            read_run(client.get_run(int(one))) if client and is_id(one) else read_run(Path(one)) for one in references
        ]


def _remote_client() -> AshrLabsClient:
    from ..client._sync import AshrLabsClient  # noqa: PLC0415 (see open_client)

    try:
        return AshrLabsClient.from_env()
    except MissingAPIKeyError as error:
        raise MissingAPIKeyError(
            "the remote platform needs an API key: set ASHR_LABS_API_KEY, or name the database of the embedded "
            "platform with --database FILE (`datasets import` stores in ashr.db by default)"
        ) from error


def _is_wrong_url(client: AshrLabsClient) -> bool:
    """Return True if the URL has no platform at all, so that the id is not the cause of a 404."""
    try:
        client.health_check()
    except AshrLabsError as error:
        return isinstance(error, NotFoundError)
    return False
