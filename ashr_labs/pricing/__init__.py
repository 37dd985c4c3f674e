"""Tokens and costs of language models."""

from __future__ import annotations

from .entries import PriceEntry
from .observed import usage_of_observation
from .table import PRICES_VARIABLE, PricingTable, estimate_cost, estimated_cost, pricing_table, read_prices
from .usage import USAGE_NAMES, observation_usage, read_usage

__all__ = [
    "PRICES_VARIABLE",
    "USAGE_NAMES",
    "PriceEntry",
    "PricingTable",
    "estimate_cost",
    "estimated_cost",
    "observation_usage",
    "pricing_table",
    "read_prices",
    "read_usage",
    "usage_of_observation",
]
