"""The methods of a client that return raw responses."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from ...errors import ConfigurationError
from .._responses import RawResponse
from ._account import AsyncAccountMethods
from ._agents import AsyncAgentMethods
from ._base import AsyncBaseClient
from ._datasets import AsyncDatasetMethods
from ._observability import AsyncObservabilityMethods
from ._requests import AsyncRequestMethods
from ._runs import AsyncRunMethods

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["AsyncRawResponseMethods"]

Given = ParamSpec("Given")
Result = TypeVar("Result")


def _raw(
    method: Callable[Concatenate[Any, Given], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[AsyncRawResponseMethods, Given], Coroutine[Any, Any, RawResponse[Result]]]:
    """Return a method with the same parameters that returns the response, of several calls the last one."""

    @wraps(method)
    async def call(self: AsyncRawResponseMethods, /, *args: Given.args, **kwargs: Given.kwargs) -> RawResponse[Result]:
        raw: list[RawResponse[None]] = []
        client = self._new_client(raw)  # pyright: ignore[reportPrivateUsage]
        result: Result = await getattr(client, method.__name__)(*args, **kwargs)
        if not raw:
            raise ConfigurationError(f"{method.__name__}() sent nothing, so there is no response")
        response = raw[-1]
        return RawResponse(response.status_code, response.headers, response.body, result)

    return call


class AsyncRawResponseMethods:
    """Each method of the client that sends calls, with the same parameters."""

    def __init__(self, new_client: Callable[[list[RawResponse[None]]], AsyncBaseClient]) -> None:
        self._new_client = new_client

    append_run_tests = _raw(AsyncRunMethods.append_run_tests)
    cancel_run = _raw(AsyncRunMethods.cancel_run)
    create_agent = _raw(AsyncAgentMethods.create_agent)
    create_api_key = _raw(AsyncAccountMethods.create_api_key)
    create_dataset = _raw(AsyncDatasetMethods.create_dataset)
    create_request = _raw(AsyncRequestMethods.create_request)
    create_run = _raw(AsyncRunMethods.create_run)
    delete_agent = _raw(AsyncAgentMethods.delete_agent)
    delete_dataset = _raw(AsyncDatasetMethods.delete_dataset)
    delete_run = _raw(AsyncRunMethods.delete_run)
    finish_run = _raw(AsyncRunMethods.finish_run)
    generate_dataset = _raw(AsyncRequestMethods.generate_dataset)
    generate_pentest_dataset = _raw(AsyncRequestMethods.generate_pentest_dataset)
    get_agent_datasets = _raw(AsyncAgentMethods.get_agent_datasets)
    get_dataset = _raw(AsyncDatasetMethods.get_dataset)
    get_notes = _raw(AsyncBaseClient.get_notes)
    get_observability_analytics = _raw(AsyncObservabilityMethods.get_observability_analytics)
    get_observability_errors = _raw(AsyncObservabilityMethods.get_observability_errors)
    get_observability_tool_errors = _raw(AsyncObservabilityMethods.get_observability_tool_errors)
    get_observability_trace = _raw(AsyncObservabilityMethods.get_observability_trace)
    get_request = _raw(AsyncRequestMethods.get_request)
    get_run = _raw(AsyncRunMethods.get_run)
    health_check = _raw(AsyncAccountMethods.health_check)
    ingest_observability_trace = _raw(AsyncObservabilityMethods.ingest_observability_trace)
    init = _raw(AsyncBaseClient.init)
    list_agents = _raw(AsyncAgentMethods.list_agents)
    list_api_keys = _raw(AsyncAccountMethods.list_api_keys)
    list_datasets = _raw(AsyncDatasetMethods.list_datasets)
    list_observability_traces = _raw(AsyncObservabilityMethods.list_observability_traces)
    list_requests = _raw(AsyncRequestMethods.list_requests)
    list_runs = _raw(AsyncRunMethods.list_runs)
    poll_run = _raw(AsyncRunMethods.poll_run)
    request_pentest_dataset = _raw(AsyncRequestMethods.request_pentest_dataset)
    revoke_api_key = _raw(AsyncAccountMethods.revoke_api_key)
    run_pentest = _raw(AsyncAccountMethods.run_pentest)
    set_dataset_agent = _raw(AsyncAgentMethods.set_dataset_agent)
    start_run = _raw(AsyncRunMethods.start_run)
    update_agent = _raw(AsyncAgentMethods.update_agent)
    update_dataset = _raw(AsyncDatasetMethods.update_dataset)
    wait_for_request = _raw(AsyncRequestMethods.wait_for_request)
