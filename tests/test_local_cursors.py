"""Cursors of pages: opaque, signed, and stable while rows are added."""

from __future__ import annotations

import base64
import re
from collections.abc import Generator, Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, create_engine, insert, select

from ashr_labs import BadRequestError
from ashr_labs.local import open_platform
from ashr_labs.local.cursors import CursorKey, keyset_page
from support.local_api import Api, database_with_tenants

PLACES = st.lists(st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])), max_size=4)
CURSORS = CursorKey(b"secret").of_list(1, "list")


@given(place=PLACES)
def test_cursor_leads_back_to_its_place(place: list[str | int]) -> None:
    """A cursor has only characters that need no encoding in a URL, and gives back its place."""
    cursor = CURSORS.cursor(place)

    assert re.fullmatch("[A-Za-z0-9_-]+", cursor)
    assert place == CURSORS.place(cursor)


@given(text=st.text() | st.binary().map(lambda value: base64.urlsafe_b64encode(value).decode()))
def test_text_that_is_no_cursor_is_refused(text: str) -> None:
    """Whatever the platform has not signed is refused with one error that says what to send."""
    with pytest.raises(BadRequestError, match="must be the `next_cursor` of a page of this list"):
        CURSORS.place(text)


@pytest.mark.parametrize(
    ("secret", "tenant_id", "name"), [(b"other", 1, "list"), (b"secret", 2, "list"), (b"secret", 1, "x")]
)
def test_cursor_of_another_list_is_refused(secret: bytes, tenant_id: int, name: str) -> None:
    """A cursor belongs to the platform, the tenant and the list that gave it out."""
    with pytest.raises(BadRequestError):
        CursorKey(secret).of_list(tenant_id, name).place(CURSORS.cursor(["a", 1]))


@pytest.mark.parametrize("descending", [False, True])
@given(rows=st.sets(st.tuples(st.sampled_from("abc"), st.integers(0, 20)), max_size=12), limit=st.integers(1, 5))
def test_pages_have_each_row_once_while_rows_are_added(
    rows: set[tuple[str, int]], limit: int, *, descending: bool
) -> None:
    """Pages by keys have every row that was there at the beginning exactly once, in order, whatever is added."""
    table = Table("rows", MetaData(), Column("name", Text), Column("number", Integer))
    added = iter([("a", 100), ("c", 100), ("b", -1), ("b", 100)])
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        for row in rows:
            connection.execute(insert(table).values(row))
        seen = list(paged(connection, table, added, limit, descending=descending))
    engine.dispose()

    assert seen == sorted(seen, reverse=descending)
    assert sorted(rows) == sorted(row for row in seen if 0 <= row[1] <= 20)


def paged(
    connection: Connection, table: Table, added: Iterator[tuple[str, int]], limit: int, *, descending: bool
) -> Iterator[tuple[str, int]]:
    """Yield the rows of all pages; after each page one row is added."""
    cursor: str | None = None
    while True:
        page, cursor = keyset_page(
            connection, select(table), [table.c.name, table.c.number],
            cursors=CURSORS, limit=limit, cursor=cursor, descending=descending,
        )  # fmt: skip
        yield from ((row["name"], row["number"]) for row in page)
        if cursor is None:
            return
        for row in islice(added, 1):
            connection.execute(insert(table).values(row))


@pytest.fixture(name="two")
def _two(tmp_path: Path) -> Generator[tuple[Api, Api]]:
    keys = database_with_tenants(tmp_path / "tenants.db")
    platform = open_platform(tmp_path / "tenants.db")
    yield Api(platform, keys[0], 1), Api(platform, keys[1], 2)
    platform.close()


def test_lists_refuse_cursors_that_they_did_not_give_out(two: tuple[Api, Api]) -> None:
    """A cursor that was changed, invented, or given to another tenant or by another list is a 400 that names it."""
    mine, other = two
    for api in two:
        api.send("POST", "/v1/traces", {"events": [{"span_id": f"s{n}"} for n in range(3)]})
    cursor = mine.got("/v1/traces?limit=1")["next_cursor"]
    assert 2 == mine.got(f"/v1/traces?cursor={cursor}")["count"]

    wrong = [
        (mine, "traces", "none"),
        (mine, "traces", cursor[:-4] + "AAAA"),
        (mine, "traces", "a%3D"),
        (mine, "traces", ""),
    ]
    wrong += [(mine, "spans", cursor), (other, "traces", cursor), (mine, "traces", "%E2%82%AC")]
    for api, name, text in wrong:
        answer = api.send("GET", f"/v1/{name}?cursor={text}")

        assert (400, "bad_request", "cursor") == (answer.status, answer.body["code"], answer.body["path"]), text
