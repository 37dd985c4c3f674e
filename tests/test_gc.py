"""Tests of `ashr_labs._gc`: the collector is paused for as long as any block runs, and then as it was."""

from __future__ import annotations

import gc
import threading
from collections.abc import Generator

import pytest

from ashr_labs import RunBuilder
from ashr_labs._gc import paused_gc


@pytest.fixture(autouse=True)
def enabled_gc() -> Generator[None]:
    """Restore the collector, whatever a test does."""
    gc.enable()
    yield
    gc.enable()


def test_nested_blocks_keep_collector_paused() -> None:
    """The outermost block enables the collector again, not an inner one."""
    with paused_gc():
        with paused_gc():
            assert not gc.isenabled()
        assert not gc.isenabled()

    assert gc.isenabled()


def test_disabled_collector_stays_disabled() -> None:
    """A program that has disabled the collector finds it disabled afterwards."""
    gc.disable()
    with paused_gc():
        assert not gc.isenabled()

    assert not gc.isenabled()


def test_exception_reenables_collector() -> None:
    """A block that raises ends the pause."""
    with pytest.raises(ZeroDivisionError), paused_gc():
        raise ZeroDivisionError

    assert gc.isenabled()


def test_last_thread_reenables_collector() -> None:
    """While another thread still needs the pause, a block that ends does not end it."""
    inside, leave = threading.Event(), threading.Event()

    def work() -> None:
        with paused_gc():
            inside.set()
            assert leave.wait(30)

    other = threading.Thread(target=work)
    with paused_gc():
        other.start()
        assert inside.wait(30)
    still_paused = not gc.isenabled()
    leave.set()
    other.join(30)

    assert still_paused
    assert gc.isenabled()


def test_building_a_run_pauses_the_collector() -> None:
    """Tests are built without a collection in between."""
    seen = list[bool]()

    class Test:
        def build(self) -> dict[str, object]:
            seen.append(gc.isenabled())
            return {"test_id": "t", "status": "completed", "action_results": []}

    run = RunBuilder()
    run._tests.append(Test())  # type: ignore[arg-type]
    run.build()

    assert [False] == seen
    assert gc.isenabled()
