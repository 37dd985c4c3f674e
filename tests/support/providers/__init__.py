"""Servers on loopback that speak the HTTP and the event streams of language model providers."""

from __future__ import annotations

from support.providers.script import Answer, Call, Counts
from support.providers.server import Asked, ProviderServer, provider_server

__all__ = ["Answer", "Asked", "Call", "Counts", "ProviderServer", "provider_server"]
