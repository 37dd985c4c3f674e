"""Fault injection: every trace is delivered or spooled, and no trace is delivered twice."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import AshrLabsClient
from ashr_labs.tracing.export.exporter import EXPORTER
from ashr_labs.tracing.export.spool import Spool
from support.scripted_server import Answer, ScriptedServer
from support.traces import INGEST, KEY, RealPlatform, Stored, run_process, spooled

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")

FORKS = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # from 3.12 on Python warns of forks beside threads
"""
SHORT_INTERVALS = """
from ashr_labs.tracing.export import destination, snapshots
snapshots.FIRST_INTERVAL = destination.FIRST_INTERVAL = destination._CHECK_INTERVAL = 0.05
"""
PATIENT: dict[str, Any] = {"ASHR_LABS_TRACING_EXIT_TIMEOUT": "20"}


@pytest.fixture(scope="module")
def real() -> Generator[RealPlatform]:
    with RealPlatform.running() as platform:
        yield platform


@pytest.fixture
def stored(server: ScriptedServer) -> Stored:
    return Stored(server)


@pytest.fixture
def client(stored: Stored) -> Generator[AshrLabsClient]:
    with AshrLabsClient(KEY, stored.server.url) as client:
        yield client
        EXPORTER.close(0)


def trace_named(real: RealPlatform, name: str) -> dict[str, Any]:
    """Return the only trace with this name."""
    with AshrLabsClient(KEY, real.url) as client:
        traces: list[Any] = client.list_observability_traces(limit=100)["traces"]
        [found] = [trace for trace in traces if trace["name"] == name]
        return dict(client.get_observability_trace(found["id"])["trace"])


def resend(url: str) -> None:
    """Deliver the spooled traces in another process."""
    done = run_process(url, "print(client.tracing.flush(50))")
    assert "'queued': 0" in done.stdout, done


@pytest.mark.parametrize("milliseconds", [0, 5, 20, 60])
def test_fork_during_first_trace_can_trace(real: RealPlatform, milliseconds: int) -> None:
    """A child that is forked while the first trace imports modules delivers and does not hang."""
    code = f"""
signal.alarm(50)
thread = threading.Thread(target=make, args=("import-{milliseconds}-parent-", 1)); thread.start()
time.sleep({milliseconds} / 1000)
child = os.fork()
if child == 0:
    signal.alarm(25)
    make("import-{milliseconds}-child-", 1)
    os._exit(client.tracing.flush(20)["sent"] != 1)
thread.join()
assert os.waitpid(child, 0)[1] == 0
"""
    done = run_process(real.url, FORKS + code, **PATIENT)

    assert (0, "") == (done.returncode, done.stderr)
    assert 2 == sum(name.startswith(f"import-{milliseconds}-") for name in real.names())


def test_fork_waits_for_lazy_imports_without_messages() -> None:
    """A fork that waits while a thread imports what the exporter needs runs each pair of fork hooks, or none of it."""
    code = """
from ashr_labs._forks import IMPORTS
held, forking = threading.Event(), threading.Event()
def load():
    with IMPORTS.lock:
        held.set(); forking.wait(); time.sleep(0.2)
        import ashr_labs.tracing.export.loop, concurrent.futures.thread, logging
thread = threading.Thread(target=load); thread.start()
held.wait()
os.register_at_fork(before=forking.set)
child = os.fork()
if child == 0:
    os._exit(0)
thread.join()
assert os.waitpid(child, 0)[1] == 0
"""
    done = run_process("http://127.0.0.1:9", FORKS + code)

    assert (0, "") == (done.returncode, done.stderr)


def test_open_trace_at_fork_belongs_to_parent(real: RealPlatform) -> None:
    """Only the parent delivers a trace that is open at a fork; the result of the child's copy says so."""
    code = """
trace = client.trace("open-at-fork")
trace.span("before").end()
child = os.fork()
if child == 0:
    trace.span("in the child").end()
    answer = trace.end()
    assert answer["status"] == "error" and "parent" in answer["message"], dict(answer)
    make("made-by-the-child-", 1)
    os._exit(client.tracing.flush(20)["sent"] != 1)
assert os.waitpid(child, 0)[1] == 0
trace.span("after").end()
assert trace.end(wait=True)["status"] == "ok"
"""
    done = run_process(real.url, FORKS + code, **PATIENT)

    assert (0, "") == (done.returncode, done.stderr)
    found = trace_named(real, "open-at-fork")
    assert ["before", "after"] == [one["name"] for one in found["observations"]]
    assert 1 == real.names().count("made-by-the-child-0")


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("exit", ""),
        ("shutdown", "client.tracing.shutdown(20); os._exit(0)"),
        ("close", "client.close(); time.sleep(0.1); client.tracing.flush(20); os._exit(0)"),
        ("kill", "time.sleep(1); os.kill(os.getpid(), signal.SIGKILL)"),
    ],
)
def test_open_trace_is_delivered_unfinished(real: RealPlatform, name: str, ending: str) -> None:
    """After an exit, `shutdown()`, `close()` or a kill, the ended spans of an open trace are delivered."""
    code = f"""
trace = client.trace("never-ends-{name}", metadata={{"a": 1}})
trace.span("ended").end(output=1)
open_span = trace.span("open")
{ending}
"""
    run_process(real.url, SHORT_INTERVALS + code, **PATIENT)
    resend(real.url)
    found = trace_named(real, f"never-ends-{name}")

    assert {"a": 1, "unfinished": True} == found["metadata"]
    assert [("ended", True), ("open", False)] == [
        (one["name"], one.get("end_time") is not None) for one in found["observations"]
    ]


