"""`ashr-labs records`, through the program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.cli import Workspace

RECORDS = [
    {"id": "first", "input": {"q": "2 + 2"}, "expected": 4, "tags": ["sums"], "metadata": {"by": "me"}},
    {"id": "second", "input": "Hi", "expected": "Hello"},
]


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace.at(tmp_path)
    (tmp_path / "records.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in RECORDS), "utf-8")
    return workspace


def test_datasets_are_managed(workspace: Workspace) -> None:
    """A dataset is made of JSON lines, shown in any version, exported so that it can be read again, and deleted."""
    made = workspace.call("records", "create", "answers", "records.jsonl", "--description", "Sums").out.strip()
    (workspace.folder / "more.jsonl").write_text('{"input": "Bye"}\n\n{"id": "first", "input": 0}\n', "utf-8")

    added = workspace.call("records", "add", made, "more.jsonl")
    assert ("3\n", True) == (added.out, "added 1, skipped 1" in added.err)
    shown = workspace.call("records", "show", made, "--version", "2", "--json").document
    assert ("answers", "Sums", 3, ["first", "second"]) == (
        shown["name"], shown["description"], shown["version"], [one["id"] for one in shown["records"]],
    )  # fmt: skip
    text = workspace.call("records", "show", made, "--tag", "sums").out
    assert ('first  {"q": "2 + 2"}  4         sums' in text, "second" in text) == (True, False)
    assert f"{made}  answers  3        3" in workspace.call("records", "list", "--name", "answers").out

    exported = workspace.call("records", "export", made, "--version", "2").out
    rows = [json.loads(line) for line in exported.splitlines()]
    assert RECORDS == [{key: one[key] for key in one if one[key] not in ([], {})} for one in rows]
    options = ["--version", "2", "--output", "out.jsonl", "--json"]
    assert 2 == workspace.call("records", "export", made, *options).document["records"]
    again = workspace.call("records", "create", "again", "out.jsonl").out.strip()
    assert exported == workspace.call("records", "export", again).out
    assert {"deleted": "first"} == workspace.call("records", "remove", made, "first", "--json").document
    assert {"deleted": made} == workspace.call("records", "delete", made, "--json").document
    assert ["again"] == [one["name"] for one in workspace.call("records", "list", "--json").document["datasets"]]


def test_records_are_made_of_traces(workspace: Workspace) -> None:
    """Spans of a type become records; with --dry-run nothing is stored."""
    span: Any = {"id": "s", "type": "generation", "name": "reply", "input": "2 + 2", "output": "4"}
    with workspace.client("ashr.db") as client:
        client.ingest_observability_trace({"id": "t", "name": "t", "observations": [span]})

    tried = workspace.call("records", "from-traces", "sums", "--event-type", "llm_call", "--dry-run", "--json").document
    found = workspace.call("records", "from-traces", "sums", "--event-type", "llm_call", "--json").document

    assert ("", 1) == (tried["dataset_id"], tried["rows_added"])
    [record] = workspace.call("records", "export", found["dataset_id"], "--json").document["records"]
    assert ("2 + 2", "4") == (record["input"], record["expected"])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "bad.jsonl:2 is not JSON"),
        ('{"inptu": 1}', "bad.jsonl:2 must be an object with `input`"),
        ("[]", "bad.jsonl:2"),
    ],
)
def test_malformed_lines_are_named(workspace: Workspace, line: str, message: str) -> None:
    """A line without a record is named by its number, and nothing is stored."""
    (workspace.folder / "bad.jsonl").write_text(f'{{"input": 1}}\n{line}\n', "utf-8")

    assert message in workspace.call("records", "create", "bad", "bad.jsonl").error(2)
    assert not (workspace.folder / "ashr.db").exists()
