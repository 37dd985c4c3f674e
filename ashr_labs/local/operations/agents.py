"""Agents, which group datasets and configure the grading of their runs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from ...errors import ConflictError, ValidationError
from ...grading import validate_grading_config
from ..store.columns import add_row
from ..store.pages import fetch_page
from ..store.schema import agents, datasets
from .datasets import dataset_rows, with_media
from .registry import Context, operation
from .rows import check_exists, get_agent_row, raw_columns

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ashr_labs_types import (
        CreateAgentRequest,
        DeleteAgentRequest,
        GetAgentDatasetsRequest,
        ListAgentsRequest,
        SetDatasetAgentRequest,
        UpdateAgentRequest,
    )

__all__ = [
    "check_config",
    "create_agent",
    "delete_agent",
    "get_agent_datasets",
    "list_agents",
    "set_dataset_agent",
    "update_agent",
]

_MAX_DATASETS = 100_000
_MAX_DATASET_BYTES = 64_000_000
"""Of one response, which has no further pages."""
_FIELDS = (
    "id",
    "created_at",
    "updated_at",
    "tenant_id",
    "creator_id",
    "name",
    "description",
    "config",
    "is_active",
)


@operation("create_agent", writes=True)
def create_agent(context: Context, params: CreateAgentRequest) -> dict[str, Any]:
    """Store an agent; its name must be unique in the tenant."""
    check_config(params.get("config"))
    row = {
        "tenant_id": context.principal.tenant_id,
        "creator_id": context.principal.user_id,
        "created_at": context.timestamp,
        "updated_at": context.timestamp,
        "name": params["name"],
        "description": params.get("description"),
        "config": params.get("config", {}),
        "is_active": True,
    }
    with _unique_name(params["name"]):
        agent_id = add_row(context.connection, agents, row)
    return {"agent": _record({**row, "id": agent_id})}


@operation("list_agents")
def list_agents(context: Context, params: ListAgentsRequest) -> dict[str, Any]:
    """Return all agents, newest first, with the number of datasets of each."""
    count = select(func.count()).where(datasets.c.agent_id == agents.c.id).scalar_subquery()
    wanted = (
        select(*raw_columns(agents), count.label("dataset_count"))
        .where(agents.c.tenant_id == context.principal.tenant_id, agents.c.is_active)
        .order_by(agents.c.id.desc())
    )
    rows = context.connection.execute(wanted).mappings()
    return {"agents": [{**_record(row), "dataset_count": row["dataset_count"]} for row in rows]}


@operation("update_agent", writes=True)
def update_agent(context: Context, params: UpdateAgentRequest) -> dict[str, Any]:
    """Change the given fields; `config` replaces the whole configuration."""
    check_config(params.get("config"))
    agent = get_agent_row(context, params["agent_id"], for_update=True)
    if params.get("if_updated_at", agent["updated_at"]) != agent["updated_at"]:
        raise ConflictError(f"agent {agent['id']} was changed at {agent['updated_at']}; read it again")
    changes = {name: value for name, value in params.items() if name in ("name", "description", "config")}
    change = update(agents).where(agents.c.id == params["agent_id"]).values(updated_at=context.timestamp, **changes)
    with _unique_name(params.get("name")):
        context.connection.execute(change)
    return {"agent": _record(get_agent_row(context, params["agent_id"]))}


@operation("delete_agent", writes=True)
def delete_agent(context: Context, params: DeleteAgentRequest) -> dict[str, Any]:
    """Deactivate an agent and unlink its datasets."""
    agent_id = get_agent_row(context, params["agent_id"])["id"]
    context.connection.execute(update(agents).where(agents.c.id == agent_id).values(is_active=False))
    context.connection.execute(update(datasets).where(datasets.c.agent_id == agent_id).values(agent_id=None))
    return {"message": f"agent {agent_id} is deleted"}


@operation("get_agent_datasets")
def get_agent_datasets(context: Context, params: GetAgentDatasetsRequest) -> dict[str, Any]:
    """Return an agent with its datasets, newest first."""
    agent = get_agent_row(context, params["agent_id"])
    rows, convert = dataset_rows(params)
    wanted = rows.where(datasets.c.agent_id == agent["id"]).order_by(datasets.c.id.desc())
    found, has_more = fetch_page(context.connection, wanted, _MAX_DATASETS, convert, max_bytes=_MAX_DATASET_BYTES)
    if has_more:
        raise ValidationError(
            f"the datasets of agent {agent['id']} are over the 64 MB of one response; ask for them with "
            "`summary`: true, and for each with get_dataset"
        )
    return {"agent": _record(agent), "datasets": with_media(context, found, params)}


@operation("set_dataset_agent", writes=True)
def set_dataset_agent(context: Context, params: SetDatasetAgentRequest) -> dict[str, Any]:
    """Link a dataset to an agent, or unlink it."""
    dataset_id, agent_id = params["dataset_id"], params["agent_id"]
    check_exists(context, datasets, dataset_id, noun="dataset")
    if agent_id is not None:
        get_agent_row(context, agent_id, for_update=True)
    context.connection.execute(update(datasets).where(datasets.c.id == dataset_id).values(agent_id=agent_id))
    return {"message": f"dataset {dataset_id} belongs to {'no agent' if agent_id is None else f'agent {agent_id}'}"}


def check_config(config: object) -> None:
    """Check a grading configuration.

    Raises:
        ValidationError: It has problems, which the message lists.
    """
    if problems := validate_grading_config(config):
        raise ValidationError("; ".join(f"config.{problem}" for problem in problems))


@contextmanager
def _unique_name(name: str | None) -> Generator[None]:
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(f"an agent named {name!r} already exists; choose another name") from error


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _FIELDS}
