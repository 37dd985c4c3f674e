"""The tools and permissions of the built-in agent, and the formats of models, without a sandbox."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.local.hosting.inside import anthropic_api, openai_api
from ashr_labs.local.hosting.inside.model_http import ModelError
from ashr_labs.local.hosting.inside.model_names import chosen
from ashr_labs.local.hosting.inside.permissions import permissions
from ashr_labs.local.hosting.inside.tools import TOOLS, use
from ashr_labs.local.hosting.inside.wire import MAX_LINE
from ashr_labs.local.hosting.lines import MAX_LINE as TAKEN_LINE

BY_NAME = {tool.name: tool for tool in TOOLS}


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("one\ntwo\ntwo\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/b.py").write_text("x = 1\n")
    (tmp_path / "bytes").write_bytes(b"\xff\x00")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "given", "output", "is_error"),
    [
        ("Read", {"file_path": "a.txt"}, "1\tone\n2\ttwo\n3\ttwo", False),
        (
            "Read",
            {"file_path": "a.txt", "offset": 2, "limit": 1},
            "2\ttwo\n(1 more lines; read on with offset=3)",
            False,
        ),
        ("Read", {"file_path": "bytes"}, "1\t\ufffd\0", False),
        ("Read", {"file_path": "missing"}, "there is no file missing", True),
        ("Read", {"file_path": "sub"}, "there is no file sub", True),
        ("Read", {}, "`file_path` is missing", True),
        ("Read", {"path": "a"}, "`file_path` is missing", True),
        ("Read", {"file_path": 3}, "`file_path` must be of the type string, got 3", True),
        ("Read", {"file_path": "a", "limit": True}, "`limit` must be of the type integer, got True", True),
        ("Read", [1], "the arguments must be an object, got list", True),
        ("Write", {"file_path": "new/c.txt", "content": "hi"}, "new/c.txt was created", False),
        ("Write", {"file_path": "a.txt", "content": "hi"}, "a.txt was replaced", False),
        ("Write", {"file_path": "a.txt", "content": "hi", "mode": 3}, "`mode` is not an argument; there are", True),
        ("Edit", {"file_path": "a.txt", "old_string": "one", "new_string": "1"}, "a.txt was changed", False),
        ("Edit", {"file_path": "a.txt", "old_string": "two", "new_string": "2"}, "is there 2 times", True),
        (
            "Edit",
            {"file_path": "a.txt", "old_string": "two", "new_string": "2", "replace_all": True},
            "2 replaced in a.txt",
            False,
        ),
        ("Edit", {"file_path": "a.txt", "old_string": "", "new_string": "2"}, "is not in the file", True),
        ("Edit", {"file_path": "bytes", "old_string": "a", "new_string": "2"}, "UnicodeDecodeError", True),
        ("Glob", {}, "a.txt\nbytes\nsub/b.py", False),
        ("Glob", {"pattern": "*.py", "path": "sub"}, "sub/b.py", False),
        ("Glob", {"pattern": "*.rs"}, "(no files)", False),
        ("Glob", {"pattern": "/etc/*"}, "`pattern` must be relative", True),
        ("Glob", {"path": "missing"}, "missing is not a folder", True),
        ("Bash", {"command": "echo hi; echo err >&2"}, "hi\nerr", False),
        ("Bash", {"command": "true"}, "(no output)", False),
        ("Bash", {"command": "echo no; exit 3"}, "no\n(exit code 3)", True),
        ("Bash", {"command": "sleep 60", "timeout": 50}, "(ended after 0.05 seconds)", True),
        ("Bash", {"command": "sleep 60 & echo started"}, "started", False),
        ("Bash", {"command": "cat"}, "(no output)", False),
    ],
)
def test_tools(folder: Path, name: str, given: Any, output: str, is_error: bool) -> None:
    """Each tool does what its description says, or tells the model why not."""
    started = time.monotonic()

    found, failed = use(BY_NAME[name], given)

    assert output in found
    assert is_error == failed
    assert time.monotonic() - started < 10


def test_output_is_bounded(folder: Path) -> None:
    """A command that floods its output, and a large file, give their beginning, and how much there is."""
    flood, _ = use(BY_NAME["Bash"], {"command": "yes | head -c 5000000"})
    Path("large").write_text("y" * 1_000_000)
    read, _ = use(BY_NAME["Read"], {"file_path": "large"})

    assert flood.endswith("(4970100 more bytes)")
    assert read.endswith("more characters)")
    assert max(len(flood), len(read)) < 31_000


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "Read Write Bash mcp__a__b"),
        ({"permissionMode": "bypassPermissions", "allowedTools": ["Read"]}, "Read Write Bash mcp__a__b"),
        ({"permissionMode": "default"}, "Read"),
        ({"allowedTools": ["Write"]}, "Read Write"),
        ({"permissionMode": "default", "allowedTools": ["Bash", "mcp__a"]}, "Read Bash mcp__a__b"),
        ({"allowedTools": ["mcp__a__*"]}, "Read mcp__a__b"),
        ({"allowedTools": ["mcp__other", "Bash(ls:*)"]}, "Read"),
        ({"disallowedTools": ["Read", "mcp__a"]}, "Write Bash"),
        ({"disallowedTools": ["Write(src/**)"]}, "Read Bash mcp__a__b"),
        ({"permissionMode": "bypassPermissions", "disallowedTools": ["Bash"]}, "Read Write mcp__a__b"),
        ({"permissionMode": "permissionsByAgent"}, "Read Write"),
    ],
)
def test_permissions(folder: Path, options: dict[str, Any], expected: str) -> None:
    """A mode and the lists of tools decide which calls are made; a rule that is not understood allows nothing."""
    (folder / ".claude").mkdir()
    (folder / ".claude/settings.json").write_text('{"permissions": {"allow": ["Write"], "deny": ["Bash"]}}')
    extra = BY_NAME["Write"]._replace(name="mcp__a__b")
    tools = [BY_NAME["Read"], BY_NAME["Write"], BY_NAME["Bash"], extra]

    decided = permissions(options)

    allowed = [tool.name for tool in tools if not decided.refusal(tool, {"command": "rm x"})]
    assert expected.split() == allowed


@pytest.mark.parametrize(
    ("rule", "command", "allowed"),
    [
        ("Bash(git diff:*)", "git diff a.txt", True),
        ("Bash(git diff:*)", "git diff", True),
        ("Bash(git diff:*)", "git difftool", False),
        ("Bash(git diff:*)", "git diff; rm -rf .", False),
        ("Bash(git diff:*)", "git diff $(rm x)", False),
        ("Bash(git diff:*)", "git diff > a.txt", False),
        ("Bash(git diff:*)", "git diff\nrm x", False),
        ("Bash(make test)", "make test", True),
        ("Bash(make test)", "make test all", False),
    ],
)
def test_rules_about_commands(rule: str, command: str, allowed: bool) -> None:
    """A rule allows a command that begins with its words, unless the command goes on as another one."""
    decided = permissions({"allowedTools": [rule]})

    assert allowed == (not decided.refusal(BY_NAME["Bash"], {"command": command}))


def test_model_names() -> None:
    """The API follows from the name or its prefix, and a variable with a URL precedes the agent's."""
    assert ("anthropic", "claude-x", "https://api.anthropic.com") == chosen("claude-x")
    assert ("openai", "claude-x", "http://h/v1") == chosen("openai:claude-x", "http://h/v1/")
    assert ("openai", "llama3:8b", "http://o") == chosen("llama3:8b", "http://h", {"OPENAI_BASE_URL": "http://o"})


