"""The servers of the machine that services can use."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

__all__ = ["installed_services", "postgres_folder", "redis_program"]

_POSTGRES = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu have the versions of PostgreSQL, each in a folder of its own."""
_VISIBLE = Path("/usr")
"""The folder of the programs that a sandbox sees."""
_SECONDS = 10.0


def installed_services() -> dict[str, str]:
    """Return the major versions of the installed servers, by the names of their images."""
    found: dict[str, str] = {}
    if folder := postgres_folder():
        found["postgres"] = _major((str(folder / "postgres"), "--version"))
    if program := redis_program():
        found["redis"] = _major((program, "--version"))
    return {name: major for name, major in found.items() if major}


def postgres_folder() -> Path | None:
    """Return the folder of the programs of the newest PostgreSQL, or None if a sandbox would see none."""
    versions = [path for path in _POSTGRES.glob("*/bin") if (path / "initdb").exists() and path.parent.name.isdecimal()]
    if versions:
        return max(versions, key=lambda path: int(path.parent.name))
    program = shutil.which("initdb")
    return Path(program).resolve().parent if program and _is_visible(program) else None


def redis_program() -> str | None:
    """Return the path of the Redis server, or None if a sandbox would not see it."""
    program = shutil.which("redis-server")
    return program if program and _is_visible(program) else None


def _is_visible(program: str) -> bool:
    return Path(program).resolve().is_relative_to(_VISIBLE)


@cache
def _major(command: tuple[str, ...]) -> str:
    """Return the first number with a dot or an end behind it in what a program prints as its version."""
    try:
        done = subprocess.run(  # noqa: S603 - a program of the machine
            command, capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    match = re.search(r"(?:v=|\) )(\d+)", done.stdout)
    return match[1] if match else ""
