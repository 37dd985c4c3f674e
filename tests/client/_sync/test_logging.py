"""Log lines, and the absence of secrets."""

from __future__ import annotations

import logging
import pickle
import re
import traceback
from traceback import TracebackException

import pytest

from ashr_labs import APITimeoutError, AshrLabsClient, AshrLabsError, ConfigurationError
from support import dripping
from support.clocks import SyncManualClock
from support.dripping import running_dripper
from support.scripted_server import Answer, ScriptedServer

CANARY = "tp_canary_0123456789abcdef"
BUSY = Answer.of({"status": "error", "message": "busy"}, 503, X_Request_Id="req_9")
RUN = {"status": "ok", "run": {"id": 5, "result": {}}}


def test_each_request_and_retry_logs_one_line(
    client: AshrLabsClient, server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    """At level DEBUG the logger `ashr_labs` writes operation, status, request id and delay."""
    server.on("get_run", BUSY, RUN)

    with caplog.at_level(logging.DEBUG, "ashr_labs"):
        client.get_run(5)

    lines = [record.getMessage() for record in caplog.records if record.name == "ashr_labs"]
    assert 3 == len(lines)
    assert re.fullmatch(r"get_run: 503 in \d+\.\d{3} s \(request req_9\)", lines[0])
    assert "get_run: attempt 1 failed ([503] busy); retrying in 0.250 s" == lines[1]
    assert lines[2].startswith("get_run: 200 in")


def test_nothing_is_logged_by_default(
    client: AshrLabsClient, server: ScriptedServer, capfd: pytest.CaptureFixture[str]
) -> None:
    """By default the client writes nothing, even if calls fail."""
    server.on("get_run", BUSY, RUN)

    client.get_run(5)

    assert ("", "") == capfd.readouterr()


def test_environment_variable_enables_logging(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """`ASHR_LABS_LOG=debug` shows the lines on standard error, each once."""
    monkeypatch.setenv("ASHR_LABS_LOG", "Debug")
    logger = logging.getLogger("ashr_labs")
    logger.addHandler(logging.NullHandler())  # as libraries and our own program do
    try:
        for _ in range(2):
            with AshrLabsClient(CANARY, server.url) as client:
                client.init()
    finally:
        logger.handlers.clear()
        logger.setLevel(logging.NOTSET)

    assert 2 == capfd.readouterr().err.count("ashr_labs: init: 200 in")


@pytest.mark.parametrize(
    "answer",
    [
        Answer.of({"status": "error", "message": "no"}, 401),
        Answer(502, b"<html>bad gateway</html>"),
        Answer(200, b"<html>hello</html>"),
        Answer(closes=True),
        Answer(body=b"{}", cut_after=1),
        Answer(body=b"{}", pause=2),
    ],
)
def test_key_is_never_disclosed(
    server: ScriptedServer,
    clock: SyncManualClock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
) -> None:
    """A key appears in no log of any library, no repr, no error, no traceback, and no pickle unless it was passed."""
    monkeypatch.setenv("ASHR_LABS_API_KEY", CANARY)
    server.on("create_run", answer)
    server.on("get_run", answer)
    shown: list[str] = []

    with caplog.at_level(logging.DEBUG), AshrLabsClient(base_url=server.url, timeout=0.3) as client:
        client._transport.clock = clock
        for method, arguments in (("get_run", (1,)), ("create_run", (1, {}))):
            try:
                getattr(client, method)(*arguments)
            except AshrLabsError as error:
                shown += [str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)]
                shown += TracebackException.from_exception(error, capture_locals=True).format()
                shown.append(repr(pickle.dumps(error)))
        shown += [repr(client), repr(client._options), repr(vars(client)), repr(pickle.dumps(client))]
        shown += [repr(client.api), repr(client.api_key)]
    shown += [record.getMessage() for record in caplog.records]

    assert [f"Bearer {CANARY}"] * len(server.asked) == [asked.headers["authorization"] for asked in server.asked]
    assert len(server.asked) > 1
    assert [] == [text for text in shown if CANARY in text]


def write_much(client: AshrLabsClient) -> None:
    with client:
        client.create_dataset("D", {"runs": {}, "padding": "x" * 20_000_000})


def test_timed_out_write_does_not_disclose_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames of the HTTP library, whose variables hold the request's bytes, are not in tracebacks."""
    monkeypatch.setenv("ASHR_LABS_API_KEY", CANARY)
    with running_dripper(dripping.reads_slowly) as address, pytest.raises(APITimeoutError) as caught:
        write_much(AshrLabsClient(base_url=f"http://{address}", timeout=0.2, max_retries=0))

    shown = list(TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert [] == [text for text in shown if CANARY in text]
    assert any("_pool.py" in text for text in shown)


def test_invalid_option_does_not_disclose_the_key() -> None:
    """The variables of the client's own frames mask the key."""
    with pytest.raises(ConfigurationError) as constructed:
        AshrLabsClient(CANARY, "ftp://platform.test")
    with pytest.raises(ConfigurationError) as changed:
        AshrLabsClient(CANARY).with_options(api_key=CANARY, max_retries=-1)

    for error in (constructed.value, changed.value):
        frames = TracebackException.from_exception(error, capture_locals=True).stack
        assert len(frames) > 2
        assert [] == [frame.name for frame in frames if CANARY in str(frame.locals)]
