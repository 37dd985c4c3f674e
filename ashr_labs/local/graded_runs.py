"""Runs that were graded elsewhere: they are stored with their verdicts, and not graded again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .store.columns import add_row
from .store.raw_json import RawJSON
from .store.schema import datasets, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from .keys import Principal

__all__ = ["store_graded_run"]


def store_graded_run(
    connection: Connection, owner: Principal, result: Mapping[str, Any], name: str, timestamp: str
) -> int:
    """Store a result with its verdicts, and an empty dataset for it; return the id of the run."""
    dataset = {
        "tenant_id": owner.tenant_id,
        "creator_id": owner.user_id,
        "created_at": timestamp,
        "updated_at": timestamp,
        "name": name,
        "description": None,
        "dataset_source": RawJSON.dump({"runs": {}}),
        "agent_id": None,
    }
    run = {
        "tenant_id": owner.tenant_id,
        "dataset_id": add_row(connection, datasets, dataset),
        "runner_id": owner.user_id,
        "created_at": timestamp,
        "result": RawJSON.dump(result),
        "grading_status": "completed",
    }
    return add_row(connection, runs, run)