def ignore(_text: str) -> None: ...


@pytest.mark.parametrize(
    ("api", "events", "reason"),
    [
        (anthropic_api, [], "broke off"),
        (anthropic_api, [{"type": "error", "error": {"message": "overloaded"}}], "the model failed: overloaded"),
        (openai_api, [{"choices": [{"delta": {"content": "half"}}]}], "broke off"),
        (openai_api, [{"error": {"message": "no"}}], "the model failed"),
    ],
)
def test_stream_that_does_not_end(api: Any, events: list[dict[str, Any]], reason: str) -> None:
    """A stream without its end, or with an error, is not a reply."""
    with pytest.raises(ModelError, match=reason):
        api.reply(events, ignore, ignore)


def test_arguments_that_are_no_json() -> None:
    """The model gets to read that the arguments of its call were malformed, in place of an end of the turn."""
    call = {"index": 0, "id": "", "function": {"name": "Read", "arguments": '{"file_'}}
    events: list[dict[str, Any]] = [{"choices": [{"delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]}]

    [block] = openai_api.reply(events, ignore, ignore).calls

    assert {"arguments": '{"file_'} == block["input"]
    assert use(BY_NAME["Read"], block["input"])[1]


def test_thoughts_of_other_models_are_not_sent_to_anthropic() -> None:
    """A conversation that another model began can be continued by one of Anthropic, which takes signed thoughts."""
    thoughts = [{"type": "thinking", "thinking": "a"}, {"type": "thinking", "thinking": "b", "signature": "s"}]
    text = {"type": "text", "text": "c"}

    body = anthropic_api.body("m", "", [{"role": "assistant", "content": [*thoughts, text]}], [], {"effort": "low"})

    assert [thoughts[1], text] == body["messages"][0]["content"]
    assert {"effort": "low"} == body["output_config"]


def test_images_for_both_apis() -> None:
    """An image of a message is one for either API; a block that an API does not know is refused."""
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    messages = [{"role": "user", "content": [{"type": "text", "text": "see"}, image]}]

    parts = openai_api.body("m", "s", messages, [], {})["messages"][1]["content"]

    assert {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}} == parts[1]
    with pytest.raises(ModelError, match="not a block of the type 'document'"):
        openai_api.body("m", "", [{"role": "user", "content": [{"type": "document", "source": {}}]}], [], {})


def test_lines_fit_the_limit_of_the_platform() -> None:
    """The platform takes every line that a runtime may write."""
    assert TAKEN_LINE == MAX_LINE + 1
