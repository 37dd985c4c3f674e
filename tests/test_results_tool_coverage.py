"""Tests of tool coverage: what a dataset exercises of the agent's tools."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import ConfigurationError
from ashr_labs.results import tool_coverage as module
from ashr_labs.results.tool_coverage import tool_coverage
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


def test_pairs_and_unknown_tools_are_told() -> None:
    """What follows what is counted within a scenario; a tool that the agent does not have is no coverage."""
    found = tool_coverage(source(("refund", {}), ("cancel", {}), ("teleport", {})), TOOLS)

    assert {("refund", "cancel"): 1, ("cancel", "teleport"): 1} == found.pairs
    assert ("teleport",) == found.unknown


@pytest.mark.parametrize(
    "tools",
    [
        {"tools": TOOLS},
        {"tool_definitions": TOOLS},
        [{"type": "function", "function": tool} for tool in TOOLS],
        [{"name": "refund", "input_schema": REFUND}, {"name": "cancel"}],
    ],
)
def test_tools_are_read_in_the_usual_shapes(tools: Any) -> None:
    """Generation configs, agent configs and model APIs describe tools in their own ways."""
    assert tool_coverage(source(), TOOLS) == tool_coverage(source(), tools)


@pytest.mark.parametrize("tools", [[], {}, None, [{"title": "x"}], "refund"])
def test_no_tools_are_no_coverage(tools: Any) -> None:
    """Without tools there is nothing to cover, which is an error and not a hundred per cent."""
    with pytest.raises(ConfigurationError, match="no tool"):
        tool_coverage(source(), tools)


def test_the_example_is_true() -> None:
    """The docstring's example prints what it says."""
    tested = doctest.testmod(module)

    assert (0, True) == (tested.failed, tested.attempted > 0)


def test_the_command_is_a_gate(tmp_path: Path) -> None:
    """`ashr-labs coverage` lists what is untested and fails below `--cov-fail-under`."""
    workspace = Workspace.at(tmp_path)
    workspace.write("tools.json", [{"name": "greet"}, {"name": "wave"}])
    command = ["coverage", "data.json", "--tools", "tools.json"]

    assert "never expected: wave" in workspace.call(*command).out
    assert 0.5 == workspace.call(*command, "--json").document["share"]
    assert 0 == workspace.call(*command, "--cov-fail-under", "0.5").code
    assert "below 60.0%" in workspace.call(*command, "--cov-fail-under", "0.6").error(1)
    assert "cannot read" in workspace.call("coverage", "data.json", "--tools", "absent.json").error(2)
