"""The methods of a client that return answers as they came."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from ...errors import ConfigurationError
from .._responses import RawResponse
from ._account import AccountCalls
from ._agents import AgentCalls
from ._base import Calls
from ._datasets import DatasetCalls
from ._observability import ObservabilityCalls
from ._requests import RequestCalls
from ._runs import RunCalls

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RawCalls"]

Given = ParamSpec("Given")
Result = TypeVar("Result")


def _raw(
    method: Callable[Concatenate[Any, Given], Result],
) -> Callable[Concatenate[RawCalls, Given], RawResponse[Result]]:
    """Return a method that takes the same and returns the answer; of several calls, the last one's."""

    @wraps(method)
    def call(self: RawCalls, /, *args: Given.args, **kwargs: Given.kwargs) -> RawResponse[Result]:
        record: list[RawResponse[None]] = []
        client = self._recording(record)  # pyright: ignore[reportPrivateUsage]
        result: Result = getattr(client, method.__name__)(*args, **kwargs)
        if not record:
            raise ConfigurationError(f"{method.__name__}() sent nothing, so there is no answer")
        answer = record[-1]
        return RawResponse(answer.status_code, answer.headers, answer.body, result)

    return call


class RawCalls:
    """Has each method of the client that sends; they take the same arguments."""

    def __init__(self, recording: Callable[[list[RawResponse[None]]], Calls]) -> None:
        self._recording = recording

    create_agent = _raw(AgentCalls.create_agent)
    create_api_key = _raw(AccountCalls.create_api_key)
    create_dataset = _raw(DatasetCalls.create_dataset)
    create_request = _raw(RequestCalls.create_request)
    create_run = _raw(RunCalls.create_run)
    delete_agent = _raw(AgentCalls.delete_agent)
    delete_dataset = _raw(DatasetCalls.delete_dataset)
    delete_run = _raw(RunCalls.delete_run)
    generate_dataset = _raw(RequestCalls.generate_dataset)
    generate_pentest_dataset = _raw(RequestCalls.generate_pentest_dataset)
    get_agent_datasets = _raw(AgentCalls.get_agent_datasets)
    get_dataset = _raw(DatasetCalls.get_dataset)
    get_notes = _raw(Calls.get_notes)
    get_observability_analytics = _raw(ObservabilityCalls.get_observability_analytics)
    get_observability_errors = _raw(ObservabilityCalls.get_observability_errors)
    get_observability_tool_errors = _raw(ObservabilityCalls.get_observability_tool_errors)
    get_observability_trace = _raw(ObservabilityCalls.get_observability_trace)
    get_request = _raw(RequestCalls.get_request)
    get_run = _raw(RunCalls.get_run)
    health_check = _raw(AccountCalls.health_check)
    ingest_observability_trace = _raw(ObservabilityCalls.ingest_observability_trace)
    init = _raw(Calls.init)
    list_agents = _raw(AgentCalls.list_agents)
    list_api_keys = _raw(AccountCalls.list_api_keys)
    list_datasets = _raw(DatasetCalls.list_datasets)
    list_observability_traces = _raw(ObservabilityCalls.list_observability_traces)
    list_requests = _raw(RequestCalls.list_requests)
    list_runs = _raw(RunCalls.list_runs)
    poll_run = _raw(RunCalls.poll_run)
    request_pentest_dataset = _raw(RequestCalls.request_pentest_dataset)
    revoke_api_key = _raw(AccountCalls.revoke_api_key)
    run_pentest = _raw(AccountCalls.run_pentest)
    set_dataset_agent = _raw(AgentCalls.set_dataset_agent)
    update_agent = _raw(AgentCalls.update_agent)
    update_dataset = _raw(DatasetCalls.update_dataset)
    wait_for_request = _raw(RequestCalls.wait_for_request)
