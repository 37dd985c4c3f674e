"""Trace lists: filters, and pagination without gaps while more traces arrive."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from ashr_labs import AshrLabsClient
from ashr_labs.local import open_platform
from ashr_labs.local.store.upgrade import MIGRATIONS
from support.local_api import Api, Place, database_with_tenants

LIST = "list_observability_traces"


@dataclass
class Clock:
    """A clock controlled by a test."""

    now: float = 1_767_225_600.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="api")
def _api(clock: Clock, place: Place) -> Generator[Api]:
    platform = open_platform(place, now=clock)
    yield Api(platform, platform.bootstrap())
    platform.close()


def ingest(api: Api, **fields: Any) -> str:
    trace_id: str = api("ingest_observability_trace", trace={"name": "t", **fields})["trace_id"]
    return trace_id


def listed(api: Api, **params: Any) -> set[str]:
    answer = api(LIST, **params)
    assert answer["total"] == len(answer["traces"])
    return {trace["id"] for trace in answer["traces"]}


TRACES: dict[str, dict[str, Any]] = {
    "plain": {"name": "chat"},
    "tagged": {"name": "chat", "tags": ["beta", "eu"], "user_id": "Ann"},
    "similar": {"name": "Chat", "tags": ["Beta", 'x"beta', "beta,eu", "beta\neu"], "session_id": "s-1"},
    "told": {"name": "refund", "metadata": {"Plan": {"tier": ["Grün_50%", 42, None]}}, "tags": []},
    "failed": {
        "name": "chat",
        "metadata": {"plan": "free"},
        "observations": [{"id": "1", "type": "span", "name": "s", "level": "ERROR"}],
    },
}


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"name": "chat"}, {"plain", "tagged", "failed"}),
        ({"name": "nothing"}, set()),
        ({"tags": ["beta"]}, {"tagged"}),
        ({"tags": ["eu", "beta"]}, {"tagged"}),
        ({"tags": ["beta", "us"]}, set()),
        ({"tags": ["beta,eu"]}, {"similar"}),
        ({"tags": ["beta\neu"]}, {"similar"}),
        ({"tags": ['x"beta']}, {"similar"}),
        ({"tags": []}, set(TRACES)),
        ({"search": "ann"}, {"tagged"}),
        ({"search": "S-1"}, {"similar"}),
        ({"search": "BETA"}, {"tagged", "similar"}),
        ({"search": "PLAN"}, {"told", "failed"}),
        ({"search": "GRÜN_50%"}, {"told"}),
        ({"search": "%"}, {"told"}),
        ({"search": "_"}, {"told"}),
        ({"search": "42"}, {"told"}),
        ({"search": "' OR 1=1 --"}, set()),
        ({"search": "\x00"}, set()),
        ({"has_errors": True}, {"failed"}),
        ({"has_errors": False}, {"plain", "tagged", "similar", "told"}),
        ({"name": "chat", "has_errors": False, "search": "eu", "tags": ["beta"], "user_id": "Ann"}, {"tagged"}),
    ],
)
def test_filters_combine(api: Api, params: dict[str, Any], found: set[str]) -> None:
    """Filters are combined with AND; tags match whole, search ignores case, and wildcards are literal."""
    for trace_id, trace in TRACES.items():
        ingest(api, id=trace_id, **trace)

    assert found == listed(api, **params)


def test_since_and_until_filter_by_arrival(api: Api, clock: Clock) -> None:
    """`since` is inclusive, `until` is exclusive, and both respect time zones."""
    early = ingest(api)
    clock.now += 3600
    late = ingest(api)

    assert {early, late} == listed(api, since="2026-01-01T00:00:00Z", until="2026-01-01T01:00:01")
    assert {late} == listed(api, since="2026-01-01T02:00:00+01:00")
    assert {early} == listed(api, until="2026-01-01T01:00:00Z")
    assert set() == listed(api, since="2026-01-02")
    assert {early, late} == listed(api, since="1970-01-01T00:00+23:59", until="2026-02-31")


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"since": "yesterday"}, 'since: "yesterday" does not match'),
        ({"until": "9999-12-31T23:59:59-12:00"}, "until"),
        ({"since": "0001-01-01"}, "since"),
        ({"cursor": "nonsense"}, 'cursor: "nonsense" does not match'),
        ({"cursor": "2026-01-01T00:00:00.000000Z/\x00"}, "cannot be stored"),
        ({"cursor": "2026-01-01T00:00:00.000000Z/"}, "cursor"),
        ({"search": ""}, "search"),
        ({"tags": "beta"}, "tags"),
        ({"has_errors": "yes"}, "has_errors"),
    ],
)
def test_invalid_filters_are_rejected(api: Api, params: dict[str, Any], reason: str) -> None:
    """An invalid time, cursor or type gets a 422 that names it."""
    assert reason in api.refused(422, LIST, **params)


def test_cursors_are_stable_during_inserts(api: Api, clock: Clock) -> None:
    """Pagination by cursor yields each existing trace once, in order, while others arrive or are replaced."""
    ids = []
    for number in range(23):
        ids.append(ingest(api, id=f"{number:03}/{number}", tags=["a"]))
        clock.now += number % 3 == 0  # several in one moment
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 4, "tags": ["a"]}
    while True:
        page = api(LIST, **params)
        seen += [trace["id"] for trace in page["traces"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
        ingest(api, tags=["a"])
        ingest(api, id=ids[0], tags=["a"])

    assert ids[::-1] == seen


def test_full_last_page_has_no_next(api: Api) -> None:
    """A full last page is recognizable, by cursor and by number."""
    for _ in range(4):
        ingest(api)

    first = api(LIST, limit=2)
    assert api(LIST, limit=2, cursor=first["next_cursor"])["next_cursor"] is None
    assert api(LIST, limit=2, page=2)["next_cursor"] is None


def test_filters_stay_within_the_tenant(kept_place: Place) -> None:
    """Filters and cursors only find the tenant's own traces."""
    keys = database_with_tenants(kept_place, 2)
    platform = open_platform(kept_place)
    first, second = (Api(platform, key, number) for number, key in enumerate(keys, start=1))
    for _ in range(3):
        ingest(first, name="n", tags=["a"], metadata={"k": "secret"})
    cursor = first(LIST, limit=1)["next_cursor"]

    for params in ({"name": "n"}, {"tags": ["a"]}, {"search": "secret"}, {"cursor": cursor}, {"has_errors": False}):
        assert set() == listed(second, **params)
    platform.close()


