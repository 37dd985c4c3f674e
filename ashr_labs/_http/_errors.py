"""Errors of requests that are not failures of the network."""

from __future__ import annotations

__all__ = ["AddressRefusedError"]


class AddressRefusedError(Exception):
    """A host has only addresses that must not be connected to."""
