"""Load the agent that `--agent` names: an attribute of a module, or a deployed agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from .._references import describe_error, load_reference
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..client._sync import AshrLabsClient

__all__ = ["HostedReference", "connected", "describe_error", "load_agent"]

_HOSTED = "hosted:"


class HostedReference(NamedTuple):
    """A deployed agent: `hosted:NAME`, or `hosted:NAME@SESSION` for forks of a session."""

    name: str
    session_id: str


def load_agent(reference: str) -> Any:
    """Import the module, from the current folder first, and return its attribute, or a `HostedReference`.

    Raises:
        click.ClickException: The module or attribute does not exist, or the import fails.
    """
    if reference.startswith(_HOSTED):
        name, _, session_id = reference.removeprefix(_HOSTED).partition("@")
        return HostedReference(name, session_id)
    try:
        return load_reference(reference)
    except ConfigurationError as error:
        raise click.ClickException(f"--agent {reference}: {error.message}") from error


def connected(agent: Any, client: AshrLabsClient) -> Any:
    """Return the agent to play, which is on the platform of the client if it is a deployed one.

    Raises:
        NotFoundError: The platform has no such agent or session.
    """
    if not isinstance(agent, HostedReference):
        return agent
    from ..eval import HostedAgent  # noqa: PLC0415 - only where one is named

    client.hosting.get_agent(agent.name)
    if agent.session_id:
        client.hosting.get_session(agent.session_id)
    return HostedAgent(client, agent.name, session=agent.session_id or None)
