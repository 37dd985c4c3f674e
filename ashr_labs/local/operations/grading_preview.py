"""The verdicts that another grading configuration would give the tests of a run."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, type_coerce

from ..._json import as_list, as_object
from ...errors import ConflictError, NotFoundError
from ...grading import grade
from ..store.columns import CheckedText
from ..store.raw_json import decode
from ..store.run_tests import RUNNING
from ..store.schema import runs
from .agents import check_config
from .registry import LongContext, long_operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["preview_grading"]

_MAX_CHANGES: Final = 500
_MAX_REASONS: Final = 5
_VERDICTS: Final = ("passed", "failed", "unchecked")


@long_operation("preview_grading")
def preview_grading(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Grade a run by another configuration, without a judge and without storing anything."""
    check_config(params["config"])
    result = decode(_result(context, params["run_id"]))
    graded = grade(result, params["config"], strict=False)
    pairs = [*zip(_tests(result), _tests(graded), strict=True)]
    changes = [_change(before, after) for before, after in pairs if before.get("verdict") != after.get("verdict")]
    return {
        "run_id": params["run_id"],
        "before": _counts(before for before, _ in pairs),
        "after": _counts(after for _, after in pairs),
        "changed": len(changes),
        "changes": changes[:_MAX_CHANGES],
        "notes": [str(note) for note in as_list((as_object(graded.get("grader")) or {}).get("notes")) or ()],
    }


def _result(context: LongContext, run_id: int) -> str:
    """Return the result of a run that has ended, as text: it is decoded outside of the transaction."""
    wanted = select(type_coerce(runs.c.result, CheckedText), runs.c.playing)
    with context.database.read() as connection:
        is_own = runs.c.tenant_id == context.principal.tenant_id
        row = connection.execute(wanted.where(runs.c.id == run_id, is_own)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no run {run_id}")
    if row.playing == RUNNING:
        raise ConflictError(f"run {run_id} is being played; wait for its end")
    text: str = row[0]
    return text


def _tests(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [as_object(test) or {} for test in as_list(result.get("tests")) or ()]


def _counts(tests: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    found = Counter(test.get("verdict") for test in tests if isinstance(test.get("verdict"), str))
    return {name: found[name] for name in _VERDICTS}


def _change(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    repeat, verdicts = after.get("repeat"), [one.get("verdict") for one in (before, after)]
    old, new = (verdict if isinstance(verdict, str) else None for verdict in verdicts)
    return {
        "test_id": str(after.get("test_id")),
        "repeat": repeat if repeat.__class__ is int else None,
        "before": old,
        "after": new,
        "reasons": [str(reason) for reason in (as_list(after.get("verdict_reasons")) or [])[:_MAX_REASONS]],
    }
