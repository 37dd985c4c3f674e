"""Streams of events of the embedded platform: the events of runs, in process and over HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ashr_labs import AshrLabsClient, AsyncAshrLabsClient
from ashr_labs._http.sse import SSEDecoder
from ashr_labs.local import open_platform
from ashr_labs.local.platform import Platform
from ashr_labs.local.server.app import running_server
from ashr_labs.local.server.h11_timeouts import TimeoutH11Protocol
from ashr_labs.local.settings import Settings
from ashr_labs.local.store.run_events import append_run_events, run_topic
from ashr_labs.local.transport import LocalTransport
from support.local_api import Api, Place

RESULT: dict[str, Any] = {"status": "completed", "tests": [], "aggregate_metrics": {"total_tests": 0}}
Events = list[tuple[str, str, Any]]


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


def started(api: Api, **params: Any) -> int:
    """Start a run and return its id."""
    return api("start_run", tenant_id=1, dataset_id=api.dataset(), **params)["run"]["id"]


def append(api: Api, run_id: int, *test_ids: object) -> None:
    tests = [{"test_id": test_id, "status": "completed", "action_results": []} for test_id in test_ids]
    api("append_run_tests", run_id=run_id, tests=tests)


def finish(api: Api, run_id: int) -> None:
    api("finish_run", run_id=run_id, result=RESULT)
    api.settled_run(run_id)


def signals(platform: Platform) -> Any:
    return platform._database.signals


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def stored(api: Api, run_id: int, target: str = "", **headers: str) -> list[tuple[int, str, Any]]:
    """Return the number, the type and the data of the events of a run that has ended."""
    answer = api.send("GET", f"/v1/runs/{run_id}/events{target}", **headers)
    assert answer.stream is not None, answer.content
    events = SSEDecoder().feed(b"".join(answer.stream.parts()))
    return [(int(event.id), event.event, json.loads(event.data)) for event in events]


def test_events_of_a_run(api: Api) -> None:
    """A run reports its start, each test once, that it is to stop, and its end with the counts of its grades."""
    run_id = started(api, tests_total=3)
    append(api, run_id, "a", "b")
    append(api, run_id, "b", 3)
    api("cancel_run", run_id=run_id)
    api("cancel_run", run_id=run_id)
    finish(api, run_id)

    test = {"status": "completed", "tests_total": 3}
    progress = {"tests_total": 3, "cancel_requested": False}
    assert [
        (1, "progress", {"tests_done": 0, **progress}),
        (2, "test_finished", {"test_id": "a", "tests_done": 1, **test}),
        (3, "test_finished", {"test_id": "b", "tests_done": 2, **test}),
        (4, "test_finished", {"test_id": "3", "tests_done": 3, **test}),
        (5, "progress", {"tests_done": 3, **progress, "cancel_requested": True}),
        (6, "ended", {"grading_status": "completed", "grading_error": None, "tests_done": 0, "tests_passed": 0,
                      "tests_failed": 0}),
    ] == stored(api, run_id)  # fmt: skip


@pytest.mark.parametrize(
    ("target", "headers"), [("?after=3", {}), ("", {"last_event_id": "3"}), ("?after=1", {"last_event_id": "3"})]
)
def test_stream_goes_on_behind_an_event(api: Api, target: str, headers: dict[str, str]) -> None:
    """`after` and `Last-Event-ID` leave out what was read; the header, which is newer, has precedence."""
    run_id = started(api)
    append(api, run_id, "a", "b", "c")
    finish(api, run_id)

    assert [4, 5] == [number for number, *_ in stored(api, run_id, target, **headers)]


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "", "9" * 30, "\u0661"])
def test_last_event_id_is_checked(api: Api, given: str) -> None:
    """An id that no event can have is refused."""
    answer = api.send("GET", f"/v1/runs/{started(api)}/events", last_event_id=given)

    assert (400, "bad_request") == (answer.status, answer.body["code"])
    assert "Last-Event-ID must be the id of an event" in answer.body["error"]


def test_end_is_sent_again_behind_the_end(api: Api) -> None:
    """A reader of what it has read already gets the end of the run, without the counts, and does not wait."""
    run_id = started(api)
    finish(api, run_id)

    [(number, event, data)] = stored(api, run_id, "?after=7")

    assert (8, "ended", "completed", None) == (number, event, data["grading_status"], data["tests_done"])


def test_events_are_kept_for_a_day() -> None:
    """The events of old runs are deleted when a run starts; their streams then have the end only."""
    moment = [1_800_000_000.0]
    with Api.opened(None, now=lambda: moment[0]) as api:
        old = started(api)
        append(api, old, "a", "b")
        finish(api, old)
        moment[0] += 24 * 60 * 60 + 1
        started(api)

        assert [(1, "ended")] == [(number, event) for number, event, _ in stored(api, old)]


def test_run_that_goes_on_after_its_end_has_one_end() -> None:
    """A run whose player was lost, and that is finished after all, ends once in its stream."""
    moment = [1_800_000_000.0]
    with Api.opened(None, now=lambda: moment[0], settings=Settings(run_lease=10)) as api:
        run_id = started(api)
        append(api, run_id, "a")
        moment[0] += 11
        started(api)
        api.settled_run(run_id)
        finish(api, run_id)

        assert ["progress", "test_finished", "ended"] == [event for _, event, _ in stored(api, run_id)]


def test_run_that_is_deleted_ends_its_streams(api: Api) -> None:
    """A reader of a run that is deleted is told so."""
    run_id = started(api)
    parts = api.send("GET", f"/v1/runs/{run_id}/events").stream.parts()  # type: ignore[union-attr]
    next(parts)
    api("delete_run", run_id=run_id)

    assert f"run {run_id} was deleted" in b"".join(parts).decode()


def test_run_that_does_not_exist(api: Api) -> None:
    """A stream of a run that does not exist is refused before it begins, and HEAD sends no events."""
    assert 404 == api.send("GET", "/v1/runs/99/events").status
    head = api.send("HEAD", f"/v1/runs/{started(api)}/events")
    assert (200, None, "text/event-stream") == (head.status, head.stream, head.headers["content-type"])


@contextmanager
def in_process(platform: Platform) -> Iterator[tuple[str, Any]]:
    transport = LocalTransport(platform, owns_platform=False)
    yield transport.base_url, transport


@contextmanager
def over_http(platform: Platform) -> Iterator[tuple[str, Any]]:
    with running_server(platform) as url:
        yield url, None


WAYS = [in_process, over_http]


@pytest.mark.parametrize("way", WAYS)
def test_events_arrive_as_they_happen(api: Api, way: Any) -> None:
    """A synchronous reader gets each event before the next one happens, in process as over HTTP."""
    run_id = started(api, tests_total=2)
    with way(api.platform) as (url, transport), AshrLabsClient(api.key, url, transport=transport) as client:
        events = client.watch_run(run_id)
        seen = [next(events).data["tests_done"]]
        for test in ("a", "b"):
            append(api, run_id, test)
            seen.append(next(events).data["tests_done"])
        finish(api, run_id)

        assert [0, 1, 2] == seen
        assert ["ended"] == [event.type for event in events]
        eventually(lambda: signals(api.platform).count(run_topic(run_id)) == 0)


@pytest.mark.parametrize("way", WAYS)
def test_events_arrive_without_blocking(api: Api, way: Any) -> None:
    """An asynchronous reader does the same while the event loop goes on."""
    run_id = started(api, tests_total=2)

    async def read(client: AsyncAshrLabsClient) -> list[int | None]:
        events = client.watch_run(run_id)
        seen = [await anext(events)]
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        await asyncio.to_thread(append, api, run_id, "a", "b")
        seen += [await waiting, await anext(events)]
        await asyncio.to_thread(finish, api, run_id)
        assert ["ended"] == [event.type async for event in events]
        return [event.data["tests_done"] for event in seen]

    async def main(url: str, transport: Any) -> list[int | None]:
        async with AsyncAshrLabsClient(api.key, url, transport=transport) as client:
            return await read(client)

    with way(api.platform) as (url, transport):
        assert [0, 1, 2] == asyncio.run(main(url, transport))


@pytest.mark.parametrize("way", WAYS)
def test_leaving_ends_the_producer(api: Api, way: Any) -> None:
    """When a reader leaves a silent stream, the platform stops following the run at once."""
    run_id = started(api)
    with way(api.platform) as (url, transport), AshrLabsClient(api.key, url, transport=transport) as client:
        events = client.watch_run(run_id)
        next(events)
        assert 1 == signals(api.platform).count(run_topic(run_id))
        events.close()
        eventually(lambda: signals(api.platform).count(run_topic(run_id)) == 0)


def test_silent_stream_sends_comments() -> None:
    """A stream on which nothing happens shows that it is alive by comments, which readers ignore."""
    with Api.opened(None, settings=Settings(stream_heartbeat=0.01)) as api:
        run_id = started(api)
        parts = api.send("GET", f"/v1/runs/{run_id}/events").stream.parts()  # type: ignore[union-attr]
        assert b"event: progress" in next(parts)
        assert [b": heartbeat\n\n"] * 3 == [next(parts) for _ in range(3)]
        parts.close()


def test_events_of_another_process_are_found(postgresql: Any) -> None:
    """On a shared database, a reader also gets the events that another process has stored."""
    with postgresql.platform() as place, Api.opened(place) as api:
        other = open_platform(place)
        try:
            run_id = started(api)
            parts = api.send("GET", f"/v1/runs/{run_id}/events").stream.parts()  # type: ignore[union-attr]
            next(parts)
            with other._database.write() as connection:
                append_run_events(connection, run_id, 1, [("novelty", {"from": "another"})], time.time())
            assert b"novelty" in next(parts)
            parts.close()
        finally:
            other.close()


def test_large_events_are_read_whole(api: Api) -> None:
    """Events of 1 MB arrive unchanged, and a reader holds few of them at a time."""
    run_id = started(api)
    data = [{"text": str(number) * 1_000_000} for number in range(8)]
    with api.platform._database.write() as connection:
        append_run_events(connection, run_id, 1, [("novelty", one) for one in data], time.time())
    finish(api, run_id)

    answer = api.send("GET", f"/v1/runs/{run_id}/events")
    assert answer.stream is not None
    parts = [*answer.stream.parts()]
    with running_server(api.platform) as url, AshrLabsClient(api.key, url) as client:
        events: list[Any] = [event.data for event in client.watch_run(run_id) if event.type == "novelty"]

    assert 1_100_000 > max(map(len, parts))
    assert data == events


def test_slow_reader_is_cut(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that does not read is disconnected after a while; meanwhile others are not delayed."""
    monkeypatch.setattr(TimeoutH11Protocol, "write_timeout", 0.2)
    run_id = started(api)
    with api.platform._database.write() as connection:
        large = [("novelty", {"text": "x" * 1_000_000})] * 12
        append_run_events(connection, run_id, 1, large, time.time())
    with running_server(api.platform) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port)) as connection:
            head = f"GET /v1/runs/{run_id}/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {api.key}\r\n\r\n"
            connection.sendall(head.encode())
            eventually(lambda: signals(api.platform).count(run_topic(run_id)) == 1)
            finish(api, run_id)
            with AshrLabsClient(api.key, url) as client:
                assert 14 == len([*client.watch_run(run_id)])
            eventually(lambda: signals(api.platform).count(run_topic(run_id)) == 0)