def test_long_texts_are_found(api: Api) -> None:
    """Names, users and sessions of any length are stored whole and found by the whole text."""
    text = "n" * 5000
    trace_id = ingest(api, name=text, user_id=text, session_id=text)

    assert {trace_id} == listed(api, name=text) == listed(api, user_id=text) == listed(api, session_id=text)
    assert text == api("get_observability_trace", trace_id=trace_id)["trace"]["name"]


def test_client_accepts_all_filters(local_client: AshrLabsClient) -> None:
    """The client's list and iterator accept every filter, and the iterator follows the cursor."""
    wanted: dict[str, Any] = {"tags": ["a"], "search": "gold", "name": "n", "has_errors": False, "since": "2000-01-01"}
    for number in range(5):
        local_client.ingest_observability_trace({"id": str(number), "name": "n", "tags": ["a"], "user_id": "Gold"})
        local_client.ingest_observability_trace({"name": "n", "tags": ["a"]})

    found = [trace["id"] for trace in local_client.iter_traces(page_size=2, until="2100-01-01", **wanted)]

    assert ["4", "3", "2", "1", "0"] == found
    page = local_client.list_observability_traces(limit=2, **wanted)
    following = local_client.list_observability_traces(limit=2, cursor=page["next_cursor"], **wanted)
    assert ["2", "1"] == [trace["id"] for trace in following["traces"]]


def test_traces_of_older_databases_are_found(tmp_path: Path) -> None:
    """Traces stored by an old version are found and counted like new ones."""
    sent = [
        {**trace, "user_id": "\x00u", "observations": [observation(n) for n in range(3)]} for trace in TRACES.values()
    ]
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    for path in (old, new):
        with Api.opened(path, now=Clock()) as api:
            for number, trace in enumerate(sent):
                ingest(api, id=str(number), **trace)
    move_to_old_version(old)

    with Api.opened(old, now=Clock()) as api, Api.opened(new, now=Clock()) as fresh:
        assert fresh("get_observability_analytics") == api("get_observability_analytics")
    assert rows(new) == rows(old)


def observation(number: int) -> dict[str, Any]:
    usages: list[Any] = [None, {"input_tokens": 10, "output_tokens": -1, "cost": 0.5}, {"input_tokens": 2**50}]
    return {"id": str(number), "type": "generation", "name": "g", "model": "m", "usage": usages[number], "cost": 2}


def move_to_old_version(path: Path) -> None:
    """Copy the traces into a database of version 0002, in place of this one."""
    now = path.with_name("now.db")
    path.rename(now)
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(path))
    with engine.begin() as migrating:
        config = Config(attributes={"connection": migrating})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, "0002")
    engine.dispose()
    connection = sqlite3.connect(path)
    connection.execute("ATTACH ? AS now", [str(now)])
    for table in ("tenants", "users", "settings", "traces", "observations"):
        columns = [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]
        found = {row[1] for row in connection.execute(f"PRAGMA now.table_info({table})")}
        values = ", ".join(name if name in found else "0" for name in columns)
        connection.execute(f"INSERT INTO main.{table} ({', '.join(columns)}) SELECT {values} FROM now.{table}")
    connection.commit()
    connection.close()


def rows(path: Path) -> list[Any]:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    found = [
        sorted(map(dict, connection.execute(f"SELECT * FROM {table}")), key=str) for table in ("traces", "observations")
    ]
    connection.close()
    return found