def test_ended_trace_replaces_unfinished_version(real: RealPlatform) -> None:
    """A trace that ends after `shutdown()` or after snapshots is delivered whole, once."""
    code = """
trace = client.trace("ends-late")
trace.span("first").end()
time.sleep(0.5)
client.tracing.shutdown(20)
trace.span("second").end()
trace.end()
"""
    done = run_process(real.url, SHORT_INTERVALS + code, **PATIENT)
    found = trace_named(real, "ends-late")

    assert (0, "") == (done.returncode, done.stderr)
    assert found["metadata"] is None
    assert ["first", "second"] == [one["name"] for one in found["observations"]]
    assert 0 == spooled()


def test_delivered_trace_leaves_no_snapshot(real: RealPlatform) -> None:
    """A trace that was written to disk before its end is delivered once, without its snapshots."""
    code = """
with client.trace("long") as trace:
    for n in range(10):
        trace.span(f"s{n}").end()
        time.sleep(0.1)
counts = client.tracing.flush(20)
assert counts["sent"] == 1, counts
"""
    done = run_process(real.url, SHORT_INTERVALS + code, **PATIENT)

    assert (0, "") == (done.returncode, done.stderr)
    assert 10 == len(trace_named(real, "long")["observations"])
    assert 0 == spooled()


def test_deleted_spool_files_are_rewritten(client: AshrLabsClient, stored: Stored) -> None:
    """If another program deletes the spool while traces are queued, they are written again and not lost."""
    stored.refuse(503)
    for n in range(5):
        client.trace(f"deleted-{n}").end()
    client.tracing.flush(0.5)
    assert 5 == spooled()
    for path in Path(os.environ["ASHR_LABS_SPOOL_DIR"]).rglob("*.spool"):
        path.unlink()
    for n in range(5, 10):
        client.trace(f"deleted-{n}").end()
    client.tracing.flush(0.5)
    EXPORTER.close(1)
    assert 10 == spooled()
    stored.recover()
    resend(stored.server.url)

    assert {f"deleted-{n}": 1 for n in range(10)} == Counter(stored.names)


def test_damaged_record_is_not_sent(tmp_path: Path) -> None:
    """Reading a trace that was changed on disk raises an error."""
    spool = Spool(tmp_path, 10_000)
    record = spool.write("a", b"content")
    assert record is not None
    assert b"content" == record.read()
    [path] = tmp_path.iterdir()
    path.write_bytes(path.read_bytes().replace(b"content", b"kontent"))

    with pytest.raises(OSError, match="is damaged"):
        record.read()


def test_damaged_record_fails_alone(client: AshrLabsClient, stored: Stored, caplog: pytest.LogCaptureFixture) -> None:
    """A trace whose record on disk was changed is counted and logged as failed; the others are delivered."""
    stored.refuse(503)
    for n in range(5):
        client.trace(f"intact-{n}").end()
    client.tracing.flush(0.5)
    for path in Path(os.environ["ASHR_LABS_SPOOL_DIR"]).rglob("*.spool"):
        path.write_bytes(path.read_bytes().replace(b"intact-2", b"intakt-2"))
    stored.recover()

    assert {"sent": 4, "queued": 0, "dropped": 0, "failed": 1} == client.tracing.flush(20)
    assert {"intact-0", "intact-1", "intact-3", "intact-4"} == set(stored.names)
    assert "is damaged" in caplog.text


def test_exit_waits_for_pending_response(server: ScriptedServer) -> None:
    """The exit waits for the response to a slow request, even after a failure, so that it is not sent again."""
    stored = Stored(server)
    refused = threading.Event()

    def answer(body: dict[str, Any]) -> Answer:
        if not refused.is_set():
            refused.set()
            return Answer.of({"status": "error", "message": "no"}, 503)
        time.sleep(0.3)
        return stored.accept(body)

    server.on(INGEST, answer)
    run_process(server.url, "make('slow-', 3)\ntime.sleep(1)\n", **PATIENT)
    resend(server.url)

    assert {f"slow-{n}": 1 for n in range(3)} == Counter(stored.names)


def test_daemon_threads_lose_no_traces_at_exit(stored: Stored) -> None:
    """Traces that other threads end while the process exits are delivered or spooled."""
    code = """
import atexit
made = [0, 0]
def report():
    print(*made, flush=True)
    os._exit(0)
atexit._clear()
atexit.register(report)  # runs after the handler of tracing, which is registered with the first trace
def trace(thread):
    while True:
        client.trace(f"daemon-{thread}-{made[thread]}").end()
        made[thread] += 1
        time.sleep(0.01)
for thread in (0, 1):
    threading.Thread(target=trace, args=(thread,), daemon=True).start()
time.sleep(0.3)
"""
    done = run_process(stored.server.url, code)
    resend(stored.server.url)
    made = [int(number) for number in done.stdout.split()]
    arrived = Counter(stored.names)

    assert 2 == len(made), done
    assert {f"daemon-{thread}-{n}" for thread in (0, 1) for n in range(made[thread])} <= arrived.keys()
    assert {1} == set(arrived.values())


def test_recovered_backlog_is_delivered_concurrently(server: ScriptedServer) -> None:
    """Traces of a dead process are sent by concurrent requests, in order, once each."""
    stored = Stored(server)
    stored.refuse(503)
    run_process(server.url, "make('backlog-', 200)")
    assert 200 == spooled()

    def answer(body: dict[str, Any]) -> Answer:
        time.sleep(0.05)
        return stored.accept(body)

    server.on(INGEST, answer)
    with AshrLabsClient(KEY, server.url) as client:
        start = time.monotonic()
        assert 200 == client.tracing.flush(60)["sent"]
        took = time.monotonic() - start

    assert took < 200 * 0.05 / 2
    assert {f"backlog-{n}": 1 for n in range(200)} == Counter(stored.names)
