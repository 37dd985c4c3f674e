"""Methods for agents, which group datasets and configure grading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._unset import UNSET
from .._validation import agent_config, not_none
from ._base import BaseClient

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

    from ..._unset import Unset

__all__ = ["AgentMethods"]


class AgentMethods(BaseClient):
    """Methods for agents."""

    def list_agents(self) -> list[AgentRecord]:
        """List the tenant's agents, each with its number of datasets."""
        request: ListAgentsRequest = {"function": "list_agents"}
        agents: list[AgentRecord] = self._call(request, "agents", list)
        return agents

    def create_agent(
        self, name: str, description: str | None = None, config: Mapping[str, Any] | None = None
    ) -> AgentRecord:
        """Create an agent.

        Args:
            name: Its name, unique in the tenant.
            description: A description.
            config: Options of dataset generation and grading; see `AgentConfig`.

        Raises:
            ConflictError: If the tenant already has an agent of this name.
        """
        request: CreateAgentRequest = {"function": "create_agent", "name": name}
        if description is not None:
            request["description"] = description
        if config is not None:
            request["config"] = agent_config(config)
        agent: AgentRecord = self._call(request, "agent")
        return agent

    def update_agent(
        self,
        agent_id: int,
        name: str | Unset = UNSET,
        description: str | Unset = UNSET,
        config: Mapping[str, Any] | Unset = UNSET,
        *,
        if_updated_at: str | None = None,
    ) -> AgentRecord:
        """Change an agent; fields that are not given are kept.

        Args:
            agent_id: Its id.
            name: Another name.
            description: Another description; an empty string clears it.
            config: Another configuration, which replaces the whole present one; an empty object clears it.
            if_updated_at: The `updated_at` of the agent that was read, on the embedded platform only: an agent that has
                changed since is kept. By default it is changed in any case.

        Raises:
            ConfigurationError: If a field is None: the API has no null for it.
            ConflictError: If the agent has changed since `if_updated_at`.
        """
        request: UpdateAgentRequest = {"function": "update_agent", "agent_id": agent_id}
        if name is not UNSET:
            request["name"] = not_none(name, "name")
        if description is not UNSET:
            request["description"] = not_none(description, "description", clear="''")
        if config is not UNSET:
            request["config"] = agent_config(not_none(config, "config", clear="{}"))
        if if_updated_at is not None:
            request["if_updated_at"] = if_updated_at
        agent: AgentRecord = self._call(request, "agent")
        return agent

    def delete_agent(self, agent_id: int) -> Confirmation:
        """Delete an agent; its datasets are kept without an agent."""
        request: DeleteAgentRequest = {"function": "delete_agent", "agent_id": agent_id}
        confirmation: Confirmation = self._call(request)
        return confirmation

    def get_agent_datasets(
        self,
        agent_id: int,
        *,
        include_signed_urls: bool | None = None,
        url_expires_seconds: int | None = None,
        summary: bool = False,
    ) -> GetAgentDatasetsResponse:
        """Get an agent with its datasets.

        Args:
            agent_id: Its id.
            include_signed_urls: Add signed URLs to the datasets' media.
            url_expires_seconds: Seconds until those URLs expire.
            summary: Leave out `dataset_source`.
        """
        request: GetAgentDatasetsRequest = {"function": "get_agent_datasets", "agent_id": agent_id}
        if include_signed_urls is not None:
            request["include_signed_urls"] = include_signed_urls
        if url_expires_seconds is not None:
            request["url_expires_seconds"] = url_expires_seconds
        if summary is not False:
            request["summary"] = summary
        response: GetAgentDatasetsResponse = self._call(request)
        return response

    def set_dataset_agent(self, dataset_id: int, agent_id: int | None) -> Confirmation:
        """Link a dataset to an agent; None unlinks it."""
        request: SetDatasetAgentRequest = {
            "function": "set_dataset_agent",
            "dataset_id": dataset_id,
            "agent_id": agent_id,
        }
        confirmation: Confirmation = self._call(request)
        return confirmation
