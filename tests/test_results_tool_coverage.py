"""Tests of tool coverage: what a dataset exercises of the agent's tools."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import ConfigurationError
from ashr_labs.results import coverage as module
from ashr_labs.results.coverage import tool_coverage
from support.cli import Workspace

REFUND = {
    "type": "object",
    "properties": {
        "order": {"type": "integer"},
        "reason": {"type": "string", "enum": ["late", "broken"]},
        "address": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
TOOLS = [{"name": "refund", "parameters": REFUND}, {"name": "cancel"}]


def source(*calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    listed = [{"name": name, "arguments_json": json.dumps(arguments)} for name, arguments in calls]
    return {"runs": {"one": {"actions": [{"actor": "agent", "expected_response": {"tool_calls": listed}}]}}}


def test_each_tool_argument_and_value_is_counted() -> None:
    """An argument below an argument counts as its own, and a value that the schema lists, too."""
    found = tool_coverage(source(("refund", {"order": 1, "reason": "late"}), ("refund", {"order": 2})), TOOLS)

    assert (2, 2, 1, 1) == tuple(
        found.hits[name] for name in ("refund", "refund.order", "refund.reason", 'refund.reason="late"')
    )
    assert ("refund.address", "refund.address.city", 'refund.reason="broken"', "cancel") == found.untested
    assert 0.5 == found.share


def test_pairs_and_unknown_tools_are_reported() -> None:
    """Consecutive calls are counted within a scenario; a tool that the agent does not have is not covered."""
    found = tool_coverage(source(("refund", {}), ("cancel", {}), ("teleport", {})), TOOLS)

    assert {("refund", "cancel"): 1, ("cancel", "teleport"): 1} == found.pairs
    assert ("teleport",) == found.unknown


def test_nested_and_recursive_schemas_are_read() -> None:
    """Lists, choices, constants and references offer what is below them, and a schema that holds itself has an end."""
    line = {"type": "object", "properties": {"sku": {"type": "string"}, "kind": {"enum": ["gift", None]}}}
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "at": {"$ref": "#/nowhere"}}}
    schema = {
        "properties": {
            "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
            "tags": {"type": "array", "items": {"type": "string"}},
            "how": {"anyOf": [{"const": "mail"}, {"type": "object", "properties": {"city": {}}}]},
            "chain": {"$ref": "#/$defs/node"},
        },
        "$defs": {"line": line, "node": node},
    }
    tools = [{"name": "ship", "parameters": schema}]
    call = {"lines": [{"sku": "a", "kind": "gift"}, {"sku": "b"}], "tags": ["x"], "how": "mail", "chain": {"next": {}}}

    found = tool_coverage(source(("ship", call)), tools)

    assert {"ship.lines[].kind=None", "ship.how.city"} == {one for one in found.untested if "chain" not in one}
    assert 1 == found.hits['ship.lines[].kind="gift"'] == found.hits['ship.how="mail"'] == found.hits["ship.tags"]
    assert 1 == found.hits["ship.chain.next"]
    assert len(found.hits) < 50


@pytest.mark.parametrize(
    ("call", "fails"),
    [
        ({}, False),
        ({"result": {"error": None, "status": "ok"}}, False),
        ({"result": "12 errors were repaired"}, False),
        ({"error": "sold out"}, True),
        ({"is_error": True}, True),
        ({"result": {"error": "sold out"}}, True),
        ({"result": {"status": "failed"}}, True),
        ({"result": "Error: sold out"}, True),
    ],
)
def test_failures_of_tools_are_counted(call: dict[str, Any], fails: bool) -> None:
    """Failures of tools are counted, and are items only if asked for."""
    actions = [{"actor": "agent", "expected_response": {"tool_calls": [{"name": "cancel", **call}]}}]
    data = {"runs": {"one": {"actions": actions}}}

    found = tool_coverage(data, TOOLS)

    assert {"refund": 0, "cancel": int(fails)} == found.failures
    assert ("refund",) == found.never_failing[:1]
    counted = tool_coverage(data, TOOLS, count_failures=True)
    assert {**found.hits, "refund: failure": 0, "cancel: failure": int(fails)} == counted.hits
    assert ("cancel: failure" in counted.untested) is not fails


@pytest.mark.parametrize(
    "tools",
    [
        {"tools": TOOLS},
        {"tool_definitions": TOOLS},
        [{"type": "function", "function": tool} for tool in TOOLS],
        [{"name": "refund", "input_schema": REFUND}, {"name": "cancel"}],
    ],
)
def test_common_tool_formats_are_read(tools: Any) -> None:
    """Generation configs, agent configs and model APIs describe tools in their own ways."""
    assert tool_coverage(source(), TOOLS) == tool_coverage(source(), tools)


@pytest.mark.parametrize("tools", [[], {}, None, [{"title": "x"}], "refund"])
def test_missing_tools_raise_error(tools: Any) -> None:
    """No tools are an error, not a coverage of 100 %."""
    with pytest.raises(ConfigurationError, match="at least one tool"):
        tool_coverage(source(), tools)


def test_docstring_example() -> None:
    """The docstring's example prints what it says."""
    tested = doctest.testmod(module)

    assert (0, True) == (tested.failed, tested.attempted > 0)


def test_command_fails_below_threshold(tmp_path: Path) -> None:
    """`ashr-labs coverage` lists what is untested and fails below `--cov-fail-under`."""
    workspace = Workspace.at(tmp_path)
    workspace.write("tools.json", [{"name": "greet"}, {"name": "wave"}])
    command = ["coverage", "data.json", "--tools", "tools.json"]

    assert "never expected: wave" in workspace.call(*command).out
    assert 0.5 == workspace.call(*command, "--json").document["share"]
    assert 0 == workspace.call(*command, "--cov-fail-under", "0.5").code
    assert "below 60.0%" in workspace.call(*command, "--cov-fail-under", "0.6").error(1)
    assert "no scenario with a failing call: greet" in workspace.call(*command).out
    assert "25.0% of 4 tools, arguments, enumerated values and failures" in workspace.call(*command, "--failures").out
    assert "cannot read" in workspace.call("coverage", "data.json", "--tools", "absent.json").error(2)
