"""Sandboxes as rows, which outlive the sandboxes and the platforms that ran them.

Whether a platform lives is decided by its lease, as for jobs: one whose lease is over is deleted, and its sandboxes are
marked as ended in the same transaction. A platform that was only slow finds its row missing when it renews the lease,
and destroys its sandboxes, so that one that was shown as destroyed never comes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, bindparam, delete, insert, select, update

from ..._time import isoformat
from ...errors import NotFoundError
from .columns import replace_unstorable
from .sandbox_tables import instances, sandboxes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

__all__ = [
    "INSTANCE_LEASE_SECONDS",
    "KEPT_AFTER_END",
    "add_instance",
    "add_sandbox",
    "all_active",
    "change_sandbox",
    "end_lost_sandboxes",
    "end_sandbox",
    "end_sandboxes_of",
    "ended_among",
    "find_sandbox",
    "has_lost",
    "remove_instance",
    "renew_instance",
]

INSTANCE_LEASE_SECONDS: Final = 10.0
KEPT_AFTER_END: Final = 1000
"""How many sandboxes of a tenant that have ended are remembered."""

_row = sandboxes.c
_IS = _row.id == bindparam("sandbox")
_IS_ACTIVE = _row.ended_at.is_(None)
_FIND = select(sandboxes).where(_IS, _row.tenant_id == bindparam("tenant"))
_ACTIVE = select(sandboxes).where(_row.tenant_id == bindparam("tenant"), _IS_ACTIVE).order_by(_row.created_at, _row.id)
_CHANGE = update(sandboxes).where(_IS, _IS_ACTIVE)
_END_ALL = update(sandboxes).where(_IS_ACTIVE)
_ENDED_AMONG = select(_row.id).where(_row.id.in_(bindparam("ids", expanding=True)), _row.ended_at.is_not(None))
_OLD = (
    select(_row.id)
    .where(_row.tenant_id == bindparam("tenant"), _row.ended_at.is_not(None))
    .order_by(_row.ended_at.desc(), _row.id.desc())
    .offset(KEPT_AFTER_END)
)
_FORGET = delete(sandboxes).where(_row.id.in_(bindparam("ids", expanding=True)))
_LOST = select(_row.id).where(_IS_ACTIVE, _row.instance.not_in(select(instances.c.id))).limit(1)
_EXPIRED = and_(instances.c.lease_until < bindparam("moment"))
_IS_INSTANCE = instances.c.id == bindparam("instance_id")


def add_instance(connection: Connection, instance: str, moment: float) -> None:
    """Add a platform, whose lease begins."""
    lease = isoformat(moment + INSTANCE_LEASE_SECONDS)
    connection.execute(insert(instances), {"id": instance, "created_at": isoformat(moment), "lease_until": lease})


def renew_instance(connection: Connection, instance: str, moment: float) -> bool:
    """Extend the lease of a platform; return False if it was lost."""
    lease = isoformat(moment + INSTANCE_LEASE_SECONDS)
    renewed = update(instances).where(_IS_INSTANCE).values(lease_until=lease)
    return connection.execute(renewed, {"instance_id": instance}).rowcount == 1


def remove_instance(connection: Connection, instance: str) -> None:
    """Remove a platform that has no sandboxes any more."""
    connection.execute(delete(instances).where(_IS_INSTANCE), {"instance_id": instance})


def add_sandbox(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add a sandbox."""
    connection.execute(insert(sandboxes), {"ended_at": None, "error": None, "facts": None, **row})


def find_sandbox(connection: Connection, tenant_id: int, sandbox_id: str) -> dict[str, Any]:
    """Return a sandbox.

    Raises:
        NotFoundError: The tenant has none of this id, or has forgotten it.
    """
    row = connection.execute(_FIND, {"sandbox": sandbox_id, "tenant": tenant_id}).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no sandbox {sandbox_id!r}")
    return dict(row)


def all_active(connection: Connection, tenant_id: int) -> list[dict[str, Any]]:
    """Return the sandboxes of a tenant that have not ended, oldest first."""
    return [dict(row) for row in connection.execute(_ACTIVE, {"tenant": tenant_id}).mappings()]


def change_sandbox(connection: Connection, sandbox_id: str, **values: Any) -> bool:
    """Change a sandbox; return False if it has ended."""
    return connection.execute(_CHANGE.values(values), {"sandbox": sandbox_id}).rowcount == 1


def end_sandbox(
    connection: Connection, tenant_id: int, sandbox_id: str, moment: float, *, state: str, error: str | None = None
) -> None:
    """Note that a sandbox has ended, unless that is known; forget those of the tenant that ended long ago."""
    shown = None if error is None else replace_unstorable(error)
    change_sandbox(connection, sandbox_id, state=state, error=shown, ended_at=isoformat(moment))
    _forget_old(connection, tenant_id)


def end_sandboxes_of(connection: Connection, instance: str, moment: float, reason: str) -> None:
    """Note that all sandboxes of a platform have ended, and remove it."""
    _end_where(connection, _row.instance == instance, moment, reason)
    remove_instance(connection, instance)


def end_lost_sandboxes(connection: Connection, moment: float, *, are_all_lost: bool = False) -> None:
    """Note that the sandboxes of platforms that have ended without a word have ended.

    Args:
        connection: A connection.
        moment: The time.
        are_all_lost: Whether no other platform uses the database, so that leases do not matter.
    """
    expired = delete(instances) if are_all_lost else delete(instances).where(_EXPIRED)
    connection.execute(expired, {} if are_all_lost else {"moment": isoformat(moment)})
    reason = "the platform that ran it has ended"
    _end_where(connection, _row.instance.not_in(select(instances.c.id)), moment, reason)


def has_lost(connection: Connection, moment: float) -> bool:
    """Return True if `end_lost_sandboxes` has something to do."""
    expired = select(instances.c.id).where(_EXPIRED).limit(1)
    if connection.scalar(expired, {"moment": isoformat(moment)}) is not None:
        return True
    return connection.scalar(_LOST) is not None


def ended_among(connection: Connection, sandbox_ids: Sequence[str]) -> list[str]:
    """Return those of these sandboxes that have ended."""
    return list(connection.scalars(_ENDED_AMONG, {"ids": sandbox_ids}))


def _end_where(connection: Connection, condition: Any, moment: float, reason: str) -> None:
    affected = [*connection.scalars(select(_row.tenant_id).where(_IS_ACTIVE, condition).distinct())]
    connection.execute(_END_ALL.where(condition).values(state="destroyed", error=reason, ended_at=isoformat(moment)))
    for tenant_id in affected:
        _forget_old(connection, tenant_id)


def _forget_old(connection: Connection, tenant_id: int) -> None:
    old = [*connection.scalars(_OLD, {"tenant": tenant_id})]
    if old:
        connection.execute(_FORGET, {"ids": old})
