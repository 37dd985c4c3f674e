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
from ..local.server.sockets import bind, listens_everywhere
from ._client import platform_errors
from ._commands import program_command
from ._options import DatabaseToServe, json_option

if TYPE_CHECKING:
    from socket import socket

    from ..local.platform import Platform
    from ._output import Output

__all__ = ["command"]

_KEY_VARIABLE = "ASHR_LABS_BOOTSTRAP_KEY"


@program_command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 selects a free one."
)
@click.option(
    "--database",
    default="ashr.db",
    show_default=True,
    type=DatabaseToServe(),
    envvar="ASHR_LABS_DATABASE",
    show_envvar=True,
    metavar="FILE|URL",
    help="Database file, created if missing, or a URL such as postgresql://user@host/database.",
)
@click.option(
    "--prices",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="JSON file with the prices of models [default: ASHR_PRICES].",
)
@click.option(
    "--forward-to",
    type=click.Choice(["langfuse", "otlp"]),
    help="Forward traces to a service, configured by its environment variables [default: ASHR_FORWARD_TO].",
)
@click.option("--access-log", is_flag=True, help="Write a line of JSON for each request to stderr.")
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

    A new database gets a first API key: ASHR_LABS_BOOTSTRAP_KEY if set, or a random one in a file next to the
    database (for a URL, ashr.key in the current folder) that only you can read. With --json, stdout gets one object
    {"url", "database", "key_file"} once the server accepts requests.
    """
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    # The platform reads its settings from the environment.
    given = {"ASHR_PRICES": prices, "ASHR_FORWARD_TO": forward_to}
    os.environ.update({name: value for name, value in given.items() if value})
    # The port comes first: if it is taken, no file is created.
    with platform_errors():
        listener = bind(host, port)
    with listener:
        with platform_errors():
            platform = open_platform(database)
        with closing(platform):
            _serve(out, platform, listener, database, access_log=access_log)


def _serve(out: Output, platform: Platform, listener: socket, database: Path | str, *, access_log: bool) -> None:
    # Imported here: they need the extra `local`, and open_platform has reported if it is missing.
    from ..local.server.access_log import log_to_stderr  # noqa: PLC0415
    from ..local.server.app import serve  # noqa: PLC0415

    key_file = _install_key(platform, _key_file(database))
    if access_log:
        log_to_stderr()
    if listens_everywhere(listener):
        out.info("listening on every address of this machine; other machines reach it by its name or address")
    serve(platform, listener=listener, on_ready=lambda url: _announce(out, url, database, platform.label, key_file))


def _key_file(database: Path | str) -> Path:
    return database.with_name(f"{database.name}.key") if isinstance(database, Path) else Path("ashr.key")


def _install_key(platform: Platform, file: Path) -> Path | None:
    """Ensure that there is an API key; return the file that holds it, if there is one."""
    key = os.environ.get(_KEY_VARIABLE, "").strip()
    if key:
        platform.bootstrap(key)
        return None
    platform.write_first_key(file)
    return file if file.exists() else None


def _announce(out: Output, url: str, database: Path | str, label: str, key_file: Path | None) -> None:
    shown = database if isinstance(database, Path) else label
    out.info(f"serving {shown} at {url} until Ctrl-C; in the shell of a client:")
    key = f'"$(cat {shlex.quote(str(key_file))})"' if key_file else f"...  # the value of {_KEY_VARIABLE}, for example"
    out.info(f"export ASHR_LABS_BASE_URL={url} ASHR_LABS_API_KEY={key}")
    if out.as_json:
        key_path = str(key_file.resolve()) if key_file else None
        out.write_json({"url": url, "database": label, "key_file": key_path})
