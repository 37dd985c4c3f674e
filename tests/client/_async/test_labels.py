"""Labels of the client, on the embedded platform."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import AsyncAshrLabsClient, ConflictError, NotFoundError, ValidationError


def graded(test_id: str, verdict: str, polite: bool | None = None, **fields: Any) -> dict[str, Any]:
    scores = {} if polite is None else {"polite": {"value": 0.9 if polite else 0.1, "passed": polite}}
    return {"test_id": test_id, "status": "completed", "verdict": verdict, "scores": scores, **fields}


async def test_labels_are_set_listed_compared_and_deleted() -> None:
    """A test of a run and a trace are labelled; the labels of a run tell how far its judges agree with people."""
    async with AsyncAshrLabsClient.local() as client:
        dataset = await client.create_dataset("Orders", {"runs": {}})
        tests = [graded("a", "passed"), graded("b", "passed", repeat=0), graded("b", "passed", repeat=1)]
        run = await client.poll_run((await client.create_run(dataset["id"], {"tests": tests}))["id"])
        await client.ingest_observability_trace({"id": "t", "name": "t"})

        assert ["a", "b", "b"] == [one["test_id"] for one in (await client.labels.queue())["items"]]
        label = await client.labels.label_test(run["id"], "b", "failed", repeat=1, comment="too late")
        of_trace = await client.labels.label_trace("t", score=0.5)
        assert (1, 1, "failed", None) == (label["version"], label["repeat"], label["verdict"], of_trace["verdict"])
        assert [of_trace, label] == await client.labels.list()
        assert [label] == await client.labels.list(run_id=run["id"])
        assert [of_trace] == await client.labels.list(trace_id="t")
        assert [] == await client.labels.list(verdict="passed")
        assert 2 == (await client.labels.queue(run["id"], limit=1))["remaining"]
        assert 1 == (await client.labels.agreement(run_id=run["id"]))[0]["labels"]
        await client.labels.delete(label["id"])
        assert [] == await client.labels.agreement(dataset_id=dataset["id"])


async def test_label_of_somebody_else_is_not_overwritten() -> None:
    """With the version that was seen, a label that has changed since is kept, and the error is a conflict."""
    async with AsyncAshrLabsClient.local() as client:
        await client.ingest_observability_trace({"id": "t", "name": "t"})
        await client.labels.label_trace("t", "passed", version=0)
        changed = await client.labels.label_trace("t", "failed", version=1)

        with pytest.raises(ConflictError, match="has version 2 now"):
            await client.labels.label_trace("t", "passed", version=1)
        with pytest.raises(ConflictError, match="has version 2 now"):
            await client.labels.delete(changed["id"], version=1)
        assert [changed] == await client.labels.list()


async def test_labels_that_say_nothing_or_of_nothing_are_refused() -> None:
    """A label says something about something that exists."""
    async with AsyncAshrLabsClient.local() as client:
        with pytest.raises(NotFoundError, match="there is no run 7"):
            await client.labels.label_test(7, "a", "passed")
        with pytest.raises(NotFoundError, match="there is no trace 't'"):
            await client.labels.label_trace("t", "passed")
        with pytest.raises(NotFoundError, match="there is no label 'label_9'"):
            await client.labels.delete("label_9")
        with pytest.raises(ValidationError, match="must have a `verdict`"):
            await client.labels.label_trace("t")
