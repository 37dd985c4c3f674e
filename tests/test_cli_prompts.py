"""`ashr-labs prompts`, through the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import Workspace


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    """Return a workspace with two versions of a prompt."""
    workspace = Workspace.at(tmp_path)
    (tmp_path / "one.txt").write_text("Hello {name}!\n", "utf-8")
    (tmp_path / "two.txt").write_text("Hi {name}", "utf-8")
    (tmp_path / "values.json").write_text('{"name": "you"}', "utf-8")
    made = workspace.call("prompts", "create", "greeting", "one.txt", "--tag", "live", "--variables", "values.json")
    assert (0, "1\n") == (made.code, made.out)
    assert "2\n" == workspace.call("prompts", "create", "greeting", "two.txt").out
    return workspace


def test_versions_are_shown(workspace: Workspace) -> None:
    """Lists are tables or JSON, and a version is its template or everything about it."""
    assert ["greeting", "2", "-", "prompt_2"] == workspace.call("prompts", "list").out.splitlines()[1].split()[:4]
    assert [2, 1] == [
        one["version"] for one in workspace.call("prompts", "versions", "greeting", "--json").document["prompts"]
    ]
    assert "Hi {name}\n" == workspace.call("prompts", "get", "greeting").out
    assert "Hello {name}!\n" == workspace.call("prompts", "get", "greeting", "--tag", "live").out
    first = workspace.call("prompts", "get", "greeting", "--version", "1", "--json").document
    assert (["live"], {"name": "you"}) == (first["tags"], first["variables"])


def test_prompts_are_rendered(workspace: Workspace) -> None:
    """A prompt is rendered by its slug or the id of a version, with the given variables."""
    assert "Hi Ada = B\n" == workspace.call("prompts", "render", "greeting", "name=Ada = B").out
    assert {"rendered": "Hello you!\n"} == workspace.call("prompts", "render", "prompt_1", "--json").document


def test_tags_are_moved_and_versions_deleted(workspace: Workspace) -> None:
    """A tag moves to another version, and is removed; a version is deleted by its id, all by the slug."""
    assert 2 == workspace.call("prompts", "tag", "greeting", "live", "2", "--json").document["version"]
    assert "Hi {name}\n" == workspace.call("prompts", "get", "greeting", "--tag", "live").out
    assert {"deleted": "greeting@live"} == workspace.call("prompts", "untag", "greeting", "live", "--json").document
    assert {"deleted": "prompt_2"} == workspace.call("prompts", "delete", "prompt_2", "--json").document
    assert "Hello {name}!\n" == workspace.call("prompts", "get", "greeting").out
    workspace.call("prompts", "delete", "greeting")
    assert "there is no prompt 'greeting'" in workspace.call("prompts", "get", "greeting").error(2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["render", "greeting", "name"], "a variable must have the form NAME=VALUE, got 'name'"),
        (["get", "greeting", "--version", "1", "--tag", "live"], "give --version or --tag, not both"),
        (["create", "a b", "one.txt"], "create_prompt: slug"),
        (["create", "x", "missing.txt"], "missing.txt"),
        (["tag", "greeting", "latest", "1"], "choose another name"),
    ],
)
def test_invalid_arguments_are_named(workspace: Workspace, arguments: list[str], message: str) -> None:
    """An invalid argument is named in one line, with the exit code for usage."""
    assert message in workspace.call("prompts", *arguments).error(2)
