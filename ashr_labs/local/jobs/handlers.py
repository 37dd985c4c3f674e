"""The kinds of jobs: grade a run, generate a dataset, forward a trace."""

from __future__ import annotations

import json
import logging
import os
import zlib
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select, type_coerce, update

from ..._json import as_object
from ..._retry import Backoff
from ..._time import isoformat
from ...grading import grade
from ..llm.judge import judge_from_env
from ..store.columns import CheckedText, add_row
from ..store.event_log import touch
from ..store.raw_json import RawJSON, decode
from ..store.run_events import append_run_events, ended_event, run_topic
from ..store.schema import agents, datasets, requests, runs
from ..store.trace_pages import read_trace
from .worker import RetryLaterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from ..forwarding.destination import Destination
    from ..store.engine import Database
    from .queue import Job

__all__ = ["FORWARD", "GENERATE", "GRADE", "ForwardTrace", "GenerateDataset", "GradeRun"]

_logger = logging.getLogger(__name__)

GRADE: Final = "grade_run"
GENERATE: Final = "generate_dataset"
FORWARD: Final = "forward_trace"

_BACKOFF = Backoff(first=1.0, cap=60.0)
_UNGRADED = (
    # As text: it is decoded outside of the transaction.
    select(type_coerce(runs.c.result, CheckedText), type_coerce(agents.c.config, CheckedText))
    .outerjoin_from(runs, datasets, datasets.c.id == runs.c.dataset_id)
    .outerjoin(agents, agents.c.id == datasets.c.agent_id)
    .where(runs.c.id == bindparam("subject"), runs.c.grading_status.in_(["pending", "running"]))
)
_UPDATE_RUN = update(runs).where(runs.c.id == bindparam("subject"))
_UNANSWERED = select(requests.c.request).where(requests.c.request_status.in_(["pending", "processing"]))


class GradeRun:
    """Add verdicts to a run, under the grading configuration of its dataset's agent."""

    max_attempts = 3
    backoff = _BACKOFF
    keeps_failed = False

    def start(self, connection: Connection, job: Job) -> tuple[str, str | None] | None:
        """Read the result and the agent's configuration."""
        task = connection.execute(_UNGRADED, {"subject": int(job.subject)}).one_or_none()
        if task is None:
            return None
        _update_run(connection, job, grading_status="running")
        result, config = task
        return result, config

    def work(self, task: tuple[str, str | None]) -> tuple[RawJSON, Mapping[str, Any] | None]:
        """Grade the result, and return it with its metrics."""
        result, config = task
        rules = None if config is None else decode(config)
        graded = grade(decode(result), rules, judge=judge_from_env(os.environ), strict=False)
        return RawJSON.dump(graded), as_object(graded.get("aggregate_metrics"))

    def finish(
        self, connection: Connection, job: Job, outcome: tuple[RawJSON, Mapping[str, Any] | None], moment: float
    ) -> None:
        """Store the graded result."""
        result, metrics = outcome
        _update_run(connection, job, grading_status="completed", result=result)
        ended = ended_event("completed", metrics=metrics)
        append_run_events(connection, int(job.subject), job.tenant_id, [ended], moment)

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        """Store the reason in the run."""
        _update_run(connection, job, grading_status="failed", grading_error=reason)
        touch(connection, run_topic(int(job.subject)))


class GenerateDataset:
    """Generate the dataset for a request."""

    max_attempts = 3
    backoff = _BACKOFF
    keeps_failed = False

    def start(self, connection: Connection, job: Job) -> dict[str, Any] | None:
        """Read the configuration of the request."""
        config: dict[str, Any] | None = connection.scalar(_UNANSWERED.where(requests.c.id == int(job.subject)))
        if config is not None:
            _update_request(connection, job, request_status="processing")
        return config

    def work(self, task: dict[str, Any]) -> RawJSON:
        """Generate the dataset; without a language model, equal configurations give equal datasets."""
        # Function-level imports: they load the texts of attacks, and most processes generate nothing.
        from ...generation import generate  # noqa: PLC0415
        from ..llm.paraphrase import paraphrase  # noqa: PLC0415

        seed = zlib.crc32(json.dumps(task, sort_keys=True).encode())
        return RawJSON.dump(paraphrase(generate(task, seed=seed), os.environ))

    def finish(self, connection: Connection, job: Job, outcome: RawJSON, moment: float) -> None:
        """Store the dataset with the id of the request."""
        request = connection.execute(select(requests).where(requests.c.id == int(job.subject))).mappings().one()
        metadata = as_object(request["request"].get("metadata")) or {}
        timestamp = isoformat(moment)
        dataset = {
            "tenant_id": request["tenant_id"],
            "creator_id": request["requestor_id"],
            "created_at": timestamp,
            "updated_at": timestamp,
            "name": metadata.get("dataset_name") or request["request_name"],
            "description": metadata.get("description"),
            "dataset_source": outcome,
            "request_id": request["id"],
        }
        add_row(connection, datasets, dataset)
        _update_request(connection, job, request_status="completed")

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        """Store the reason in the request."""
        _update_request(connection, job, request_status="failed", error=reason)


class ForwardTrace:
    """Send a trace to another observability platform."""

    keeps_failed = True

    def __init__(self, database: Database, destination: Destination) -> None:
        self.max_attempts = destination.max_attempts
        self.backoff = destination.backoff
        self._database = database
        self._destination = destination
        self._is_unavailable = False

    def start(self, connection: Connection, job: Job) -> Job:
        """Return the job; traces can be large, so each is read just before it is sent."""
        return job

    def work(self, task: Job) -> bool:
        """Send the trace, unless it was deleted."""
        with self._database.read() as connection:
            trace = read_trace(connection, task.tenant_id, task.subject)
        try:
            if trace is not None:
                self._destination.send(task.tenant_id, trace)
        except RetryLaterError as error:
            self._log_availability(error)
            raise
        self._log_availability(None)
        return True

    def finish(self, connection: Connection, job: Job, outcome: bool, moment: float) -> None:
        """Store nothing; the other platform has the trace."""

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        """Log the reason; the job stays in the queue until the next start."""
        _logger.error(
            "trace %a was not forwarded to %s; gave up after attempt %d: %s",
            job.subject, self._destination.name, job.attempts, reason,
        )  # fmt: skip

    def _log_availability(self, failure: RetryLaterError | None) -> None:
        """Log the beginning and the end of an outage once."""
        if failure and not self._is_unavailable:
            _logger.warning("%s does not accept traces, they are kept and retried: %s", self._destination.name, failure)
        elif not failure and self._is_unavailable:
            _logger.warning("%s accepts traces again", self._destination.name)
        self._is_unavailable = failure is not None


def _update_run(connection: Connection, job: Job, **values: Any) -> None:
    connection.execute(_UPDATE_RUN, {"subject": int(job.subject), **values})


def _update_request(connection: Connection, job: Job, **values: Any) -> None:
    connection.execute(update(requests).where(requests.c.id == int(job.subject)).values(values))
