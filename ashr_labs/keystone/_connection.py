"""The connection of a `Keystone` client: its requests, and the delivery of its traces."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .._environment import check_secret, check_url
from .._secret import Secret
from ..client._options import Options, Timeout
from ..client._outgoing import Outgoing
from ..client._retry import SyncClock
from ..client._session import SessionCache
from ..client._sync._transport import SyncRetryTransport
from ..client._tracing import HTTPTraceTransport
from ..errors import ConfigurationError, ResponseFormatError
from ..tracing.tracing import tracing_for
from .trace_events import events_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..tracing.tracing import Tracing

__all__ = ["HOST", "Connection", "Reporter", "connection_options", "setting"]

HOST = "https://keystone.polarity.so"
"""The documented host."""
_NO_HOST = (
    f"no API key and no URL: pass api_key= or set KEYSTONE_API_KEY for {HOST}, or pass base_url= or set "
    "KEYSTONE_BASE_URL for a platform of your own, such as the one that `ashr-labs serve` starts"
)


def setting(name: str, given: str | None = None) -> str:
    """Return an argument, else the environment's POLARITY_ or KEYSTONE_ variable, else an empty string."""
    return (given or os.environ.get(f"POLARITY_{name}") or os.environ.get(f"KEYSTONE_{name}") or "").strip()


def connection_options(api_key: str | None, base_url: str | None, timeout: float, workspace: str | None) -> Options:
    """Return the options of a client: the arguments, else the environment.

    Raises:
        ConfigurationError: An option is malformed, or there is neither a key nor a URL.
    """
    key = Secret(check_secret(setting("API_KEY", api_key), setting="api_key"))
    url = setting("BASE_URL", base_url)
    if not key and not url:
        raise ConfigurationError(_NO_HOST)
    named = setting("WORKSPACE", workspace)
    headers = (("X-Polarity-Workspace", check_secret(named, setting="workspace")),) if named else ()
    return Options(key, check_url(url or HOST, setting="base_url"), Timeout(timeout), default_headers=headers)


class Connection:
    """Sends the requests of one client, and delivers its traces."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._reporters: dict[str, Reporter] = {}

    @cached_property
    def transport(self) -> SyncRetryTransport:
        """Sends requests, with retries."""
        # A function-level import: it loads the network library, which a client that only traces does without.
        from ..client._sync._pool import SyncPool  # noqa: PLC0415

        session = SessionCache()
        session.reported = {}  # so that no call asks for the capabilities of the platform
        return SyncRetryTransport(self.options, SyncPool(self.options), SyncClock(), session)

    def get(self, path: str) -> Any:
        """Return the JSON at a path of the platform."""
        operation = f"GET {path.partition('?')[0]}"
        content = self.transport.request_bytes(Outgoing(operation, b"", "GET", path))
        try:
            return json.loads(content)
        except ValueError as error:
            raise ResponseFormatError(f"{operation}: the response must be JSON", 200, operation=operation) from error

    def post(self, path: str, body: Mapping[str, Any]) -> None:
        """Send JSON to a path of the platform."""
        self.transport.request_bytes(Outgoing(f"POST {path}", json.dumps(body).encode(), "POST", path))

    def reporter(self, sandbox_id: str) -> Reporter:
        """Return the delivery of traces to a sandbox; without an id to the owner of the key."""
        return self._reporters.setdefault(sandbox_id, Reporter(self.options, sandbox_id))

    def close(self) -> None:
        """Close the connections; traces that are queued are still delivered."""
        if "transport" in self.__dict__:
            self.transport.pool.close()


class Reporter:
    """Delivers traces as events of the Keystone wire; it has the `tracing` of a client."""

    def __init__(self, options: Options, sandbox_id: str) -> None:
        self._options = options
        self._path = f"/v1/sandboxes/{quote(sandbox_id, safe='')}/trace" if sandbox_id else "/v1/traces"
        self._tracing: Tracing | None = None

    @property
    def tracing(self) -> Tracing:
        """Settings and counters of tracing, `flush()` and `shutdown()`."""
        if self._tracing is None:
            options = self._options
            key = (options.base_url, str(options.api_key), options.default_headers, self._path)
            identity = hashlib.sha256("\n".join(map(str, key)).encode()).hexdigest()[:32]
            sender = HTTPTraceTransport(options, None, None, self._prepared)
            self._tracing = tracing_for(key, sender, identity)
        return self._tracing

    def _prepared(self, content: bytes) -> Outgoing:
        events = events_of(json.loads(content)["trace"])
        return Outgoing(f"POST {self._path}", json.dumps({"events": events}).encode(), "POST", self._path)
