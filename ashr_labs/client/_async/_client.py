"""The API client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..._secret import Secret
from ..._unset import UNSET
from ...errors import ConfigurationError
from .._http import AsyncCustomPool, AsyncHTTPClient
from .._naming import public
from .._options import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT, Options, Timeout, log_to_stderr
from .._retry import AsyncClock
from .._session import SessionCache
from .._tracing import TracingMethods
from ._account import AsyncAccountMethods
from ._agents import AsyncAgentMethods
from ._observability import AsyncObservabilityMethods
from ._requests import AsyncRequestMethods
from ._runs import AsyncRunMethods
from ._transport import AsyncRetryTransport

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from ssl import SSLContext
    from types import TracebackType
    from typing import Self

    from ashr_labs_api import AuthenticatedClient

    from ..._unset import Unset
    from .._http import AsyncTransport
    from .._responses import RawResponse
    from ._alerts import AsyncAlertMethods
    from ._experiments import AsyncExperimentMethods
    from ._export import AsyncExportMethods
    from ._hosting import AsyncHostingMethods
    from ._labels import AsyncLabelMethods
    from ._pool import AsyncPool
    from ._prompts import AsyncPromptMethods
    from ._raw_response import AsyncRawResponseMethods
    from ._records import AsyncRecordMethods
    from ._sandboxes import AsyncSandboxMethods
    from ._scoring import AsyncScoringMethods
    from ._snapshots import AsyncSnapshotMethods
    from ._specs import AsyncSpecMethods

__all__ = ["AsyncAshrLabsClient"]


@public
class AsyncAshrLabsClient(
    AsyncRequestMethods,
    AsyncRunMethods,
    AsyncAgentMethods,
    AsyncAccountMethods,
    AsyncObservabilityMethods,
    TracingMethods,
):
    """Client for the Ashr Labs API: hosted, self-hosted or embedded in this package.

    Methods return what the platform sent, as plain dicts; their types are in `ashr_labs.types`. Every error is an
    `AshrLabsError`; the classes are in `ashr_labs.errors`. A client keeps its connections: create one and share it.

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
        timeout: float | Timeout | None = DEFAULT_TIMEOUT,
        *,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str] | None = None,
        proxy: str | None = None,
        verify: bool | str | SSLContext = True,
        http_client: AsyncHTTPClient | None = None,
        transport: AsyncTransport | None = None,
        pickle_api_key: bool = False,
    ) -> None:
        """Create a client; nothing is sent yet.

        Args:
            api_key: The API key, which starts with `tp_`; defaults to the environment's `ASHR_LABS_API_KEY`.
            base_url: The platform's URL; defaults to the environment's `ASHR_LABS_BASE_URL`, else the hosted platform.
            timeout: Seconds for each network operation, or a `Timeout`; None sets no limit.
            max_retries: Further attempts of a call that failed and may be repeated.
            default_headers: Additional headers of every request.
            proxy: URL of a proxy; defaults to the proxy settings of the environment.
            verify: True to trust the usual certificate authorities, a path to others, an `ssl.SSLContext`, or False.
            http_client: An httpx client to send through; its own proxy and TLS settings apply, and it stays open
                when this client is closed.
            transport: An httpx transport to send through instead of the network; it is closed with this client.
            pickle_api_key: Allow pickles to contain the key. By default it is left out, and read from the environment
                again where the client is unpickled.

        Raises:
            ConfigurationError: If an option is invalid; the message never contains the key.
        """
        api_key = Secret(api_key) if isinstance(api_key, str) else api_key  # masked in tracebacks with local variables
        options = Options.from_args(
            api_key,
            base_url,
            timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            proxy=proxy,
            verify=verify,
            pickle_api_key=pickle_api_key,
        )
        self._open(options, transport, http_client)

    @classmethod
    def from_env(cls, timeout: float | Timeout | None = DEFAULT_TIMEOUT) -> Self:
        """Create a client from `ASHR_LABS_API_KEY` and, if set, `ASHR_LABS_BASE_URL`.

        Raises:
            MissingAPIKeyError: If the environment has no key.
        """
        return cls(timeout=timeout)

    @classmethod
    def local(cls, path: str | Path | None = None, *, timeout: float | Timeout | None = DEFAULT_TIMEOUT) -> Self:
        """Create a client of the embedded platform: no account, no network, no setup.

        Args:
            path: The SQLite file to store everything in, created if it does not exist, or the URL of a PostgreSQL
                database, such as `postgresql://user@host/database`; by default everything is in memory and lost when
                the client is closed.
            timeout: Seconds to wait for each response.

        Raises:
            ConfigurationError: If the extra `local` (for PostgreSQL also `postgres`) is not installed, or the database
                cannot be used, such as a file that another process has open.
        """
        # Function-level imports: the platform is optional and loads a database library.
        from ...local import open_platform  # noqa: PLC0415
        from ...local.transport import LocalTransport  # noqa: PLC0415

        platform = open_platform(path)
        transport = LocalTransport(platform)
        return cls(platform.bootstrap(), transport.base_url, timeout, transport=transport)

    def with_options(
        self,
        *,
        api_key: str | Unset | None = UNSET,
        timeout: float | Timeout | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        default_headers: Mapping[str, str] | Unset | None = UNSET,
        idempotency_key: str | Unset | None = UNSET,
    ) -> Self:
        """Return a client that shares the connections and has other options; closing one closes both.

        Options that are not given are kept.

        Args:
            api_key: Another key; None reads it from the environment.
            timeout: Another timeout; None sets no limit.
            max_retries: Another number of further attempts.
            default_headers: Additional headers of every request, in place of the present ones; None removes those.
            idempotency_key: Your own key for one write: the platform performs it once, however often it is sent.
                None, the default, gives each write a new key, which its attempts share.

        Example:
            >>> run = client.with_options(idempotency_key="nightly-7").create_run(1, {})  # doctest: +SKIP
        """
        api_key = Secret(api_key) if isinstance(api_key, str) else api_key  # as in the constructor
        options = self._options.replace(
            api_key=api_key,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            idempotency_key=idempotency_key,
        )
        return self._sibling(options)

    @property
    def with_raw_response(self) -> AsyncRawResponseMethods:
        """The same methods, each returning a `RawResponse` with status, headers, request id and body.

        Example:
            >>> response = await client.with_raw_response.get_run(7)  # doctest: +SKIP
            >>> print(response.status_code, response.request_id)  # doctest: +SKIP
        """
        # A function-level import: few users need it.
        from ._raw_response import AsyncRawResponseMethods  # noqa: PLC0415

        return AsyncRawResponseMethods(lambda raw: self._sibling(self._options, raw))

    @cached_property
    def sandboxes(self) -> AsyncSandboxMethods:
        """Sandboxes of the embedded platform."""
        # A function-level import: few users need it.
        from ._sandboxes import AsyncSandboxMethods  # noqa: PLC0415

        return AsyncSandboxMethods(self._transport)

    @cached_property
    def experiments(self) -> AsyncExperimentMethods:
        """Experiments: `create()`, `list()`, `get()`, `run()`, `run_and_wait()`, `cancel()`, `compare()` and others.

        Example:
            >>> experiment = await client.experiments.create("nightly", "fix-failing-test")  # doctest: +SKIP
        """
        # A function-level import: few users need it.
        from ._experiments import AsyncExperimentMethods  # noqa: PLC0415

        return AsyncExperimentMethods(self._transport)

    @cached_property
    def hosting(self) -> AsyncHostingMethods:
        """Deployed agents: `deploy()`, `create_session()`, `stream()`, and what belongs to sessions.

        Example:
            >>> session = await client.hosting.create_session("my-agent")  # doctest: +SKIP
            >>> reply = await session.send("Hello!")  # doctest: +SKIP
        """
        # A function-level import: few users need it.
        from ._hosting import AsyncHostingMethods  # noqa: PLC0415

        return AsyncHostingMethods(self._transport)

    @cached_property
    def export(self) -> AsyncExportMethods:
        """Exports: `experiment()`, `iter_bytes()`, `traces()`, `spans()`, `scenarios()`, `scores()` and `trace()`.

        Example:
            >>> exported = await client.export.experiment("exp-7")  # doctest: +SKIP
        """
        # A function-level import: few users need it.
        from ._export import AsyncExportMethods  # noqa: PLC0415

        return AsyncExportMethods(self._transport)

    @cached_property
    def specs(self) -> AsyncSpecMethods:
        """The specs of sandboxes: `create()`, `create_from_file()`, `get()`, `list()` and `delete()`.

        Example:
            >>> spec = await client.specs.create("id: fix-failing-test")  # doctest: +SKIP
        """
        # A function-level import: few users need it.
        from ._specs import AsyncSpecMethods  # noqa: PLC0415

        return AsyncSpecMethods(self._transport)

    @cached_property
    def api(self) -> AuthenticatedClient:
        """A client for the generated endpoint functions, with the same connections, retries and errors.

        Example:
            >>> from ashr_labs_api.api.runs import get_run
            >>> from ashr_labs_api.models import GetRunRequest
            >>> response = await get_run.asyncio(client=client.api, body=GetRunRequest(run_id=7))  # doctest: +SKIP
        """
        # A function-level import: the generated package is big, and few users call it directly.
        from ashr_labs_api import AuthenticatedClient  # noqa: PLC0415

        url = self._options.base_url
        client = AuthenticatedClient(base_url=url, token=self._options.api_key)
        return client.set_async_httpx_client(AsyncHTTPClient(transport=self._transport, base_url=url))

    @cached_property
    def alerts(self) -> AsyncAlertMethods:
        """The alerts: `create()`, `list()`, `get()`, `firings()` and `delete()`.

        Example:
            >>> alert = await client.alerts.create("failing", "pass_rate < 0.8", "none")  # doctest: +SKIP
        """
        # A function-level import: few users need it.
        from ._alerts import AsyncAlertMethods  # noqa: PLC0415

        return AsyncAlertMethods(self._transport)

    @cached_property
    def labels(self) -> AsyncLabelMethods:
        """The labels: `label_test()`, `label_trace()`, `list()`, `queue()`, `agreement()` and `delete()`.

        Example:
            >>> label = await client.labels.label_test(7, "refund", "failed", comment="too late")  # doctest: +SKIP
        """
        # A function-level import: few users need it.
        from ._labels import AsyncLabelMethods  # noqa: PLC0415

        return AsyncLabelMethods(self._transport)

    @cached_property
    def prompts(self) -> AsyncPromptMethods:
        """The prompts: `create()`, `get()`, `list()`, `versions()`, `set_tag()`, `render()` and `delete()`.

        Example:
            >>> prompt = await client.prompts.get("greeting", tag="production")  # doctest: +SKIP
            >>> text = prompt.render(name="Ada")  # doctest: +SKIP
        """
        # A function-level import: few users need it.
        from ._prompts import AsyncPromptMethods  # noqa: PLC0415

        return AsyncPromptMethods(self._transport)

    @cached_property
    def records(self) -> AsyncRecordMethods:
        """The datasets of records: `create()`, `list()`, `get()`, `add()`, `from_traces()`, `remove()` and `delete()`.

        Example:
            >>> dataset = await client.records.get("ds_7", tags=["pro"])  # doctest: +SKIP
        """
        # A function-level import: few users need it.
        from ._records import AsyncRecordMethods  # noqa: PLC0415

        return AsyncRecordMethods(self._transport)

    @cached_property
    def scoring(self) -> AsyncScoringMethods:
        """Scoring rules, and scores of experiments: `create_rule()`, `score_experiment()`, `get_scores()` and others.

        Example:
            >>> rules = await client.scoring.list_rules()  # doctest: +SKIP
        """
        # A function-level import: few users need it.
        from ._scoring import AsyncScoringMethods  # noqa: PLC0415

        return AsyncScoringMethods(self._transport)

    @cached_property
    def snapshots(self) -> AsyncSnapshotMethods:
        """The snapshots of agents: `upload()`, `list()`, `versions()`, `get()`, `download()` and `delete()`.

        Example:
            >>> await client.snapshots.upload("support", "./agent", ["python", "main.py"])  # doctest: +SKIP
            <AsyncSnapshot snap_1 support@1>
        """
        # A function-level import: few users need it.
        from ._snapshots import AsyncSnapshotMethods  # noqa: PLC0415

        return AsyncSnapshotMethods(self._transport)

    async def aclose(self) -> None:
        """Close the connections, and the embedded platform of a local client; the client cannot be used afterwards."""
        while self._is_sending_traces():
            await self._transport.clock.sleep(0.002)
        self._close_tracing()
        await self._transport.pool.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def api_key(self) -> str:
        """The API key; its `repr` is masked."""
        return self._options.api_key

    @property
    def base_url(self) -> str:
        """The URL of every call."""
        return self._options.base_url

    @property
    def timeout(self) -> float | Timeout:
        """Seconds for each network operation, or the `Timeout` if one was given."""
        timeout = self._options.timeout
        return timeout.default if timeout == Timeout(timeout.default) else timeout

    def __repr__(self) -> str:
        options: Options | None = self.__dict__.get("_options")
        if options is None:  # in a traceback of the constructor, or a subclass that does not call it
            return f"<{type(self).__name__}, not initialized>"
        return f"{type(self).__name__}(base_url={options.base_url!r}, api_key={options.api_key!r})"

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the options; connections and, by default, the key are left out."""
        if self._custom_transport != (None, None):
            raise TypeError("a client of a platform, transport or httpx client in this process cannot be pickled")
        if not isinstance(self._options.verify, bool | str):
            raise TypeError("a client with an ssl.SSLContext cannot be pickled; pass a path to certificates as verify=")
        return _unpickled, (type(self), self._options)

    def _open(self, options: Options, transport: AsyncTransport | None, http_client: AsyncHTTPClient | None) -> None:
        log_to_stderr()
        # Sync and async httpx classes look alike and would fail in puzzling ways.
        if http_client is not None and not isinstance(http_client, AsyncHTTPClient):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigurationError(f"http_client must be an httpx.AsyncClient, got {type(http_client).__name__}")
        if transport is not None and not hasattr(transport, "handle_async_request"):
            raise ConfigurationError(
                f"transport must have the method handle_async_request(), got {type(transport).__name__}"
            )
        self._options = options
        self._custom_transport = (transport, http_client)
        pool = _new_pool(options, transport, http_client)
        self._transport = AsyncRetryTransport(options, pool, AsyncClock(), SessionCache())

    def _sibling(self, options: Options, raw: list[RawResponse[None]] | None = None) -> Self:
        transport = self._transport
        session = transport.session if options.api_key == self._options.api_key else SessionCache()
        sibling = object.__new__(type(self))
        sibling.__dict__.update(self.__dict__)
        for name in filter(_is_bound_to_transport, self.__dict__):
            del sibling.__dict__[name]
        sibling.__dict__.pop("_opened_tracing", None)
        sibling._options = options
        sibling._transport = AsyncRetryTransport(options, transport.pool, transport.clock, session, raw)
        return sibling


def _is_bound_to_transport(name: str) -> bool:
    """Return True for the objects that a client makes once, such as `prompts`: a sibling makes its own."""
    return isinstance(getattr(AsyncAshrLabsClient, name, None), cached_property)


def _new_pool(
    options: Options, transport: AsyncTransport | None, http_client: AsyncHTTPClient | None
) -> AsyncPool | AsyncCustomPool:
    if transport is not None or http_client is not None:
        return AsyncCustomPool(transport, http_client)
    # A function-level import: it loads the network library, which a client of the embedded platform does without.
    from ._pool import AsyncPool  # noqa: PLC0415

    return AsyncPool(options)


def _unpickled(cls: type[AsyncAshrLabsClient], options: Options) -> AsyncAshrLabsClient:
    client = object.__new__(cls)
    client._open(options, None, None)  # pyright: ignore[reportPrivateUsage]
    return client
