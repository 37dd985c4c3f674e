"""Deployed agents: their files, versions and options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...hosting.records import AgentFile, AgentVersion, DeployedAgent, WrittenFile, record_of
from .._hosting import agent_body, given, sent_files
from .._outgoing import resource

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from ._transport import AsyncRetryTransport

__all__ = ["AsyncDeploymentMethods"]


class AsyncDeploymentMethods:
    """Deployed agents of the tenant."""

    def __init__(self, transport: AsyncRetryTransport) -> None:
        self._transport = transport

    async def deploy(
        self,
        name: str,
        folder: str | os.PathLike[str] | None = None,
        *,
        files: Mapping[str, str | bytes] | None = None,
        system_prompt: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> DeployedAgent:
        """Deploy an agent; the same name again is its next version.

        Args:
            name: Letters, digits, `_` and `-`.
            folder: A folder of this machine; what `.ashrignore` names, and caches and packages, are left out.
            files: Text or bytes by path, in place of a folder.
            system_prompt: The instructions, for `CLAUDE.md` where there is none.
            env: Variables of the processes of its sessions, which no answer shows.

        Raises:
            ConfigurationError: If there is nothing to deploy, or the folder cannot be packed.
            BadRequestError: If the files are not an agent; the message says what is missing.
        """
        body = {**agent_body(name, folder, files, system_prompt), **given({"env": env})}
        answer = await self._transport.request(resource("post_api_agents", body=body))
        return record_of(DeployedAgent, answer["agent"])

    async def list_agents(self) -> list[DeployedAgent]:
        """Return the deployed agents by name."""
        answer = await self._transport.request(resource("get_api_agents"))
        return [record_of(DeployedAgent, one) for one in answer["agents"]]

    async def get_agent(self, name: str) -> DeployedAgent:
        """Return a deployed agent.

        Raises:
            NotFoundError: If there is none of that name.
        """
        answer = await self._transport.request(resource("get_api_agents_name", {"name": name}))
        return record_of(DeployedAgent, answer["agent"])

    async def delete_agent(self, name: str) -> None:
        """Delete a deployed agent; its sessions stay.

        Raises:
            NotFoundError: If there is none of that name.
        """
        await self._transport.request(resource("delete_api_agents_name", {"name": name}))

    async def list_agent_files(self, name: str) -> list[AgentFile]:
        """Return the files of a deployed agent.

        Raises:
            NotFoundError: If there is none of that name.
        """
        answer = await self._transport.request(resource("get_api_agents_name_files", {"name": name}))
        return [record_of(AgentFile, one) for one in answer["files"]]

    async def read_agent_file(self, name: str, path: str) -> str:
        """Return the text of a file of a deployed agent, at most 1 MiB.

        Raises:
            NotFoundError: If there is no such agent or file.
        """
        outgoing = resource("get_api_agents_name_files_path", {"name": name, "path": path}, {"format": "json"})
        text: str = (await self._transport.request(outgoing))["content"]
        return text

    async def set_agent_env(self, name: str, env: Mapping[str, str]) -> DeployedAgent:
        """Replace the variables of an agent; sessions that exist keep theirs.

        Raises:
            NotFoundError: If there is none of that name.
        """
        outgoing = resource("patch_api_agents_name", {"name": name}, body={"env": dict(env)})
        return record_of(DeployedAgent, (await self._transport.request(outgoing))["agent"])

    async def write_agent_files(self, name: str, files: Mapping[str, str | bytes]) -> list[WrittenFile]:
        """Write files of a deployed agent, all or none; it gets the next version, which is active.

        Args:
            name: The agent.
            files: Text or bytes by path.
        """
        body = {"files": sent_files(files)}
        answer = await self._transport.request(resource("post_api_agents_name_files", {"name": name}, body=body))
        return [record_of(WrittenFile, one) for one in answer["files"]]

    async def delete_agent_file(self, name: str, path: str) -> None:
        """Delete a file of a deployed agent, which gets the next version.

        Raises:
            NotFoundError: If there is no such agent or file.
        """
        await self._transport.request(resource("delete_api_agents_name_files_path", {"name": name, "path": path}))

    async def get_agent_config(self, name: str) -> Mapping[str, Any]:
        """Return the options that sessions of an agent begin with, by their names on the wire."""
        config: Mapping[str, Any] = await self._config("get_api_agents_name_config", name)
        return config

    async def configure_agent(
        self,
        name: str,
        *,
        model: str | None = None,
        system_prompt: str | None = None,
        permission_mode: str | None = None,
        allowed_tools: Sequence[str] | None = None,
        disallowed_tools: Sequence[str] | None = None,
        mcp_servers: Mapping[str, Any] | None = None,
        betas: Sequence[str] | None = None,
        subagents: Mapping[str, Any] | None = None,
        initial_agent: str | None = None,
    ) -> Mapping[str, Any]:
        """Change the options that sessions of an agent begin with, and return all of them by their names on the wire.

        Options that are None stay. The other arguments are those of `create_session()`, whose options precede.

        Args:
            name: The agent.
            model: The model.
            system_prompt: The instructions, in place of those of the agent.
            permission_mode: `bypassPermissions`, `permissionsByAgent` or `default`.
            allowed_tools: Tools that it may use.
            disallowed_tools: Tools that it may not use.
            mcp_servers: Servers of tools by name.
            betas: Features of the model that are not general yet.
            subagents: Further agents by name.
            initial_agent: Which of them begins.
        """
        body = {
            "model": model,
            "systemPrompt": system_prompt,
            "permissionMode": permission_mode,
            "allowedTools": allowed_tools,
            "disallowedTools": disallowed_tools,
            "mcpServers": mcp_servers,
            "betas": betas,
            "subagents": subagents,
            "initialAgent": initial_agent,
        }
        config: Mapping[str, Any] = await self._config("patch_api_agents_name_config", name, given(body))
        return config

    async def list_agent_versions(self, name: str) -> list[AgentVersion]:
        """Return the versions of a deployed agent, newest first."""
        answer = await self._transport.request(resource("get_api_agents_name_versions", {"agent": name}))
        return [record_of(AgentVersion, one) for one in answer["versions"]]

    async def get_agent_version(self, name: str, version: int | str) -> AgentVersion:
        """Return a version of a deployed agent, with the paths of its files.

        Args:
            name: The agent.
            version: Its number or its id.
        """
        return await self._version("get_api_agents_name_versions_version", {"agent": name, "version": version})

    async def create_agent_version(
        self,
        name: str,
        *,
        files: Mapping[str, str | bytes] | None = None,
        system_prompt: str | None = None,
        label: str | None = None,
        release_notes: str | None = None,
        clone_from: int | None = None,
    ) -> AgentVersion:
        """Add a version of a deployed agent, which is used once it is activated.

        Args:
            name: The agent.
            files: Text or bytes by path, in addition to those of the version that is copied.
            system_prompt: The instructions.
            label: Your name for the version.
            release_notes: Your text about it.
            clone_from: The number of the version whose files it has; by default the active one.
        """
        body = given(
            {
                "name": label,
                "systemPrompt": system_prompt,
                "releaseNotes": release_notes,
                "files": None if files is None else sent_files(files),
                "cloneFrom": clone_from,
            }
        )
        return await self._version("post_api_agents_name_versions", {"agent": name}, body)

    async def update_agent_version(
        self,
        name: str,
        version: int | str,
        *,
        files: Mapping[str, str | bytes] | None = None,
        system_prompt: str | None = None,
        label: str | None = None,
        release_notes: str | None = None,
    ) -> AgentVersion:
        """Change a version of a deployed agent; the arguments are those of `create_agent_version()`."""
        body = given(
            {
                "name": label,
                "systemPrompt": system_prompt,
                "releaseNotes": release_notes,
                "files": None if files is None else sent_files(files),
            }
        )
        path = {"agent": name, "version": version}
        return await self._version("patch_api_agents_name_versions_version", path, body)

    async def activate_agent_version(self, name: str, version: int | str) -> None:
        """Let new sessions of an agent use a version, by its number or its id."""
        path = {"agent": name, "version": version}
        await self._transport.request(resource("post_api_agents_name_versions_version_activate", path))

    async def delete_agent_version(self, name: str, version: int | str) -> None:
        """Delete a version of a deployed agent, by its number or its id.

        Raises:
            ConflictError: If it is the active one.
        """
        path = {"agent": name, "version": version}
        await self._transport.request(resource("delete_api_agents_name_versions_version", path), None)

    async def _config(self, operation: str, name: str, body: Mapping[str, Any] | None = None) -> Any:
        return (await self._transport.request(resource(operation, {"name": name}, body=body)))["config"]

    async def _version(
        self, operation: str, path: Mapping[str, object], body: Mapping[str, Any] | None = None
    ) -> AgentVersion:
        return record_of(AgentVersion, (await self._transport.request(resource(operation, path, body=body)))["version"])
