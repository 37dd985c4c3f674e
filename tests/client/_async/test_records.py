"""Datasets of records of the client, on the embedded platform."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import AsyncAshrLabsClient, ConfigurationError, NotFoundError, ValidationError
from ashr_labs.client._outgoing import resource

EVENTS: list[Any] = [
    {"span_id": "a", "event_type": "llm_call", "input": "2 + 2", "output": "4"},
    {"span_id": "b", "event_type": "llm_call", "metadata": {"llm.prompt": {"q": 1}, "gen_ai": {"completion": [2]}}},
    {"span_id": "c", "event_type": "llm_call", "input": "no answer"},
    {"span_id": "d", "event_type": "llm_call", "output": "no question"},
    {"span_id": "e", "event_type": "tool_call", "tool": "search", "metadata": {"query": {"text": "x"}}, "output": "y"},
]


async def with_events(client: AsyncAshrLabsClient) -> None:
    """Store events as another client sends them."""
    await client._transport.request(resource("ingest_traces", body={"events": EVENTS}))


async def test_datasets_and_records_round_trip() -> None:
    """Every method works on the embedded platform, and handles have the same methods."""
    async with AsyncAshrLabsClient.local() as client:
        dataset = await client.records.create("refunds", "Of 2026")
        assert ("ds_1", "refunds", "Of 2026", 1, []) == (
            dataset.id, dataset.name, dataset.description, dataset.version, list(dataset),
        )  # fmt: skip
        rows: list[Any] = [{"input": 1, "expected": 2, "tags": ["pro"], "id": "first"}, {"input": {"q": "x"}}]
        assert {"added": 2, "skipped": 0, "version": 2} == await dataset.add(rows)
        assert {"added": 0, "skipped": 1, "version": 2} == await client.records.add("ds_1", rows[:1])

        found = await client.records.get("ds_1")
        assert [1, {"q": "x"}] == [record["input"] for record in found]
        assert [1] == [record["input"] for record in await client.records.get("ds_1", tags=["pro"])]
        assert [] == list(await client.records.get("ds_1", version=1))
        assert (2, 2) == (found.version, found.record_count)
        await found.remove("first")
        assert [{"q": "x"}] == [record["input"] for record in await found.records()]
        assert {"added": 1, "skipped": 0, "version": 4} == await found.add([{"input": 5}], replace=True)
        assert [5] == [record["input"] for record in await client.records.records("ds_1", version=4)]
        other = await client.records.create("refunds")
        assert ["ds_2", "ds_1"] == [one.id for one in await client.records.list(name="refunds")]
        assert [] == await client.records.list(name="none")
        await other.delete()
        assert ["ds_1"] == [one.id for one in await client.records.list()]


async def test_many_records_are_sent_and_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """More records than a request takes arrive in order, and with `replace` only the first request removes others."""
    monkeypatch.setattr("ashr_labs.client._records._MAX_RECORDS", 10)
    monkeypatch.setattr("ashr_labs.client._records._MAX_BYTES", 1000)
    async with AsyncAshrLabsClient.local() as client:
        dataset = await client.records.create("many")
        await dataset.add([{"input": "old"}])
        rows: list[Any] = [{"input": number} for number in range(25)] + [{"input": "x" * 2000}] * 2
        added = await dataset.add(rows, replace=True)

        assert (27, 7) == (added["added"], added.get("version"))
        assert [row["input"] for row in rows] == [record["input"] for record in await dataset.records()]


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([{"inptu": 1}], r"records\[0\] must be an object with `input`"),
        (
            [{"input": 1}, {"input": 1, "expcted": 2}],
            r"records\[1\]\.expcted must not be given.*did you mean 'expected'",
        ),
        ([3], r"records\[0\] must be an object"),
        ({"input": 1}, "records"),
        ("abc", "records"),
        ([{"input": {1, 2}}], "cannot be written as JSON"),
    ],
)
async def test_records_of_another_shape_are_refused(records: Any, message: str) -> None:
    """A record that is none is named before anything is sent."""
    async with AsyncAshrLabsClient.local() as client:
        dataset = await client.records.create("x")
        with pytest.raises(ConfigurationError, match=message):
            await dataset.add(records)
        assert 1 == (await client.records.get(dataset.id)).version


async def test_errors_name_what_is_missing() -> None:
    """A dataset or version that is not there, wrong tags, and records that were not fetched are clear errors."""
    async with AsyncAshrLabsClient.local() as client:
        with pytest.raises(NotFoundError, match="no dataset of records 'ds_9'"):
            await client.records.get("ds_9")
        await client.records.create("x")
        with pytest.raises(NotFoundError, match="no version 3 of 'ds_1'; the newest one is 1"):
            await client.records.records("ds_1", version=3)
        with pytest.raises(ConfigurationError, match="without commas"):
            await client.records.get("ds_1", tags=["a,b"])
        with pytest.raises(ConfigurationError, match=r"fetch them: client\.records\.get\('ds_1'\)"):
            list((await client.records.list())[0])


async def test_records_are_made_of_spans_once() -> None:
    """Spans of any origin become records; a second time adds nothing, and `replace` leaves the others out."""
    async with AsyncAshrLabsClient.local() as client:
        await with_events(client)
        dry = await client.records.from_traces(name="qa", dry_run=True)
        assert ("", 2, {"missing-expected": 1, "missing-input": 2}) == (dry.dataset_id, dry.rows_added, dry.skipped)
        assert [] == await client.records.list()

        first = await client.records.from_traces(name="qa")
        again = await client.records.from_traces(name="qa")
        assert (2, 0) == (first.rows_added, first.rows_present)
        assert (0, 2) == (again.rows_added, again.rows_present)
        found = await client.records.get(first.dataset_id)
        pairs = [(record["input"], record.get("expected")) for record in found]
        assert sorted([("2 + 2", "4"), ({"q": 1}, [2])], key=str) == sorted(pairs, key=str)
        assert {"trace_id": "a", "span_id": "a"} in [record.get("metadata") for record in found]

        chosen: dict[str, Any] = {"filter": {"tool": "search"}, "input_from": "metadata.query.text"}
        tools = await client.records.from_traces(name="qa", mode="replace", **chosen)
        assert (first.dataset_id, 1) == (tools.dataset_id, tools.rows_added)
        assert ["x"] == [record["input"] for record in await client.records.records(first.dataset_id)]
        by_function = await client.records.from_traces(
            name="new",
            description="d",
            input_from=lambda span: span["span_id"],
            expected_from=lambda span: span["event_type"],
        )
        assert (5, 0) == (by_function.rows_added, by_function.rows_present)


async def test_wrong_arguments_of_from_traces_are_refused() -> None:
    """A mode, a source and a filter of another form are refused by name, and nothing is stored."""
    async with AsyncAshrLabsClient.local() as client:
        with pytest.raises(ConfigurationError, match="`mode` must be 'append' or 'replace', got 'apend'; did you mean"):
            await client.records.from_traces(name="x", mode="apend")
        with pytest.raises(ConfigurationError, match="`input_from` must be a dotted path or a function"):
            await client.records.from_traces(name="x", input_from=3)  # type: ignore[arg-type]
        with pytest.raises(ValidationError, match="tol: unknown"):
            await client.records.from_traces(name="x", filter={"tol": "search"})
        assert [] == await client.records.list()
