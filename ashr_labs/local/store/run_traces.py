"""The tests of runs that traces belong to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select

from ..._json import as_list, as_object
from .columns import index_text, is_storable, upsert
from .raw_json import encode
from .run_tests import repeat_of
from .schema import run_traces

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from .columns import Upsert

__all__ = ["delete_links", "links_of", "runs_of_trace", "store_links"]

_MAX_RUNS = 100

_DELETE = delete(run_traces).where(run_traces.c.run_id == bindparam("run"))
_OF_TRACE = (
    select(run_traces.c.run_id, run_traces.c.test_id, run_traces.c.repeat)
    .where(run_traces.c.tenant_id == bindparam("tenant"), run_traces.c.trace_id == bindparam("trace"))
    .order_by(run_traces.c.run_id.desc(), run_traces.c.test)
    .limit(_MAX_RUNS)
)


def links_of(tests: object) -> list[dict[str, Any]]:
    """Return the rows of the tests that have the id of a trace, without their run; tests may be any JSON."""
    links = [_link(test) for test in map(as_object, as_list(tests) or ()) if test is not None and "trace_id" in test]
    return [*{link["test"]: link for link in links if link is not None}.values()]


def store_links(connection: Connection, tenant_id: int, run_id: int, links: Sequence[Mapping[str, Any]]) -> None:
    """Store the links of the tests of a run; that of a test with the same id and repeat is replaced."""
    if links:
        shared = {"tenant_id": tenant_id, "run_id": run_id}
        connection.execute(_store(connection.dialect.name), [{**link, **shared} for link in links])


def delete_links(connection: Connection, run_id: int) -> None:
    """Delete the links of a run."""
    connection.execute(_DELETE, {"run": run_id})


def runs_of_trace(connection: Connection, tenant_id: int, trace_id: str) -> list[dict[str, Any]]:
    """Return the tests that a trace belongs to, those of the newest run first."""
    rows = connection.execute(_OF_TRACE, {"tenant": tenant_id, "trace": trace_id}).mappings()
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def _link(test: Mapping[str, Any]) -> dict[str, Any] | None:
    trace_id, test_id, repeat = test["trace_id"], test.get("test_id"), repeat_of(test)
    if not isinstance(trace_id, str) or not isinstance(test_id, str) or not is_storable(trace_id):
        return None
    key = index_text(f"{repeat} {encode(test_id)}")
    link = {"test": key, "trace_id": index_text(trace_id), "test_id": test_id}
    return {**link, "repeat": repeat if "repeat" in test else None}


@cache
def _store(dialect: str) -> Upsert:
    new = upsert(dialect, run_traces)
    changes = {"trace_id": new.excluded.trace_id}
    return new.on_conflict_do_update(index_elements=[run_traces.c.run_id, run_traces.c.test], set_=changes)
