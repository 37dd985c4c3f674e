"""The tests of runs with what was decided about them, without their transcripts."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import select, type_coerce

from ..._json import as_list, as_object
from ...errors import NotFoundError
from ...results.review import recorded_decisions
from .columns import CheckedText
from .raw_json import decode
from .run_tests import RUNNING, read_tests
from .schema import runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from .engine import Database

__all__ = ["Key", "decided_tests", "newest_graded_run"]

Key: TypeAlias = "tuple[str, int | None]"
"""The id of a test, and its repeat."""
_MAX_KEPT = 8
_kept: OrderedDict[bytes, dict[Key, dict[str, Any]]] = OrderedDict()
"""By the digest of the result: it takes longer to parse a large run than to find a test in it."""
_lock = Lock()


def decided_tests(database: Database, tenant_id: int, run_id: int) -> dict[Key, dict[str, Any]]:
    """Return the tests of a run: id, repeat, title, first reason, verdict and scores.

    Raises:
        NotFoundError: It does not exist, or belongs to another tenant.
    """
    wanted = select(type_coerce(runs.c.result, CheckedText), runs.c.playing)
    with database.read() as connection:
        row = connection.execute(wanted.where(runs.c.id == run_id, runs.c.tenant_id == tenant_id)).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no run {run_id}")
        playing = [one.text for one in read_tests(connection, run_id)] if row.playing == RUNNING else None
    if playing is not None:
        return _tests(decode(text) for text in playing)
    digest = hashlib.sha256(row[0].encode("utf-8", "surrogatepass")).digest()
    with _lock:
        if (kept := _kept.get(digest)) is not None:
            _kept.move_to_end(digest)
            return kept
    found = _tests(as_list(decode(row[0]).get("tests")) or ())
    with _lock:
        _kept[digest] = found
        while len(_kept) > _MAX_KEPT:
            _kept.popitem(last=False)
    return found


def newest_graded_run(connection: Connection, tenant_id: int) -> int | None:
    """Return the id of the newest run that is graded, or None."""
    graded = runs.c.grading_status == "completed"
    newest = select(runs.c.id).where(runs.c.tenant_id == tenant_id, graded).order_by(runs.c.id.desc()).limit(1)
    return connection.scalar(newest)


def _tests(tests: Iterable[object]) -> dict[Key, dict[str, Any]]:
    """Return the tests whose ids are texts, by id and repeat; of equal ones, the first."""
    found: dict[Key, dict[str, Any]] = {}
    for test in map(as_object, tests):
        if test is None or not isinstance(test_id := test.get("test_id"), str):
            continue
        repeat = test.get("repeat")
        key = test_id, repeat if repeat.__class__ is int else None
        if key not in found:
            found[key] = {"test_id": test_id, "repeat": key[1], **_shown(test), **recorded_decisions(test)}
    return found


def _shown(test: Mapping[str, Any]) -> dict[str, Any]:
    reasons = as_list(test.get("verdict_reasons")) or [""]
    return {"title": str(test.get("title") or "")[:200], "reason": str(reasons[0])[:500]}
