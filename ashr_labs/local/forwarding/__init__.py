"""Forwarding of ingested traces to another observability platform: off by default, durable, asynchronous."""

from __future__ import annotations

from .destination import Destination, destination_from_env

__all__ = ["Destination", "destination_from_env"]
