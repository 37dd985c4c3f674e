"""Deployed agents and sessions of the client, on the embedded platform with real sandboxes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ashr_labs import (
    AshrLabsError,
    AsyncAshrLabsClient,
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


async def test_agents(folder: Path) -> None:
    """A folder, files or a prompt are deployed; what bundles leave out is not sent."""
    async with AsyncAshrLabsClient.local() as client:
        hosting = client.hosting
        first = await hosting.deploy("folder", folder)
        again = await hosting.deploy("folder", files={"AGENTS.md": b"Be brief."})
        await hosting.deploy("prompt", system_prompt="Be brief.")

        assert ("folder", 1, 2) == (first.name, first.version, again.version)
        assert ["folder", "prompt"] == [one.name for one in await hosting.list_agents()]
        assert again == await hosting.get_agent("folder")
        assert ["AGENTS.md"] == [one.path for one in await hosting.list_agent_files("folder")]
        assert "Be brief." == await hosting.read_agent_file("prompt", "CLAUDE.md")
        await hosting.deploy("folder", folder)
        assert ["CLAUDE.md", "data/a.txt", "script.jsonl"] == [
            one.path for one in await hosting.list_agent_files("folder")
        ]
        await hosting.delete_agent("prompt")
        with pytest.raises(NotFoundError, match="no deployed agent 'prompt'"):
            await hosting.get_agent("prompt")


@pytest.mark.integration
async def test_versions_and_options_of_an_agent() -> None:
    """Files, variables, options and versions of an agent are changed; new sessions have those of the active version."""
    async with AsyncAshrLabsClient.local() as client:
        hosting = client.hosting
        await hosting.deploy("agent", system_prompt="Be brief.", env={"REGION": "eu", "LEVEL": "1"})
        await hosting.set_agent_env("agent", {"REGION": "us"})
        written = await hosting.write_agent_files("agent", {"a.txt": "an a", "b.txt": b"a b"})
        await hosting.delete_agent_file("agent", "b.txt")
        draft = await hosting.create_agent_version("agent", files={"c.txt": "a c"}, label="draft", release_notes="c")
        changed = await hosting.update_agent_version("agent", draft.version_number, label="final")
        active = next(one for one in await hosting.list_agent_versions("agent") if one.is_active)
        config = await hosting.configure_agent("agent", allowed_tools=["Read"])
        async with await hosting.create_session("agent") as session:
            ran = await session.exec("echo $REGION$LEVEL; ls")
        await hosting.activate_agent_version("agent", draft.id)
        async with await hosting.create_session("agent") as session:
            files = (await session.exec("ls")).stdout.split()
        await hosting.delete_agent_version("agent", active.version_number)

        assert ["a.txt", "b.txt"] == [one.path for one in written]
        assert ("final", "c", False) == (changed.name, changed.release_notes, changed.is_active)
        assert {"allowedTools": ["Read"]} == config == await hosting.get_agent_config("agent")
        assert ["us", "CLAUDE.md", "a.txt"] == ran.stdout.split()
        assert ["CLAUDE.md", "a.txt", "c.txt"] == files
        assert "c.txt" in (await hosting.get_agent_version("agent", draft.version_number)).files
        assert active.version_number not in [one.version_number for one in await hosting.list_agent_versions("agent")]


@pytest.mark.integration
async def test_credentials_and_attachments() -> None:
    """A stored key is a variable of the sessions that name it, and in no answer; attachments are files of a session."""
    async with AsyncAshrLabsClient.local() as client:
        hosting = client.hosting
        await hosting.deploy("agent", system_prompt="Be brief.")
        key = await hosting.create_credential("custom", "k3y-value", label="mine")
        [listed] = await hosting.list_credentials()
        async with await hosting.create_session("agent", credential_id=key.id) as session:
            ran = await session.exec("echo ${#ASH_CUSTOM_API_KEY}")
            attached = await session.attach("a.txt", "an a", mime_type="text/plain")
            found = await session.attachments()
            content = await hosting.get_attachment(attached.id)
            copied = await session.read("attachments/a.txt")
            await hosting.delete_attachment(attached.id)
            left = await session.attachments()
        await hosting.delete_credential(key.id)

        assert ("custom", "mine", listed.id) == (key.type, key.label, key.id)
        assert "k3y-value" not in f"{key}{listed}"
        assert "9\n" == ran.stdout
        assert ("a.txt", "text/plain", 4, session.id) == (
            attached.filename,
            attached.mime_type,
            attached.size,
            attached.session_id,
        )
        assert ([attached.id], b"an a", b"an a", []) == ([one.id for one in found], content, copied, left)
        assert [] == await hosting.list_credentials()


async def test_what_cannot_be_deployed(folder: Path) -> None:
    """Files without instructions are refused, and a folder that cannot be packed before anything is sent."""
    (folder / "link").symlink_to("CLAUDE.md")
    async with AsyncAshrLabsClient.local() as client:
        for arguments, reason in (
            ({}, "needs a folder, `files` or a `system_prompt`"),
            ({"folder": folder, "files": {"CLAUDE.md": ""}}, "not both"),
            ({"folder": folder / "absent"}, "there is no folder"),
            ({"folder": folder}, "link is a link, which cannot be deployed"),
        ):
            with pytest.raises(ConfigurationError, match=reason):
                await client.hosting.deploy("x", **arguments)
        with pytest.raises(AshrLabsError, match=r"CLAUDE\.md or AGENTS\.md"):
            await client.hosting.deploy("x", files={"main.py": ""})


async def test_session_from_creation_to_its_end(folder: Path) -> None:
    """A session goes through its states, and a fork has its history and its files."""
    async with AsyncAshrLabsClient.local() as client:
        await client.hosting.deploy("agent", folder)
        async with await client.hosting.create_session("agent", extra_env={"REGION": "eu"}) as session:
            reply = await session.send("look around")
            ran = await session.exec("echo $REGION; echo err >&2; exit 3", timeout=10)
            fork = await session.fork()
            states = [(await change()).status for change in (session.pause, session.resume, session.stop)]
            await fork.resume()
            continued = await fork.send("and now?")

            assert ("There is an a.", 1) == (reply.text, reply.num_turns)
            assert (HostedToolCall("tool_1_1", "Bash", {"command": "cat data/a.txt"}, "an a"),) == reply.tool_calls
            assert {"input_tokens": 4, "output_tokens": 4} == reply.usage
            assert ExecResult(3, "eu\n", "err\n") == ran
            assert ["paused", "active", "stopped"] == states
            assert ("active", session.id, "turn 2: and now?") == (fork.status, fork.parent_session_id, continued.text)
            assert b"an a" == await fork.read("data/a.txt")
            assert ["user", "assistant"] == [one.role for one in await session.messages(limit=2)]
            assert {"type": "user", "content": "look around"} == (await session.messages())[0].content
            assert ["Bash"] == [one.data["toolName"] for one in await session.events(event_type="tool_start")]
            assert [] == await session.logs()
            assert "data/a.txt" in [one.path for one in await fork.files(include_hidden=False)]
            assert [fork.id] == [one.id for one in await client.hosting.list_sessions(agent="agent", status="active")]
            await fork.end()
        assert "ended" == (await client.hosting.get_session(session.id)).status
        with pytest.raises(AshrLabsError, match=r"\[410\]"):
            await session.resume()
        with pytest.raises(BadRequestError):
            await session.send("hello?")


async def test_files_of_a_workspace(folder: Path) -> None:
    """Files are written, read, listed and deleted; the workspace goes out and in as an archive, of a folder too."""
    async with AsyncAshrLabsClient.local() as client:
        await client.hosting.deploy("agent", folder)
        session = await client.hosting.create_session("agent")
        written = await session.write({"note.txt": "nöte", "../out": b"x"}, target="notes")
        content = await session.read("notes/note.txt")
        bundle = await session.download_workspace()
        await session.delete("notes/note.txt")
        with pytest.raises(NotFoundError):
            await session.read("notes/note.txt")
        await session.upload_workspace(bundle)
        restored = await session.read("notes/note.txt")
        (folder / "data" / "b.txt").write_text("a b")
        await session.upload_workspace(folder)

        assert ["note.txt", "out"] == [Path(one.path).name for one in written]
        assert [True, False] == [one.written for one in written]
        assert (5, "nöte".encode(), "nöte".encode()) == (written[0].size, content, restored)
        assert written[1].error
        assert b"a b" == await session.read("data/b.txt")
        await session.configure(model="m", allowed_tools=["Read"])
        assert "active" == session.status


async def test_stream_of_a_turn(folder: Path) -> None:
    """Events are read as they come, and add up to the text and the reply, with and without partial texts."""
    async with AsyncAshrLabsClient.local() as client:
        await client.hosting.deploy("agent", folder)
        session = await client.hosting.create_session("agent")
        async with client.hosting.stream(session.id, "look around") as stream:
            types = [event.type async for event in stream]
            reply = await stream.final_message()
        async with session.stream("one two", include_partial_messages=True) as stream:
            parts = [part async for part in stream.text_stream()]
            text = stream.text
        left = session.stream("left")
        async with left:
            first = await anext(left)
        with pytest.raises(StreamInterruptedError, match="closed after 1 events"):
            await left.final_message()
        rest = [event.type async for event in session.follow(left.last_event_id)]
        yielded = [event.type async for event in client.hosting.send_message_stream(session, "again")]

        assert ["session_start", "tool_use", "message", "tool_result", "message", "turn_complete"] == types[:6]
        assert "There is an a." == reply.text == stream_text(reply.texts)
        assert ["turn ", "2: ", "one ", "two "] == parts
        assert "turn 2: one two" == text
        assert "session_start" == first.type
        assert ["message", "turn_complete", "message", "done"] == rest == yielded[1:]


def stream_text(texts: tuple[str, ...]) -> str:
    return "\n\n".join(texts)


@pytest.mark.integration
async def test_turn_that_is_interrupted(folder: Path) -> None:
    """A turn is interrupted, the session stays active, and a fork has the turns up to a message."""
    step = {"match": "wait", "tools": [{"name": "Bash", "input": {"command": "sleep 60"}}]}
    (folder / "script.jsonl").write_text(json.dumps(step))
    async with AsyncAshrLabsClient.local() as client:
        await client.hosting.deploy("agent", folder)
        session = await client.hosting.create_session("agent")
        first = await session.send("one")
        await session.send("two")
        message = (await session.messages())[0]
        async with session.stream("wait") as stream:
            was_in_turn = await session.interrupt()
            types = [event.type async for event in stream]
        fork = await session.fork(after=message)
        history = [one.content["content"] for one in await fork.messages() if one.role == "user"]

        assert (True, False) == (was_in_turn, await session.interrupt())
        assert ("done", "interrupted", "completed") == (types[-1], stream.reply.status, first.status)
        assert first.trace_id
        assert ["one"] == history
        assert "active" == session.status


@pytest.mark.integration
async def test_queue_and_usage() -> None:
    """Prompts of the queue are answered in sessions, and what turns have used is counted."""
    async with AsyncAshrLabsClient.local() as client:
        hosting = client.hosting
        await hosting.deploy("agent", system_prompt="Be brief.")
        item = await hosting.enqueue("agent", "hello", priority=3, max_retries=1)
        answered = await hosting.wait_for_queue_item(item.id, timeout=60)
        failed = await hosting.wait_for_queue_item((await hosting.enqueue("absent", "x", max_retries=0)).id, timeout=60)
        session = hosting.session(answered.session_id or "")
        usage = await session.usage()
        stats = await hosting.usage_stats(agent="agent")

        assert ("completed", "turn 1: hello", 3) == (answered.status, answered.result, answered.priority)
        assert ("failed", True) == (failed.status, "absent" in (failed.error or ""))
        assert (1, 1) == ((await hosting.queue_stats()).completed, (await hosting.queue_stats()).failed)
        assert [item.id] == [one.id for one in await hosting.list_queue(status="completed", limit=5)]
        assert {"input_tokens", "output_tokens"} <= {one.event_type for one in usage}
        assert len(usage) == len(await hosting.usage(session_id=session.id))
        assert stats.total_output_tokens == sum(one.value for one in usage if one.event_type == "output_tokens") > 0
        with pytest.raises(AshrLabsError, match="pending"):
            await hosting.cancel_queue_item(item.id)


async def test_turn_that_fails(folder: Path) -> None:
    """A failure of the agent is an event of the stream, and an error where the whole reply is asked for."""
    async with AsyncAshrLabsClient.local() as client:
        await client.hosting.deploy("agent", folder)
        session = await client.hosting.create_session("agent")
        types = [event.type async for event in client.hosting.send_message_stream(session, "fail")]
        with pytest.raises(TurnFailedError, match="KeyError: 'input'") as caught:
            await session.send("fail")
        with pytest.raises(NotFoundError):
            await client.hosting.stream("1b4e28ba-2fa1-41d2-883f-0016d3cca427", "x").__aenter__()

        assert session.id == caught.value.session_id
        assert ["session_start", "error", "done"] == types
        assert "turn 3: more" == (await session.send("more")).text
        with pytest.raises(ConfigurationError, match="`timeout` must be seconds above zero"):
            await session.exec("true", timeout=0)
