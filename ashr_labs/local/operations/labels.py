"""Labels: what people say of tests and traces, and how far judges agree with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ..._time import isoformat
from ...errors import ConflictError, NotFoundError, ValidationError
from ...results.agreement import agreements
from ...results.review import review_order
from ..cursors import keyset_page, page_of
from ..store.columns import index_text
from ..store.labelled_tests import decided_tests, newest_graded_run
from ..store.raw_json import encode
from ..store.schema import datasets, labels, runs, trace_scores, traces, users
from .registry import Context, LongContext, long_operation, operation
from .rows import check_exists

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection, Select

    from ...results.agreement import Agreement

__all__ = ["delete_label", "get_label_agreement", "list_label_queue", "list_labels", "set_label"]

_ID = re.compile("label_([1-9][0-9]{0,17})")
_LABELS: Final = 100
_QUEUE: Final = 50
_MAX_COMPARED: Final = 20_000
"""Labels that the agreement is computed from, the newest ones."""
_FILTERS: Final = ("run_id", "test_id", "trace_id", "verdict")


@operation("list_labels")
def list_labels(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of labels, newest first."""
    tenant_id = context.principal.tenant_id
    filters = [labels.c[name] == params[name] for name in _FILTERS if name in params]
    found, cursor = keyset_page(
        context.connection,
        _with_authors().where(labels.c.tenant_id == tenant_id, *filters),
        [labels.c.id],
        cursors=context.cursors("list_labels"),
        limit=params.get("limit", _LABELS),
        cursor=params.get("cursor"),
        descending=True,
    )
    return page_of([_record(row) for row in found], cursor)


