"""Pages of scenarios and of scores, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, tuple_

from ..._format import suggestion
from ...errors import ValidationError
from ..cursors import keyset_page, page_of
from ..store.experiment_score_rows import is_of_last_run, listed_scores, score_record
from ..store.experiment_tables import experiment_scenarios, experiment_scores
from ..store.pages import fetch_page
from ..store.scenario_lists import EXPERIMENT, SCENARIO_STATUS, listed_scenarios
from ..store.schema import trace_scores
from ..store.score_rows import SCORED
from .results import scenario_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection, Select

    from ..cursors import Cursors, Place
    from ..store.raw_json import RawJSON

__all__ = ["listed_scenario", "scenario_page", "score_page"]

_DEFAULT_LIMIT: Final = 100
_TRACES: Final = ["", ""]
"""The place before the first score of a trace."""
_STATUSES: Final = ("pass", "fail", "flaky", "error", "cancelled", "pending", "running")
_SAME: Final = {"passed": "pass", "failed": "fail"}
"""Other words for statuses, which clients of the wire use."""


def scenario_page(
    connection: Connection, tenant_id: int, cursors: Cursors, params: Mapping[str, Any]
) -> dict[str, Any]:
    """Return one page of the scenarios of last runs.

    Args:
        connection: A reading connection.
        tenant_id: The owner.
        cursors: Those of the list.
        params: Filters, `limit` and `cursor`.

    Raises:
        BadRequestError: The cursor is none that a page of the list had.
        ValidationError: There is no such status.
    """
    row = experiment_scenarios.c
    wanted: list[ColumnElement[bool]] = [
        row[name] == params[name] for name in ("experiment_id", "scenario_id") if name in params
    ]
    if "status" in params:
        wanted.append(SCENARIO_STATUS.in_([_status(params["status"])]))
    found, next_cursor = keyset_page(
        connection,
        listed_scenarios(tenant_id, *wanted),
        [row.id],
        cursors=cursors,
        limit=params.get("limit", _DEFAULT_LIMIT),
        cursor=params.get("cursor"),
    )
    return page_of([listed_scenario(one) for one in found], next_cursor)


def score_page(connection: Connection, tenant_id: int, cursors: Cursors, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of the scores of experiments, and behind them those of traces.

    Args:
        connection: A reading connection.
        tenant_id: The owner.
        cursors: Those of the list.
        params: Filters, `limit` and `cursor`.

    Raises:
        BadRequestError: The cursor is none that a page of the list had.
    """
    # A place is in one of the two parts of the list: the number of a score, or the trace and the rule of one.
    place = cursors.place(params["cursor"]) if "cursor" in params else []
    limit = params.get("limit", _DEFAULT_LIMIT)
    if len(place) > 1:
        rows, has_more = fetch_page(connection, _trace_scores(tenant_id, params, place), limit, dict)
        last = [rows[-1]["trace_id"], rows[-1]["rule_id"]] if has_more else None
        items = [_trace_score(one) for one in rows]
    else:
        rows, has_more = fetch_page(connection, _experiment_scores(tenant_id, params, place), limit, dict)
        last = [rows[-1]["id"]] if has_more else None if "experiment_id" in params else _TRACES
        items = [score_record(one) for one in rows]
    return page_of(items, None if last is None else cursors.cursor(last))


def _experiment_scores(tenant_id: int, params: Mapping[str, Any], place: Place) -> Select[Any]:
    score = experiment_scores.c
    wanted = [score[name] == params[name] for name in ("experiment_id", "rule_id") if name in params]
    wanted += [score.id > number for number in place]
    return listed_scores(tenant_id, is_of_last_run(), *wanted).order_by(score.id)


def _trace_scores(tenant_id: int, params: Mapping[str, Any], place: Place) -> Select[Any]:
    score = trace_scores.c
    wanted = [score.tenant_id == tenant_id, score.outcome == SCORED]
    wanted += [score.rule_id == params["rule_id"]] if "rule_id" in params else []
    wanted.append(tuple_(score.trace_id, score.rule_id) > tuple_(*place))
    return select(trace_scores).where(*wanted).order_by(score.trace_id, score.rule_id)


def _trace_score(row: Mapping[Any, Any]) -> dict[str, Any]:
    shown = ("rule_id", "trace_id", "score", "passed", "name", "created_at", "cost_usd")
    own = {name: row[name] for name in shown}
    return {**own, "status": row["outcome"], "message": row["message"] or "", "experiment_id": "", "scenario_id": ""}


def listed_scenario(row: Mapping[Any, Any]) -> RawJSON:
    """Return the result of a scenario of `listed_scenarios()`, with its experiment and run."""
    own = {name: value for name, value in row.items() if name.startswith(EXPERIMENT)}
    experiment = {name.removeprefix(EXPERIMENT): value for name, value in own.items()}
    return scenario_record(experiment, row, row["shown"], experiment_id=experiment["id"], run=row["run"])


def _status(text: str) -> str:
    status = _SAME.get(text, text)
    if status not in _STATUSES:
        raise ValidationError(
            f"list_scenarios: status: must be one of {', '.join(_STATUSES)}, got {text[:100]!a}"
            f"{suggestion(text, _STATUSES)}",
            response={"path": "status"},
        )
    return status
