"""Tests of progress: what it tells, in which words, and where it is shown."""

from __future__ import annotations

import asyncio
import atexit
import doctest
import io
import os
import re
import subprocess
import sys
import threading
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import EvalRunner
from ashr_labs.eval import Progress, progress
from ashr_labs.eval.collector import ResultCollector
from ashr_labs.eval.options import Settings
from ashr_labs.eval.progress import (
    LogDisplay,
    NotebookDisplay,
    TerminalDisplay,
    display_for,
    progress_line,
    show_progress,
)
from ashr_labs.eval.sampling import RunQueue, Sample
from ashr_labs.run_builder.records import TestRecord
from support.eval_data import ScriptedAgent, agent, source, user

MANY = source(**{f"s{n}": [user(f"message {n}"), agent(f"message {n}")] for n in range(12)})

PROGRAM = r"""
import os, sys
from ashr_labs import EvalRunner
runs = {f"s{n}": {"actions": [{"actor": "user", "content": "hi"}]} for n in range(30)}
options = eval(sys.argv[1])
EvalRunner({"runs": runs}).run(lambda message: message, **options)
if "close" in sys.argv:
    os.close(2)
    EvalRunner({"runs": runs}).run(lambda message: message, **options)
print("done")
"""


class Ticks(threading.Event):
    """Ends a wait at once, as many times as it is told, and remembers how long each should have been."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.waits: list[float | None] = []
        self.times = times
        self.spent = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        if len(self.waits) == self.times:
            self.spent.set()
            return super().wait(30)
        self.waits.append(timeout)
        return False


def with_a_cost(message: str) -> dict[str, Any]:
    if message == "message 3":
        raise ValueError("no answer")
    return {"text": message, "usage": {"cost_usd": 0.25}}


def on_a_terminal(options: str, *arguments: str, **settings: str) -> str:
    """Return what a run shows on a terminal of 60 columns."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", **settings}
    command = [sys.executable, "-c", PROGRAM, options, *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    seen = b""
    try:
        while block := os.read(ours, 65536):
            seen += block
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(ours)
    out, _ = process.communicate(timeout=30)
    assert (b"done\n", 0) == (out, process.returncode)
    return seen.decode()


def piped(options: str, *arguments: str) -> tuple[str, str]:
    """Return what a run writes to stdout and to stderr where neither is a terminal."""
    command = [sys.executable, "-c", PROGRAM, options, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout, done.stderr


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (Progress(), "0/?, 0 completed, 0 failed, 0 running"),
        (Progress(total=40, running=4), "0/40 (0%), 0 completed, 0 failed, 4 running"),
        (
            Progress(done=12, total=40, failed=1, running=4, seconds=6, cost_usd=0.024),
            "12/40 (30%), 11 completed, 1 failed, 4 running, 2.0/s, ETA 0:14, $0.0240",
        ),
        (Progress(done=3, running=1, seconds=60), "3/?, 3 completed, 0 failed, 1 running, 3.0/min"),
        (Progress(done=0, total=0, has_ended=True), "0/0, 0 completed, 0 failed, took 0:00"),
        (
            Progress(done=1999, total=2000, kept=1000, seconds=3700),
            "1999/2000 (99%), 1999 completed, 0 failed, 0 running, 16.2/min, ETA 0:04",
        ),
        (Progress(done=20, total=20, kept=20, seconds=5), "20/20 (100%), 20 completed, 0 failed, 0 running"),
        (
            Progress(done=1, total=9000, seconds=1),
            "1/9000 (0%), 1 completed, 0 failed, 0 running, 1.0/s, ETA 2:29:59",
        ),
        (Progress(done=7, failed=7, has_ended=True, seconds=61), "7, 0 completed, 7 failed, 6.9/min, took 1:01"),
    ],
    ids=str,
)
def test_progress_fits_in_one_line(told: Progress, line: str) -> None:
    """The line has the known numbers and leaves out the others."""
    assert line == progress_line(told)


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.floats(0, 10**9), st.booleans())
def test_any_progress_is_short_ascii(done: int, more: int, seconds: float, has_ended: bool) -> None:
    """Whatever the numbers are, the line is short ASCII without anything that steers a terminal."""
    line = progress_line(Progress(done, done + more, done // 2, 3, done // 3, seconds, seconds / 7, has_ended))

    assert re.fullmatch(r"[ -~]{20,160}", line)


def test_documented_examples() -> None:
    """The examples in the docstrings hold."""
    assert 0 == doctest.testmod(progress).failed


@pytest.mark.parametrize("options", [{}, {"max_workers": 3}, {"max_workers": 3, "timeout": 30}], ids=str)
def test_progress_function_is_called_for_each_step(options: Any) -> None:
    """It is called when the run starts, with every result, and when the run ends, retried attempts' costs included."""
    told = list[Progress]()
    EvalRunner(MANY).run(lambda: ScriptedAgent(with_a_cost), progress=told.append, **options)

    assert [0, *range(1, 13), 12] == [one.done for one in told]
    assert {12} == {one.total for one in told}
    assert [False] * 13 + [True] == [one.has_ended for one in told]
    assert (11, 1, 0, 2.75) == (told[-1].completed, told[-1].failed, told[-1].running, told[-1].cost_usd)
    assert all(one.running <= options.get("max_workers", 1) for one in told)
    assert sorted(one.seconds for one in told) == [one.seconds for one in told]


def test_async_run_reports_progress() -> None:
    """Tasks are counted like threads."""
    told = list[Progress]()

    async def answer(message: str) -> Any:
        await asyncio.sleep(0.01)
        return with_a_cost(message)

    EvalRunner(MANY).run(answer, progress=told.append, max_workers=4)

    assert [0, *range(1, 13), 12] == [one.done for one in told]
    assert 3 == told[1].running


def test_progress_function_exception_propagates() -> None:
    """A function that fails ends the run, like any callback."""

    def refuse(told: Progress) -> None:
        if told.done == 2:
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        EvalRunner(MANY).run(ScriptedAgent, progress=refuse, max_workers=2)


def test_journaled_results_count_as_done(tmp_path: Any) -> None:
    """Results of an earlier run are done from the start, and say nothing about the rate of this one."""
    EvalRunner(MANY).run(ScriptedAgent(with_a_cost), journal=tmp_path / "j", limit=12)
    told = list[Progress]()
    EvalRunner(MANY).run(ScriptedAgent(with_a_cost), journal=tmp_path / "j", rerun_failed=True, progress=told.append)

    assert [(11, 11, 0), (12, 11, 1), (12, 11, 1)] == [(one.done, one.kept, one.failed) for one in told]
    assert told[0].rate is None


def test_rate_and_remaining_time_follow_the_clock() -> None:
    """Rate and time left follow from the clock and from what was played."""
    now = 100.0
    ledger = ResultCollector(RunQueue((), lambda: now), Settings(), 10, clock=lambda: now)
    for place in range(4):
        now += 2.5
        ledger.finish(Sample(place, f"s{place}", {}), TestRecord(f"s{place}").start().complete(), None)

    assert (0.4, 15.0, 10.0) == (
        ledger.progress().rate,
        ledger.progress().seconds_left,
        ledger.progress().seconds,
    )


def test_terminal_line_is_overwritten() -> None:
    """On a terminal a shorter line leaves nothing of a longer one, a long one is cut, and the last one stays."""
    stream = io.StringIO()
    screen = TerminalDisplay(stream)
    screen.write("x" * 300)
    screen.write("abc")
    screen.write("abcd", is_last=True)

    assert ["", "x" * 79, "abc" + " " * 76, "abcd\n"] == stream.getvalue().split("\r")


def test_log_has_line_every_thirty_seconds() -> None:
    """A log gets a line at least every half minute, even if nothing has happened."""
    stream = io.StringIO()
    ticks = Ticks(3)
    with show_progress(lambda has_ended=False: Progress(3, 9, has_ended=has_ended), LogDisplay(stream), ticks):
        assert ticks.spent.wait(30)

    assert all(seconds is not None and seconds <= 30 for seconds in ticks.waits)
    assert ["3/9 (33%), 3 completed, 0 failed, 0 running"] * 3 + ["3/9 (33%), 3 completed, 0 failed, took 0:00"] == (
        stream.getvalue().splitlines()
    )


@pytest.mark.parametrize("failure", [OSError, ValueError])
def test_broken_stream_does_not_end_the_run(failure: type[Exception]) -> None:
    """A display whose stream fails does not end the run."""

    class Broken(io.StringIO):
        def write(self, _: str) -> int:
            raise failure("gone")

    with show_progress(lambda has_ended=False: Progress(), LogDisplay(Broken()), Ticks(1)):
        pass


@pytest.mark.parametrize("options", [{}, {"max_workers": 3}])
def test_display_thread_ends_with_the_run(options: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """The thread that shows is gone when the run is, also when the run is ended by an exception."""

    def refuse(*_: Any) -> None:
        raise LookupError

    EvalRunner(MANY).run(ScriptedAgent, progress=True, **options)
    with pytest.raises(LookupError):
        EvalRunner(MANY).run(ScriptedAgent, progress=True, on_action=refuse, **options)

    assert [] == [thread.name for thread in threading.enumerate() if thread.name.startswith("ashr-eval")]
    out, err = capfd.readouterr()
    assert ("", 2) == (out, len(err.splitlines()))


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


@POSIX
@pytest.mark.parametrize(
    ("options", "settings", "kind"),
    [
        ("{}", {}, "a line"),
        ("{'progress': True, 'max_workers': 2}", {"NO_COLOR": "1"}, "a line"),
        ("{}", {"TERM": "dumb"}, "lines"),
        ("{'progress': False}", {}, "nothing"),
    ],
    ids=str,
)
def test_terminal_gets_one_line(options: str, settings: dict[str, str], kind: str) -> None:
    """A terminal gets one line, which fits and has no escape sequences; a dumb one whole lines; who says no nothing."""
    seen = on_a_terminal(options, **settings)
    last = "30/30 (100%), 30 completed, 0 failed, "

    assert "\x1b" not in seen
    if kind == "nothing":
        assert "" == seen
    elif kind == "lines":
        assert "\r" not in seen.replace("\r\n", "\n")
        assert seen.startswith(last)
    else:
        assert seen.split("\r")[1].startswith(last)
        assert all(len(line.rstrip("\n")) < 60 for line in seen.split("\r"))
        assert 1 == seen.count("\n")


@pytest.mark.parametrize(("options", "is_shown"), [("{}", False), ("{'progress': True}", True)])
def test_progress_is_off_by_default_without_terminal(options: str, is_shown: bool) -> None:
    """If stderr is not a terminal, nothing is shown by default, and never on stdout."""
    out, err = piped(options)

    assert "done\n" == out
    assert is_shown == err.startswith("30/30 (100%), 30 completed")


def test_run_succeeds_with_closed_stderr(tmp_path: Any) -> None:
    """A run whose progress cannot be written ends normally."""
    out, _ = piped("{'progress': True}", "close")

    assert "done\n" == out


@pytest.mark.parametrize(("stream", "wanted"), [(None, True), (io.StringIO(), None), (object(), True)])
def test_non_terminal_streams_get_nothing_by_default(stream: Any, wanted: bool | None) -> None:
    """Without a stream, with an in-memory stream or with an unknown object, nothing is shown."""
    assert display_for(wanted, stream) is None


def test_stream_without_descriptor_gets_requested_progress() -> None:
    """A stream without a descriptor, such as a Tee, gets progress if it is requested."""

    class Tee:
        def isatty(self) -> bool:
            return False

    assert isinstance(display_for(True, Tee()), LogDisplay)  # type: ignore[arg-type]


def test_notebook_line_is_updated_in_place(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a notebook the line is below the cell and updated in place; nothing goes to stderr."""
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        kernel = object()

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    with ExitStack() as stack:
        shell = Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        stack.callback(Shell.clear_instance)
        stack.callback(atexit.unregister, shell.atexit_operations)
        shell.display_pub = CapturingDisplayPublisher()
        assert isinstance(display_for(None, None), NotebookDisplay)
        assert display_for(False, None) is None
        ticks = Ticks(2)
        with show_progress(lambda has_ended=False: Progress(1, 4, has_ended=has_ended), display_for(None, None), ticks):
            assert ticks.spent.wait(30)
        outputs: list[Any] = shell.display_pub.outputs

    assert [False, True, True] == [bool(output.get("update")) for output in outputs]
    assert 1 == len({output["transient"]["display_id"] for output in outputs})
    assert ["1/4 (25%), 1 completed, 0 failed, 0 running"] * 2 + ["1/4 (25%), 1 completed, 0 failed, took 0:00"] == [
        output["data"]["text/plain"] for output in outputs
    ]


def test_ipython_is_not_loaded() -> None:
    """Runs outside of notebooks do not load IPython."""
    code = (
        "import sys; from ashr_labs import EvalRunner\n"
        "EvalRunner({'runs': {}}).run(lambda message: message, progress=True)\n"
        "print('IPython' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert "False" == done.stdout.strip()
