"""Endpoint function of the platform's health."""

from ashr_labs_api.api.server import get_health

__all__ = ["get_health"]
