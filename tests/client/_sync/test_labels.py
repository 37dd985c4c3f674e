"""Labels of the client, on the embedded platform."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import AshrLabsClient, ConflictError, NotFoundError, ValidationError


def graded(test_id: str, verdict: str, polite: bool | None = None, **fields: Any) -> dict[str, Any]:
    scores = {} if polite is None else {"polite": {"value": 0.9 if polite else 0.1, "passed": polite}}
    return {"test_id": test_id, "status": "completed", "verdict": verdict, "scores": scores, **fields}


def test_labels_are_set_listed_compared_and_deleted() -> None:
    """A test of a run and a trace are labelled; the labels of a run tell how far its judges agree with people."""
    with AshrLabsClient.local() as client:
        dataset = client.create_dataset("Orders", {"runs": {}})
        tests = [graded("a", "passed"), graded("b", "passed", repeat=0), graded("b", "passed", repeat=1)]
        run = client.poll_run((client.create_run(dataset["id"], {"tests": tests}))["id"])
        client.ingest_observability_trace({"id": "t", "name": "t"})

        assert ["a", "b", "b"] == [one["test_id"] for one in (client.labels.queue())["items"]]
        label = client.labels.label_test(run["id"], "b", "failed", repeat=1, comment="too late")
        of_trace = client.labels.label_trace("t", score=0.5)
        assert (1, 1, "failed", None) == (label["version"], label["repeat"], label["verdict"], of_trace["verdict"])
        assert [of_trace, label] == client.labels.list()
        assert [label] == client.labels.list(run_id=run["id"])
        assert [of_trace] == client.labels.list(trace_id="t")
        assert [] == client.labels.list(verdict="passed")
        assert 2 == (client.labels.queue(run["id"], limit=1))["remaining"]
        assert 1 == (client.labels.agreement(run_id=run["id"]))[0]["labels"]
        client.labels.delete(label["id"])
        assert [] == client.labels.agreement(dataset_id=dataset["id"])


def test_label_of_somebody_else_is_not_overwritten() -> None:
    """With the version that was seen, a label that has changed since is kept, and the error is a conflict."""
    with AshrLabsClient.local() as client:
        client.ingest_observability_trace({"id": "t", "name": "t"})
        client.labels.label_trace("t", "passed", version=0)
        changed = client.labels.label_trace("t", "failed", version=1)

        with pytest.raises(ConflictError, match="has version 2 now"):
            client.labels.label_trace("t", "passed", version=1)
        with pytest.raises(ConflictError, match="has version 2 now"):
            client.labels.delete(changed["id"], version=1)
        assert [changed] == client.labels.list()


def test_labels_that_say_nothing_or_of_nothing_are_refused() -> None:
    """A label says something about something that exists."""
    with AshrLabsClient.local() as client:
        with pytest.raises(NotFoundError, match="there is no run 7"):
            client.labels.label_test(7, "a", "passed")
        with pytest.raises(NotFoundError, match="there is no trace 't'"):
            client.labels.label_trace("t", "passed")
        with pytest.raises(NotFoundError, match="there is no label 'label_9'"):
            client.labels.delete("label_9")
        with pytest.raises(ValidationError, match="must have a `verdict`"):
            client.labels.label_trace("t")