@long_operation("set_label", writes=True)
def set_label(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store the label of a test or a trace, in place of the one that it has."""
    _check(params)
    # Without a transaction, in which others would wait: a run may be large.
    target = _test_target(context, params) if "run_id" in params else _trace_target(context, params["trace_id"])
    moment = isoformat(context.moment)
    row = {
        **target,
        "user_id": context.principal.user_id,
        "updated_at": moment,
        "verdict": params.get("verdict"),
        "score": params.get("score"),
        "comment": params.get("comment") or None,
    }
    with context.database.write() as connection:
        _store(connection, context.principal.tenant_id, row, params.get("version"), moment)
        is_target = and_(labels.c.tenant_id == context.principal.tenant_id, labels.c.target == row["target"])
        return _record(connection.execute(_with_authors().where(is_target)).mappings().one())


@operation("delete_label", writes=True)
def delete_label(context: Context, params: Mapping[str, Any]) -> None:
    """Delete a label."""
    is_label = and_(labels.c.tenant_id == context.principal.tenant_id, labels.c.id == _number(params["label_id"]))
    found = context.connection.execute(select(labels.c.version).where(is_label).with_for_update()).scalar()
    if found is None:
        raise _missing(params["label_id"])
    _check_version(found, params.get("version"))
    context.connection.execute(delete(labels).where(is_label))


@long_operation("list_label_queue")
def list_label_queue(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tests of a run that have no label, those in the order in which labels tell most."""
    tenant_id = context.principal.tenant_id
    with context.database.read() as connection:
        run_id = params["run_id"] if "run_id" in params else newest_graded_run(connection, tenant_id)
        if run_id is None:
            return {"run_id": None, "items": [], "labelled": 0, "remaining": 0}
        is_of_run = and_(labels.c.tenant_id == tenant_id, labels.c.run_id == run_id)
        labelled = set(connection.scalars(select(labels.c.target).where(is_of_run)))
    tests = decided_tests(context.database, tenant_id, run_id)
    waiting = [test for key, test in tests.items() if _target_of(run_id, key) not in labelled]
    order = review_order(waiting)[: params.get("limit", _QUEUE)]
    return {
        "run_id": run_id,
        "items": [{"run_id": run_id, **waiting[place]} for place in order],
        "labelled": len(tests) - len(waiting),
        "remaining": len(waiting),
    }


@operation("get_label_agreement")
def get_label_agreement(context: Context, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return how far the verdict and each judge agree with the labels."""
    chosen = [labels.c.tenant_id == context.principal.tenant_id, labels.c.verdict.is_not(None)]
    if "run_id" in params:
        check_exists(context, runs, params["run_id"], noun="run")
        chosen.append(labels.c.run_id == params["run_id"])
    if "dataset_id" in params:
        check_exists(context, datasets, params["dataset_id"], noun="dataset")
        chosen.append(labels.c.run_id.in_(select(runs.c.id).where(runs.c.dataset_id == params["dataset_id"])))
    shown: list[ColumnElement[Any]] = [labels.c[name] for name in ("tenant_id", "trace_id", "verdict", "recorded")]
    newest = select(*shown).where(*chosen).order_by(labels.c.id.desc()).limit(_MAX_COMPARED)
    return [_agreement(one) for one in agreements(_decisions(context.connection, newest))]


def _check(params: Mapping[str, Any]) -> None:
    """Check what the contract cannot say of a new label."""
    if ("run_id" in params) == ("trace_id" in params) or ("run_id" in params) != ("test_id" in params):
        raise ValidationError("a label must have `run_id` and `test_id`, or `trace_id`, and not both")
    if "repeat" in params and "run_id" not in params:
        raise ValidationError("`repeat` must come with `run_id` and `test_id`")
    if all(params.get(name) in (None, "") for name in ("verdict", "score", "comment")):
        raise ValidationError("a label must have a `verdict`, a `score` or a `comment`; delete it with delete_label")


def _test_target(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    run_id, key = params["run_id"], (params["test_id"], params.get("repeat"))
    test = decided_tests(context.database, context.principal.tenant_id, run_id).get(key)
    if test is None:
        name = f"{key[0][:100]!r}" + ("" if key[1] is None else f" with `repeat` {key[1]}")
        raise NotFoundError(f"run {run_id} has no test {name}")
    recorded = {name: test[name] for name in ("verdict", "scores")}
    return {
        "target": _target_of(run_id, key),
        "run_id": run_id,
        "test_id": key[0],
        "repeat": key[1],
        "trace_id": None,
        "recorded": recorded,
    }


def _trace_target(context: LongContext, trace_id: str) -> dict[str, Any]:
    is_trace = and_(traces.c.tenant_id == context.principal.tenant_id, traces.c.id == trace_id)
    with context.database.read() as connection:
        if connection.scalar(select(traces.c.id).where(is_trace)) is None:
            raise NotFoundError(f"there is no trace {trace_id!r}")
    none = dict.fromkeys(("run_id", "test_id", "repeat", "recorded"))
    return {"target": index_text(f"trace {encode(trace_id)}"), "trace_id": trace_id, **none}


def _target_of(run_id: int, key: tuple[str, int | None]) -> str:
    test_id, repeat = key
    return index_text(f"run {run_id} {'' if repeat is None else repeat} {encode(test_id)}")


def _store(connection: Connection, tenant_id: int, row: Mapping[str, Any], version: int | None, moment: str) -> None:
    is_target = and_(labels.c.tenant_id == tenant_id, labels.c.target == row["target"])
    known = connection.scalar(select(labels.c.version).where(is_target).with_for_update())
    _check_version(known or 0, version)
    if known is not None:
        connection.execute(update(labels).where(is_target).values(**row, version=known + 1))
        return
    try:
        connection.execute(insert(labels), {**row, "tenant_id": tenant_id, "created_at": moment, "version": 1})
    except IntegrityError as error:  # another user has set the first one at the same time
        raise ConflictError("the label was set by another user meanwhile; read it again") from error


def _check_version(known: int, given: int | None) -> None:
    if given is not None and given != known:
        what = f"has version {known}" if known else "does not exist"
        raise ConflictError(f"`version` must be that of the label, got {given}: it {what} now; read it again")


def _with_authors() -> Select[Any]:
    author = func.coalesce(users.c.name, users.c.email).label("author")
    return select(labels, author).join(users, users.c.id == labels.c.user_id)


def _number(label_id: str) -> int:
    if not (found := _ID.fullmatch(label_id)):
        raise _missing(label_id)
    return int(found[1])


def _missing(label_id: str) -> NotFoundError:
    return NotFoundError(f"there is no label {label_id[:100]!r}")


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    shown = ("created_at", "updated_at", "version", "run_id", "test_id", "repeat", "trace_id", "verdict", "score")
    rest = ("comment", "recorded", "author")
    return {"id": f"label_{row['id']}", **{name: row[name] for name in (*shown, *rest)}}


def _decisions(connection: Connection, chosen: Select[Any]) -> Iterator[tuple[str, bool, bool]]:
    """Yield what each judge decided about what was labelled, and what the label says."""
    for row in connection.execute(chosen):
        is_passed = row.verdict == "passed"
        recorded: dict[str, Any] = row.recorded or {}
        if recorded.get("verdict") in ("passed", "failed"):
            yield "verdict", recorded["verdict"] == "passed", is_passed
        for name, score in recorded.get("scores", {}).items():
            if score["passed"] is not None:
                yield name, score["passed"], is_passed
    labelled = chosen.subquery()
    scored = (
        select(trace_scores.c.name, trace_scores.c.passed, labelled.c.verdict)
        .join(labelled, _is_same_trace(labelled.c))
        .where(trace_scores.c.passed.is_not(None))
    )
    for name, passed, verdict in connection.execute(scored):
        yield name, passed, verdict == "passed"


def _is_same_trace(columns: Any) -> ColumnElement[bool]:
    return and_(trace_scores.c.tenant_id == columns.tenant_id, trace_scores.c.trace_id == columns.trace_id)


def _agreement(found: Agreement) -> dict[str, Any]:
    low, high = found.interval
    return {
        "name": found.name,
        "labels": found.labels,
        "rate": found.rate,
        "low": low,
        "high": high,
        "kappa": found.kappa,
        "both_passed": found.both_passed,
        "both_failed": found.both_failed,
        "only_judge_passed": found.only_judge_passed,
        "only_label_passed": found.only_label_passed,
    }
