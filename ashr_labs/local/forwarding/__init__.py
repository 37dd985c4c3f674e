"""Passing traces on to another observability platform: off unless it is set, durable, never in the way of a call."""

from __future__ import annotations

from .destination import Destination, destination_of
from .forwarder import Forwarder

__all__ = ["Destination", "Forwarder", "destination_of"]
