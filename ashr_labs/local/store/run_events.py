"""The events of runs, as `GET /v1/runs/{run_id}/events` sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete

from .event_log import append_events, prune_events
from .event_tables import events
from .raw_json import encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from .signals import Topic

__all__ = [
    "ENDED",
    "append_run_events",
    "ended_event",
    "progress_event",
    "reopen_run_events",
    "run_topic",
    "test_events",
    "test_summary",
]

ENDED: Final = "ended"
"""The type of the event that completes the stream."""
_KIND = "run"
_KEPT_SECONDS = 24 * 60 * 60
_MAX_TEXT = 1000
"""Characters of an id or a title in an event."""

_DELETE_END = delete(events).where(
    events.c.kind == _KIND, events.c.subject == bindparam("of_subject"), events.c.type == ENDED
)


def run_topic(run_id: int) -> Topic:
    """Return where the events of a run are added."""
    return (_KIND, str(run_id))


def append_run_events(
    connection: Connection, run_id: int, tenant_id: int, added: Sequence[tuple[str, Mapping[str, Any]]], moment: float
) -> None:
    """Append events of a run, whose row the transaction holds; with its first ones, old events are deleted."""
    last = append_events(connection, run_topic(run_id), tenant_id, added, moment)
    if last == len(added):
        prune_events(connection, _KIND, moment - _KEPT_SECONDS)


def reopen_run_events(connection: Connection, run_id: int) -> None:
    """Delete the end of a run that goes on after all."""
    connection.execute(_DELETE_END, {"of_subject": str(run_id)})


def progress_event(tests_done: int, tests_total: int | None, *, cancel_requested: bool) -> tuple[str, dict[str, Any]]:
    """Return the event that says how far a run is."""
    data = {"tests_done": tests_done, "tests_total": tests_total, "cancel_requested": cancel_requested}
    return "progress", data


def test_events(
    tests: Sequence[Mapping[str, Any]], tests_done: int, tests_total: int | None
) -> list[tuple[str, dict[str, Any]]]:
    """Return the events of tests that were added to a run.

    Args:
        tests: What is known of each test, as `test_summary` returns it.
        tests_done: How many tests the run has now.
        tests_total: How many it will have, if that is known.
    """
    first = tests_done - len(tests) + 1
    return [
        ("test_finished", {**test, "tests_done": done, "tests_total": tests_total})
        for done, test in enumerate(tests, first)
    ]


def test_summary(test: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event says of a test, whose fields may be any JSON."""
    test_id, status, repeat, title = (test.get(name) for name in ("test_id", "status", "repeat", "title"))
    return {
        "test_id": (test_id if isinstance(test_id, str) else encode(test_id))[:_MAX_TEXT],
        "status": status[:_MAX_TEXT] if isinstance(status, str) else "unknown",
        **({"repeat": repeat} if type(repeat) is int else {}),
        **({"title": title[:_MAX_TEXT]} if isinstance(title, str) else {}),
    }


def ended_event(
    grading_status: str, grading_error: str | None = None, metrics: Mapping[str, Any] | None = None
) -> tuple[str, dict[str, Any]]:
    """Return the event that completes the stream.

    Args:
        grading_status: `completed` or `failed`.
        grading_error: Why it failed.
        metrics: The `aggregate_metrics` of the result, if they are known.
    """
    known = metrics or {}
    numbers = {"tests_done": "total_tests", "tests_passed": "tests_passed", "tests_failed": "tests_failed"}
    counts = {name: known.get(metric) for name, metric in numbers.items()}
    counts = {name: count if type(count) is int else None for name, count in counts.items()}
    return ENDED, {"grading_status": grading_status, "grading_error": grading_error, **counts}
