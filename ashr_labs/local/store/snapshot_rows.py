"""Snapshots as rows: next versions, references, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, func, select, type_coerce

from .bundle_rows import delete_unused_bundle
from .columns import RawJSONText, add_row, upsert
from .snapshot_tables import bundles, snapshot_names, snapshot_tags, snapshots

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import ColumnElement, Connection, Select

    from ...snapshots import SnapshotReference

__all__ = [
    "NEWEST_OF_EACH_NAME",
    "add_snapshot",
    "delete_snapshot_row",
    "find_snapshots",
    "select_snapshots",
    "tags_of",
]

_of = snapshots.c
_newer = snapshots.alias()
NEWEST_OF_EACH_NAME: Final = _of.id == (
    select(func.max(_newer.c.id))
    .where(_newer.c.tenant_id == _of.tenant_id, _newer.c.name == _of.name)
    .scalar_subquery()
)


def add_snapshot(connection: Connection, row: Mapping[str, Any], tag: str | None) -> int:
    """Add a snapshot as the next version of its name, to which a tag moves; return its number.

    Args:
        connection: A transaction in which the bundles of the tenant are locked.
        row: The columns without the version.
        tag: The tag, if it gets one.
    """
    key = {"tenant_id": row["tenant_id"], "name": row["name"]}
    new = upsert(connection.dialect.name, snapshot_names)
    counted = new.on_conflict_do_update(
        index_elements=[snapshot_names.c.tenant_id, snapshot_names.c.name],
        set_={"last_version": snapshot_names.c.last_version + 1},
    ).returning(snapshot_names.c.last_version)
    version = connection.execute(counted, {**key, "last_version": 1}).scalar_one()
    snapshot_id = add_row(connection, snapshots, {**row, "version": version})
    if tag is not None:
        tagged = upsert(connection.dialect.name, snapshot_tags)
        moved = tagged.on_conflict_do_update(
            index_elements=[snapshot_tags.c.tenant_id, snapshot_tags.c.name, snapshot_tags.c.tag],
            set_={"snapshot_id": tagged.excluded.snapshot_id},
        )
        connection.execute(moved, {**key, "tag": tag, "snapshot_id": snapshot_id})
    return snapshot_id


def select_snapshots(tenant_id: int, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the query for snapshots with the size of their bundles."""
    columns: list[ColumnElement[Any]] = [
        *(column for column in _of if column.name not in {"entrypoint", "auth"}),
        *(type_coerce(_of[name], RawJSONText).label(name) for name in ("entrypoint", "auth")),
        bundles.c.size_bytes,
    ]
    joined = snapshots.join(bundles, and_(bundles.c.tenant_id == _of.tenant_id, bundles.c.digest == _of.digest))
    return select(*columns).select_from(joined).where(_of.tenant_id == tenant_id, *conditions)


def find_snapshots(
    connection: Connection, tenant_id: int, reference: SnapshotReference, limit: int = 1
) -> list[Mapping[Any, Any]]:
    """Return the snapshots that a reference may mean, newest first, of which the first one counts."""
    wanted = select_snapshots(tenant_id, *_conditions(reference)).order_by(_of.id.desc()).limit(limit)
    return [*connection.execute(wanted).mappings()]


def tags_of(connection: Connection, ids: Collection[int]) -> dict[int, list[str]]:
    """Return the tags of some snapshots, by their numbers."""
    tags: dict[int, list[str]] = {number: [] for number in ids}
    wanted = select(snapshot_tags.c.snapshot_id, snapshot_tags.c.tag).where(snapshot_tags.c.snapshot_id.in_(ids))
    for number, tag in connection.execute(wanted.order_by(snapshot_tags.c.tag)):
        tags[number].append(tag)
    return tags


def delete_snapshot_row(connection: Connection, row: Mapping[Any, Any]) -> None:
    """Delete a snapshot with its tags, and its bundle if nothing else uses it; the bundles must be locked."""
    connection.execute(delete(snapshots).where(_of.id == row["id"]))
    delete_unused_bundle(connection, row["tenant_id"], row["digest"])


def _conditions(reference: SnapshotReference) -> list[ColumnElement[bool]]:
    if reference.id is not None:
        return [_of.id == reference.id]
    if reference.digest is not None:
        return [_of.digest == reference.digest]
    conditions: list[ColumnElement[bool]] = [_of.name == reference.name]
    if reference.version is not None:
        conditions.append(_of.version == reference.version)
    if reference.tag is not None:
        tagged = select(snapshot_tags.c.snapshot_id).where(
            snapshot_tags.c.tenant_id == _of.tenant_id,
            snapshot_tags.c.name == _of.name,
            snapshot_tags.c.tag == reference.tag,
        )
        conditions.append(_of.id == tagged.scalar_subquery())
    return conditions
