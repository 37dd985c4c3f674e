"""Pagination as a pure function of the platform's responses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import ConfigurationError, ResponseFormatError
from ashr_labs.client._pagination import Paginator

Page = dict[str, Any]


def by_cursor(ids: list[int], paginator: Paginator, size: int) -> Page:
    rows = [number for number in sorted(ids, reverse=True) if paginator.cursor is None or number < paginator.cursor]
    return {"runs": [{"id": number} for number in rows[:size]], "next_cursor": rows[size - 1] if rows[size:] else None}


def by_offset(ids: list[int], paginator: Paginator, size: int) -> Page:
    start = paginator.offset or 0
    return {"runs": [{"id": number} for number in sorted(ids, reverse=True)[start : start + size]]}


def by_number(ids: list[int], paginator: Paginator, size: int) -> Page:
    start = (paginator.page - 1) * size
    page = sorted(ids, reverse=True)[start : start + size]
    return {"runs": [{"id": number} for number in page], "total": len(ids)}


def paginated(
    platform: Callable[[list[int], Paginator, int], Page], rows: int, size: int, added: list[int]
) -> list[int]:
    """Iterate over `rows` rows, to which new ones are added before each page."""
    ids, paginator, seen = list(range(rows)), Paginator("list_runs", "runs", size), list[int]()
    left = list(added)
    while paginator.has_next:
        ids += range(len(ids), len(ids) + (left.pop() if left else 0))
        seen += [row["id"] for row in paginator.next_rows(platform(ids, paginator, size))]
    return seen


@given(
    platform=st.sampled_from([by_cursor, by_number]),
    rows=st.integers(0, 60),
    size=st.integers(1, 20),
    added=st.lists(st.integers(0, 30), max_size=6),
)
def test_each_row_is_yielded_once_during_concurrent_inserts(
    platform: Callable[[list[int], Paginator, int], Page], rows: int, size: int, added: list[int]
) -> None:
    """Whatever is added meanwhile, each row that existed at the start is returned, and none twice."""
    seen = paginated(platform, rows, size, added)

    assert set(range(rows)) <= set(seen)
    assert len(set(seen)) == len(seen)


@given(rows=st.integers(0, 60), size=st.integers(2, 20), added=st.lists(st.integers(0, 1), max_size=6))
def test_offset_pagination_without_cursors(rows: int, size: int, added: list[int]) -> None:
    """Iteration over a platform that supports offsets only is complete as well."""
    seen = paginated(by_offset, rows, size, added)

    assert set(range(rows)) <= set(seen)
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    "pages",
    [
        [{"runs": [{"id": 5}], "next_cursor": 5}, {"runs": [{"id": 4}], "next_cursor": 5}],
        [{"runs": [{"id": 5}], "next_cursor": 5}, {"runs": [{"id": 5}], "next_cursor": 4}],
        [{"runs": [{"id": 5}]}, {"runs": [{"id": 5}]}],
        [{"runs": [{"id": 5}], "total": 9}, {"runs": [{"id": 5}], "total": 9}],
    ],
)
def test_repeated_pages_raise_error(pages: list[Page]) -> None:
    """Pages that would never end are an error."""
    paginator = Paginator("list_runs", "runs", 1)
    paginator.next_rows(pages[0])

    with pytest.raises(ResponseFormatError, match="repeats"):
        paginator.next_rows(pages[1])


@pytest.mark.parametrize("size", [0, -1, 101])
def test_invalid_page_size_is_rejected(size: int) -> None:
    """Pages have 1 to 100 rows."""
    with pytest.raises(ConfigurationError, match="page_size"):
        Paginator("list_runs", "runs", size)
