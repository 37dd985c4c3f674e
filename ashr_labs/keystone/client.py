"""The client of `polarity-keystone`: its names, on the transport and tracing of this package."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Required, Self, TypedDict, TypeVar

from .. import instrumentation
from ..client._outgoing import resource
from ..tracing.instrument import call_parent
from ._connection import Connection, connection_options, setting
from ._past_call import PastCall
from .errors import KeystoneError, as_keystone_error
from .tracing import init_tracing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Unpack

    from ._connection import Reporter
    from .agents import AgentService
    from .alerts import AlertService
    from .datasets import DatasetService
    from .experiments import ExperimentService
    from .export import ExportService
    from .prompts import PromptService
    from .sandboxes import SandboxHandle, SandboxService
    from .scoring import ScoringService
    from .specs import SpecService

__all__ = ["Keystone", "LLMCall", "Polarity"]

T = TypeVar("T")
_log = logging.getLogger("ashr_labs.keystone")
_CLIENTS = {"openai": "openai-client", "anthropic": "anthropic-client"}
"""The labels of clients, by the first part of their module."""


class LLMCall(TypedDict, total=False):
    """The arguments of `Keystone.record_llm_call()`."""

    provider: Required[str]
    """Such as `openai`."""
    model: Required[str]
    """The model that replied."""
    input_tokens: Required[int]
    output_tokens: Required[int]
    duration_ms: Required[float]
    requested_model: str | None
    """Defaults to `model`."""
    cache_tokens: int
    """The part of the input that was read from a cache."""
    reasoning_tokens: int
    """The part of the output that is reasoning."""
    input_messages: Any
    output_text: str
    tool_calls: Sequence[Mapping[str, Any]] | None
    """Each with `name` and `arguments`."""
    status: str
    """`ok` or `error`."""
    error_type: str | None
    metadata: Mapping[str, Any] | None
    span_id: str | None
    parent_span_id: str | None


_CALL_DEFAULTS: LLMCall = {
    "provider": "",
    "model": "",
    "input_tokens": 0,
    "output_tokens": 0,
    "duration_ms": 0,
    "requested_model": None,
    "cache_tokens": 0,
    "reasoning_tokens": 0,
    "input_messages": None,
    "output_text": "",
    "tool_calls": None,
    "status": "ok",
    "error_type": None,
    "metadata": None,
    "span_id": None,
    "parent_span_id": None,
}


class Keystone:
    """A client with the names of `polarity-keystone`: of its platform, or of this package's own.

    Requests are retried and end at a deadline, and traces are delivered in the background, as with `AshrLabsClient`.

    Args:
        api_key: The API key; defaults to `POLARITY_API_KEY` or `KEYSTONE_API_KEY` in the environment.
        base_url: The platform's URL; defaults to `POLARITY_BASE_URL` or `KEYSTONE_BASE_URL`, else, if there is a key,
            the documented host.
        timeout: Seconds for each network operation.
        workspace: The workspace of all requests; defaults to `POLARITY_WORKSPACE` or `KEYSTONE_WORKSPACE`.

    Raises:
        ConfigurationError: An option is malformed, or there is neither a key nor a URL.

    Example:
        >>> from ashr_labs.keystone import Keystone
        >>> ks = Keystone(base_url="http://127.0.0.1:8808")
        >>> ks.health()  # doctest: +SKIP
        {'status': 'ok'}
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = 30,
        workspace: str | None = None,
    ) -> None:
        self._http = Connection(connection_options(api_key, base_url, timeout, workspace))

    @cached_property
    def experiments(self) -> ExperimentService:
        """The experiments: `create()`, `run()`, `run_and_wait()`, `get()`, `list()`, `compare()` and `metrics()`."""
        from .experiments import ExperimentService  # noqa: PLC0415 - as for specs

        return ExperimentService(self._http)

    @cached_property
    def agents(self) -> AgentService:
        """The snapshots of agents: `upload()`, `get()`, `get_by_id()`, `list()`, `list_versions()` and `delete()`."""
        from .agents import AgentService  # noqa: PLC0415 - as for specs

        return AgentService(self._http)

    @cached_property
    def export(self) -> ExportService:
        """The exports: `experiment()`, `traces()`, `spans()`, `scenarios()`, `scores()` and `trace()`."""
        from .export import ExportService  # noqa: PLC0415 - as for specs

        return ExportService(self._http)

    @cached_property
    def scoring(self) -> ScoringService:
        """The scoring: `create_rule()`, `list_rules()`, `delete_rule()`, `score_experiment()` and `get_scores()`."""
        from .scoring import ScoringService  # noqa: PLC0415 - as for specs

        return ScoringService(self._http)

    @cached_property
    def datasets(self) -> DatasetService:
        """The datasets of records: `create()`, `list()`, `get()`, `add_records()`, `from_traces()` and others."""
        from .datasets import DatasetService  # noqa: PLC0415 - as for specs

        return DatasetService(self._http)

    @cached_property
    def alerts(self) -> AlertService:
        """The alerts: `create()`, `list()` and `delete()`."""
        from .alerts import AlertService  # noqa: PLC0415 - as for specs

        return AlertService(self._http)

    @cached_property
    def sandboxes(self) -> SandboxService:
        """The sandboxes: `create()`, `get()`, `list()`, `run_command()`, files, state, difference and traces."""
        from .sandboxes import SandboxService  # noqa: PLC0415 - as for specs

        return SandboxService(self._http)

    @cached_property
    def specs(self) -> SpecService:
        """The specs of sandboxes: `create()`, `create_from_file()`, `get()`, `list()` and `delete()`."""
        # A function-level import: a client that only traces does without it.
        from .specs import SpecService  # noqa: PLC0415

        return SpecService(self._http)

    def __repr__(self) -> str:
        options = self._http.options
        return f"{type(self).__name__}(base_url={options.base_url!r}, api_key={options.api_key!r})"

    @cached_property
    def prompts(self) -> PromptService:
        """The prompts: `create()`, `get()`, `list()`, `delete()` and `render()`."""
        # A function-level import, as most users of a client have no prompts.
        from .prompts import PromptService  # noqa: PLC0415

        return PromptService(self._http)

    @classmethod
    @as_keystone_error
    def from_sandbox(cls) -> tuple[Self, SandboxHandle]:
        """Return a client and the sandbox that this process runs in, from the environment.

        Raises:
            KeystoneError: `KEYSTONE_SANDBOX_ID` is not set, or the sandbox cannot be read.
        """
        sandbox_id = setting("SANDBOX_ID")
        if not sandbox_id:
            raise KeystoneError(0, "KEYSTONE_SANDBOX_ID is not set: this process does not run in a sandbox")
        client = cls()
        return client, client.sandboxes.get(sandbox_id)

    @as_keystone_error
    def health(self) -> dict[str, Any]:
        """Return `{"status": "ok"}` if the platform answers; needs no key.

        Raises:
            KeystoneError: It does not.
        """
        answer: dict[str, Any] = self._http.transport.request(resource("get_health"))
        return answer

    def init_tracing(self, sandbox_id: str | None = None, *, otel_tracer: Any = None) -> None:
        """Deliver the spans of `traced` functions and of recorded libraries, from now on and in all threads.

        Does nothing without a sandbox and an API key.

        Args:
            sandbox_id: The sandbox that they belong to; defaults to `KEYSTONE_SANDBOX_ID`, else the owner of the key.
            otel_tracer: An OpenTelemetry tracer that receives a copy of each span, with `gen_ai.*` attributes.
        """
        if (reporter := self._reporter(sandbox_id)) is not None:
            init_tracing(reporter, otel_tracer=otel_tracer)

    def wrap(
        self, client: T, sandbox_id: str | None = None, *, tracing: bool = True, auto_instrument: bool = True
    ) -> T:
        """Record the calls of a client of a language model; return the same client.

        Args:
            client: A client of OpenAI, Anthropic, Mistral or Google GenAI, synchronous or asynchronous.
            sandbox_id: The sandbox that the calls belong to; defaults to `KEYSTONE_SANDBOX_ID`, else the owner of the
                key.
            tracing: Whether to deliver the spans of `traced` functions too.
            auto_instrument: Whether to record all supported libraries in this process; implies `tracing`.

        Raises:
            TypeError: It is not a client of a supported library.
        """
        wrapped = instrumentation.wrap(client, reports_to=self._reporter(sandbox_id))
        self._start(sandbox_id, tracing=tracing, auto_instrument=auto_instrument)
        return wrapped

    def observe(
        self,
        *,
        clients: Sequence[Any] | None = None,
        tracing: bool = True,
        auto_instrument: bool = True,
        sandbox_id: str | None = None,
    ) -> list[str]:
        """Record clients, `traced` functions and libraries; return the labels of all that are recorded.

        Args:
            clients: Clients of language models; those of other kinds are skipped, and logged.
            tracing: As for `wrap`.
            auto_instrument: As for `wrap`.
            sandbox_id: As for `wrap`.
        """
        labels: list[str] = []
        for client in clients or ():
            try:
                instrumentation.wrap(client, reports_to=self._reporter(sandbox_id))
            except TypeError as error:
                _log.warning("observe: %s", error)
            else:
                labels.append(_label(client))
        return labels + self._start(sandbox_id, tracing=tracing, auto_instrument=auto_instrument)

    def record_llm_call(self, *, sandbox_id: str | None = None, **call: Unpack[LLMCall]) -> None:
        """Record a call of a language model that has ended; never raises, and never waits.

        It becomes a child of the active span, if there is one.

        Args:
            sandbox_id: The sandbox that it belongs to; defaults to `KEYSTONE_SANDBOX_ID`; empty for none.
            **call: The call, see `LLMCall`.
        """
        with suppress(Exception):
            given: Mapping[str, Any] = {**_CALL_DEFAULTS, **call}
            found = call_parent(f"{given['provider']}.create", self._reporter(sandbox_id))
            if found is None:
                return
            parent, trace = found
            if parent._state.is_open:  # pyright: ignore[reportPrivateUsage]
                PastCall(parent, given)
            if trace is not None:
                trace.end()

    def close(self) -> None:
        """Close the connections; traces that are queued are still delivered."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _reporter(self, sandbox_id: str | None) -> Reporter | None:
        """Return the delivery of traces; None if there is neither a sandbox nor a key."""
        named = setting("SANDBOX_ID") if sandbox_id is None else sandbox_id
        return self._http.reporter(named) if named or self._http.options.api_key else None

    def _start(self, sandbox_id: str | None, *, tracing: bool, auto_instrument: bool) -> list[str]:
        if tracing or auto_instrument:
            self.init_tracing(sandbox_id)
        return (["tracing"] if tracing else []) + (instrumentation.auto_instrument() if auto_instrument else [])


class Polarity(Keystone):
    """Another name of `Keystone`."""


def _label(client: object) -> str:
    kind = type(client)
    package = kind.__module__.partition(".")[0]
    return _CLIENTS.get(package, f"{kind.__module__}.{kind.__qualname__}")
