"""`ashr-labs doctor`: is everything there that the package needs?"""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click

from ..client._sync import AshrLabsClient
from ..errors import AshrLabsError
from ._failures import EXIT_CODES, CommandError, ExitCode, Failure
from ._options import json_option
from ._output import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._output import Output

__all__ = ["command"]

_EXTRAS = {"local": ("sqlalchemy", "alembic", "jsonschema-rs", "starlette", "uvicorn"), "cli": ("click", "rich")}
_OLDEST_SQLITE = (3, 35, 0)


@dataclass(frozen=True, slots=True)
class _Finding:
    """One thing that was looked at."""

    what: str
    is_fine: bool
    found: str
    advice: str = ""


@click.command("doctor", epilog=EXIT_CODES)
@click.option("--remote", is_flag=True, help="Ask the platform of ASHR_LABS_API_KEY, too, whether it knows the key.")
@json_option
@click.pass_obj
def command(out: Output, /, remote: bool) -> None:
    """Look at versions, extras, SQLite, key and URL, and say what to do about what is wrong."""
    findings = [*_machine(), *_extras(), *(_platform() if remote else _key())]
    document = {"findings": [asdict(one) for one in findings]}
    if not out.as_json:
        out.write("".join(_line(one) for one in findings))
    wrong = [one.what for one in findings if not one.is_fine]
    if wrong:
        raise CommandError(Failure(ExitCode.PLATFORM, "NotReady", f"not ready: {', '.join(wrong)}"), document)
    if out.as_json:
        out.document(document)


def _line(one: _Finding) -> str:
    advice = f": {one.advice}" if one.advice and not one.is_fine else ""
    return one_line(f"{'ok   ' if one.is_fine else 'WRONG'} {one.what}: {one.found}{advice}") + "\n"


def _machine() -> Iterator[_Finding]:
    yield _Finding("ashr-labs", is_fine=True, found=version("ashr-labs"))
    yield _Finding("Python", is_fine=True, found=f"{platform.python_version()} at {sys.executable}")
    is_new = sqlite3.sqlite_version_info >= _OLDEST_SQLITE
    yield _Finding("SQLite", is_new, sqlite3.sqlite_version, "3.35 or newer is needed: use another build of Python")


def _extras() -> Iterator[_Finding]:
    for extra, names in _EXTRAS.items():
        missing = [name for name in names if not _version(name)]
        found = f"missing: {', '.join(missing)}" if missing else "installed"
        yield _Finding(f"extra {extra}", not missing, found, f'pip install "ashr-labs[{extra}]"')


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _key() -> Iterator[_Finding]:
    key = os.environ.get("ASHR_LABS_API_KEY")
    found = f"set, {key[:6]}..." if key else "not set, which only --remote needs"
    is_fine = not key or key.strip().startswith("tp_")
    yield _Finding("ASHR_LABS_API_KEY", is_fine, found, "keys begin with tp_")


def _platform() -> Iterator[_Finding]:
    try:
        with AshrLabsClient.from_env() as client:
            session = client.init()
            yield _Finding(
                "platform", is_fine=True, found=f"{client!r} knows the key of {session['user'].get('email')}"
            )
    except AshrLabsError as error:
        yield _Finding("platform", is_fine=False, found=str(error), advice="check the key, the URL and the network")
