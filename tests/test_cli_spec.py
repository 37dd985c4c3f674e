"""`ashr-labs spec`: check and manage specs of sandboxes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ashr_labs.specs import spec_schema
from support.cli import Workspace


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path)


def test_validate_lists_all_faults_of_all_files(workspace: Workspace) -> None:
    """Each fault is a line that editors can jump to, and the exit code is that of invalid files."""
    (workspace.folder / "good.yaml").write_text("id: good\n")
    (workspace.folder / "bad.yaml").write_text("id: Bad\nservces: []\n")

    done = workspace.call("spec", "validate", "good.yaml", "bad.yaml")

    assert (2, "") == (done.code, done.out)
    assert [
        "bad.yaml:1:1: id: must be lower-case words with hyphens, such as fix-failing-test, got 'Bad'",
        "bad.yaml:2:1: servces: the key is unknown; did you mean 'services'?",
        "error: 2 faults in 1 spec",
    ] == done.err.splitlines()
    faults = workspace.call("spec", "validate", "bad.yaml", "--json").document["faults"]
    assert [("bad.yaml", 1, "id"), ("bad.yaml", 2, "servces")] == [
        (fault["file"], fault["line"], fault["path"]) for fault in faults
    ]


def test_valid_specs_are_counted(workspace: Workspace) -> None:
    """Valid files end with exit code 0; a missing file is a usage error."""
    (workspace.folder / "good.yaml").write_text("id: good\n")

    assert (0, "1 valid spec\n") == ((done := workspace.call("spec", "validate", "good.yaml")).code, done.err)
    assert {"faults": [], "files": ["good.yaml"]} == workspace.call("spec", "validate", "good.yaml", "--json").document
    assert 2 == workspace.call("spec", "validate", "none.yaml").code


def test_schema_is_printed(workspace: Workspace) -> None:
    """The schema is one JSON document."""
    assert spec_schema() == workspace.call("spec", "schema").document


def test_specs_are_stored_listed_shown_and_deleted(workspace: Workspace) -> None:
    """Creating prints the id, a second file of the same id is the next version, and the text comes back as it was."""
    text = "id: demo\ndescription: first # and a comment"
    (workspace.folder / "demo.yaml").write_text(text)

    first = workspace.call("spec", "create", "demo.yaml")
    assert (0, "demo\n", "stored version 1 of demo\n") == (first.code, first.out, first.err)
    (workspace.folder / "demo.yaml").write_text("id: demo\n")
    assert 2 == workspace.call("spec", "create", "demo.yaml", "--json").document["version"]
    assert ["demo", "2"] == workspace.call("spec", "list").out.splitlines()[1].split()[:2]
    assert [("demo", 2)] == [
        (one["id"], one["version"]) for one in workspace.call("spec", "list", "--json").document["specs"]
    ]
    assert f"{text}\n" == workspace.call("spec", "show", "demo", "--version", "1").out
    assert {"id": "demo"} == workspace.call("spec", "show", "demo", "--json").document["spec"]
    assert "deleted demo\n" == workspace.call("spec", "delete", "demo").err
    assert "there is no spec 'demo'" in workspace.call("spec", "show", "demo").error(2)


def test_a_faulty_spec_is_not_stored(workspace: Workspace) -> None:
    """The platform's refusal has the line of the fault."""
    (workspace.folder / "bad.yaml").write_text("id: demo\nservces: []\n")

    assert "line 2, servces: the key is unknown" in workspace.call("spec", "create", "bad.yaml").error(2)
