"""What the user may set of a platform: prices of models, and where traces are passed on to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .forwarding.destination import destination_of
from .prices import Prices, read_prices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .forwarding.destination import Destination

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a platform works, beside what its database says."""

    prices: Prices = field(default_factory=Prices)
    destination: Destination | None = None
    """Where traces are passed on to."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings from environment variables, which the guide of the platform lists.

        Raises:
            ConfigurationError: One of them cannot be used.
        """
        prices = environment.get("ASHR_PRICES")
        return cls(read_prices(Path(prices)) if prices else Prices(), destination_of(environment))
