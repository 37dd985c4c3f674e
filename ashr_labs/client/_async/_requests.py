"""Methods for requests to generate datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import AshrLabsError
from .._pagination import Paginator
from .._responses import require_field
from .._retry import PollSchedule, is_request_finished
from .._validation import checked_config, completed_config, input_schema, pentest_config, pentest_input_schema
from ._datasets import AsyncDatasetMethods

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from ashr_labs_types import (
        CreateRequestRequest,
        GetRequestRequest,
        ListRequestsRequest,
        ListRequestsResponse,
        Request,
    )

__all__ = ["AsyncRequestMethods"]

_MAX_INTERVAL = 5.0
"""Seconds between two polls of a request."""


class AsyncRequestMethods(AsyncDatasetMethods):
    """Methods for requests."""

    async def create_request(
        self,
        request_name: str,
        request: Mapping[str, Any],
        request_input_schema: Mapping[str, Any] | None = None,
        tenant_id: int | None = None,
        requestor_id: int | None = None,
    ) -> Request:
        """Request the generation of a dataset; `wait_for_request` waits for it.

        Args:
            request_name: Its name.
            request: The generation config; see `GenerationConfig`. It is validated before anything is sent.
            request_input_schema: JSON Schema of the config; defaults to any object, with the agent's tools.
            tenant_id: The tenant; defaults to the key's own.
            requestor_id: The requesting user; defaults to the key's own.

        Raises:
            ConfigurationError: If the config is invalid; the message has the path of the fault.
        """
        config = checked_config(request)
        body: CreateRequestRequest = {
            "function": "create_request",
            "tenant_id": await self._tenant(tenant_id),
            "requestor_id": await self._user(requestor_id),
            "request_name": request_name,
            "request": config,
            "request_input_schema": dict(request_input_schema or input_schema(config)),
        }
        created: Request = await self._call(body, "request")
        return created

    async def get_request(self, request_id: int) -> Request:
        """Get a request by id.

        Raises:
            NotFoundError: If it does not exist, or the key has no access to it.
        """
        body: GetRequestRequest = {"function": "get_request", "request_id": request_id}
        request: Request = await self._call(body, "request")
        return request

    async def list_requests(
        self,
        tenant_id: int | None = None,
        status: str | None = None,
        limit: int = 50,
        cursor: int | None = None,
        *,
        offset: int | None = None,
        summary: bool = False,
    ) -> ListRequestsResponse:
        """List requests, newest first.

        Args:
            tenant_id: The tenant; defaults to the key's own.
            status: Only requests with this status, such as `pending`.
            limit: Maximum number to return.
            cursor: The `next_cursor` of the previous page.
            offset: Number to skip; unlike a cursor, it shifts when requests are added.
            summary: Empty `request` and `request_input_schema`.
        """
        body: ListRequestsRequest = {
            "function": "list_requests",
            "tenant_id": await self._tenant(tenant_id),
            "limit": limit,
        }
        if status is not None:
            body["status"] = status
        if cursor is not None:
            body["cursor"] = cursor
        if offset is not None:
            body["offset"] = offset
        if summary is not False:
            body["summary"] = summary
        page: ListRequestsResponse = await self._call(body)
        return page

    async def iter_requests(
        self,
        tenant_id: int | None = None,
        status: str | None = None,
        *,
        page_size: int = 100,
        summary: bool = False,
    ) -> AsyncIterator[Request]:
        """Iterate over all requests, newest first, fetching pages as needed.

        Args:
            tenant_id: The tenant; defaults to the key's own.
            status: Only requests with this status, such as `pending`.
            page_size: Number to fetch at a time, at most 100.
            summary: Empty `request` and `request_input_schema`.
        """
        pages = Paginator("list_requests", "requests", page_size)
        while pages.has_next:
            page = await self.list_requests(
                tenant_id, status, page_size, pages.cursor, offset=pages.offset, summary=summary
            )
            for request in pages.next_rows(page):
                yield request

    async def wait_for_request(
        self, request_id: int, timeout: float = 600, poll_interval: float | None = None
    ) -> Request:
        """Wait until a request is completed, and return it.

        Args:
            request_id: Its id.
            timeout: Maximum seconds to wait; even 0 allows one poll.
            poll_interval: Seconds between polls; by default 50 ms at first, growing to 5 s.

        Raises:
            PollTimeoutError: If it does not finish in time.
            AshrLabsError: If it failed, with the platform's reason.
        """

        async def fetch() -> Request:
            return await self.get_request(request_id)

        schedule = PollSchedule(timeout, poll_interval, _MAX_INTERVAL)
        request = await self._poll(fetch, is_request_finished, schedule, f"request {request_id}")
        if request.get("request_status") == "failed":
            reason = request.get("error") or "the platform gave no reason"
            raise AshrLabsError(
                f"request {request_id} failed: {reason}", response=dict(request), operation="get_request"
            )
        return request

    async def generate_dataset(
        self,
        request_name: str,
        config: Mapping[str, Any],
        request_input_schema: Mapping[str, Any] | None = None,
        timeout: float = 600,
        poll_interval: float | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Request a dataset, wait for it, and return its id and its scenarios.

        Args:
            request_name: The request's name.
            config: The generation config; fields that the platform requires have defaults.
            request_input_schema: JSON Schema of the config.
            timeout: Maximum seconds to wait.
            poll_interval: Seconds between polls; by default 50 ms at first, growing to 5 s.

        Raises:
            ConfigurationError: If the config is invalid; the message has the path of the fault.
            PollTimeoutError: If it does not finish in time.
            AshrLabsError: If generation failed.
        """
        created = await self.create_request(request_name, completed_config(config), request_input_schema)
        return await self._generated_dataset(created["id"], timeout, poll_interval)

    async def request_pentest_dataset(
        self,
        agent_name: str,
        agent_description: str = "",
        system_prompt: str = "",
        tools: Sequence[Mapping[str, Any]] | None = None,
        categories: Sequence[str] | None = None,
        num_scenarios_per_category: int = 3,
        difficulty: str = "mixed",
        include_multi_turn: bool = True,
        tenant_id: int | None = None,
        requestor_id: int | None = None,
    ) -> Request:
        """Request a dataset of attacks on an agent; `wait_for_request` waits for it.

        Args:
            agent_name: The agent's name.
            agent_description: Its description.
            system_prompt: Its system prompt, to make the attacks specific.
            tools: Its tools.
            categories: Categories of attacks; defaults to all.
            num_scenarios_per_category: Number of scenarios in each category.
            difficulty: `easy`, `medium`, `hard` or `mixed`.
            include_multi_turn: Allow attacks over several turns.
            tenant_id: The tenant; defaults to the key's own.
            requestor_id: The requesting user; defaults to the key's own.

        Raises:
            ConfigurationError: If a category or the difficulty is unknown.
        """
        config = pentest_config(
            agent_name,
            agent_description,
            system_prompt,
            tools,
            categories,
            num_scenarios_per_category,
            difficulty,
            include_multi_turn,
        )
        return await self.create_request(
            f"Pentest: {agent_name}", config, pentest_input_schema(tools), tenant_id, requestor_id
        )

    async def generate_pentest_dataset(
        self,
        agent_name: str,
        agent_description: str = "",
        system_prompt: str = "",
        tools: Sequence[Mapping[str, Any]] | None = None,
        categories: Sequence[str] | None = None,
        num_scenarios_per_category: int = 3,
        difficulty: str = "mixed",
        include_multi_turn: bool = True,
        timeout: float = 600,
        poll_interval: float | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Request a dataset of attacks on an agent, wait for it, and return its id and its scenarios.

        The arguments are those of `request_pentest_dataset`, then those of `generate_dataset`.
        """
        created = await self.request_pentest_dataset(
            agent_name,
            agent_description,
            system_prompt,
            tools,
            categories,
            num_scenarios_per_category,
            difficulty,
            include_multi_turn,
        )
        return await self._generated_dataset(created["id"], timeout, poll_interval)

    async def _generated_dataset(
        self, request_id: int, timeout: float, poll_interval: float | None
    ) -> tuple[int, dict[str, Any]]:
        await self.wait_for_request(request_id, timeout, poll_interval)
        dataset = await self.get_dataset(await self._dataset_of_request(request_id))
        source: dict[str, Any] = require_field(dict(dataset), "dataset_source", "get_dataset")
        return dataset["id"], source

    async def _dataset_of_request(self, request_id: int) -> int:
        """Return the id of the dataset that was generated for a request."""
        async for dataset in self.iter_datasets():
            if dataset.get("request_id") == request_id:
                return dataset["id"]
        raise AshrLabsError(f"request {request_id} is completed, but its dataset does not exist")
