"""Calls for agents: what groups datasets and says how their runs are graded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._validation import object_of
from ._base import AsyncCalls

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ashr_labs_types import (
        AgentRecord,
        Confirmation,
        CreateAgentRequest,
        DeleteAgentRequest,
        GetAgentDatasetsRequest,
        GetAgentDatasetsResponse,
        ListAgentsRequest,
        SetDatasetAgentRequest,
        UpdateAgentRequest,
    )

__all__ = ["AsyncAgentCalls"]


class AsyncAgentCalls(AsyncCalls):
    """Calls for agents."""

    async def list_agents(self) -> list[AgentRecord]:
        """List the tenant's agents, with how many datasets each has."""
        request: ListAgentsRequest = {"function": "list_agents"}
        agents: list[AgentRecord] = await self._call(request, "agents", list)
        return agents

    async def create_agent(
        self, name: str, description: str | None = None, config: Mapping[str, Any] | None = None
    ) -> AgentRecord:
        """Create an agent.

        Args:
            name: Its name, unique in the tenant.
            description: What it does.
            config: How its datasets are generated and its runs graded; see `AgentConfig`.

        Raises:
            ConflictError: If the tenant has an agent of this name.
        """
        request: CreateAgentRequest = {"function": "create_agent", "name": name}
        if description is not None:
            request["description"] = description
        if config is not None:
            request["config"] = object_of(config, "config")
        agent: AgentRecord = await self._call(request, "agent")
        return agent

    async def update_agent(
        self,
        agent_id: int,
        name: str | None = None,
        description: str | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> AgentRecord:
        """Change what is given of an agent; `config` replaces the whole configuration."""
        request: UpdateAgentRequest = {"function": "update_agent", "agent_id": agent_id}
        if name is not None:
            request["name"] = name
        if description is not None:
            request["description"] = description
        if config is not None:
            request["config"] = object_of(config, "config")
        agent: AgentRecord = await self._call(request, "agent")
        return agent

    async def delete_agent(self, agent_id: int) -> Confirmation:
        """Delete an agent; its datasets stay, unlinked."""
        request: DeleteAgentRequest = {"function": "delete_agent", "agent_id": agent_id}
        confirmation: Confirmation = await self._call(request)
        return confirmation

    async def get_agent_datasets(
        self,
        agent_id: int,
        *,
        include_signed_urls: bool | None = None,
        url_expires_seconds: int | None = None,
    ) -> GetAgentDatasetsResponse:
        """Get an agent with its datasets.

        Args:
            agent_id: Its id.
            include_signed_urls: Whether to add signed URLs to the datasets' media.
            url_expires_seconds: How many seconds those URLs work.
        """
        request: GetAgentDatasetsRequest = {"function": "get_agent_datasets", "agent_id": agent_id}
        if include_signed_urls is not None:
            request["include_signed_urls"] = include_signed_urls
        if url_expires_seconds is not None:
            request["url_expires_seconds"] = url_expires_seconds
        answer: GetAgentDatasetsResponse = await self._call(request)
        return answer

    async def set_dataset_agent(self, dataset_id: int, agent_id: int | None) -> Confirmation:
        """Link a dataset to an agent; None unlinks it."""
        request: SetDatasetAgentRequest = {
            "function": "set_dataset_agent",
            "dataset_id": dataset_id,
            "agent_id": agent_id,
        }
        confirmation: Confirmation = await self._call(request)
        return confirmation
