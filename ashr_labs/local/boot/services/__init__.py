"""Services inside of sandboxes: PostgreSQL and Redis of the machine, and HTTP mocks."""

from __future__ import annotations

from .container import ContainerServer
from .http_mock import MockServer
from .installed import installed_services
from .postgres import PostgresServer
from .process import ServiceProcess, wait_until_ready
from .redis import RedisServer

__all__ = [
    "ContainerServer",
    "MockServer",
    "PostgresServer",
    "RedisServer",
    "ServiceProcess",
    "installed_services",
    "wait_until_ready",
]
