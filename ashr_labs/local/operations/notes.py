"""Notes for SDK users: global, of a tenant, or of an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from ..store.schema import notes
from .registry import Context, operation
from .rows import get_agent_row, raw_columns

if TYPE_CHECKING:
    from ashr_labs_types import GetSdkNotesRequest

__all__ = ["active_notes", "get_sdk_notes"]


@operation("get_sdk_notes")
def get_sdk_notes(context: Context, params: GetSdkNotesRequest) -> dict[str, Any]:
    """Return the active notes, including those of an agent if one is named."""
    if "agent_id" not in params:
        return {"notes": active_notes(context)}
    return {"notes": active_notes(context, agent_id=get_agent_row(context, params["agent_id"])["id"])}


def active_notes(context: Context, *, agent_id: int | None = None) -> list[dict[str, Any]]:
    """Return the notes that are visible now, newest first."""
    wanted = (
        select(*raw_columns(notes))
        .where(
            ~notes.c.is_archived,
            or_(notes.c.tenant_id.is_(None), notes.c.tenant_id == context.principal.tenant_id),
            or_(notes.c.agent_id.is_(None), notes.c.agent_id == agent_id),
            notes.c.active_from <= context.timestamp,
            or_(notes.c.expires_at.is_(None), notes.c.expires_at > context.timestamp),
        )
        .order_by(notes.c.id.desc())
    )
    return [{**row} for row in context.connection.execute(wanted).mappings()]
