"""The output of agents within limits: floods, secrets, agents that never end or are killed."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.local.hosting.guarding import MAX_LOG_LINES, GuardedProcess, Masking, secrets_of
from ashr_labs.local.sandbox.errors import SandboxError
from support.hosted import deploy, end, logs, of_kind, said, session, turn
from support.local_api import Api
from support.sandboxes import engine_or_skip

KEY = 'sk-"quoted"-é-12345'
AGENT = r"""
import json, os, signal, sys, time

def answer(prompt):
    key = os.environ["API_KEY"]
    if prompt == "key":
        print("the key is", key, file=sys.stderr)
        for start in range(0, len(key), 3):
            yield key[start : start + 3]
        yield " and " + key
        yield {"type": "tool_use", "id": "1", "name": "leak", "input": {"key": key, "region": os.environ["REGION"]}}
        yield {"type": "tool_result", "tool_use_id": "1", "content": key}
    elif prompt == "never":
        time.sleep(600)
    elif prompt == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif prompt == "flood":
        for _ in range(30_000):
            os.write(2, b"noise\n" * 10)
    elif prompt == "endless":
        while True:
            os.write(2, b"x" * 65536 + b"\n")
    yield "ok"
"""


class Printing:
    """A process that prints parts."""

    def __init__(self, *parts: tuple[str, bytes]) -> None:
        self.parts = parts
        self.written: list[bytes] = []
        self.is_closed = False

    def output(self) -> Iterator[tuple[str, bytes]]:
        for part in self.parts:
            if self.is_closed:
                raise SandboxError("closed")
            yield part

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.is_closed = True

    def close_stdin(self) -> None: ...

    def signal(self, number: int) -> None: ...

    def kill(self) -> None: ...

    def wait(self) -> int:
        return 0


def printed(process: Printing, **options: Any) -> dict[str, bytes]:
    found = {"stdout": b"", "stderr": b""}
    for stream, data in GuardedProcess(process, **options).output():
        found[stream] += data
    return found


def delta(text: str) -> bytes:
    inner = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    data = {"type": "stream_event", "event": inner}
    return json.dumps({"id": 1, "event": "message", "data": data}).encode()


def texts(lines: list[bytes]) -> str:
    return "".join(json.loads(line)["data"]["event"]["delta"]["text"] for line in lines if b"text_delta" in line)


@given(st.lists(st.sampled_from(["sk", "-1", "23456", "sk-", "sk-123456", " a ", "s", ""]), max_size=12))
def test_secret_in_pieces_is_masked(pieces: list[str]) -> None:
    """However a secret is cut into parts of a stream, no reader gets it, and everything else arrives in order."""
    masking = Masking({"KEY": "sk-123456"})

    lines = [passed for piece in pieces for passed in masking.lines(delta(piece))]
    lines += masking.lines(b'{"event": "done"}')

    assert "".join(pieces).replace("sk-123456", "[secret KEY]") == texts(lines)
    assert b'{"event": "done"}' == lines[-1]


@pytest.mark.parametrize("value", [KEY, "p@ss\\word\n2", "\u2028secret\u2028"])
def test_secret_in_json_is_masked(value: str) -> None:
    """A secret is found in lines as JSON writes it, with and without escapes, and the line stays JSON."""
    masking = Masking({"API_KEY": value})

    for escapes in (True, False):
        line = json.dumps({"event": "log", "text": f"a {value} b"}, ensure_ascii=escapes).encode()
        [found] = masking.lines(line)
        assert {"event": "log", "text": "a [secret API_KEY] b"} == json.loads(found)


@pytest.mark.parametrize(
    ("name", "value", "is_secret"),
    [
        ("OPENAI_API_KEY", "sk-12345", True),
        ("GITHUB_TOKENS", "abcdef", True),
        ("APIKEY", "abcdef", True),
        ("DATABASE_URL", "postgresql://u:pass@db/x", True),
        ("GIT_AUTHOR_NAME", "Jane Doe", False),
        ("MONKEY", "abcdef", False),
        ("REGION", "eu-central-1", False),
        ("PIN_TOKEN", "12345", False),
    ],
)
def test_names_of_secrets(name: str, value: str, is_secret: bool) -> None:
    """Variables are secret by their name, or as a URL with a password, unless they are too short to be recognized."""
    assert ({name: value} if is_secret else {}) == secrets_of({name: value})


def test_output_passes_by_whole_lines() -> None:
    """Lines that come in parts are put together, and the streams stay apart."""
    process = Printing(
        ("stdout", b'{"a"'), ("stderr", b"log"), ("stdout", b': 1}\n{"b": 2}\n{"c'), ("stderr", b"ged\n")
    )

    assert {"stdout": b'{"a": 1}\n{"b": 2}\n', "stderr": b"logged\n"} == printed(process)


def test_floods_are_bounded() -> None:
    """Lines beyond the limit are counted, and output beyond the limit of a turn ends the process with the reason."""
    process = Printing(*[("stderr", b"x\n" * 1000)] * 30, ("stdout", b'{"event": "done"}\n'))
    found = printed(process)
    endless = Printing(*[("stderr", b"y" * (1 << 20) + b"\n")] * 70)

    assert MAX_LOG_LINES + 1 == found["stderr"].count(b"\n")
    assert found["stderr"].endswith(b"(20000 more lines of the last turn were not logged)\n")
    assert b'{"event": "done"}\n' == found["stdout"]
    with pytest.raises(SandboxError, match="the agent printed more than 64 MiB in a turn"):
        printed(endless)
    assert endless.is_closed


def test_each_turn_has_its_own_limits() -> None:
    """The count of lines starts again with each message."""
    process = Printing(*[("stderr", b"x\n" * 9000)] * 3)
    guarded = GuardedProcess(process)
    lines = 0
    for _, data in guarded.output():
        lines += data.count(b"\n")
        guarded.write(b'{"command": "query"}\n')

    assert 27_000 == lines


def test_turn_that_takes_too_long() -> None:
    """A turn without an end is ended with the limit as the reason; one that has ended is not."""
    waiting = threading.Event()

    class Waiting(Printing):
        def output(self) -> Iterator[tuple[str, bytes]]:
            yield "stdout", b'{"event": "log"}\n'
            waiting.wait(20)
            raise SandboxError("closed")

        def close(self) -> None:
            waiting.set()

    guarded = GuardedProcess(Waiting(), turn_seconds=0.05)
    guarded.write(b'{"command": "query"}\n')
    with pytest.raises(SandboxError, match=r"the turn took more than 0\.05 seconds"):
        list(guarded.output())

    ended = GuardedProcess(Printing(("stdout", b'{"id": 1, "event": "done"}\n')), turn_seconds=60)
    ended.write(b'{"command": "query"}\n')
    assert 1 == len(list(ended.output()))
    for timer in threading.enumerate():
        if isinstance(timer, threading.Timer) and timer.interval == 60:
            timer.join(5)
            assert not timer.is_alive()


@pytest.fixture(name="api", scope="module")
def _api() -> Generator[Api]:
    engine_or_skip("bubblewrap").close()
    with Api.opened() as api:
        for name, seconds in (("hostile", 60), ("hurried", 2)):
            deploy(api, name, agent__py=AGENT, agent__toml=f'entry = "agent:answer"\nturn_seconds = {seconds}')
        yield api


@pytest.mark.integration
def test_secrets_of_a_session(api: Api) -> None:
    """A key that an agent prints is in none of its events, messages and log; other variables are."""
    session_id = session(api, "hostile", extraEnv={"API_KEY": KEY, "REGION": "eu-central-1"})

    events = turn(api, session_id, "key", includePartialMessages=True)

    streamed = "".join(one["delta"] for one in of_kind(events, "text_delta"))
    assert "[secret API_KEY] and [secret API_KEY]ok" == streamed
    assert {"key": "[secret API_KEY]", "region": "eu-central-1"} == of_kind(events, "tool_use")[0]["input"]
    assert "[secret API_KEY]" == of_kind(events, "tool_result")[0]["content"]
    for _ in range(200):  # the log is read apart from the events
        if written := logs(api, session_id):
            break
        threading.Event().wait(0.05)
    assert "the key is [secret API_KEY]" in written
    for part in ("messages", "events", "logs"):
        assert "quoted" not in json.dumps(api.got(f"/api/sessions/{session_id}/{part}"))
    end(api, session_id)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("agent", "prompt", "reason"),
    [
        ("hurried", "never", "the turn took more than 2 seconds"),
        ("hostile", "killed", "exit code 137"),
        ("hostile", "endless", "the agent printed more than 64 MiB in a turn"),
    ],
)
def test_agents_that_do_not_end_by_themselves(api: Api, agent: str, prompt: str, reason: str) -> None:
    """An agent that never ends, is killed, or prints without end, ends its turn with the reason, and can be resumed."""
    session_id = session(api, agent, extraEnv={"API_KEY": KEY})

    events = turn(api, session_id, prompt)

    assert [("error", True), ("done", False)] == [(event, reason in str(data)) for event, data in events[-2:]]
    assert "error" == api.got(f"/api/sessions/{session_id}")["session"]["status"]
    assert 200 == api.send("POST", f"/api/sessions/{session_id}/resume").status
    assert "ok" == said(turn(api, session_id, "x"))
    end(api, session_id)


@pytest.mark.integration
def test_flood_of_a_session(api: Api) -> None:
    """A flood of the log leaves the turn its answer, and the log its beginning."""
    session_id = session(api, "hostile", extraEnv={"API_KEY": KEY})

    assert "ok" == said(turn(api, session_id, "flood"))
    turn(api, session_id, "x")

    target = f"/api/sessions/{session_id}/logs?after={MAX_LOG_LINES - 1}"
    assert "(290000 more lines of the last turn were not logged)" in str(api.got(target))
    end(api, session_id)
