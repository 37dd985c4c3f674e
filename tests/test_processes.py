"""Child processes do not outlive their test, and can be interrupted however the tests are started."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import child_processes, end_processes

LINUX_ONLY = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
SIGINT_OF_A_CHILD = """
import subprocess, sys
from support.processes import restore_sigint
restore_sigint()
subprocess.run([sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT).__name__)"], check=True)
"""


@LINUX_ONLY
def test_leftover_process_is_killed() -> None:
    """A child that still runs is found, killed and collected; other children are left alone."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as kept:
        before = child_processes()
        process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        started = child_processes() - before

        end_processes(started)

        assert ({process.pid}, None) == (started, kept.poll())
        assert process.pid not in child_processes()
        process.poll()
        kept.kill()
    assert process.stdin is not None
    process.stdin.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_children_handle_sigint_in_background_runs() -> None:
    """Where SIGINT is ignored, as a shell does for background processes, the tests' children handle it all the same."""
    done = subprocess.run(
        [sys.executable, "-c", SIGINT_OF_A_CHILD],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "default_int_handler" == done.stdout.strip()
