"""The snapshots that are the agents of experiments, read from the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import BadRequestError, ConfigurationError, NotFoundError, ValidationError
from ...snapshots import AgentAuth, SnapshotReference
from ..agent_checks import AgentNeeds, UploadedAgent
from ..store.bundle_rows import bundle_content
from ..store.raw_json import decode
from ..store.snapshot_rows import find_snapshots

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from ...specs import Spec

__all__ = ["find_agent", "needs_of", "read_agent"]


def find_agent(connection: Connection, tenant_id: int, spec: Spec, given: str | None) -> Mapping[Any, Any] | None:
    """Return the row of the snapshot that is the agent of a spec; None if its agent is a command.

    Args:
        connection: A connection.
        tenant_id: The tenant of the spec.
        spec: The spec.
        given: The reference that replaces that of the spec.

    Raises:
        BadRequestError: A snapshot is given, and the agent is a command.
        NotFoundError: There is no such snapshot.
        ValidationError: The reference has none of the forms.
    """
    if spec.agent is None or spec.agent.snapshot is None:
        if given is not None:
            raise BadRequestError(
                f"`snapshot` needs a spec with `agent.type: snapshot`, and that of {spec.id!r} is not"
            )
        return None
    text, path = (spec.agent.snapshot, "spec_id") if given is None else (given, "snapshot")
    try:
        found = find_snapshots(connection, tenant_id, SnapshotReference.parse(text))
    except ConfigurationError as error:
        raise ValidationError(error.message, response={"path": path}) from error
    if not found:
        raise NotFoundError(f"there is no snapshot {text!r}; upload it before the experiment is created")
    return found[0]


def needs_of(row: Mapping[Any, Any]) -> AgentNeeds:
    """Return the needs of a snapshot."""
    auth = None if row["auth"] is None else decode(row["auth"].text)
    return AgentNeeds(row["name"], row["version"], AgentAuth.from_dict(auth), row["requirements"])


def read_agent(connection: Connection, tenant_id: int, snapshot_id: int) -> UploadedAgent:
    """Return a snapshot with its files.

    Raises:
        ValidationError: It was deleted.
    """
    found = find_snapshots(connection, tenant_id, SnapshotReference(id=snapshot_id))
    if not found:
        raise ValidationError(f"the snapshot snap_{snapshot_id} of the agent was deleted")
    row = found[0]
    entrypoint = tuple(decode(row["entrypoint"].text))
    return UploadedAgent(
        needs_of(row), entrypoint, bundle_content(connection, tenant_id, row["digest"]), row["runtime"]
    )
