"""Settings of tracing: read from the environment once, validated when changed."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from .._environment import misspelt_variables
from .._format import suggestion
from .._unset import UNSET, Unset
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ashr_labs_types import TracePayload

__all__ = ["Mirror", "Settings", "TracingOptions", "environment_problems", "is_on", "spool_folder"]

_OFF = frozenset({"0", "false", "no", "off"})
_ON = frozenset({"1", "true", "yes", "on"})
_SWITCHES = ("ASHR_LABS_TRACING", "ASHR_LABS_TRACING_CAPTURE", "ASHR_LABS_TRACING_SPOOL")
_NUMBERS = {
    "sample_rate": "ASHR_LABS_TRACING_SAMPLE_RATE",
    "exit_timeout": "ASHR_LABS_TRACING_EXIT_TIMEOUT",
}


class Mirror(Protocol):
    """A second exporter: receives a copy of each trace in the thread that ends it, such as `ashr_labs.otel.Mirror`."""

    def begin(self) -> Any:
        """Return the context in which a trace starts."""
        ...

    def copy(self, trace: TracePayload, begun: Any) -> None:
        """Export a masked trace that has ended, with the context that `begin` returned."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of tracing to one platform."""

    enabled: bool = True
    sample_rate: float = 1.0
    """Share of traces that is recorded, 0 to 1."""
    mask: Callable[[Any], Any] | None = None
    """Applied to every content field before export."""
    mirror: Mirror | None = None
    """Receives a copy of each trace."""
    capture: bool = True
    """Whether `@traced` records arguments and results."""
    spool: bool = True
    """Whether traces that cannot be delivered at once are written to disk."""
    max_queue_items: int = 50_000
    """Maximum traces in memory; more are dropped."""
    max_queue_bytes: int = 64_000_000
    """Approximate maximum bytes in memory; more are dropped."""
    max_spool_bytes: int = 256_000_000
    """Maximum bytes on disk; more stay in memory."""
    flush_timeout: float = 5.0
    """Seconds that `flush()`, and reading a response, wait at most."""
    exit_timeout: float = 2.0
    """Seconds that the exit of the process waits at most; 0 does not wait."""

    def __post_init__(self) -> None:
        for name in ("enabled", "capture", "spool"):
            if not isinstance(value := getattr(self, name), bool):
                raise ConfigurationError(f"`{name}` must be True or False, got {value!r}")
        if not _is_number(self.sample_rate) or not 0 <= self.sample_rate <= 1:
            raise ConfigurationError(f"`sample_rate` must be a number between 0 and 1, got {self.sample_rate!r}")
        for name in ("max_queue_items", "max_queue_bytes", "max_spool_bytes", "flush_timeout", "exit_timeout"):
            if not _is_number(value := getattr(self, name)) or value < 0:
                raise ConfigurationError(f"`{name}` must be a number >= 0, got {value!r}")
        if self.mask is not None and not callable(self.mask):
            raise ConfigurationError(f"`mask` must be a function or None, got {self.mask!r}")
        if self.mirror is not None and not all(
            callable(getattr(self.mirror, name, None)) for name in ("begin", "copy")
        ):
            raise ConfigurationError(
                f"`mirror` must be an exporter such as ashr_labs.otel.Mirror(tracer), or None, got {self.mirror!r}"
            )

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings of the environment; a variable with an invalid value is ignored."""
        settings = cls(
            enabled=is_on(environment.get("ASHR_LABS_TRACING")),
            capture=is_on(environment.get("ASHR_LABS_TRACING_CAPTURE")),
            spool=is_on(environment.get("ASHR_LABS_TRACING_SPOOL")),
        )
        for name in _NUMBERS:
            with suppress(ValueError, ConfigurationError):
                settings = _with_number(settings, name, environment)
        return settings

    def changed(self, changes: Mapping[str, object]) -> Settings:
        """Return a copy with some settings replaced.

        Raises:
            ConfigurationError: A setting is unknown, or has an invalid value.
        """
        names = TracingOptions.__annotations__
        for name in changes:
            if name not in names:
                raise ConfigurationError(f"unknown setting {name!r}{suggestion(name, names)}")
        # None was accepted as "keep" before UNSET; it remains so where it is not a value.
        given: dict[str, Any] = {
            name: value
            for name, value in changes.items()
            if value is not UNSET and (value is not None or name in {"mask", "mirror"})
        }
        return replace(self, **given)


class TracingOptions(TypedDict, total=False):
    """The settings of `client.tracing.configure()`."""

    enabled: bool | Unset
    """Whether anything is traced; `ASHR_LABS_TRACING=false` in the environment takes precedence."""
    sample_rate: float | Unset
    """Share of traces that is recorded, 0 to 1; the decision depends on the trace id alone."""
    mask: Callable[[Any], Any] | Unset | None
    """Called with each input, output, metadata and message; returns the value to export. A field for which it raises is
    left out. `ashr_labs.mask_personal_data` is one; None removes the mask."""
    mirror: Mirror | Unset | None
    """Receives a copy of each trace when it ends, such as `ashr_labs.otel.Mirror`; None removes it."""
    capture: bool | Unset
    """Whether `@traced` records arguments and results."""
    max_queue_items: int | Unset
    """Maximum number of traces in memory."""
    max_queue_bytes: int | Unset
    """Approximate maximum of bytes in memory."""
    flush_timeout: float | Unset
    """Seconds that reading a response waits at most, counted from the end of the trace."""
    exit_timeout: float | Unset
    """Seconds that the exit of the process waits at most; 0 does not wait."""


def environment_problems(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return a problem for each variable of tracing that is ignored: of an invalid value, or with a misspelt name."""
    problems = misspelt_variables(environment)
    for name in _SWITCHES:
        if (value := environment.get(name, "")).strip().lower() not in {"", *_ON, *_OFF}:
            problems.append(f"{name} must be true or false, got {value!r}; it counts as true")
    for name, variable in _NUMBERS.items():
        try:
            _with_number(Settings(), name, environment)
        except (ValueError, ConfigurationError):
            least = "a number between 0 and 1" if name == "sample_rate" else "a number >= 0"
            default = getattr(Settings(), name)
            problems.append(
                f"{variable} must be {least}, got {environment[variable]!r}; the default {default:g} is used"
            )
    return problems


def is_on(value: str | None) -> bool:
    """Return True unless an environment variable says `false`, `no`, `off` or `0`."""
    return (value or "").strip().lower() not in _OFF


def spool_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of undelivered traces: `ASHR_LABS_SPOOL_DIR`, or one in the user's state directory."""
    if given := environment.get("ASHR_LABS_SPOOL_DIR"):
        return Path(given)
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "ashr_labs" / "spool"
    return Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "ashr_labs" / "spool"


def _with_number(settings: Settings, name: str, environment: Mapping[str, str]) -> Settings:
    value = environment.get(_NUMBERS[name], "").strip()
    changes: dict[str, Any] = {name: float(value)} if value else {}
    return replace(settings, **changes)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
