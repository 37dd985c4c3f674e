"""`ashr-labs serve`: run the platform on this machine."""

from __future__ import annotations

import logging
import os
import shlex
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..local import open_platform
from ..local.server.listening import is_everywhere, listen
from ._failures import EXIT_CODES
from ._options import DatabaseToServe, json_option
from ._platforms import platform_failures

if TYPE_CHECKING:
    from socket import socket

    from ..local.platform import Platform
    from ._output import Output

__all__ = ["command"]

_KEY_VARIABLE = "ASHR_LABS_BOOTSTRAP_KEY"


@click.command("serve", epilog=EXIT_CODES)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 for a free one."
)
@click.option(
    "--database",
    default="ashr.db",
    show_default=True,
    type=DatabaseToServe(),
    envvar="ASHR_LABS_DATABASE",
    show_envvar=True,
    metavar="FILE|URL",
    help="The file that keeps everything, made where there is none, or a URL such as postgresql://user@host/database.",
)
@click.option(
    "--prices",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="What models cost, as JSON [default: ASHR_PRICES].",
)
@click.option(
    "--forward-to",
    type=click.Choice(["langfuse", "otlp"]),
    help="Pass traces on to this, as its own environment variables say [default: ASHR_FORWARD_TO].",
)
@click.option("--access-log", is_flag=True, help="Write one line of JSON for each request to stderr.")
@json_option
@click.pass_obj
def command(
    out: Output,
    host: str,
    port: int,
    database: Path | str,
    prices: str | None,
    forward_to: str | None,
    access_log: bool,
) -> None:
    """Run the platform on this machine, until Ctrl-C or SIGTERM.

    A new database gets its first API key: ASHR_LABS_BOOTSTRAP_KEY if that is set, else a random one, in a file
    beside the database (for a URL ashr.key in the current folder) that only you can read. With --json, stdout gets
    one object {"url", "database", "key_file"} as soon as calls are answered.
    """
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    # Settings are read where they are needed, from the environment of this process, which is our own.
    given = {"ASHR_PRICES": prices, "ASHR_FORWARD_TO": forward_to}
    os.environ.update({name: value for name, value in given.items() if value})
    # First the port: whoever cannot have it is told so before any file is made.
    with platform_failures():
        listener = listen(host, port)
    with listener:
        with platform_failures():
            platform = open_platform(database)
        with closing(platform):
            _serve(out, platform, listener, database, access_log=access_log)


def _serve(out: Output, platform: Platform, listener: socket, database: Path | str, *, access_log: bool) -> None:
    # Imported here because they need the extra; by now it has been said where that is missing.
    from ..local.server.access_log import log_to_stderr  # noqa: PLC0415
    from ..local.server.app import serve  # noqa: PLC0415

    key_file = _install_key(platform, _key_file(database))
    if access_log:
        log_to_stderr()
    if is_everywhere(listener):
        out.note("listening on every address of this machine: others reach it by the machine's name or address")
    serve(platform, listener=listener, on_ready=lambda url: _tell(out, url, database, platform.label, key_file))


def _key_file(database: Path | str) -> Path:
    return database.with_name(f"{database.name}.key") if isinstance(database, Path) else Path("ashr.key")


def _install_key(platform: Platform, file: Path) -> Path | None:
    """See to it that there is an API key; return the file that holds it, if one does."""
    key = os.environ.get(_KEY_VARIABLE, "").strip()
    if key:
        platform.bootstrap(key)
        return None
    platform.write_first_key(file)
    return file if file.exists() else None


def _tell(out: Output, url: str, database: Path | str, label: str, key_file: Path | None) -> None:
    shown = database if isinstance(database, Path) else label
    out.note(f"serving {shown} at {url} until Ctrl-C; in the shell of a client:")
    key = f'"$(cat {shlex.quote(str(key_file))})"' if key_file else f"...  # such as the one of {_KEY_VARIABLE}"
    out.note(f"export ASHR_LABS_BASE_URL={url} ASHR_LABS_API_KEY={key}")
    if out.as_json:
        key_path = str(key_file.resolve()) if key_file else None
        out.document({"url": url, "database": label, "key_file": key_path})
