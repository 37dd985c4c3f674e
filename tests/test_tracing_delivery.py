"""Traces are delivered in the background, once each, without blocking the application."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Generator
from typing import Any

import pytest

from ashr_labs import AshrLabsClient
from ashr_labs.client._async import AsyncAshrLabsClient
from ashr_labs.tracing.context import DEFAULT
from ashr_labs.tracing.export.exporter import EXPORTER, Exporter
from ashr_labs.tracing.export.worker import Worker
from support.scripted_server import Answer, ScriptedServer
from support.traces import INGEST, KEY, RealPlatform, Stored, spooled


@pytest.fixture
def stored(server: ScriptedServer) -> Stored:
    return Stored(server)


@pytest.fixture
def client(stored: Stored) -> Generator[AshrLabsClient]:
    """Return a client of the scripted server, without traces of earlier tests."""
    with AshrLabsClient(KEY, stored.server.url) as client:
        yield client
        EXPORTER.close(0)


@pytest.fixture
def own_exporter(monkeypatch: pytest.MonkeyPatch) -> Generator[Exporter]:
    """Return an exporter without clients that other tests left open."""
    EXPORTER.close(0)
    exporter = Exporter()
    monkeypatch.setattr("ashr_labs.tracing.tracing.EXPORTER", exporter)
    yield exporter
    exporter.close(0)


class NoMirror:
    """A mirror that copies nothing."""

    def begin(self) -> None: ...

    def copy(self, trace: Any, begun: Any) -> None: ...


def make(client: AshrLabsClient, number: int, prefix: str = "t") -> None:
    for n in range(number):
        with client.trace(f"{prefix}{n}") as trace, trace.span("s") as span:
            span.end(output=n)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("ashr-labs-traces")]


def test_flush_delivers_all_traces_once(client: AshrLabsClient, stored: Stored) -> None:
    """A flush waits until all earlier traces are delivered, and counts them."""
    make(client, 300)

    assert {"sent": 300, "queued": 0, "dropped": 0, "failed": 0} == client.tracing.flush(20)
    assert 300 == len(set(stored.ids)) == len(stored.ids)


def test_end_returns_response_mapping(client: AshrLabsClient) -> None:
    """`end()` returns a mapping with the items of the platform's response."""
    trace = client.trace("t")
    answer = trace.end()

    assert {"status": "ok", "trace_id": trace.trace_id} == dict(answer) == answer
    assert "ok" == answer.get("status")
    assert ("trace_id" in answer, len(answer)) == (True, 2)
    assert repr(dict(answer)) == repr(answer)


def test_wait_delivers_before_returning(client: AshrLabsClient, stored: Stored) -> None:
    """With `wait` the trace is stored when the call returns."""
    client.trace("a").end(wait=True)
    with client.trace("b", wait=True):
        pass

    assert ["a", "b"] == stored.names


