"""Endpoint functions of usage."""

from ashr_labs_api.api.usage import (
    get_api_usage,
    get_api_usage_stats,
)

__all__ = [
    "get_api_usage",
    "get_api_usage_stats",
]
