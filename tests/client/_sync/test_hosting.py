"""Deployed agents and sessions of the client, on the embedded platform with real sandboxes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ashr_labs import (
    AshrLabsClient,
    AshrLabsError,
    BadRequestError,
    ConfigurationError,
    NotFoundError,
    StreamInterruptedError,
    TurnFailedError,
)
from ashr_labs.hosting import ExecResult, HostedToolCall
from support.sandboxes import engine_or_skip

SCRIPT = """
{"match": "look", "tools": [{"name": "Bash", "input": {"command": "cat data/a.txt"}}], "say": "There is an a."}
{"match": "fail", "tools": [{"name": "Bash"}]}
"""


@pytest.fixture(scope="module", autouse=True, name="engine")
def _engine() -> None:
    engine_or_skip("bubblewrap").close()


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A folder with an agent, and with files that are not sent."""
    for name, text in {"CLAUDE.md": "Be brief.", "script.jsonl": SCRIPT, "data/a.txt": "an a", ".git/x": "y"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_agents(folder: Path) -> None:
    """A folder, files or a prompt are deployed; what bundles leave out is not sent."""
    with AshrLabsClient.local() as client:
        hosting = client.hosting
        first = hosting.deploy("folder", folder)
        again = hosting.deploy("folder", files={"AGENTS.md": b"Be brief."})
        hosting.deploy("prompt", system_prompt="Be brief.")

        assert ("folder", 1, 2) == (first.name, first.version, again.version)
        assert ["folder", "prompt"] == [one.name for one in hosting.list_agents()]
        assert again == hosting.get_agent("folder")
        assert ["AGENTS.md"] == [one.path for one in hosting.list_agent_files("folder")]
        assert "Be brief." == hosting.read_agent_file("prompt", "CLAUDE.md")
        hosting.deploy("folder", folder)
        assert ["CLAUDE.md", "data/a.txt", "script.jsonl"] == [one.path for one in hosting.list_agent_files("folder")]
        hosting.delete_agent("prompt")
        with pytest.raises(NotFoundError, match="no deployed agent 'prompt'"):
            hosting.get_agent("prompt")


def test_what_cannot_be_deployed(folder: Path) -> None:
    """Files without instructions are refused, and a folder that cannot be packed before anything is sent."""
    (folder / "link").symlink_to("CLAUDE.md")
    with AshrLabsClient.local() as client:
        for arguments, reason in (
            ({}, "needs a folder, `files` or a `system_prompt`"),
            ({"folder": folder, "files": {"CLAUDE.md": ""}}, "not both"),
            ({"folder": folder / "absent"}, "there is no folder"),
            ({"folder": folder}, "link is a link, which cannot be deployed"),
        ):
            with pytest.raises(ConfigurationError, match=reason):
                client.hosting.deploy("x", **arguments)
        with pytest.raises(AshrLabsError, match=r"CLAUDE\.md or AGENTS\.md"):
            client.hosting.deploy("x", files={"main.py": ""})


def test_session_from_creation_to_its_end(folder: Path) -> None:
    """A session goes through its states, and a fork has its history and its files."""
    with AshrLabsClient.local() as client:
        client.hosting.deploy("agent", folder)
        with client.hosting.create_session("agent", extra_env={"REGION": "eu"}) as session:
            reply = session.send("look around")
            ran = session.exec("echo $REGION; echo err >&2; exit 3", timeout=10)
            fork = session.fork()
            states = [(change()).status for change in (session.pause, session.resume, session.stop)]
            fork.resume()
            continued = fork.send("and now?")

            assert ("There is an a.", 1) == (reply.text, reply.num_turns)
            assert (HostedToolCall("tool_1_1", "Bash", {"command": "cat data/a.txt"}, "an a"),) == reply.tool_calls
            assert {"input_tokens": 4, "output_tokens": 4} == reply.usage
            assert ExecResult(3, "eu\n", "err\n") == ran
            assert ["paused", "active", "stopped"] == states
            assert ("active", session.id, "turn 2: and now?") == (fork.status, fork.parent_session_id, continued.text)
            assert b"an a" == fork.read("data/a.txt")
            assert ["user", "assistant"] == [one.role for one in session.messages(limit=2)]
            assert {"type": "user", "content": "look around"} == (session.messages())[0].content
            assert ["Bash"] == [one.data["toolName"] for one in session.events(event_type="tool_start")]
            assert [] == session.logs()
            assert "data/a.txt" in [one.path for one in fork.files(include_hidden=False)]
            assert [fork.id] == [one.id for one in client.hosting.list_sessions(agent="agent", status="active")]
            fork.end()
        assert "ended" == (client.hosting.get_session(session.id)).status
        with pytest.raises(AshrLabsError, match=r"\[410\]"):
            session.resume()
        with pytest.raises(BadRequestError):
            session.send("hello?")


def test_files_of_a_workspace(folder: Path) -> None:
    """Files are written, read, listed and deleted; the workspace goes out and in as an archive, of a folder too."""
    with AshrLabsClient.local() as client:
        client.hosting.deploy("agent", folder)
        session = client.hosting.create_session("agent")
        written = session.write({"note.txt": "nöte", "../out": b"x"}, target="notes")
        content = session.read("notes/note.txt")
        bundle = session.download_workspace()
        session.delete("notes/note.txt")
        with pytest.raises(NotFoundError):
            session.read("notes/note.txt")
        session.upload_workspace(bundle)
        restored = session.read("notes/note.txt")
        (folder / "data" / "b.txt").write_text("a b")
        session.upload_workspace(folder)

        assert ["note.txt", "out"] == [Path(one.path).name for one in written]
        assert [True, False] == [one.written for one in written]
        assert (5, "nöte".encode(), "nöte".encode()) == (written[0].size, content, restored)
        assert written[1].error
        assert b"a b" == session.read("data/b.txt")
        session.configure(model="m", allowed_tools=["Read"])
        assert "active" == session.status


def test_stream_of_a_turn(folder: Path) -> None:
    """Events are read as they come, and add up to the text and the reply, with and without partial texts."""
    with AshrLabsClient.local() as client:
        client.hosting.deploy("agent", folder)
        session = client.hosting.create_session("agent")
        with client.hosting.stream(session.id, "look around") as stream:
            types = [event.type for event in stream]
            reply = stream.final_message()
        with session.stream("one two", include_partial_messages=True) as stream:
            parts = list(stream.text_stream())
            text = stream.text
        left = session.stream("left")
        with left:
            first = next(left)
        with pytest.raises(StreamInterruptedError, match="closed after 1 events"):
            left.final_message()
        rest = [event.type for event in session.follow(left.last_event_id)]
        yielded = [event.type for event in client.hosting.send_message_stream(session, "again")]

        assert ["session_start", "tool_use", "message", "tool_result", "message", "turn_complete"] == types[:6]
        assert "There is an a." == reply.text == stream_text(reply.texts)
        assert ["turn ", "2: ", "one ", "two "] == parts
        assert "turn 2: one two" == text
        assert "session_start" == first.type
        assert ["message", "turn_complete", "message", "done"] == rest == yielded[1:]


def stream_text(texts: tuple[str, ...]) -> str:
    return "\n\n".join(texts)


def test_turn_that_fails(folder: Path) -> None:
    """A failure of the agent is an event of the stream, and an error where the whole reply is asked for."""
    with AshrLabsClient.local() as client:
        client.hosting.deploy("agent", folder)
        session = client.hosting.create_session("agent")
        types = [event.type for event in client.hosting.send_message_stream(session, "fail")]
        with pytest.raises(TurnFailedError, match="KeyError: 'input'") as caught:
            session.send("fail")
        with pytest.raises(NotFoundError):
            client.hosting.stream("1b4e28ba-2fa1-41d2-883f-0016d3cca427", "x").__enter__()

        assert session.id == caught.value.session_id
        assert ["session_start", "error", "done"] == types
        assert "turn 3: more" == (session.send("more")).text
        with pytest.raises(ConfigurationError, match="`timeout` must be seconds above zero"):
            session.exec("true", timeout=0)
