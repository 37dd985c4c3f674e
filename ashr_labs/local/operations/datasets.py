"""Datasets: scenarios to test agents with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, delete, select, update

from ...dataset_faults import check_dataset
from ...errors import DatasetError, NotFoundError, ValidationError
from ..media import media_for, store_media
from ..store.columns import add_row
from ..store.raw_json import RawJSON
from ..store.schema import agents, datasets
from .registry import Context, operation
from .rows import check_exists, get_agent_row, page, raw_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ashr_labs_types import (
        CreateDatasetRequest,
        DeleteDatasetRequest,
        GetDatasetRequest,
        ListDatasetsRequest,
        UpdateDatasetRequest,
    )

__all__ = [
    "ALL_DATASETS",
    "create_dataset",
    "dataset_record",
    "dataset_rows",
    "delete_dataset",
    "encoded_source",
    "get_dataset",
    "list_datasets",
    "with_media",
]

_URL_TTL_SECONDS = 3600

ALL_DATASETS: Select[Any] = select(
    *raw_columns(datasets), agents.c.name.label("agent_name"), agents.c.description.label("agent_description")
).outerjoin(agents, agents.c.id == datasets.c.agent_id)
"""Datasets joined with the name and description of their agents."""

_SUMMARIES = ALL_DATASETS.with_only_columns(
    *(column for column in ALL_DATASETS.selected_columns if column.key != "dataset_source"),
    maintain_column_froms=True,
)
_BY_NUMBER = ALL_DATASETS.where(datasets.c.id == bindparam("row_id"), datasets.c.tenant_id == bindparam("tenant_id"))


def encoded_source(params: CreateDatasetRequest | UpdateDatasetRequest) -> dict[str, Any]:
    """Return the parameters with `dataset_source`, if it is given, checked and as `RawJSON`."""
    given = params.get("dataset_source")
    if given is None:
        return {**params}
    try:
        check_dataset(given)
    except DatasetError as error:
        raise ValidationError(f"dataset_source.{error}") from error
    return {**params, "dataset_source": RawJSON.dump(given)}


@operation("create_dataset", writes=True, prepare=encoded_source)
def create_dataset(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store a dataset."""
    agent_id = params.get("agent_id")
    agent = None if agent_id is None else get_agent_row(context, agent_id, for_update=True)
    row = {
        "tenant_id": context.principal.tenant_id,
        "creator_id": context.principal.user_id,
        "created_at": context.timestamp,
        "updated_at": context.timestamp,
        "name": params["name"],
        "description": params.get("description"),
        "dataset_source": params["dataset_source"],
        "agent_id": agent_id,
    }
    dataset_id = add_row(context.connection, datasets, row)
    owner = {"tenant_id": row["tenant_id"], "dataset_id": dataset_id, "created_at": context.timestamp}
    store_media(context.connection, owner, params.get("media", ()))
    name, description = (None, None) if agent is None else (agent["name"], agent["description"])
    details = {"agent_name": name, "agent_description": description, "request_id": None}
    return {"dataset": dataset_record({**row, **details, "id": dataset_id})}


@operation("get_dataset")
def get_dataset(context: Context, params: GetDatasetRequest) -> dict[str, Any]:
    """Return one dataset."""
    (dataset,) = with_media(context, [_record_of(context, params["dataset_id"])], params)
    return {"dataset": dataset}


@operation("list_datasets")
def list_datasets(context: Context, params: ListDatasetsRequest) -> dict[str, Any]:
    """Return one page of datasets, newest first."""
    rows, convert = dataset_rows(params)
    found, next_cursor = page(context, rows, datasets, params, convert=convert)
    return {"datasets": with_media(context, found, params), "next_cursor": next_cursor}


@operation("update_dataset", writes=True, prepare=encoded_source)
def update_dataset(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Change the given fields."""
    check_exists(context, datasets, params["dataset_id"], noun="dataset")
    changes = {name: value for name, value in params.items() if name in ("name", "description", "dataset_source")}
    change = update(datasets).where(datasets.c.id == params["dataset_id"])
    context.connection.execute(change.values(updated_at=context.timestamp, **changes))
    return {"dataset": _record_of(context, params["dataset_id"])}


@operation("delete_dataset", writes=True)
def delete_dataset(context: Context, params: DeleteDatasetRequest) -> dict[str, Any]:
    """Delete a dataset; its runs are kept."""
    check_exists(context, datasets, params["dataset_id"], noun="dataset")
    context.connection.execute(delete(datasets).where(datasets.c.id == params["dataset_id"]))
    return {"message": f"dataset {params['dataset_id']} is deleted"}


def dataset_rows(params: Mapping[str, Any]) -> tuple[Select[Any], Callable[[Mapping[Any, Any]], dict[str, Any]]]:
    """Return the rows of datasets and the function that converts them, without their sources for a `summary`."""
    return (_SUMMARIES, _summary) if params.get("summary") else (ALL_DATASETS, dataset_record)


def _summary(row: Mapping[Any, Any]) -> dict[str, Any]:
    record = dataset_record({**row, "dataset_source": None})
    del record["dataset_source"]
    return record


def dataset_record(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Convert a row of `ALL_DATASETS` to the contract's form."""
    agent = {"id": row["agent_id"], "name": row["agent_name"], "description": row["agent_description"]}
    return {
        "id": row["id"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "tenant": row["tenant_id"],
        "creator": row["creator_id"],
        "name": row["name"],
        "description": row["description"],
        "dataset_source": row["dataset_source"],
        "agent_id": row["agent_id"],
        "agent_details": None if row["agent_id"] is None else agent,
        "request_id": row["request_id"],
    }


def with_media(context: Context, records: Iterable[dict[str, Any]], params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Add the files of the datasets with signed URLs, if requested."""
    found = list(records)
    if not params.get("include_signed_urls"):
        return found
    expires = int(context.moment) + params.get("url_expires_seconds", _URL_TTL_SECONDS)
    files: dict[int, list[dict[str, Any]]] = {record["id"]: [] for record in found}
    for row in media_for(context.connection, files):
        metadata = {name: row[name] for name in ("name", "media_type", "size_bytes")}
        files[row["dataset_id"]].append(metadata | {"url": context.links.link(context.origin, row["id"], expires)})
    return [record | {"media": files[record["id"]]} for record in found]


def _record_of(context: Context, dataset_id: int) -> dict[str, Any]:
    key = {"row_id": dataset_id, "tenant_id": context.principal.tenant_id}
    row = context.connection.execute(_BY_NUMBER, key).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no dataset {dataset_id}")
    return dataset_record(row)
