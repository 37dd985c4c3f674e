"""Reads and writes of the records of a dataset, whose every version can be read."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, insert, or_, select, type_coerce, update

from .columns import RawJSONText
from .raw_json import RawJSON
from .record_tables import record_datasets, records
from .trace_rows import tag_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

__all__ = ["add_records", "record_row", "remove_records", "select_records", "store_version"]

_CHUNK: Final = 500
"""Keys in one query; databases limit the number of their parameters."""
_CONTENT = type_coerce(records.c.content, RawJSONText).label("content")
_IS_PRESENT = (records.c.dataset_id == bindparam("dataset")) & records.c.removed_in.is_(None)


def record_row(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a record as it was sent, without its dataset, version and time."""
    content = {name: record[name] for name in ("input", "expected", "metadata") if name in record}
    tags = sorted(set(record.get("tags") or ()))
    return {
        "key": record.get("id") or f"rec_{secrets.token_hex(8)}",
        "tags": "\n".join(["", *(tag_line(tag).strip("\n") for tag in tags), ""]) if tags else None,
        "content": RawJSON.dump({"metadata": {}, **content, "tags": tags}),
    }


def add_records(
    connection: Connection, dataset_id: int, rows: Sequence[Mapping[str, Any]], *, version: int, timestamp: str
) -> int:
    """Add the rows whose keys the dataset does not have; return how many these were."""
    new = {row["key"]: row for row in reversed(rows)}  # of rows with the same key, the first one counts
    present = _present_keys(connection, dataset_id, [*new])
    common = {"dataset_id": dataset_id, "created_at": timestamp, "added_in": version}
    added = [{**row, **common} for key, row in reversed(new.items()) if key not in present]
    if added:
        connection.execute(insert(records), added)
    return len(added)


def remove_records(connection: Connection, dataset_id: int, version: int, key: str | None = None) -> int:
    """Leave a record, or all of them, out of a version and later ones; return how many these were."""
    removed = update(records).where(_IS_PRESENT)
    if key is not None:
        removed = removed.where(records.c.key == key)
    return connection.execute(removed.values(removed_in=version), {"dataset": dataset_id}).rowcount


def store_version(connection: Connection, dataset_id: int, version: int) -> int:
    """Store the new version of a dataset; return the number of its records."""
    count = connection.scalar(select(func.count()).select_from(records).where(_IS_PRESENT), {"dataset": dataset_id})
    changed = update(record_datasets).where(record_datasets.c.id == dataset_id)
    connection.execute(changed.values(version=version, record_count=count))
    return count or 0


def select_records(dataset_id: int, version: int, tags: Iterable[str]) -> Select[Any]:
    """Return the query for the records of a version that have all of some tags, in the order they were added in."""
    columns: list[ColumnElement[Any]] = [records.c.id, records.c.key, records.c.added_in, _CONTENT]
    wanted = select(*columns).where(
        records.c.dataset_id == dataset_id,
        records.c.added_in <= version,
        or_(records.c.removed_in.is_(None), records.c.removed_in > version),
    )
    for tag in tags:
        wanted = wanted.where(func.replace(records.c.tags, tag_line(tag), "") != records.c.tags)
    return wanted.order_by(records.c.id)


def _present_keys(connection: Connection, dataset_id: int, keys: Sequence[str]) -> set[str]:
    wanted = select(records.c.key).where(_IS_PRESENT, records.c.key.in_(bindparam("keys", expanding=True)))
    found: set[str] = set()
    for start in range(0, len(keys), _CHUNK):
        found |= {*connection.scalars(wanted, {"dataset": dataset_id, "keys": keys[start : start + _CHUNK]})}
    return found
