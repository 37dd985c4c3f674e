"""Tests of `ashr-labs traces`: shown, filtered, followed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import AshrLabsClient
from ashr_labs.cli._tail import Pause, tail
from ashr_labs.cli._trace_text import observation_lines, trace_totals
from ashr_labs.errors import APIConnectionError, AuthenticationError, RateLimitError
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.cli import PROGRAM, Workspace

KEY = "tp_a_key_for_the_tests"


class Shelf:
    """A list that grows at its beginning, and that may be out of reach."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.failures: list[Exception] = []
        self.pages: list[int] = []

    def page(self, number: int) -> list[dict[str, Any]]:
        self.pages.append(number)
        if self.failures:
            raise self.failures.pop(0)
        newest_first = self.names[::-1]
        return [{"id": name} for name in newest_first[3 * (number - 1) : 3 * number]]

    def tail(self, last: int = 2) -> Iterator[Any]:
        return tail(self.page, page_size=3, interval=2, last=last)


def until_pause(steps: Iterator[Any]) -> tuple[list[str], Pause]:
    """Return the rows up to the next pause that takes time, and that pause."""
    names: list[str] = []
    for step in steps:
        if isinstance(step, Pause) and step.seconds:
            return names, step
        names += [] if isinstance(step, Pause) else [step["id"]]
    raise AssertionError("it never ends")


def test_tail_yields_latest_rows_then_new_ones() -> None:
    """It begins with the newest existing rows, oldest first, and yields each row once."""
    shelf = Shelf(*"abcde")
    steps = shelf.tail()

    assert (["d", "e"], Pause(2)) == until_pause(steps)
    shelf.names += ["f", "g"]
    assert (["f", "g"], Pause(2)) == until_pause(steps)
    assert [] == until_pause(steps)[0]


def test_tail_reads_several_pages() -> None:
    """Pages are read until one has something that was told before."""
    shelf = Shelf("a")
    steps = shelf.tail()
    until_pause(steps)

    shelf.names += [f"n{number}" for number in range(8)]

    assert [f"n{number}" for number in range(8)] == until_pause(steps)[0]
    assert [1, 1, 2, 3] == shelf.pages


def test_idle_tail_polls_more_slowly() -> None:
    """Pauses grow to five times the interval, and are short again after something came."""
    shelf = Shelf("a")
    steps = shelf.tail()

    pauses = [until_pause(steps)[1].seconds for _ in range(3000)]
    shelf.names.append("b")

    assert [2, 3, 4.5] == pauses[:3]
    assert 10 == max(pauses) == pauses[-1]
    assert (["b"], Pause(2)) == until_pause(steps)


def test_tail_waits_for_unreachable_platform() -> None:
    """While the platform is unreachable, pauses grow to 30 s; rows of that time follow once it is back."""
    shelf = Shelf("a")
    steps = shelf.tail()
    until_pause(steps)
    shelf.names.append("b")
    shelf.failures = [APIConnectionError("refused") for _ in range(9)] + [RateLimitError("slow", 429, retry_after=7)]

    pauses = [until_pause(steps)[1] for _ in range(10)]

    assert [2, 4, 8, 16, 30, 30, 30, 30, 30, 7] == [one.seconds for one in pauses]
    assert ["refused; trying again until the platform answers", *[None] * 9] == [one.message for one in pauses]
    assert [Pause(0, "the platform answers again"), {"id": "b"}] == list(islice(steps, 2))


def test_permanent_error_ends_tail() -> None:
    """An error that is not transient ends the command."""
    shelf = Shelf("a")
    shelf.failures = [AuthenticationError("unknown key", 401, {})]

    with pytest.raises(AuthenticationError):
        next(shelf.tail())


def test_observations_are_indented_below_parents() -> None:
    """Each observation is a line with its time and its error, indented below what it belongs to."""
    begin, end = "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.250Z"
    trace = {
        "observations": [
            {
                "id": "2",
                "type": "span",
                "name": "tool:a",
                "parent_observation_id": "1",
                "level": "ERROR",
                "status_message": "x\ny",
            },
            {"id": "1", "type": "span", "name": "handle", "start_time": begin, "end_time": end},
            {"id": "3", "type": "event", "name": "lost", "parent_observation_id": "gone"},
        ]
    }

    assert ["event  lost", "span  handle  250 ms", "  span  tool:a  ERROR  x y"] == observation_lines(trace)


def test_observations_show_input_and_output() -> None:
    """Input and output are shown on a line each, cut where they are long, and empty ones not at all."""
    one = {"id": "1", "type": "generation", "name": "answer", "input": {"q": "a\nb"}, "output": "x" * 400}

    assert [
        "generation  answer",
        r'  < {"q": "a\nb"}',
        f"  > {'x' * 300}...",
        "event  done",
    ] == observation_lines({"observations": [one, {"id": "2", "type": "event", "name": "done", "input": {}}]})


