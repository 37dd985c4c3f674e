"""The methods of a client that return raw responses."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from ...errors import ConfigurationError
from .._responses import RawResponse
from ._account import AccountMethods
from ._agents import AgentMethods
from ._base import BaseClient
from ._datasets import DatasetMethods
from ._observability import ObservabilityMethods
from ._requests import RequestMethods
from ._runs import RunMethods

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RawResponseMethods"]

Given = ParamSpec("Given")
Result = TypeVar("Result")


def _raw(
    method: Callable[Concatenate[Any, Given], Result],
) -> Callable[Concatenate[RawResponseMethods, Given], RawResponse[Result]]:
    """Return a method with the same parameters that returns the response, of several calls the last one."""

    @wraps(method)
    def call(self: RawResponseMethods, /, *args: Given.args, **kwargs: Given.kwargs) -> RawResponse[Result]:
        raw: list[RawResponse[None]] = []
        client = self._new_client(raw)  # pyright: ignore[reportPrivateUsage]
        result: Result = getattr(client, method.__name__)(*args, **kwargs)
        if not raw:
            raise ConfigurationError(f"{method.__name__}() sent nothing, so there is no response")
        response = raw[-1]
        return RawResponse(response.status_code, response.headers, response.body, result)

    return call


class RawResponseMethods:
    """Each method of the client that sends calls, with the same parameters."""

    def __init__(self, new_client: Callable[[list[RawResponse[None]]], BaseClient]) -> None:
        self._new_client = new_client

    append_run_tests = _raw(RunMethods.append_run_tests)
    cancel_run = _raw(RunMethods.cancel_run)
    create_agent = _raw(AgentMethods.create_agent)
    create_api_key = _raw(AccountMethods.create_api_key)
    create_dataset = _raw(DatasetMethods.create_dataset)
    create_request = _raw(RequestMethods.create_request)
    create_run = _raw(RunMethods.create_run)
    delete_agent = _raw(AgentMethods.delete_agent)
    delete_dataset = _raw(DatasetMethods.delete_dataset)
    delete_run = _raw(RunMethods.delete_run)
    finish_run = _raw(RunMethods.finish_run)
    generate_dataset = _raw(RequestMethods.generate_dataset)
    generate_pentest_dataset = _raw(RequestMethods.generate_pentest_dataset)
    get_agent_datasets = _raw(AgentMethods.get_agent_datasets)
    get_dataset = _raw(DatasetMethods.get_dataset)
    get_notes = _raw(BaseClient.get_notes)
    get_observability_analytics = _raw(ObservabilityMethods.get_observability_analytics)
    get_observability_errors = _raw(ObservabilityMethods.get_observability_errors)
    get_observability_tool_errors = _raw(ObservabilityMethods.get_observability_tool_errors)
    get_observability_trace = _raw(ObservabilityMethods.get_observability_trace)
    get_request = _raw(RequestMethods.get_request)
    get_run = _raw(RunMethods.get_run)
    health_check = _raw(AccountMethods.health_check)
    ingest_observability_trace = _raw(ObservabilityMethods.ingest_observability_trace)
    init = _raw(BaseClient.init)
    list_agents = _raw(AgentMethods.list_agents)
    list_api_keys = _raw(AccountMethods.list_api_keys)
    list_datasets = _raw(DatasetMethods.list_datasets)
    list_observability_traces = _raw(ObservabilityMethods.list_observability_traces)
    list_requests = _raw(RequestMethods.list_requests)
    list_runs = _raw(RunMethods.list_runs)
    poll_run = _raw(RunMethods.poll_run)
    request_pentest_dataset = _raw(RequestMethods.request_pentest_dataset)
    revoke_api_key = _raw(AccountMethods.revoke_api_key)
    run_pentest = _raw(AccountMethods.run_pentest)
    set_dataset_agent = _raw(AgentMethods.set_dataset_agent)
    start_run = _raw(RunMethods.start_run)
    update_agent = _raw(AgentMethods.update_agent)
    update_dataset = _raw(DatasetMethods.update_dataset)
    wait_for_request = _raw(RequestMethods.wait_for_request)
