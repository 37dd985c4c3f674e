"""The kinds of work that calls leave to the worker: grading runs and generating datasets."""

from __future__ import annotations

import json
import os
import zlib
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from ..._json import as_object
from ...generation import generate
from ...grading import grade
from ..llm.judge import judge_of
from ..llm.paraphrase import worded
from ..store.schema import agents, datasets, requests, runs
from ..store.writing import add_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, RowMapping

    from .worker import JobKind

__all__ = ["GENERATE", "GRADE", "KINDS"]

GRADE: Final = "grade_run"
GENERATE: Final = "generate_dataset"

_UNGRADED = (
    select(runs.c.result, agents.c.config)
    .outerjoin_from(runs, datasets, datasets.c.id == runs.c.dataset_id)
    .outerjoin(agents, agents.c.id == datasets.c.agent_id)
    .where(runs.c.grading_status.in_(["pending", "running"]))
)
_UNANSWERED = select(requests.c.request).where(requests.c.request_status.in_(["pending", "processing"]))


class GradeRun:
    """Fill in a run's verdicts, under the rules of the agent that its dataset belongs to."""

    def start(self, connection: Connection, subject_id: int) -> RowMapping | None:
        """Read the result and the agent's config."""
        task = connection.execute(_UNGRADED.where(runs.c.id == subject_id)).mappings().one_or_none()
        if task is not None:
            _set_run(connection, subject_id, grading_status="running")
        return task

    def work(self, task: RowMapping) -> dict[str, Any]:
        """Grade."""
        return grade(task["result"], task["config"], judge=judge_of(os.environ))

    def finish(self, connection: Connection, subject_id: int, outcome: dict[str, Any], timestamp: str) -> None:
        """Store the graded result."""
        _set_run(connection, subject_id, grading_status="completed", result=outcome)

    def fail(self, connection: Connection, subject_id: int, reason: str) -> None:
        """Store why there is none."""
        _set_run(connection, subject_id, grading_status="failed", grading_error=reason)


class GenerateDataset:
    """Make the dataset that a request asks for."""

    def start(self, connection: Connection, subject_id: int) -> dict[str, Any] | None:
        """Read the request's config."""
        config: dict[str, Any] | None = connection.scalar(_UNANSWERED.where(requests.c.id == subject_id))
        if config is not None:
            _set_request(connection, subject_id, request_status="processing")
        return config

    def work(self, task: dict[str, Any]) -> dict[str, Any]:
        """Generate; the same config gives the same dataset, but for the words of a language model."""
        seed = zlib.crc32(json.dumps(task, sort_keys=True).encode())
        return worded(generate(task, seed=seed), os.environ)

    def finish(self, connection: Connection, subject_id: int, outcome: dict[str, Any], timestamp: str) -> None:
        """Store the dataset under the request's number."""
        request = connection.execute(select(requests).where(requests.c.id == subject_id)).mappings().one()
        about = as_object(request["request"].get("metadata")) or {}
        dataset = {
            "tenant_id": request["tenant_id"],
            "creator_id": request["requestor_id"],
            "created_at": timestamp,
            "updated_at": timestamp,
            "name": about.get("dataset_name") or request["request_name"],
            "description": about.get("description"),
            "dataset_source": outcome,
            "request_id": subject_id,
        }
        add_row(connection, datasets, dataset)
        _set_request(connection, subject_id, request_status="completed")

    def fail(self, connection: Connection, subject_id: int, reason: str) -> None:
        """Store why there is none."""
        _set_request(connection, subject_id, request_status="failed", error=reason)


KINDS: Mapping[str, JobKind] = {GRADE: GradeRun(), GENERATE: GenerateDataset()}


def _set_run(connection: Connection, run_id: int, **values: Any) -> None:
    connection.execute(update(runs).where(runs.c.id == run_id).values(values))


def _set_request(connection: Connection, request_id: int, **values: Any) -> None:
    connection.execute(update(requests).where(requests.c.id == request_id).values(values))
