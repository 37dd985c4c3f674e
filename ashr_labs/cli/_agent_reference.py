"""Load the agent that `--agent` names: an attribute of a module, or a deployed agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .._references import describe_error, load_reference
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..client._sync import AshrLabsClient
    from ..eval import HostedAgent

__all__ = ["describe_error", "hosted_agent", "is_hosted", "load_agent"]

_HOSTED = "hosted:"


def is_hosted(reference: str) -> bool:
    """Return True if a reference names a deployed agent: `hosted:NAME` or `hosted:NAME@SESSION`."""
    return reference.startswith(_HOSTED)


def hosted_agent(client: AshrLabsClient, reference: str) -> HostedAgent:
    """Return a deployed agent.

    Args:
        client: The client of its platform.
        reference: `hosted:NAME`, or `hosted:NAME@SESSION` for forks of a session.

    Raises:
        NotFoundError: The platform has no such agent or session.
    """
    from ..eval import HostedAgent  # noqa: PLC0415 - only where one is named

    name, _, session_id = reference.removeprefix(_HOSTED).partition("@")
    client.hosting.get_agent(name)
    if session_id:
        client.hosting.get_session(session_id)
    return HostedAgent(client, name, session=session_id or None)


def load_agent(reference: str) -> Any:
    """Import the module, from the current folder first, and return its attribute.

    Raises:
        click.ClickException: The module or attribute does not exist, or the import fails.
    """
    try:
        return load_reference(reference)
    except ConfigurationError as error:
        raise click.ClickException(f"--agent {reference}: {error.message}") from error
