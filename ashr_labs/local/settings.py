"""Settings of a platform: model prices and the forwarding destination."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .forwarding.destination import destination_from_env
from .prices import Prices, read_prices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .forwarding.destination import Destination

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings that are not stored in the database."""

    prices: Prices = field(default_factory=Prices)
    destination: Destination | None = None
    """Where ingested traces are forwarded to; None does not forward."""

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings from environment variables; docs/platform.md lists them.

        Raises:
            ConfigurationError: A variable has an invalid value.
        """
        prices = environment.get("ASHR_PRICES")
        return cls(read_prices(Path(prices)) if prices else Prices(), destination_from_env(environment))
