"""The client of the API."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from .._clock import SyncClock
from .._http import SyncHTTP
from .._options import DEFAULT_TIMEOUT, Options
from .._traces import TraceCalls
from ._account import AccountCalls
from ._agents import AgentCalls
from ._observability import ObservabilityCalls
from ._requests import RequestCalls
from ._runs import RunCalls

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from ashr_labs_api import AuthenticatedClient

    from .._http import SyncTransport

__all__ = ["AshrLabsClient"]


class AshrLabsClient(
    RequestCalls,
    RunCalls,
    AgentCalls,
    AccountCalls,
    ObservabilityCalls,
    TraceCalls,
):
    """Talks to the hosted platform, to a platform of your own, or to the one inside this package.

    Every method answers what the platform sent, as plain dicts; the shapes are in `ashr_labs.types`. Every failure
    is an `AshrLabsError`; the tree is in `ashr_labs.errors`. A client keeps its connections: make one and share it.

    Example:
        >>> with AshrLabsClient.local() as client:
        ...     status = client.health_check()
        >>> status["status"]
        'ok'
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        *,
        transport: SyncTransport | None = None,
    ) -> None:
        """Make a client; nothing is sent yet.

        Args:
            api_key: The key, starting with `tp_`; unless given, the environment's `ASHR_LABS_API_KEY`.
            base_url: The platform's URL; unless given, the environment's `ASHR_LABS_BASE_URL`, else the hosted one.
            timeout: Seconds to wait for each answer.
            transport: An httpx transport to send through instead of the network.

        Raises:
            ConfigurationError: If one of them cannot work; its message never holds the key.
        """
        self._options = Options.resolve(api_key, base_url, timeout)
        self._transport = transport
        self._http = SyncHTTP(self._options, transport)
        self._clock = SyncClock()
        self._session = None
        self._notes = []

    @classmethod
    def from_env(cls, timeout: float = DEFAULT_TIMEOUT) -> Self:
        """Make a client from `ASHR_LABS_API_KEY` and, if set, `ASHR_LABS_BASE_URL`.

        Raises:
            MissingAPIKeyError: If there is no key in the environment.
        """
        return cls(timeout=timeout)

    @classmethod
    def local(cls, path: str | Path | None = None, *, timeout: float = DEFAULT_TIMEOUT) -> Self:
        """Make a client of the platform inside this package: no account, no network, no setup.

        Args:
            path: The SQLite file that keeps everything, made if it is not there; unless given, all is in memory and
                gone when the client is closed.
            timeout: Seconds to wait for each answer.

        Raises:
            ConfigurationError: If the extra `local` is not installed, or another process has the file open.
        """
        # Function-level imports: the platform is optional, and costs a database library.
        from ...local import open_platform  # noqa: PLC0415
        from ...local.transport import LocalTransport  # noqa: PLC0415

        platform = open_platform(path)
        # Nothing resolves this name, the transport hands every request to the platform; it tells clients apart.
        base_url = f"http://embedded.local/{quote(str(path or 'memory')).lstrip('/')}"
        return cls(platform.bootstrap(), base_url, timeout, transport=LocalTransport(platform))

    @cached_property
    def api(self) -> AuthenticatedClient:
        """A client for the generated endpoint functions, over the same connections and with the same errors.

        Example:
            >>> from ashr_labs_api.api.runs import get_run
            >>> from ashr_labs_api.models import GetRunRequest
            >>> answer = get_run.sync(client=client.api, body=GetRunRequest(run_id=7))  # doctest: +SKIP
        """
        # A function-level import: the generated package is big, and most users never call it directly.
        from ashr_labs_api import AuthenticatedClient  # noqa: PLC0415

        client = AuthenticatedClient(base_url=self._options.base_url, token=self._options.api_key)
        return client.set_httpx_client(self._http)

    def close(self) -> None:
        """Close the connections, and the platform of a local client; the client cannot be used any more."""
        self._http.close()
        self._close_traces()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._options.base_url!r}, api_key={self._options.masked_key!r})"
