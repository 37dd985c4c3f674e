"""Settings of a platform: model prices, the forwarding destination, the lease of runs, and sandboxes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .._environment import check_url
from ..errors import ConfigurationError
from ..pricing import PRICES_VARIABLE, PricingTable, pricing_table, read_prices
from .alerts.settings import AlertSettings, alert_settings
from .boot.settings import BootSettings
from .forwarding.destination import destination_from_env
from .sandbox.engines import engine_name
from .sealing import KEY_VARIABLE, checked_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._secret import Secret

from .forwarding.destination import Destination

__all__ = ["Settings"]

_RUN_LEASE_SECONDS = 60.0
_SANDBOX_LIMIT = 16
_EXPERIMENT_PARALLEL = 4
_QUEUE_PARALLEL = 4
_SESSION_IDLE_SECONDS = 1800.0
_TURN_SECONDS = 3600.0
_MAX_SANDBOXES = 1000
_MIN_RUN_LEASE_SECONDS = 10.0
"""Players send something every 3 seconds, and have to survive a lost call."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings that are not stored in the database."""

    prices: PricingTable = field(default_factory=lambda: pricing_table)
    """The prices of models for calls whose cost no client stated."""
    destination: Destination | None = None
    """Where ingested traces are forwarded to; None does not forward."""
    score_delay: float = 10.0
    """Seconds after the last part of a trace that comes in parts until it is scored."""
    run_lease: float = _RUN_LEASE_SECONDS
    """After how many seconds without a call of its player a run ends."""
    stream_heartbeat: float = 15.0
    """Seconds of silence after which a stream of events sends a comment."""
    agents: Path | None = None
    """The operator's folder of agents that can be deployed by their path."""
    agent_model: str = ""
    """The default model of deployed agents without an entry point; empty for the scripted model."""
    agent_base_url: str = ""
    """The base URL of that model's API; empty for the provider's."""
    agent_private_addresses: bool = False
    """Whether deployed agents may connect to private addresses listed in `network.allow`."""
    sandbox_engine: str | None = None
    """The engine of sandboxes; None for the first one that works."""
    sandbox_limit: int = _SANDBOX_LIMIT
    """How many sandboxes may exist at one time."""
    experiment_parallel: int = _EXPERIMENT_PARALLEL
    """How many scenarios of experiments a process plays at the same time."""
    queue_parallel: int = _QUEUE_PARALLEL
    """Maximum number of queued prompts that a process answers concurrently."""
    session_idle: float = _SESSION_IDLE_SECONDS
    """Seconds of inactivity after which a session is paused and its process terminated."""
    turn_seconds: float = _TURN_SECONDS
    """Maximum duration of a turn, in seconds."""
    interrupt_grace: float = 5.0
    """Seconds an interrupted agent has to end its turn before its process is restarted."""
    secrets_key: Secret | None = None
    """The key that encrypts stored secrets; None for one of the platform's own."""
    alerts: AlertSettings = field(default_factory=AlertSettings)
    """How alerts are delivered."""
    boot: BootSettings = field(default_factory=BootSettings)
    """The settings of the operator for the boot of specs."""

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings from environment variables; docs/platform.md lists them.

        Raises:
            ConfigurationError: A variable has an invalid value.
        """
        prices = environment.get(PRICES_VARIABLE)
        return cls(
            read_prices(Path(prices)) if prices else pricing_table,
            destination_from_env(environment),
            run_lease=_seconds(environment, "ASHR_RUN_LEASE_SECONDS", _RUN_LEASE_SECONDS, _MIN_RUN_LEASE_SECONDS),
            session_idle=_seconds(environment, "ASHR_SESSION_IDLE_SECONDS", _SESSION_IDLE_SECONDS, 1.0),
            turn_seconds=_seconds(environment, "ASHR_TURN_SECONDS", _TURN_SECONDS, 1.0),
            sandbox_engine=engine_name(engine) if (engine := environment.get("ASHR_SANDBOX_ENGINE")) else None,
            agents=_agents(environment.get("ASHR_AGENTS")),
            agent_model=environment.get("ASHR_AGENT_MODEL", ""),
            agent_base_url=_agent_base_url(environment),
            agent_private_addresses=_agent_private_addresses(environment),
            sandbox_limit=_count(environment, "ASHR_SANDBOX_LIMIT", _SANDBOX_LIMIT),
            experiment_parallel=_count(environment, "ASHR_EXPERIMENT_PARALLEL", _EXPERIMENT_PARALLEL),
            queue_parallel=_count(environment, "ASHR_QUEUE_PARALLEL", _QUEUE_PARALLEL),
            secrets_key=checked_key(environment.get(KEY_VARIABLE, "")),
            boot=_boot(environment),
            alerts=alert_settings(environment),
        )


def _seconds(environment: Mapping[str, str], name: str, default: float, least: float) -> float:
    text = environment.get(name) or str(default)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not least <= seconds < math.inf:
        raise ConfigurationError(f"{name} must be a number of seconds >= {least:g}, got {text!r}")
    return seconds


def _agents(folder: str | None) -> Path | None:
    if folder and not Path(folder).is_dir():
        raise ConfigurationError(f"ASHR_AGENTS must be a folder, got {folder!r}")
    return Path(folder) if folder else None


def _agent_base_url(environment: Mapping[str, str]) -> str:
    url = environment.get("ASHR_AGENT_BASE_URL")
    if not url:
        return ""
    if not environment.get("ASHR_AGENT_MODEL"):
        raise ConfigurationError("ASHR_AGENT_BASE_URL needs ASHR_AGENT_MODEL, the name of a model that is served there")
    return check_url(url, setting="ASHR_AGENT_BASE_URL")


def _agent_private_addresses(environment: Mapping[str, str]) -> bool:
    private = environment.get("ASHR_AGENT_PRIVATE_ADDRESSES") or ""
    if private not in ("", "allow"):
        raise ConfigurationError(f"ASHR_AGENT_PRIVATE_ADDRESSES must be `allow` or empty, got {private!r}")
    return bool(private)


def _boot(environment: Mapping[str, str]) -> BootSettings:
    fixtures, packages = (environment.get(f"ASHR_SANDBOX_{name}") for name in ("FIXTURES", "PACKAGES"))
    if fixtures and not Path(fixtures).is_dir():
        raise ConfigurationError(f"ASHR_SANDBOX_FIXTURES must be a folder, got {fixtures!r}")
    base = environment.get("ASHR_SANDBOX_BASE") or ""
    if base not in ("", "ignore"):
        raise ConfigurationError(f"ASHR_SANDBOX_BASE must be `ignore` or empty, got {base!r}")
    return BootSettings(
        fixtures=Path(fixtures) if fixtures else None,
        packages=Path(packages) if packages else None,
        ignore_base=bool(base),
    )


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= _MAX_SANDBOXES:
        raise ConfigurationError(f"{name} must be a number from 1 to {_MAX_SANDBOXES}, got {text!r}")
    return int(text)
