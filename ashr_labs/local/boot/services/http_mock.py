"""HTTP mocks inside of a sandbox, and the requests that they got."""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..errors import BootError
from .process import ServiceProcess

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....specs.values import HttpMock
    from ...sandbox.protocol import Sandbox
    from ..plan import Address
    from ..watch import SecretWatch

__all__ = ["MockRequest", "MockServer"]

_MAX_REQUESTS = 10_000
_MAX_BYTES = 16 * 1024 * 1024
_SECONDS = 10.0
_GET = """\
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 5) as connection:
    connection.sendall(f"GET {sys.argv[3]} HTTP/1.0\\r\\n\\r\\n".encode())
    connection.recv(1)
"""
"""A request of its own, which is recorded after all that came before it."""


@dataclass(frozen=True, slots=True)
class MockRequest:
    """A request that a mock got."""

    time: float
    """Seconds since the epoch."""
    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    """By lower-case names."""
    body: str = field(repr=False)
    """Its first 65,536 characters."""
    status: int
    """Of the answer."""


class MockServer:
    """The server of an HTTP mock.

    What it records leaves the sandbox as it is printed, so that commands inside cannot remove it.

    Args:
        sandbox: Where it runs.
        service: Its declaration.
        address: Where it listens.
        watch: Looks for secrets in what it prints.
    """

    def __init__(self, sandbox: Sandbox, service: HttpMock, address: Address, watch: SecretWatch) -> None:
        self._lock = threading.Lock()
        self._requests: list[MockRequest] = []
        self._bytes = 0
        self._dropped = 0
        self._is_recording = service.record
        self._marks: dict[str, threading.Event] = {}
        self._sandbox = sandbox
        self._address = address
        self._ready = threading.Event()
        program = files("ashr_labs.local.boot").joinpath("http_mock_server.py").read_text("utf-8")
        self._process = ServiceProcess(
            sandbox,
            service.name,
            ["python3", "-I", "-S", "-c", program],
            watch=watch,
            stdin=json.dumps(_settings(service, address)).encode(),
            on_line=self._take,
        )

    def wait(self, seconds: float) -> None:
        """Wait until it accepts connections.

        Raises:
            BootError: It does not in time.
        """
        while not self._ready.wait(min(seconds, 0.05)):
            seconds -= 0.05
            if seconds <= 0 or not self._process.is_running:
                raise BootError(f"the service {self._process.name!r} did not start: {self._process.log}")

    @property
    def requests(self) -> tuple[MockRequest, ...]:
        """The requests that it got, in the order of their answers."""
        with self._lock:
            return tuple(self._requests)

    @property
    def dropped(self) -> int:
        """How many lines of its output could not be kept as requests."""
        with self._lock:
            return self._dropped

    def settle(self) -> bool:
        """Wait until the requests that were answered so far are recorded.

        Returns:
            False if the server does not answer; True also if it does not record.

        Raises:
            SandboxError: The sandbox has ended.
        """
        if not self._is_recording:
            return True
        path = f"/.settle-{secrets.token_hex(8)}"
        mark = self._marks[path] = threading.Event()
        command = ["python3", "-I", "-S", "-c", _GET, self._address.ip, str(self._address.port), path]
        try:
            return self._sandbox.exec(command, timeout=_SECONDS).exit_code == 0 and mark.wait(_SECONDS)
        finally:
            del self._marks[path]

    def _take(self, line: bytes) -> None:
        if line.startswith(b"ready "):
            self._ready.set()
            return
        try:
            request = MockRequest(**json.loads(line))
        except (ValueError, TypeError, RecursionError):  # a command of the sandbox wrote to the server's output
            request = None
        if request is not None and (mark := self._marks.get(request.path)):
            mark.set()
            return
        with self._lock:
            if request is None or len(self._requests) >= _MAX_REQUESTS or self._bytes + len(line) > _MAX_BYTES:
                self._dropped += 1
            else:
                self._requests.append(request)
                self._bytes += len(line)


def _settings(service: HttpMock, address: Address) -> dict[str, Any]:
    routes = [
        {
            "method": route.method,
            "path": route.path,
            "status": route.status,
            "response": route.response,
            "headers": dict(route.headers),
        }
        for route in service.routes
    ]
    return {
        "host": address.ip,
        "port": address.port,
        "routes": routes,
        "record": service.record,
        "default_response": service.default_response,
    }
