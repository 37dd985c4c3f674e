"""Forks during the delivery of traces."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Generator
from functools import partial
from threading import Event, Lock, Thread
from typing import cast

import pytest

from ashr_labs._forks import ForkGuard
from ashr_labs.tracing.export.loop import new_event_loop
from support.traces import RealPlatform, run_process

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this operating system has no fork")


@pytest.fixture(scope="module")
def real() -> Generator[RealPlatform]:
    with RealPlatform.running() as platform:
        yield platform


FORKS_ON_PURPOSE = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # from 3.12 on Python warns of forks beside threads
"""
LOADING = """
import asyncio
loading, loaded = threading.Event(), False
class SlowFinder:
    def find_spec(self, name, path=None, target=None):
        global loaded
        if name == "no_such_module":
            loading.set(); time.sleep(0.1); loaded = True
transport = client.tracing._sink.transport
send = transport.send
async def load_and_send(*arguments):
    try:
        import no_such_module
    except ImportError:
        pass
    return await send(*arguments)
transport.send = load_and_send
sys.meta_path.insert(0, SlowFinder())
make("loading-parent-", 3)
assert loading.wait(10)
child = os.fork()
if child == 0:
    assert loaded
    make("loading-child-", 3)
    counts = client.tracing.flush(10)
    assert counts["sent"] == 3, counts
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""


def test_fork_during_module_import_delivers(real: RealPlatform) -> None:
    """A fork waits while the worker imports a module, which the child could not import again."""
    done = run_process(real.url, FORKS_ON_PURPOSE + LOADING)

    assert (0, "") == (done.returncode, done.stderr)
    assert sorted(f"loading-{who}-{n}" for who in ("parent", "child") for n in range(3)) == sorted(real.names())


@pytest.mark.long
def test_fork_at_any_point_delivers(real: RealPlatform) -> None:
    """A child that is forked at any point of the delivery delivers its traces and exits."""
    code = """
for attempt in range(10):
    make(f"any-parent-{attempt}-", 3)
    time.sleep(0.003 * attempt)
    child = os.fork()
    if child == 0:
        make(f"any-child-{attempt}-", 3)
        counts = client.tracing.flush(10)
        sys.exit(counts["sent"] != 3)
    assert os.waitpid(child, 0)[1] == 0
"""
    for _ in range(50):
        done = run_process(real.url, FORKS_ON_PURPOSE + code)

        assert (0, "") == (done.returncode, done.stderr)


def test_fork_waits_until_worker_is_idle() -> None:
    """A fork waits until the thread is idle, and the thread resumes after it."""
    forks = ForkGuard()
    working, may_rest, forked, may_go_on, went_on = Event(), Event(), Event(), Event(), Event()

    async def work() -> None:
        working.set()
        may_rest.wait(10)
        await asyncio.sleep(0.05)
        went_on.set()

    def deliver() -> None:
        with forks.lock, asyncio.Runner(loop_factory=partial(new_event_loop, forks)) as runner:
            runner.run(work())

    def fork() -> None:
        forks.before()
        forked.set()
        may_go_on.wait(10)
        forks.after_in_parent()

    threads = [Thread(target=deliver, daemon=True), Thread(target=fork, daemon=True)]
    threads[0].start()
    working.wait(10)
    threads[1].start()
    assert not forked.wait(0.05)
    may_rest.set()
    assert forked.wait(10)
    assert not went_on.wait(0.2)
    may_go_on.set()
    assert went_on.wait(10)
    for thread in threads:
        thread.join(10)


def test_busy_worker_delays_fork_up_to_max_wait() -> None:
    """The fork proceeds after `max_wait`, and does not release a lock that it did not acquire."""
    forks = ForkGuard(max_wait=0.01)
    with forks.lock:
        forks.before()
        forks.after_in_parent()

        assert cast(Lock, forks.lock).locked()
    assert not cast(Lock, forks.lock).locked()


def test_concurrent_forks_release_the_lock_once() -> None:
    """Only the thread that acquired the lock for its fork releases it."""
    forks = ForkGuard()
    forks.before()
    other = Thread(target=forks.after_in_parent)
    other.start()
    other.join()
    assert cast(Lock, forks.lock).locked()

    forks.after_in_parent()

    assert not cast(Lock, forks.lock).locked()
