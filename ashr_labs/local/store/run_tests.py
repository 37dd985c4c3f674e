"""The finished tests of runs that are being played."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, func, select, tuple_, type_coerce

from .columns import RawJSONText, index_text, upsert
from .raw_json import RawJSON, encode
from .schema import run_tests

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from .columns import Upsert

__all__ = [
    "LOST",
    "RUNNING",
    "count_tests",
    "delete_tests",
    "new_tests",
    "read_tests",
    "repeat_of",
    "store_tests",
    "test_row",
]

RUNNING: Final = "running"
"""The state of a run that is being played."""
LOST: Final = "lost"
"""The state of a run that has ended because its player was not heard of for too long."""

_MAX_REPEAT = 2**31

_OF_RUN = run_tests.c.run_id == bindparam("run")
_COUNT = select(func.count()).select_from(run_tests).where(_OF_RUN)
_STORED = select(run_tests.c.test_id, run_tests.c.repeat).where(
    _OF_RUN, tuple_(run_tests.c.test_id, run_tests.c.repeat).in_(bindparam("keys", expanding=True))
)
_READ = select(type_coerce(run_tests.c.result, RawJSONText)).where(_OF_RUN).order_by(run_tests.c.id)
_DELETE = delete(run_tests).where(_OF_RUN)


def test_row(test: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a test, without its run; as in a whole result, its id and repeat may be any JSON."""
    # As JSON, an id can be stored whatever characters it has.
    test_id = index_text(encode(test.get("test_id")))
    return {"test_id": test_id, "repeat": repeat_of(test), "result": RawJSON.dump(test)}


def repeat_of(test: Mapping[str, Any]) -> int:
    """Return which repeat of its scenario a test is; 0 if it does not say."""
    repeat: Any = test.get("repeat")
    return repeat if repeat.__class__ is int and 0 <= repeat < _MAX_REPEAT else 0


def store_tests(connection: Connection, run_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store tests; a test with the same id and repeat is replaced."""
    if rows:
        connection.execute(_store(connection.dialect.name), [{**row, "run_id": run_id} for row in rows])


def new_tests(connection: Connection, run_id: int, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the positions of the tests that a run does not have yet."""
    keys = [(row["test_id"], row["repeat"]) for row in rows]
    stored = {(test_id, repeat) for test_id, repeat in connection.execute(_STORED, {"run": run_id, "keys": keys})}
    return [position for position, key in enumerate(keys) if key not in stored and key not in keys[:position]]


def count_tests(connection: Connection, run_id: int) -> int:
    """Return how many tests of a run are stored."""
    return connection.scalar(_COUNT, {"run": run_id}) or 0


def read_tests(connection: Connection, run_id: int) -> list[RawJSON]:
    """Return the tests of a run in the order in which they were stored first."""
    return [*connection.scalars(_READ, {"run": run_id})]


def delete_tests(connection: Connection, run_id: int) -> None:
    """Delete the tests of a run."""
    connection.execute(_DELETE, {"run": run_id})


@cache
def _store(dialect: str) -> Upsert:
    new = upsert(dialect, run_tests)
    return new.on_conflict_do_update(
        index_elements=[run_tests.c.run_id, run_tests.c.test_id, run_tests.c.repeat],
        set_={"result": new.excluded.result},
    )
