"""Iteration over the pages of lists."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import AsyncAshrLabsClient, ResponseFormatError
from support.scripted_server import Answer, ScriptedServer

LISTS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("iter_datasets", "list_datasets", "datasets", {"include_signed_urls": True}),
    ("iter_runs", "list_runs", "runs", {"dataset_id": 4}),
    ("iter_requests", "list_requests", "requests", {"status": "pending"}),
    ("iter_traces", "list_observability_traces", "traces", {"user_id": "u", "session_id": "s"}),
]


@pytest.mark.parametrize(("method", "operation", "key", "filters"), LISTS)
async def test_pages_are_fetched_lazily(
    client: AsyncAshrLabsClient, server: ScriptedServer, method: str, operation: str, key: str, filters: dict[str, Any]
) -> None:
    """Iterating fetches a page when its first row is needed, with the caller's filters, and ends after the last."""

    def page(body: dict[str, Any]) -> Answer:
        below = body.get("cursor", 8 - 3 * (body.get("page", 1) - 1))
        rows = [{"id": number} for number in range(below - 1, 0, -1)][:3]
        more = {"total": 7} if key == "traces" else {"next_cursor": rows[-1]["id"] if rows[-1]["id"] > 1 else None}
        return Answer.of({"status": "ok", key: rows, **more})

    server.on(operation, page)
    seen: list[int] = []
    fetched: list[int] = []

    async for row in getattr(client, method)(page_size=3, **filters):
        seen.append(row["id"])
        fetched.append(len(server.calls(operation)))

    assert [7, 6, 5, 4, 3, 2, 1] == seen
    assert [1, 1, 1, 2, 2, 2, 3] == fetched
    assert all(filters.items() <= asked.body.items() for asked in server.calls(operation))


@pytest.mark.parametrize(("method", "operation", "key", "filters"), LISTS)
async def test_repeated_page_raises_error(
    client: AsyncAshrLabsClient, server: ScriptedServer, method: str, operation: str, key: str, filters: dict[str, Any]
) -> None:
    """Pages that repeat raise an error that names the operation."""
    end = {} if key == "traces" else {"next_cursor": 5}
    server.on(operation, {"status": "ok", key: [{"id": 5}], **end})

    async def all_rows() -> list[int]:
        return [row["id"] async for row in getattr(client, method)(page_size=1, **filters)]

    with pytest.raises(ResponseFormatError, match=operation):
        await all_rows()


NO_PAGES: list[dict[str, Any]] = [
    {"runs": None},
    {"runs": {}},
    {"runs": [1]},
    {"runs": [{}]},
    {"runs": [{"id": []}]},
    {"runs": [{"id": 1}], "next_cursor": []},
]


@pytest.mark.parametrize("page", NO_PAGES)
async def test_malformed_page_raises_format_error(
    client: AsyncAshrLabsClient, server: ScriptedServer, page: dict[str, Any]
) -> None:
    """A page with malformed rows or a malformed cursor is a ResponseFormatError."""
    server.on("list_runs", {"status": "ok", **page})

    with pytest.raises(ResponseFormatError, match="list_runs"):
        assert [] == [row["id"] async for row in client.iter_runs()]


async def test_pagination_is_complete_during_concurrent_inserts() -> None:
    """The embedded platform's pages return each dataset once, whatever is added meanwhile."""
    async with AsyncAshrLabsClient.local() as client:
        made = [(await client.create_dataset(f"D{number}", {"runs": {}}))["id"] for number in range(7)]

        seen: list[int] = []
        async for dataset in client.iter_datasets(page_size=2):
            seen.append(dataset["id"])
            await client.create_dataset("added", {"runs": {}})

    assert sorted(made, reverse=True) == seen
