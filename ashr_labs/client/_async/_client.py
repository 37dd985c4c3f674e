"""The client of the API."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from ...errors import ConfigurationError
from .._async_pool import AsyncPool
from .._clock import AsyncClock
from .._http import AsyncHTTPClient
from .._logging import turn_on
from .._options import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT, Options, Timeout
from .._session import Memory
from .._tracing import TraceCalls
from ._account import AsyncAccountCalls
from ._agents import AsyncAgentCalls
from ._observability import AsyncObservabilityCalls
from ._requests import AsyncRequestCalls
from ._runs import AsyncRunCalls
from ._transport import AsyncGate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from ssl import SSLContext
    from types import TracebackType
    from typing import Self

    from ashr_labs_api import AuthenticatedClient

    from .._http import AsyncTransport
    from .._responses import RawResponse
    from ._raw_response import AsyncRawCalls

__all__ = ["AsyncAshrLabsClient"]


class AsyncAshrLabsClient(
    AsyncRequestCalls,
    AsyncRunCalls,
    AsyncAgentCalls,
    AsyncAccountCalls,
    AsyncObservabilityCalls,
    TraceCalls,
):
    """Talks to the hosted platform, to a platform of your own, or to the one inside this package.

    Every method answers what the platform sent, as plain dicts; the shapes are in `ashr_labs.types`. Every failure
    is an `AshrLabsError`; the tree is in `ashr_labs.errors`. A client keeps its connections: make one and share it.

    Example:
        >>> async with AsyncAshrLabsClient.local() as client:
        ...     status = await client.health_check()
        >>> status["status"]
        'ok'
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | Timeout = DEFAULT_TIMEOUT,
        *,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str] | None = None,
        proxy: str | None = None,
        verify: bool | str | SSLContext = True,
        http_client: AsyncHTTPClient | None = None,
        transport: AsyncTransport | None = None,
    ) -> None:
        """Make a client; nothing is sent yet.

        Args:
            api_key: The key, starting with `tp_`; unless given, the environment's `ASHR_LABS_API_KEY`.
            base_url: The platform's URL; unless given, the environment's `ASHR_LABS_BASE_URL`, else the hosted one.
            timeout: Seconds to wait for the network at each step, or a `Timeout` that says more.
            max_retries: How often a call is tried again that failed and may be repeated.
            default_headers: More headers for every request.
            proxy: URL of a proxy; unless given, what the environment sets.
            verify: Whom to trust: True for the usual authorities, a path to others, an `ssl.SSLContext`, or False.
            http_client: An httpx client of your own to send through; `proxy` and `verify` are then its affair, and
                it stays open when this client is closed.
            transport: An httpx transport to send through instead of the network; it is closed with this client.

        Raises:
            ConfigurationError: If one of them cannot work; its message never holds the key.
        """
        options = Options.resolve(
            api_key,
            base_url,
            timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            proxy=proxy,
            verify=verify,
        )
        self._open(options, transport, http_client)

    @classmethod
    def from_env(cls, timeout: float | Timeout = DEFAULT_TIMEOUT) -> Self:
        """Make a client from `ASHR_LABS_API_KEY` and, if set, `ASHR_LABS_BASE_URL`.

        Raises:
            MissingAPIKeyError: If there is no key in the environment.
        """
        return cls(timeout=timeout)

    @classmethod
    def local(cls, path: str | Path | None = None, *, timeout: float | Timeout = DEFAULT_TIMEOUT) -> Self:
        """Make a client of the platform inside this package: no account, no network, no setup.

        Args:
            path: The SQLite file that keeps everything, made if it is not there, or the URL of a PostgreSQL database,
                such as `postgresql://user@host/database`; unless given, all is in memory and gone when the client is
                closed.
            timeout: Seconds to wait for each answer.

        Raises:
            ConfigurationError: If the extra `local` (for PostgreSQL also `postgres`) is not installed, or the database
                cannot be used, such as a file that another process has open.
        """
        # Function-level imports: the platform is optional, and costs a database library.
        from ...local import open_platform  # noqa: PLC0415
        from ...local.transport import LocalTransport  # noqa: PLC0415

        platform = open_platform(path)
        # Nothing resolves this name, the transport hands every request to the platform; it tells clients apart.
        base_url = f"http://embedded.local/{quote(platform.label).lstrip('/')}"
        return cls(platform.bootstrap(), base_url, timeout, transport=LocalTransport(platform))

    def with_options(
        self,
        *,
        api_key: str | None = None,
        timeout: float | Timeout | None = None,
        max_retries: int | None = None,
        default_headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Self:
        """Return a client over the same connections with other settings; closing one closes both.

        Args:
            api_key: Another key.
            timeout: Another timeout.
            max_retries: Another number of further tries.
            default_headers: Other headers for every request, in the place of those before.
            idempotency_key: Your own key for one write: however often it is sent, the platform does it once. Without
                one each write has a new key, which stays the same over its tries.

        Example:
            >>> run = client.with_options(idempotency_key="nightly-7").create_run(1, {})  # doctest: +SKIP
        """
        options = self._options.changed(
            api_key=api_key,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            idempotency_key=idempotency_key,
        )
        return self._sibling(options)

    @property
    def with_raw_response(self) -> AsyncRawCalls:
        """The same methods, each returning the answer as it came: status, headers, request id and body.

        Example:
            >>> answer = await client.with_raw_response.get_run(7)  # doctest: +SKIP
            >>> print(answer.status_code, answer.request_id)  # doctest: +SKIP
        """
        # A function-level import, as for all that few users need.
        from ._raw_response import AsyncRawCalls  # noqa: PLC0415

        return AsyncRawCalls(lambda record: self._sibling(self._options, record))

    @cached_property
    def api(self) -> AuthenticatedClient:
        """A client for the generated endpoint functions, over the same connections and with the same errors.

        Example:
            >>> from ashr_labs_api.api.runs import get_run
            >>> from ashr_labs_api.models import GetRunRequest
            >>> answer = await get_run.asyncio(client=client.api, body=GetRunRequest(run_id=7))  # doctest: +SKIP
        """
        # A function-level import: the generated package is big, and most users never call it directly.
        from ashr_labs_api import AuthenticatedClient  # noqa: PLC0415

        url = self._options.base_url
        client = AuthenticatedClient(base_url=url, token=self._options.api_key)
        return client.set_async_httpx_client(AsyncHTTPClient(transport=self._gate, base_url=url))

    async def aclose(self) -> None:
        """Close the connections, and the platform of a local client; the client cannot be used any more."""
        while self._traces_are_under_way():
            await self._gate.clock.sleep(0.002)
        self._close_traces()
        await self._gate.pool.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._options.base_url!r}, api_key={self._options.masked_key!r})"

    def __reduce__(self) -> tuple[object, ...]:
        """Let the settings travel to another process; connections, and a key of the environment, stay."""
        if self._gate.pool.transport or self._gate.pool.http_client:
            raise TypeError("a client of a platform, transport or httpx client in this process cannot be pickled")
        if not isinstance(self._options.verify, bool | str):
            raise TypeError("a client with an ssl.SSLContext cannot be pickled; give verify= a path to certificates")
        return _restored, (type(self), self._options.packed())

    def _open(self, options: Options, transport: AsyncTransport | None, http_client: AsyncHTTPClient | None) -> None:
        turn_on()
        # Those of the other world have the same names, and would fail in puzzling ways.
        if http_client is not None and not isinstance(http_client, AsyncHTTPClient):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigurationError(f"http_client is a {type(http_client).__name__}; give an httpx.AsyncClient")
        if transport is not None and not hasattr(transport, "handle_async_request"):
            raise ConfigurationError(f"transport: {type(transport).__name__} has no handle_async_request()")
        self._options = options
        self._gate = AsyncGate(options, AsyncPool(options, transport, http_client), AsyncClock(), Memory())
        self._sends_over = (transport, http_client)

    def _sibling(self, options: Options, record: list[RawResponse[None]] | None = None) -> Self:
        gate = self._gate
        memory = gate.memory if options.api_key == self._options.api_key else Memory()
        sibling = object.__new__(type(self))
        sibling.__dict__.update(self.__dict__)
        sibling.__dict__.pop("api", None)
        sibling.__dict__.pop("tracing", None)
        sibling._options = options
        sibling._gate = AsyncGate(options, gate.pool, gate.clock, memory, record)
        return sibling


def _restored(cls: type[AsyncAshrLabsClient], options: Options) -> AsyncAshrLabsClient:
    client = object.__new__(cls)
    client._open(options.unpacked(), None, None)  # pyright: ignore[reportPrivateUsage]
    return client
