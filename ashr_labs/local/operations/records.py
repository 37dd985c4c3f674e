"""Datasets of records: inputs with what is expected of them, in versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, select, update

from ...errors import NotFoundError, ValidationError
from ..store.columns import add_row
from ..store.pages import fetch_page
from ..store.raw_json import decode
from ..store.record_rows import (
    add_records,
    record_row,
    remove_records,
    select_records,
    store_version,
)
from ..store.record_tables import record_datasets, records
from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

__all__ = [
    "add_dataset_records",
    "create_record_dataset",
    "delete_dataset_record",
    "delete_record_dataset",
    "get_record_dataset",
    "list_dataset_records",
    "list_record_datasets",
]

_ID = re.compile("ds_([1-9][0-9]{0,17})")
_DATASETS: Final = 1000
_MAX_RECORDS: Final = 100_000
"""Of a version."""
_ALL: Final = _MAX_RECORDS + 1


@operation("create_record_dataset", writes=True)
def create_record_dataset(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store a dataset without records."""
    row = {
        "tenant_id": context.principal.tenant_id,
        "user_id": context.principal.user_id,
        "created_at": context.timestamp,
        "updated_at": context.timestamp,
        "name": params["name"],
        "description": params.get("description", ""),
        "version": 1,
        "record_count": 0,
    }
    return _record({**row, "id": add_row(context.connection, record_datasets, row)})


@operation("list_record_datasets")
def list_record_datasets(context: Context, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return datasets, newest first."""
    wanted = select(record_datasets).where(record_datasets.c.tenant_id == context.principal.tenant_id)
    if "name" in params:
        wanted = wanted.where(record_datasets.c.name == params["name"])
    if "before" in params:
        wanted = wanted.where(record_datasets.c.id < _number(params["before"]))
    newest = wanted.order_by(record_datasets.c.id.desc()).limit(params.get("limit", _DATASETS))
    return [_record(row) for row in context.connection.execute(newest).mappings()]


@operation("get_record_dataset")
def get_record_dataset(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dataset without its records."""
    return _record(_found(context, params["dataset"]))


@operation("delete_record_dataset", writes=True)
def delete_record_dataset(context: Context, params: Mapping[str, Any]) -> None:
    """Delete a dataset with the records of all versions."""
    if not context.connection.execute(delete(record_datasets).where(_is(context, params["dataset"]))).rowcount:
        raise _missing(params["dataset"])


def _prepared(params: dict[str, Any]) -> dict[str, Any]:
    return {**params, "records": [record_row(record) for record in params["records"]]}


@operation("add_dataset_records", writes=True, prepare=_prepared)
def add_dataset_records(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make the next version: with more records, or with these in place of all others."""
    dataset_id, version = _locked(context, params["dataset"])
    rows = params["records"]
    removed = remove_records(context.connection, dataset_id, version + 1) if params.get("replace") else 0
    added = add_records(context.connection, dataset_id, rows, version=version + 1, timestamp=context.timestamp)
    if added or removed:
        version += 1
        if store_version(context.connection, dataset_id, version) > _MAX_RECORDS:
            raise ValidationError(f"a dataset has at most {_MAX_RECORDS:,} records; put the others into another one")
    return {"added": added, "skipped": len(rows) - added, "version": version}


@operation("list_dataset_records")
def list_dataset_records(context: Context, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the records of a version; a page has fewer than `limit` if they are large."""
    dataset = _found(context, params["dataset"])
    wanted = select_records(dataset["id"], _version(dataset, params), _tags(params))
    if "after" in params:
        wanted = wanted.where(records.c.id > _row_id(context, dataset["id"], params["after"]))
    found, has_more = fetch_page(context.connection, wanted, params.get("limit", _ALL), dict)
    if has_more and "limit" not in params:
        raise ValidationError("the records are more than 16 MB; read them in pages with `limit` and `after`")
    return [{"id": row["key"], **decode(row["content"].text), "version": row["added_in"]} for row in found]


@operation("delete_dataset_record", writes=True)
def delete_dataset_record(context: Context, params: Mapping[str, Any]) -> None:
    """Make the next version, without one record."""
    dataset_id, version = _locked(context, params["dataset"])
    if not remove_records(context.connection, dataset_id, version + 1, params["record_id"]):
        raise NotFoundError(
            f"there is no record {params['record_id']!r} in the newest version of {params['dataset']!r}"
        )
    store_version(context.connection, dataset_id, version + 1)


def _version(dataset: Mapping[str, Any], params: Mapping[str, Any]) -> int:
    newest: int = dataset["version"]
    version: int = params.get("version", newest)
    if version > newest:
        raise NotFoundError(f"there is no version {version} of {params['dataset']!r}; the newest one is {newest}")
    return version


def _tags(params: Mapping[str, Any]) -> list[str]:
    return [tag for tag in params.get("tags", "").split(",") if tag]


def _row_id(context: Context, dataset_id: int, key: str) -> int:
    """Return the number of a record, by which its dataset is ordered, also if it was removed meanwhile."""
    wanted = select(records.c.id).where(records.c.dataset_id == dataset_id, records.c.key == key)
    found: int | None = context.connection.scalar(wanted.order_by(records.c.id.desc()).limit(1))
    if found is None:
        raise ValidationError(
            f"list_dataset_records: after: must be the id of a record of the dataset, got {key!r}",
            response={"path": "after"},
        )
    return found


def _is(context: Context, name: str) -> ColumnElement[bool]:
    own = record_datasets.c.tenant_id == context.principal.tenant_id
    return and_(own, record_datasets.c.id == _number(name))


def _found(context: Context, name: str) -> Mapping[Any, Any]:
    row = context.connection.execute(select(record_datasets).where(_is(context, name))).mappings().first()
    if row is None:
        raise _missing(name)
    return row


def _locked(context: Context, name: str) -> tuple[int, int]:
    """Return number and version of a dataset; other changes of its records wait until this transaction has ended."""
    changed = update(record_datasets).where(_is(context, name)).values(updated_at=context.timestamp)
    row = context.connection.execute(changed.returning(record_datasets.c.id, record_datasets.c.version)).first()
    if row is None:
        raise _missing(name)
    return row.id, row.version


def _missing(name: str) -> NotFoundError:
    return NotFoundError(f"there is no dataset of records {name!r}")


def _number(name: str) -> int:
    """Return the number in an id; 0, which is never one, if it is not an id."""
    found = _ID.fullmatch(name)
    return int(found[1]) if found else 0


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name != "tenant_id"}
    return {**kept, "id": f"ds_{row['id']}", "user_id": str(row["user_id"])}