def test_many_idle_streams_need_no_threads() -> None:
    """200 streams wait in the event loop, and each gets the next event."""
    with Api.opened(None) as api:
        check_many_streams(api)


def check_many_streams(api: Api) -> None:
    run_id = started(api)
    headers = {"authorization": f"Bearer {api.key}"}

    async def first_and_next(client: httpx.AsyncClient, url: str) -> int:
        async with client.stream("GET", f"{url}/v1/runs/{run_id}/events", headers=headers) as response:
            received = b""
            async for part in response.aiter_raw():
                received += part
                if b"test_finished" in received:
                    break
            return received.count(b"event: ")

    async def read(url: str) -> list[int]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:
            readers = [asyncio.ensure_future(first_and_next(client, url)) for _ in range(200)]
            while signals(api.platform).count(run_topic(run_id)) < 200:
                await asyncio.sleep(0.01)
            before = threading.active_count()
            await asyncio.to_thread(append, api, run_id, "a")
            assert threading.active_count() < before + 20
            return await asyncio.gather(*readers)

    with running_server(api.platform) as url:
        assert [2] * 200 == asyncio.run(read(url))


def test_server_that_ends_lets_readers_go_on_elsewhere(api: Api) -> None:
    """A server ends although streams are open, and their readers go on with the next one, without a gap."""
    run_id = started(api)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with AshrLabsClient(api.key, f"http://127.0.0.1:{port}", max_retries=20) as client:
        events = client.watch_run(run_id)
        with running_server(api.platform, port=port):
            seen = [next(events).id]
        append(api, run_id, "a")
        with running_server(api.platform, port=port):
            seen.append(next(events).id)
            finish(api, run_id)
            seen += [event.id for event in events]

    assert ["1", "2", "3"] == seen


def test_closed_platform_ends_its_streams() -> None:
    """Streams of a platform end when it is closed."""
    with Api.opened() as api:
        parts = api.send("GET", f"/v1/runs/{started(api)}/events").stream.parts()  # type: ignore[union-attr]
        next(parts)
        reader = threading.Thread(target=lambda: [*parts])
        reader.start()
        api.platform.close()
        reader.join(20)

    assert not reader.is_alive()