def test_end_never_blocks(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    """`end()` does not block, whether the platform is slow, refuses requests or never responds."""
    slow = threading.Event()
    stored.server.on(INGEST, lambda _: (slow.wait(0.05), Answer.of({"status": "ok"}))[1])
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.create_server(("127.0.0.1", 0)) as gone:
        refusing = f"http://127.0.0.1:{gone.getsockname()[1]}"
        gone.close()
        for url in (stored.server.url, refusing, f"http://127.0.0.1:{silent.getsockname()[1]}"):
            with AshrLabsClient(KEY, url) as client:
                make(client, 5)
                times = []
                for _ in range(100):
                    trace = client.trace("t")
                    trace.span("s").end()
                    start = time.perf_counter()
                    trace.end()
                    times.append(time.perf_counter() - start)
                assert sorted(times)[50] < 1e-3
                EXPORTER.close(0)
    slow.set()


def test_reading_the_result_times_out(client: AshrLabsClient, stored: Stored) -> None:
    """Without a delivery, reading the result returns an error after `flush_timeout`, counted from the end."""
    stored.refuse(503)
    client.tracing.configure(flush_timeout=0.3)
    trace = client.trace("t")
    answer = trace.end()
    start = time.monotonic()

    assert "error" == answer["status"]
    assert 32 == len(trace.trace_id)
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("status", [429, 500, 503, 408, 302])
def test_traces_are_spooled_until_platform_recovers(client: AshrLabsClient, stored: Stored, status: int) -> None:
    """Traces are spooled while the platform fails, and are sent once each when it recovers."""
    stored.refuse(status)
    make(client, 5)
    assert 5 == client.tracing.flush(0.5)["queued"]
    assert 5 == client.tracing.stats()["spooled"] == spooled()

    stored.recover()

    assert {"sent": 5, "queued": 0, "dropped": 0, "failed": 0} == client.tracing.flush(20)
    assert [f"t{n}" for n in range(5)] == sorted(stored.names)
    assert 0 == spooled()


@pytest.mark.parametrize("status", [400, 404, 422])
def test_rejected_trace_is_counted_and_logged(
    client: AshrLabsClient, stored: Stored, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A trace that the platform rejects is counted as failed, logged once, and not sent again."""
    stored.refuse(status)
    make(client, 3)

    assert {"sent": 0, "queued": 0, "dropped": 0, "failed": 3} == client.tracing.flush(20)
    assert 3 == len(stored.server.calls(INGEST))
    assert 1 == len([record for record in caplog.records if record.name == "ashr_labs.tracing"])


def test_rejected_key_is_logged_once(client: AshrLabsClient, stored: Stored, caplog: pytest.LogCaptureFixture) -> None:
    """The first 401 logs one warning that names the variable but not the key, and the traces are kept."""
    stored.server.on(INGEST, Answer.of({"status": "error", "message": f"{KEY} is unknown"}, 401))
    make(client, 4)
    client.tracing.flush(0.5)
    client.tracing.flush(0.5)
    warnings = [record.getMessage() for record in caplog.records if record.name == "ashr_labs.tracing"]

    assert 1 == len(warnings)
    assert "ASHR_LABS_API_KEY" in warnings[0]
    assert KEY not in warnings[0]
    assert 4 == spooled()


def test_oversized_trace_is_sent_reduced(client: AshrLabsClient, stored: Stored) -> None:
    """After a 413 large values are replaced by markers with their sizes; other traces are not changed."""

    def answer(body: dict[str, Any]) -> Answer:
        sizes = [len(str(one.get("input"))) for one in body["trace"]["observations"]]
        if max(sizes) > 10_000:
            return Answer.of({"status": "error", "message": "too large"}, 413)
        return stored.accept(body)

    stored.server.on(INGEST, answer)
    trace = client.trace("large")
    trace.span("a", input="x" * 50_000).end()
    trace.span("b", input="kept").end()
    trace.end()

    assert 1 == client.tracing.flush(20)["sent"]
    sent = stored.server.calls(INGEST)[-1].body["trace"]["observations"]
    assert ["<cut, 50002 characters>", "kept"] == [one["input"] for one in sent]


def test_queue_overflow_is_dropped_and_logged_once_a_minute(
    client: AshrLabsClient, stored: Stored, caplog: pytest.LogCaptureFixture
) -> None:
    """Traces beyond the limits of the queue are dropped and counted, and their result is an error."""
    client.tracing.configure(max_queue_items=0)
    make(client, 10)

    assert 10 == client.tracing.stats()["dropped"]
    assert "error" == client.trace("t").end()["status"]
    assert 1 == sum("dropped" in record.getMessage() for record in caplog.records)


@pytest.mark.usefixtures("own_exporter")
def test_clients_share_one_worker(stored: Stored) -> None:
    """Clients of the same platform and key share one thread, which ends when the last of them is closed."""
    clients = [AshrLabsClient(KEY, stored.server.url) for _ in range(50)]
    for client in clients:
        client.trace("t").end()
    assert ["ashr-labs-traces"] == [name for name in threads() if not name.endswith("-imports")]
    for client in clients:
        client.close()
    deadline = time.monotonic() + 10
    while threads() and time.monotonic() < deadline:
        time.sleep(0.01)

    assert [] == threads()
    assert 50 == len(stored.ids)


@pytest.mark.usefixtures("own_exporter")
def test_worker_ends_with_garbage_collected_client(stored: Stored) -> None:
    """The worker ends when the client is garbage-collected, closed or not."""
    AshrLabsClient(KEY, stored.server.url).trace("t").end()
    gc.collect()
    deadline = time.monotonic() + 10
    while threads() and time.monotonic() < deadline:
        time.sleep(0.01)

    assert [] == threads()
    assert 1 == len(stored.ids)


def test_dead_worker_is_restarted(
    client: AshrLabsClient, stored: Stored, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After the worker has died, the next trace starts another, which delivers the earlier traces too."""
    from ashr_labs.tracing.export.destination import Destination

    monkeypatch.setattr(Worker, "quiet_until", 0.0)  # other tests may have logged the warning
    make(client, 1)
    client.tracing.flush(10)
    with monkeypatch.context() as patch:
        patch.setattr(Destination, "save", lambda *_: 1 / 0)
        make(client, 1, "lost?")
        deadline = time.monotonic() + 10
        while threads() and time.monotonic() < deadline:
            time.sleep(0.01)
    make(client, 1, "next")

    assert 3 == client.tracing.flush(20)["sent"]
    assert {"t0", "lost?0", "next0"} == set(stored.names)
    assert 1 == sum("started again" in record.getMessage() for record in caplog.records)


def test_repeated_worker_deaths_are_logged_once_a_minute(
    client: AshrLabsClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A worker that dies repeatedly is logged at most once a minute."""
    from ashr_labs.tracing.export.destination import Destination
    from ashr_labs.tracing.export.worker import Worker

    monkeypatch.setattr(Worker, "quiet_until", 0.0)
    monkeypatch.setattr(Destination, "save", lambda *_: 1 / 0)
    for _ in range(5):
        make(client, 1)
        deadline = time.monotonic() + 10
        while threads() and time.monotonic() < deadline:
            time.sleep(0.01)

    assert 1 == sum("started again" in record.getMessage() for record in caplog.records)


def test_shutdown_and_flush_time_out(server: ScriptedServer) -> None:
    """With a platform that never responds, `shutdown` and `flush` return in time with counts that add up."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = AshrLabsClient(KEY, f"http://127.0.0.1:{silent.getsockname()[1]}")
        make(client, 50)
        took: list[float] = []
        for action in (client.tracing.flush, client.tracing.shutdown):
            start = time.monotonic()
            counts = action(0.4)
            took.append(time.monotonic() - start)
            assert 50 == sum(counts.values()) == counts["queued"]
        deadline = time.monotonic() + 20
        while spooled() < 50 and time.monotonic() < deadline:
            time.sleep(0.01)
        client.close()

    assert max(took) < 0.8
    assert 50 == spooled()


def test_repeated_shutdowns_lose_no_trace(client: AshrLabsClient, stored: Stored) -> None:
    """With repeated shutdowns that do not wait, every trace is delivered, and the counts add up."""
    for number in range(10):
        make(client, 5, f"{number}-")
        client.tracing.shutdown(0)

    assert {"sent": 50, "queued": 0, "dropped": 0, "failed": 0} == client.tracing.flush(float("inf"))
    assert 50 == len(set(stored.ids))


def test_the_worker_sleeps_between_attempts(client: AshrLabsClient, stored: Stored) -> None:
    """After a flush that timed out, the worker sleeps between attempts instead of polling."""
    stored.refuse(503)
    make(client, 1)
    client.tracing.flush(0.2)
    worker = EXPORTER._worker
    assert worker is not None
    deadline = time.monotonic() + 10
    while not worker.is_asleep and time.monotonic() < deadline:
        time.sleep(0.005)

    assert worker.is_asleep
    stored.recover()
    assert 1 == client.tracing.flush(20)["sent"]


def test_disabled_tracing_starts_nothing(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `ASHR_LABS_TRACING=false` no thread is started and no request is sent; traced code works as before."""
    EXPORTER.close(0)
    monkeypatch.setenv("ASHR_LABS_TRACING", "false")
    with AshrLabsClient(KEY, stored.server.url) as client:
        with client.trace("t") as trace, trace.span("s") as span, span.generation("g") as generation:
            generation.end(output=1, usage={"input_tokens": 1})
            trace.event("e")
            trace.score("good", 1)
        assert "ok" == trace.end()["status"]
        assert {"sent": 0, "queued": 0, "dropped": 0, "failed": 0} == client.tracing.flush()
    assert [] == threads()
    assert [] == stored.server.asked


def test_async_client_result_is_awaitable(stored: Stored) -> None:
    """Traces of an async client do not block the event loop, and their result can be awaited."""

    async def work() -> tuple[Any, float]:
        async with AsyncAshrLabsClient(KEY, stored.server.url) as client:
            async with asyncio.timeout(20):
                start = time.perf_counter()
                trace = client.trace("t")
                trace.span("s").end()
                answer = trace.end()
                took = time.perf_counter() - start
                return dict(await answer), took

    answer, took = asyncio.run(work())
    assert "ok" == answer["status"]
    assert took < 0.5


def test_closing_local_client_delivers_traces_first() -> None:
    """Closing a client of an embedded platform delivers queued traces first, sync and async."""
    with AshrLabsClient.local() as client:
        make(client, 20)
        tracing = client.tracing
    assert {"sent": 20, "queued": 0, "dropped": 0, "failed": 0} == tracing.flush(0)

    async def work() -> dict[str, int]:
        async with AsyncAshrLabsClient.local() as client:
            client.trace("t").end()
            tracing = client.tracing
        return tracing.stats()

    assert 1 == asyncio.run(work())["sent"]


def test_burst_is_delivered_concurrently(stored: Stored, client: AshrLabsClient) -> None:
    """With a slow platform many requests are in flight at once, with at most two threads."""
    pause = threading.Event()

    def slow(body: dict[str, Any]) -> Answer:
        pause.wait(0.05)
        return stored.accept(body)

    stored.server.on(INGEST, slow)
    start = time.monotonic()
    make(client, 300)

    assert 300 == client.tracing.flush(30)["sent"]
    assert time.monotonic() - start < 300 * 0.05 / 4
    assert len(threads()) <= 2


def test_queue_bytes_are_limited_during_outage(client: AshrLabsClient, stored: Stored) -> None:
    """While the platform fails and there is no spool, at most `max_queue_bytes` are queued; the rest is dropped."""
    stored.refuse(503)
    client.tracing.configure(max_queue_bytes=500_000)
    destination = client.tracing._sink
    destination.spool = None
    for n in range(300):
        trace = client.trace("t")
        trace.span("s", input="x" * 10_000 + str(n)).end()
        trace.end()
    client.tracing.flush(0.3)
    stats = client.tracing.stats()

    assert 300 == stats["queued"] + stats["dropped"]
    assert 30 <= stats["queued"] <= 60
    assert 0 == stats["spooled"]
    stored.recover()
    assert stats["queued"] == client.tracing.flush(20)["sent"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, "solved", True), "`trace_id` must be a string that is not empty, got 3"),
        (("1" * 32, None, True), "`name` must be a string that is not empty, got None"),
        (("1" * 32, "solved", None), "`value` must be a number, a string, true or false, got None"),
        (("1" * 32, "solved", [1]), "`value` must be a number, a string, true or false, got [1]"),
    ],
)
def test_unusable_scores_are_logged(
    client: AshrLabsClient, stored: Stored, caplog: pytest.LogCaptureFixture, arguments: Any, message: str
) -> None:
    """A later score with an argument of another type raises nothing, is not delivered, and is logged."""
    client.score_trace(*arguments)
    client.tracing.flush(10)

    assert [] == stored.server.calls(INGEST)
    assert f"score_trace() delivers nothing: {message}" in caplog.text


def test_scores_are_delivered_as_events(client: AshrLabsClient, stored: Stored) -> None:
    """A score is an event named after it; a later score is a separate trace that names the scored one."""
    with client.trace("t") as trace:
        trace.score("helpful", 0.5, comment="short")
    client.score_trace(trace.trace_id, "solved", True)
    client.tracing.flush(10)
    bodies = {asked.body["trace"]["name"]: asked.body["trace"] for asked in stored.server.calls(INGEST)}
    [score] = bodies["t"]["observations"]
    [later] = bodies["score"]["observations"]

    assert ("event", "score:helpful", {"value": 0.5, "comment": "short"}) == (
        score["type"],
        score["name"],
        score["input"],
    )
    assert ("score:solved", {"value": True, "comment": None}) == (later["name"], later["input"])
    assert {"scored_trace_id": trace.trace_id} == bodies["score"]["metadata"]


def test_embedded_platform_stores_traces() -> None:
    """Over HTTP, an embedded platform stores each trace under the id that the client knows."""
    with RealPlatform.running() as real, AshrLabsClient(KEY, real.url) as client:
        with client.trace("t", user_id="u") as trace, trace.span("tool:search") as span:
            span.end(output=1)
        stored = client.get_observability_trace(trace.trace_id)["trace"]
        assert ("t", "u") == (stored["name"], stored["user_id"])
        make(client, 50)
        assert 51 == client.tracing.flush(20)["sent"]


def test_thread_start_failure_does_not_affect_application(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    """If no thread can be started, traced code is unaffected, and a later trace starts the delivery."""
    EXPORTER.close(0)

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with AshrLabsClient(KEY, stored.server.url) as client:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            with client.trace("first") as trace, trace.span("s"):
                pass
        client.trace("second").end()

        assert 2 == client.tracing.flush(20)["sent"]


def test_configure_keeps_other_settings(client: AshrLabsClient) -> None:
    """None removes a mask and a mirror; settings that are not passed keep their values."""
    mirror = NoMirror()
    client.tracing.configure(mask=str, mirror=mirror, sample_rate=0.5)
    client.tracing.configure(capture=False)
    assert (str, mirror, 0.5, False) == (
        client.tracing.settings.mask,
        client.tracing.settings.mirror,
        client.tracing.settings.sample_rate,
        client.tracing.settings.capture,
    )
    client.tracing.configure(mask=None, mirror=None)

    assert client.tracing.settings.mask is None
    assert client.tracing.settings.mirror is None
    assert 0.5 == client.tracing.settings.sample_rate


def test_public_interface_and_repr(client: AshrLabsClient) -> None:
    """The public methods are the documented ones, and the repr has the counts."""
    public = {name for name in dir(client.tracing) if not name.startswith("_")}

    assert {"configure", "flush", "set_default", "settings", "shutdown", "stats", "use_by_default"} == public
    assert "<Tracing sent=0, queued=0, dropped=0, failed=0>" == repr(client.tracing)


def test_use_by_default_is_deprecated(client: AshrLabsClient) -> None:
    """`use_by_default()` still works and names its successor."""
    with pytest.warns(DeprecationWarning, match=r"set_default\(\)"):
        client.tracing.use_by_default()
    assert DEFAULT.tracing is client.tracing
