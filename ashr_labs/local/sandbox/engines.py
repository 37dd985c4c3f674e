"""The engines: which there are, which work on this machine, and which one is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..._format import suggestion
from ...errors import ConfigurationError
from .errors import SandboxUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .protocol import Engine

__all__ = ["ENGINES", "HOSTED", "UNSAFE", "EngineStatus", "engine_name", "open_engine", "survey", "try_engine"]

UNSAFE = "unsafe-subprocess"
"""The engine that does not isolate."""


def _bubblewrap() -> Engine:
    from .bubblewrap import Bubblewrap  # noqa: PLC0415 - it loads a library of the system

    return Bubblewrap()


def _docker() -> Engine:
    from .docker import Docker  # noqa: PLC0415 - it loads an HTTP client

    return Docker()


def _e2b() -> Engine:
    from .e2b import E2B  # noqa: PLC0415 - as above

    return E2B()


def _unsafe() -> Engine:
    from .unsafe import UnsafeSubprocess  # noqa: PLC0415 - as the others

    return UnsafeSubprocess()


ENGINES: dict[str, Callable[[], Engine]] = {
    "bubblewrap": _bubblewrap,
    "docker": _docker,
    "e2b": _e2b,
    UNSAFE: _unsafe,
}
"""How an engine is opened, by its name; the first local one that isolates and works is the default."""
HOSTED = frozenset(("e2b",))
"""Engines that send files and commands to a service: they must be named, and are not tried otherwise."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Whether an engine works on this machine."""

    name: str
    works: bool
    reason: str = ""
    """Why it does not, and what to do."""


def open_engine(name: str | None = None) -> Engine:
    """Open an engine.

    Args:
        name: The engine; None is the first one that isolates and works on this machine.

    Raises:
        ConfigurationError: There is no engine by that name.
        SandboxUnavailableError: It does not work on this machine, or none does.
    """
    if name is not None:
        return ENGINES[engine_name(name)]()
    reasons: list[str] = []
    for candidate in _isolating():
        try:
            return ENGINES[candidate]()
        except SandboxUnavailableError as error:
            reasons.append(error.message)
    raise SandboxUnavailableError(f"no sandbox engine works on this machine: {'; '.join(reasons)}")


def engine_name(name: str) -> str:
    """Return the name of an engine.

    Raises:
        ConfigurationError: There is no engine by that name.
    """
    if name not in ENGINES:
        raise ConfigurationError(
            f"the sandbox engine must be one of {', '.join(ENGINES)}, got {name!r}{suggestion(name, ENGINES)}"
        )
    return name


def survey() -> list[EngineStatus]:
    """Try every engine of this machine that isolates, and return which ones work here."""
    return [try_engine(name) for name in _isolating()]


def try_engine(name: str) -> EngineStatus:
    """Open an engine, and return whether that works."""
    try:
        ENGINES[name]().close()
    except ConfigurationError as error:
        return EngineStatus(name, works=False, reason=error.message)
    return EngineStatus(name, works=True)


def _isolating() -> list[str]:
    return [name for name in ENGINES if name != UNSAFE and name not in HOSTED]
