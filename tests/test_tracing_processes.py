"""However a process ends, its traces are delivered once: by itself or by the next process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from support.traces import KEY, PREAMBLE, RealPlatform, run_process, spooled

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


@pytest.fixture(scope="module")
def real() -> Generator[RealPlatform]:
    with RealPlatform.running() as platform:
        yield platform


def arrived(real: RealPlatform, prefix: str) -> list[str]:
    return [name for name in real.names() if name.startswith(prefix)]


def flush_in_the_next_process(url: str, folder_of: str | None = None) -> None:
    done = run_process(url, "print(client.tracing.flush(20))")
    assert "'queued': 0" in done.stdout, done


@pytest.mark.parametrize(
    ("prefix", "ending", "code"),
    [
        ("normal", "", 0),
        ("sys-exit", "sys.exit(3)", 3),
        ("raised", "raise ValueError('the host fails')", 1),
        ("thread", "threading.Thread(target=make, args=('thread', 0)).start()", 0),
    ],
)
def test_normal_exit_delivers_everything(real: RealPlatform, prefix: str, ending: str, code: int) -> None:
    """At the exit of a process queued traces are delivered, without output."""
    # A busy machine may need more than the default of two seconds.
    done = run_process(real.url, f"make('{prefix}', 50)\n{ending}", ASHR_LABS_TRACING_EXIT_TIMEOUT="20")

    assert code == done.returncode, done.stderr
    assert {f"{prefix}{n}": 1 for n in range(50)} == Counter(arrived(real, prefix))


@pytest.mark.parametrize(
    ("prefix", "ending"),
    [
        ("os-exit", "os._exit(0)"),
        ("sigterm", "os.kill(os.getpid(), signal.SIGTERM)"),
        ("sigkill", "os.kill(os.getpid(), signal.SIGKILL)"),
    ],
)
def test_trace_ended_before_kill_is_delivered_once(real: RealPlatform, prefix: str, ending: str) -> None:
    """A trace that ended 300 ms before a kill is delivered once, by the process or by the next one."""
    run_process(real.url, f"make('{prefix}', 50)\ntime.sleep(0.3)\n{ending}")
    flush_in_the_next_process(real.url)

    assert {f"{prefix}{n}": 1 for n in range(50)} == Counter(arrived(real, prefix))


def test_unresponsive_platform_delays_exit_up_to_the_limit() -> None:
    """A platform that never responds delays the exit by at most two seconds, and no trace is lost."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = run_process(url, "make('t', 100)\nprint(time.time(), flush=True)")
        took = time.time() - float(done.stdout)

    assert took < 4
    assert "" == done.stderr
    assert 100 == spooled()


def test_unwritable_spool_does_not_affect_delivery(real: RealPlatform, tmp_path: Path) -> None:
    """If the spool cannot be created, traces are delivered as usual and nothing is raised."""
    # As above, a busy machine may need more than the default of two seconds.
    settings: dict[str, Any] = {"ASHR_LABS_SPOOL_DIR": "/proc/none", "ASHR_LABS_TRACING_EXIT_TIMEOUT": "20"}
    done = run_process(real.url, "make('readonly', 20)", **settings)

    assert (0, "") == (done.returncode, done.stderr)
    assert 20 == len(arrived(real, "readonly"))


def test_sending_imports_no_modules(real: RealPlatform) -> None:
    """The worker imports all modules at its start, under a lock that delays forks, and none while it sends."""
    code = """
from ashr_labs.tracing.export import loop
start = loop._Delivery.run
def noted(self):
    global before
    before = set(sys.modules)
    return start(self)
loop._Delivery.run = noted
make("modules", 3)
client.tracing.flush(20); client.tracing.shutdown()
print(sorted(set(sys.modules) - before))
"""
    done = run_process(real.url, code)

    assert ("[]\n", "") == (done.stdout, done.stderr)


def test_forked_child_has_its_own_worker(real: RealPlatform) -> None:
    """If another thread holds the queue's lock at a fork, parent and child still deliver their own traces once."""
    code = """
import warnings
from ashr_labs.tracing.export.exporter import EXPORTER
make('fork-parent-', 20)
hold, go = threading.Event(), threading.Event()
def holder():
    with EXPORTER.lock:
        hold.set(); go.wait()
thread = threading.Thread(target=holder); thread.start(); hold.wait()
with warnings.catch_warnings():
    warnings.simplefilter('ignore', DeprecationWarning)  # from 3.12 on Python warns of what is tried here on purpose
    child = os.fork()
if child == 0:
    make('fork-child-', 20)
    counts = client.tracing.flush(10)
    assert counts == {"sent": 20, "queued": 0, "dropped": 0, "failed": 0}, counts
    os._exit(0)
go.set(); thread.join()
assert os.waitpid(child, 0)[1] == 0
"""
    done = run_process(real.url, code)

    assert (0, "") == (done.returncode, done.stderr)
    assert {f"fork-parent-{n}": 1 for n in range(20)} == Counter(arrived(real, "fork-parent-"))
    assert {f"fork-child-{n}": 1 for n in range(20)} == Counter(arrived(real, "fork-child-"))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing_children_deliver_at_exit(real: RealPlatform, method: str, tmp_path: Path) -> None:
    """Children of multiprocessing and workers of a process pool deliver their traces at exit."""
    script = f"""
import multiprocessing, os, sys
from concurrent.futures import ProcessPoolExecutor
from ashr_labs import AshrLabsClient
client = AshrLabsClient.from_env()
def work(n):
    with client.trace(f"mp-{method}-{{n}}"):
        pass
if __name__ == "__main__":
    context = multiprocessing.get_context("{method}")
    process = context.Process(target=work, args=(0,)); process.start(); process.join()
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        list(pool.map(work, range(1, 10)))
"""
    path = tmp_path / "script.py"
    path.write_text(script)
    environment = {**os.environ, "ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": real.url}
    done = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, env=environment, timeout=90, check=False
    )
    flush_in_the_next_process(real.url)

    assert (0, "") == (done.returncode, done.stderr)
    assert {f"mp-{method}-{n}": 1 for n in range(10)} == Counter(arrived(real, f"mp-{method}-"))


def test_interrupt_during_exit_ends_the_process() -> None:
    """An interrupt while the exit waits for the delivery ends the process without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        code = PREAMBLE + "make('t', 5)\nclient.tracing.configure(exit_timeout=30)\nprint('made', flush=True)"
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": url},
        )
        assert process.stdout is not None
        assert "made\n" == process.stdout.readline()
        time.sleep(0.5)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)

    assert time.monotonic() - start < 5
    assert "Exception ignored" not in errors
