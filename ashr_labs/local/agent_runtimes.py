"""Runtimes of agents: the program of a sandbox that has the name and the version that a snapshot asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from ..errors import ValidationError

if TYPE_CHECKING:
    from .sandbox.protocol import Sandbox

__all__ = ["Runtime", "find_runtime"]

_ASKED: Final = re.compile(r"([a-z]+)[-@:=]?v?([0-9]+(?:\.[0-9]+)*)?(?:\.x)?", re.IGNORECASE)
_VERSION: Final = re.compile(r"[0-9]+(?:\.[0-9]+)+|[0-9]+")
_FAMILIES: Final = {"nodejs": "node", "py": "python", "cpython": "python"}
_SHOWN: Final = ("python3", "node", "deno", "bun", "ruby", "perl")
"""Programs that are named where another one is missing."""
_SECONDS: Final = 30.0
_PROBE: Final = """\
for name in "$@"; do
  path=$(command -v "$name") || continue
  printf '%s\\t%s\\t%s\\n' "$name" "$path" "$("$path" --version 2>&1 </dev/null | head -n 1 | cut -c 1-200)"
done
"""
_LOCATE: Final = 'for name in "$@"; do command -v "$name" && exit; done'


class Runtime(NamedTuple):
    """A program of a sandbox."""

    path: str
    names: tuple[str, ...]
    """The names by which entry points call it."""


class _Found(NamedTuple):
    name: str
    path: str
    version: str


def find_runtime(sandbox: Sandbox, asked: str) -> Runtime:
    """Return the program for a runtime such as `python3.12`, `node20` or `node`.

    Args:
        sandbox: Where it must be.
        asked: A name, and the beginning of a version or none.

    Raises:
        ValidationError: It has another form, or is not there; the message names what is there.
        SandboxError: The sandbox has ended.
    """
    match = _ASKED.fullmatch(asked)
    if match is None:
        raise ValidationError(f"`runtime` must be a name with a version, such as python3.12 or node20, got {asked!r}")
    family, version = match[1].lower(), match[2] or ""
    family = _FAMILIES.get(family, family)
    path = _path_of(sandbox, version, _candidates(family, version))
    if path:
        return Runtime(path, ("python", "python3") if family == "python" else (family,))
    there = ", ".join(f"{found.name} {found.version}" for found in _probed(sandbox, *_SHOWN)) or "none"
    raise ValidationError(
        f"the runtime {asked!r} is not in the sandbox; install it on the machine of the platform, or upload the agent "
        f"with one that is there: {there}"
    )


def _path_of(sandbox: Sandbox, version: str, names: tuple[str, ...]) -> str:
    """Return the first program that has a version, or any; empty if there is none."""
    if not version:  # starting each program to ask it would take longer than all the rest
        done = sandbox.exec(["/bin/sh", "-c", _LOCATE, "sh", *names], timeout=_SECONDS)
        return done.stdout.decode("utf-8", "replace").strip()
    found = (one.path for one in _probed(sandbox, *names) if f"{one.version}.".startswith(f"{version}."))
    return next(found, "")


def _candidates(family: str, version: str) -> tuple[str, ...]:
    """Return the names of programs that may be the runtime, the most specific one first."""
    if family != "python":
        return (f"{family}{version}", family) if version else (family,)
    minor = ".".join(version.split(".")[:2])
    return tuple(dict.fromkeys([f"python{minor}", "python3", "python"]))


def _probed(sandbox: Sandbox, *names: str) -> list[_Found]:
    """Return the programs that are there, with their versions."""
    done = sandbox.exec(["/bin/sh", "-c", _PROBE, "sh", *names], timeout=_SECONDS)
    lines = (line.split("\t") for line in done.stdout.decode("utf-8", "replace").splitlines())
    found = (parts for parts in lines if len(parts) == len(_Found._fields))
    return [_Found(name, path, version[0]) for name, path, text in found if (version := _VERSION.search(text))]
