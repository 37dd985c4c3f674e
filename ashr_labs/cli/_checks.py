"""The checks of `doctor`, each with advice for a problem."""

from __future__ import annotations

import os
import platform
import sqlite3
import stat
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from ..errors import AshrLabsError
from ..tracing.export.spool import read_lines
from ..tracing.settings import Settings, environment_problems, spool_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ..client._sync import AshrLabsClient

__all__ = ["Finding", "clock", "credentials", "extras", "machine", "remote", "sandboxes", "spool"]

_EXTRAS = {"local": ("sqlalchemy", "alembic", "jsonschema-rs", "starlette", "uvicorn"), "cli": ("click", "rich")}
_MIN_SQLITE = (3, 35, 0)
_MAX_SKEW = 60.0
_FULL = 0.9


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    what: str
    is_fine: bool
    found: str
    advice: str = ""
    is_needed: bool = True
    """Whether it is a problem if it is not fine."""

    @property
    def is_problem(self) -> bool:
        """Whether something has to be done."""
        return self.is_needed and not self.is_fine


def machine() -> Iterator[Finding]:
    """Check the interpreter and SQLite."""
    yield Finding("ashr-labs", is_fine=True, found=version("ashr-labs"))
    yield Finding("Python", is_fine=True, found=f"{platform.python_version()} at {sys.executable}")
    is_new = sqlite3.sqlite_version_info >= _MIN_SQLITE
    yield Finding("SQLite", is_new, sqlite3.sqlite_version, "must be 3.35 or newer: use another build of Python")


def extras() -> Iterator[Finding]:
    """Check the libraries of the extras."""
    for extra, names in _EXTRAS.items():
        versions = {name: _version(name) for name in names}
        missing = [name for name, found in versions.items() if not found]
        there = ", ".join(f"{name} {found}" for name, found in versions.items())
        found = f"missing: {', '.join(missing)}" if missing else there
        yield Finding(f"extra {extra}", not missing, found, f'pip install "ashr-labs[{extra}]>=0.4"')


def sandboxes(environment: Mapping[str, str], *, is_remote: bool) -> Iterator[Finding]:
    """Check which engines make sandboxes here; one that does not is a problem if it is the one that is set.

    Args:
        environment: Names the engine that is used.
        is_remote: Whether to ask the service of a hosted one.
    """
    try:
        from ..local.sandbox.engines import ENGINES, HOSTED, UNSAFE, survey, try_engine  # noqa: PLC0415 - starts processes
    except ModuleNotFoundError:
        return
    chosen = environment.get("ASHR_SANDBOX_ENGINE", "")
    if chosen and chosen not in ENGINES:
        advice = f"must be one of {', '.join(ENGINES)}"
        yield Finding("ASHR_SANDBOX_ENGINE", is_fine=False, found=repr(chosen), advice=advice)
    for status in (*survey(), *((try_engine(chosen),) if chosen in HOSTED and is_remote else ())):
        found = "works" if status.works else f"does not work: {status.reason}"
        yield Finding(f"sandboxes by {status.name}", status.works, found, is_needed=status.name == chosen)
    if chosen in HOSTED and not is_remote:
        yield Finding(f"sandboxes by {chosen}", is_fine=True, found="set; --remote asks the service")
    if chosen == UNSAFE:
        yield Finding(f"sandboxes by {chosen}", is_fine=True, found="set: commands are not isolated")


def credentials(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Check the key and the URL without using them."""
    key = environment.get("ASHR_LABS_API_KEY", "").strip()
    found = f"set, {key[:6]}..." if key else "not set; needed only for --remote"
    yield Finding("ASHR_LABS_API_KEY", not key or key.startswith("tp_"), found, "keys begin with tp_: copy it whole")
    url = environment.get("ASHR_LABS_BASE_URL", "").strip()
    is_fine = not url or (url.startswith(("http://", "https://")) and "@" not in url)
    shown = url if "@" not in url else "contains a user name or a password"
    yield Finding(
        "ASHR_LABS_BASE_URL", is_fine, shown or "not set: the hosted platform", "write it as https://host/path"
    )


def variables(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Find variables that are ignored."""
    for problem in environment_problems(environment):
        yield Finding("environment", is_fine=False, found=problem, advice="correct or remove the variable")


def spool(environment: Mapping[str, str] = os.environ, settings: Settings | None = None) -> Finding:
    """Check the undelivered traces on disk."""
    settings = settings or Settings.from_env(environment)
    folder = spool_folder(environment)
    if not settings.spool:
        return Finding("spool", is_fine=True, found="off: traces that cannot be delivered are lost")
    if not folder.exists():
        return Finding("spool", is_fine=True, found=f"{folder} does not exist: no undelivered traces")
    try:
        segments = sorted(folder.rglob("*.spool"))
        waiting = sum(len(read_lines(path.read_bytes())) for path in segments)
        size = sum(path.stat().st_size for path in segments)
    except OSError as error:
        return Finding(
            "spool", is_fine=False, found=str(error), advice=f"become the owner of {folder}: chown -R, chmod u+rwX"
        )
    found = f"{folder}, {waiting} undelivered, {size:,} bytes"
    wrong = _spool_problem(folder, size, settings.max_spool_bytes)
    sent = "they are sent the next time a process traces to their platform with their key" if waiting else ""
    return Finding("spool", not wrong, found, wrong or sent)


def _spool_problem(folder: Path, size: int, limit: int) -> str:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return f"not writable: change the owner of {folder}, or set ASHR_LABS_SPOOL_DIR to another folder"
    mode = stat.S_IMODE(folder.stat().st_mode)
    if os.name == "posix" and mode & 0o022:
        return f"writable for other users (mode {mode:03o}): chmod 700 {folder}"
    if size > _FULL * limit:
        return f"nearly full ({limit:,} bytes): make the platform available again, or delete files there"
    return ""


def remote(client: AshrLabsClient, now: datetime | None = None) -> Iterator[Finding]:
    """Check the key and the clock with the platform."""
    try:
        session = client.init()
        answer = client.with_raw_response.health_check()
    except AshrLabsError as error:
        yield Finding("platform", False, str(error), "check the key, the URL and the network")
        return
    yield Finding("platform", is_fine=True, found=f"{client!r} accepts the key of {session['user'].get('email')}")
    yield clock(answer.headers.get("date"), now or datetime.now(UTC))


def clock(date: str | None, now: datetime) -> Finding:
    """Compare the clock of this machine with the `Date` header of the platform."""
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return Finding("clock", is_fine=True, found=f"not compared: the date of the platform is {date!r}")
    aware = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    seconds = (now - aware).total_seconds()
    found = "same as the platform" if abs(seconds) <= _MAX_SKEW else f"{abs(seconds):.0f} s {_side(seconds)}"
    advice = "set the clock of this machine, or NTP: the times of traces and runs come from it"
    return Finding("clock", abs(seconds) <= _MAX_SKEW, found, advice)


def _side(seconds: float) -> str:
    return "ahead of the platform" if seconds > 0 else "behind the platform"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
