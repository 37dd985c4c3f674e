"""Sandbox engines of this machine for tests."""

from __future__ import annotations

import itertools
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ashr_labs.local.sandbox.engines import ENGINES, UNSAFE, open_engine
from ashr_labs.local.sandbox.errors import SandboxUnavailableError
from ashr_labs.local.sandbox.protocol import Engine, Limits, Sandbox, SandboxRequest

ISOLATING = [name for name in ENGINES if name != UNSAFE]
_numbers = itertools.count(1)


def engine_or_skip(name: str) -> Engine:
    """Open an engine; skip the test where it does not work."""
    try:
        return open_engine(name)
    except SandboxUnavailableError as error:
        pytest.skip(error.message)


@contextmanager
def sandbox_of(
    engine: Engine, *, limits: Limits | None = None, environment: dict[str, str] | None = None
) -> Generator[Sandbox]:
    """Make a sandbox, and destroy it at the end of the block."""
    request = SandboxRequest(f"sb-{next(_numbers)}", limits=limits or Limits(), environment=environment or {})
    sandbox = engine.create(request)
    try:
        yield sandbox
    finally:
        sandbox.destroy()


def processes_with(marker: str) -> list[int]:
    """Return the processes of this machine whose command line contains `marker`."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                line = (folder / "cmdline").read_bytes()
            except OSError:
                continue  # it has ended
            if marker.encode() in line:
                found.append(int(folder.name))
    return found


def processes_of_session(leader: int) -> set[int]:
    """Return the processes in a session; those that wait for a supervisor are in that of their server."""
    found: set[int] = set()
    for folder in Path("/proc").iterdir():
        try:
            stat = (folder / "stat").read_bytes() if folder.name.isdecimal() else b""
        except OSError:
            continue  # it has ended
        if stat and int(stat[stat.rindex(b")") + 2 :].split()[3]) == leader:
            found.add(int(folder.name))
    return found