def test_trace_summary_adds_up_observations() -> None:
    """Status, latency, tokens and cost come from the observations; unmeasured ones are not shown."""
    usage = {"input_tokens": 1200, "output_tokens": 30, "cost": 0.25}
    trace = {
        "tags": ["a", "b"],
        "observations": [
            {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T00:00:01.5Z", "level": "ERROR"},
            {"start_time": "2026-01-01T00:00:00.5Z", "usage": usage},
        ],
    }
    totals = {"status": "error", "latency": "1,500 ms", "tokens": "1,230", "cost": "$0.2500", "tags": "a, b"}

    assert totals == trace_totals(trace)
    assert {"status": "ok"} == {key: value for key, value in trace_totals({}).items() if value is not None}


def test_unmeasurable_latency_is_not_shown() -> None:
    """Malformed times, and times of which only one has a time zone, give no latency; a cost of the span counts."""
    span = {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T00:00:01", "cost": 0.5}

    assert [None, None] == [
        trace_totals({"observations": [one]})["latency"] for one in (span, {**span, "end_time": "soon"})
    ]
    assert trace_totals({"observations": [span]})["cost"] == "$0.5000"


def test_observation_that_is_its_own_parent_ends() -> None:
    """A cycle of parents is shown up to a limited depth."""
    listed = [{"id": "a", "name": "root"}, {"id": "b", "parent_observation_id": "a", "name": "x"}]
    cycle = [*listed, {"id": "b", "parent_observation_id": "b", "name": "loop"}]

    assert 20 < len(list(observation_lines({"observations": cycle}))) < 200


def test_trace_list_shows_status_latency_and_cost(workspace: Workspace) -> None:
    """The list has status, latency, tokens, cost and tags; analytics have the totals by tool and by model."""
    with workspace.client("ashr.db") as client:
        with client.trace("good", tags=["beta"]) as trace:
            usage = {"input_tokens": 10, "output_tokens": 5, "cost": 0.5}
            trace.generation("answer", model="m").end(output="x", usage=usage)
        with client.trace("bad") as trace:
            trace.span("tool:look", input={"q": 1}).end(level="ERROR", status_message="no")
        client.tracing.flush()

    lines = workspace.call("traces", "list").out.splitlines()
    assert ["status", "latency", "tokens", "cost"] == lines[0].split()[3:7]
    assert {"ok", "15", "$0.5000", "beta"} <= set(next(line for line in lines if "good" in line).split())
    assert "error" in next(line for line in lines if "bad" in line).split()
    analytics = workspace.call("traces", "analytics").out
    assert all(words in analytics for words in ("total_traces", "look", "avg_latency_ms"))
    assert 2 == workspace.call("traces", "analytics", "--json").document["overview"]["total_traces"]


def test_environment_selects_the_platform(workspace: Workspace) -> None:
    """Without --database the commands use the platform of ASHR_LABS_BASE_URL; with it the file."""
    platform = open_platform()
    platform.bootstrap(KEY)
    with workspace.client("ashr.db") as client:
        client.create_agent("Of the file")
    with running_server(platform) as url:
        settings = {"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": url}
        assert "there are no agents" in workspace.call("agents", "list", **settings).err
        workspace.call("agents", "create", "Of the server", **settings)
        assert "Of the server" in workspace.call("agents", "list", **settings).out
        assert "Of the file" in workspace.call("agents", "list", "--database", "ashr.db", **settings).out
    platform.close()


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def recorded(client: AshrLabsClient, name: str, **more: Any) -> str:
    with client.trace(name, **more) as trace:
        trace.span("tool:look", input={"q": 1}).end(output=2)
    client.tracing.flush()
    return trace.trace_id


@pytest.mark.parametrize("is_remote", [False, True])
def test_traces_are_filtered_locally_and_over_http(workspace: Workspace, is_remote: bool) -> None:
    """By user and by session, page by page, on the embedded platform and over HTTP."""
    platform = open_platform(workspace.folder / "ashr.db")
    platform.bootstrap(KEY)
    with running_server(platform) as url:
        with AshrLabsClient(KEY, url) as client:
            ids = [recorded(client, "one", user_id="ann", session_id="s1"), recorded(client, "two", user_id="bob")]
        settings = {"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": url}
        where = ["--remote"] if is_remote else ["--database", "ashr.db"]

        def listed(*options: str) -> list[str]:
            document = workspace.call("traces", "list", *options, *where, "--json", **settings).document
            return [one["name"] for one in document["traces"]]

        assert ["two", "one"] == listed()
        assert (
            ["one"]
            == listed("--user-id", "ann")
            == listed("--session-id", "s1")
            == listed("--limit", "1", "--page", "2")
        )
        shown = workspace.call("traces", "get", ids[0], *where, **settings)
        assert "  span  tool:look  " in shown.out
    platform.close()


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["plain", "json"])
def test_tail_survives_restart_until_ctrl_c(workspace: Workspace, options: list[str]) -> None:
    """New traces are lines, a restart of the platform is survived, and Ctrl-C ends with 130 and without a traceback."""
    platform = open_platform()
    platform.bootstrap(KEY)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": f"http://127.0.0.1:{port}"}
    with running_server(platform, port=port) as url, AshrLabsClient(KEY, url) as client:
        recorded(client, "before")
        tail = workspace.start("traces", "tail", "--remote", "--interval", "0.1", *options, **settings)
        names = [_name(tail)]
        recorded(client, "meanwhile")
        names.append(_name(tail))
    assert tail.stderr is not None
    assert "trying again until the platform answers" in tail.stderr.readline()
    with running_server(platform, port=port) as url, AshrLabsClient(KEY, url) as client:
        recorded(client, "after")
        names.append(_name(tail))
        tail.send_signal(signal.SIGINT)
        out, err = tail.communicate(timeout=20)
    platform.close()

    assert ["before", "meanwhile", "after"] == names
    assert (130, "") == (tail.returncode, out)
    assert "the platform answers again" in err
    assert "Traceback" not in err


def _name(tail: subprocess.Popen[str]) -> str:
    assert tail.stdout is not None
    line = tail.stdout.readline()
    return str(json.loads(line)["name"] if line.startswith("{") else line.split("  ")[2])


def test_tail_ends_on_closed_pipe(workspace: Workspace) -> None:
    """In front of a program that has ended, such as `head`, it ends by itself, without an error."""
    with workspace.client("ashr.db") as client:
        recorded(client, "one")
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [PROGRAM, "traces", "tail"],
            cwd=workspace.folder,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writing)

    assert (0, b"") == (done.returncode, done.stderr)
