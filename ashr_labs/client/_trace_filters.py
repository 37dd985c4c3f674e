"""Which traces a list is of. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["chosen_traces"]


def chosen_traces(
    user_id: str | None,
    session_id: str | None,
    name: str | None,
    tags: Sequence[str] | None,
    search: str | None,
    since: str | None,
    until: str | None,
    has_errors: bool | None,
) -> dict[str, Any]:
    """Return the filters that are given, as `list_observability_traces` takes them."""
    filters = {
        "user_id": user_id,
        "session_id": session_id,
        "name": name,
        "tags": None if tags is None else list(tags),
        "search": search,
        "since": since,
        "until": until,
        "has_errors": has_errors,
    }
    return {key: value for key, value in filters.items() if value is not None}
