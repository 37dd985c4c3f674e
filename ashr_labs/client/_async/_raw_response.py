"""The methods of a client that return answers as they came."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from ...errors import ConfigurationError
from .._responses import RawResponse
from ._account import AsyncAccountCalls
from ._agents import AsyncAgentCalls
from ._base import AsyncCalls
from ._datasets import AsyncDatasetCalls
from ._observability import AsyncObservabilityCalls
from ._requests import AsyncRequestCalls
from ._runs import AsyncRunCalls

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["AsyncRawCalls"]

Given = ParamSpec("Given")
Result = TypeVar("Result")


def _raw(
    method: Callable[Concatenate[Any, Given], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[AsyncRawCalls, Given], Coroutine[Any, Any, RawResponse[Result]]]:
    """Return a method that takes the same and returns the answer; of several calls, the last one's."""

    @wraps(method)
    async def call(self: AsyncRawCalls, /, *args: Given.args, **kwargs: Given.kwargs) -> RawResponse[Result]:
        record: list[RawResponse[None]] = []
        client = self._recording(record)  # pyright: ignore[reportPrivateUsage]
        result: Result = await getattr(client, method.__name__)(*args, **kwargs)
        if not record:
            raise ConfigurationError(f"{method.__name__}() sent nothing, so there is no answer")
        answer = record[-1]
        return RawResponse(answer.status_code, answer.headers, answer.body, result)

    return call


class AsyncRawCalls:
    """Has each method of the client that sends; they take the same arguments."""

    def __init__(self, recording: Callable[[list[RawResponse[None]]], AsyncCalls]) -> None:
        self._recording = recording

    create_agent = _raw(AsyncAgentCalls.create_agent)
    create_api_key = _raw(AsyncAccountCalls.create_api_key)
    create_dataset = _raw(AsyncDatasetCalls.create_dataset)
    create_request = _raw(AsyncRequestCalls.create_request)
    create_run = _raw(AsyncRunCalls.create_run)
    delete_agent = _raw(AsyncAgentCalls.delete_agent)
    delete_dataset = _raw(AsyncDatasetCalls.delete_dataset)
    delete_run = _raw(AsyncRunCalls.delete_run)
    generate_dataset = _raw(AsyncRequestCalls.generate_dataset)
    generate_pentest_dataset = _raw(AsyncRequestCalls.generate_pentest_dataset)
    get_agent_datasets = _raw(AsyncAgentCalls.get_agent_datasets)
    get_dataset = _raw(AsyncDatasetCalls.get_dataset)
    get_notes = _raw(AsyncCalls.get_notes)
    get_observability_analytics = _raw(AsyncObservabilityCalls.get_observability_analytics)
    get_observability_errors = _raw(AsyncObservabilityCalls.get_observability_errors)
    get_observability_tool_errors = _raw(AsyncObservabilityCalls.get_observability_tool_errors)
    get_observability_trace = _raw(AsyncObservabilityCalls.get_observability_trace)
    get_request = _raw(AsyncRequestCalls.get_request)
    get_run = _raw(AsyncRunCalls.get_run)
    health_check = _raw(AsyncAccountCalls.health_check)
    ingest_observability_trace = _raw(AsyncObservabilityCalls.ingest_observability_trace)
    init = _raw(AsyncCalls.init)
    list_agents = _raw(AsyncAgentCalls.list_agents)
    list_api_keys = _raw(AsyncAccountCalls.list_api_keys)
    list_datasets = _raw(AsyncDatasetCalls.list_datasets)
    list_observability_traces = _raw(AsyncObservabilityCalls.list_observability_traces)
    list_requests = _raw(AsyncRequestCalls.list_requests)
    list_runs = _raw(AsyncRunCalls.list_runs)
    poll_run = _raw(AsyncRunCalls.poll_run)
    request_pentest_dataset = _raw(AsyncRequestCalls.request_pentest_dataset)
    revoke_api_key = _raw(AsyncAccountCalls.revoke_api_key)
    run_pentest = _raw(AsyncAccountCalls.run_pentest)
    set_dataset_agent = _raw(AsyncAgentCalls.set_dataset_agent)
    update_agent = _raw(AsyncAgentCalls.update_agent)
    update_dataset = _raw(AsyncDatasetCalls.update_dataset)
    wait_for_request = _raw(AsyncRequestCalls.wait_for_request)
