"""`ashr-labs serve`: run the platform on this machine."""

from __future__ import annotations

import logging
import os
import shlex
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..local import open_platform
from ..local.server.sockets import bind, is_loopback, listens_everywhere
from ._client import platform_errors
from ._commands import program_command
from ._options import DatabaseToServe, OutputFile, json_option

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from ..local.dashboard.site import Dashboard
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
@click.option(
    "--ready-file",
    type=OutputFile(),
    metavar="FILE",
    help="Write ASHR_LABS_BASE_URL and ASHR_LABS_API_KEY to this file, for `source`, once requests are accepted.",
)
@click.option(
    "--fixtures",
    type=click.Path(exists=True, file_okay=False),
    metavar="FOLDER",
    help="Folder of the repositories and folders that specs name as fixtures:NAME [default: ASHR_SANDBOX_FIXTURES].",
)
@click.option(
    "--allow-install",
    is_flag=True,
    help="Install the Python packages of specs, wheels only [default: if ASHR_SANDBOX_PACKAGES is set].",
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
    ready_file: Path | None,
    fixtures: str | None,
    allow_install: bool,
    access_log: bool,
) -> None:
    """Run the platform on this machine, until Ctrl-C or SIGTERM.

    A new database gets a first API key: ASHR_LABS_BOOTSTRAP_KEY if set, or a random one in a file next to the
    database (for a URL, ashr.key in the current folder) that only you can read. With --json, stdout gets one object
    {"url", "database", "key_file"} once the server accepts requests. In a script, wait until --ready-file exists and
    read it with `source`; an old file is deleted first.
    """
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    # The platform reads its settings from the environment.
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)
    given = {"ASHR_PRICES": prices, "ASHR_FORWARD_TO": forward_to, "ASHR_SANDBOX_FIXTURES": fixtures}
    if allow_install:
        os.environ.setdefault("ASHR_SANDBOX_PACKAGES", str(_package_folder()))
    os.environ.update({name: value for name, value in given.items() if value})
    # The port comes first: if it is taken, no file is created.
    with platform_errors():
        listener = bind(host, port)
    with listener:
        with platform_errors():
            platform = open_platform(database)
        with closing(platform):
            if access_log:
                _log_requests()
            key_file = _install_key(platform, _key_file(database))
            dashboard = _dashboard(platform)
            link = dashboard.sign_in_link if is_loopback(listener) else _no_link
            ready = _Ready(out, database, platform.label, key_file, ready_file, link)
            _serve(out, platform, listener, ready, dashboard)


def _package_folder() -> Path:
    """Return the folder for the packages of specs, in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "ashr-labs", "packages")


@dataclass(frozen=True, slots=True)
class _Ready:
    """Announces that the server accepts requests."""

    out: Output
    database: Path | str
    label: str
    key_file: Path | None
    ready_file: Path | None
    sign_in_link: Callable[[str], str | None]

    def announce(self, url: str) -> None:
        """Announce the URL to the user, to a program that reads stdout, and to a script that waits for the file."""
        shown = self.database if isinstance(self.database, Path) else self.label
        self.out.info(f"serving {shown} at {url} until Ctrl-C; in the shell of a client:")
        key = f'"$(cat {shlex.quote(str(self.key_file))})"' if self.key_file else f"...  # such as {_KEY_VARIABLE}"
        self.out.info(f"export ASHR_LABS_BASE_URL={url} ASHR_LABS_API_KEY={key}")
        if link := self.sign_in_link(url):
            self.out.info(f"dashboard: {link} (signs in once, within ten minutes)")
        else:
            self.out.info(f"dashboard: {url}/, with an API key")
        if self.ready_file is not None:
            self._write(url, self.ready_file)
        if self.out.as_json:
            key_path = str(self.key_file.resolve()) if self.key_file else None
            self.out.write_json({"url": url, "database": self.label, "key_file": key_path})

    def _write(self, url: str, path: Path) -> None:
        """Write the file at once and for its owner only: it may be read as soon as it exists."""
        key = self.key_file.read_text("utf-8").strip() if self.key_file else os.environ.get(_KEY_VARIABLE, "").strip()
        lines = [f"export ASHR_LABS_BASE_URL={shlex.quote(url)}"]
        lines += [f"export ASHR_LABS_API_KEY={shlex.quote(key)}"] if key else []
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 (a descriptor)
            file.write("".join(f"{line}\n" for line in lines))
        partial.replace(path)


def _dashboard(platform: Platform) -> Dashboard:
    from ..local.dashboard.site import Dashboard  # noqa: PLC0415 (needs the extra `local`)

    return Dashboard(platform)


def _no_link(url: str) -> None:
    """Return no link: it would work on this machine only."""


def _serve(out: Output, platform: Platform, listener: socket, ready: _Ready, dashboard: Dashboard) -> None:
    from ..local.server.app import serve  # noqa: PLC0415 (needs the extra `local`)

    if listens_everywhere(listener):
        out.info("listening on every address of this machine; other machines reach it by its name or address")
    serve(platform, listener=listener, on_ready=ready.announce, dashboard=dashboard)


def _log_requests() -> None:
    from ..local.server.access_log import log_to_stderr  # noqa: PLC0415 (needs the extra `local`)

    log_to_stderr()


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
