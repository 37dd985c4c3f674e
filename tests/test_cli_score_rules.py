"""`ashr-labs score-rules`, through the program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.cli import Workspace


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path)


def test_rules_are_managed(workspace: Workspace) -> None:
    """A rule is created with its options, shown, switched off and deleted."""
    (workspace.folder / "tags.json").write_text('{"tags": ["prod"]}', "utf-8")
    options = ["--value", "refund", "--sampling-rate", "0.2", "--daily-budget", "5", "--filter", "tags.json"]
    rule_id = workspace.call("score-rules", "create", "refunds", "contains", *options, "--no-mask").out.strip()

    rule = workspace.call("score-rules", "get", rule_id, "--json").document
    assert {"sampling_rate": 0.2, "daily_budget_usd": 5, "filter": {"tags": ["prod"]}, "mask": False} == rule["online"]
    assert [rule] == workspace.call("score-rules", "list", "--json").document["score_rules"]
    assert f"{rule_id}  refunds  contains  True" in workspace.call("score-rules", "list").out
    assert "is_active         False" in workspace.call("score-rules", "update", rule_id, "--inactive").out
    assert 0 == workspace.call("score-rules", "summary", rule_id, "--json").document["scored"]
    assert {"deleted": rule_id} == workspace.call("score-rules", "delete", rule_id, "--json").document
    assert "there is no scoring rule" in workspace.call("score-rules", "get", rule_id).error(2)


def test_options_of_scorers_are_read_from_a_file(workspace: Workspace) -> None:
    """The options of a scorer may be in a file; one that it does not have is named with what was probably meant."""
    (workspace.folder / "good.json").write_text(json.dumps({"criteria": "polite"}), "utf-8")
    (workspace.folder / "bad.json").write_text(json.dumps({"criterai": "polite"}), "utf-8")

    assert workspace.call("score-rules", "create", "polite", "rubric", "--config", "good.json").out.startswith("rule_")
    wrong = workspace.call("score-rules", "create", "polite", "rubric", "--config", "bad.json").error(2)
    assert "did you mean 'criteria'?" in wrong
