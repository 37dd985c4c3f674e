"""Python environments with the libraries of other projects, made once by pip and kept in the user's cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
_OURS = ("attrs>=23.2", "httpcore>=1.0.7,<2", "httpx>=0.28.1,<0.29", "pytest>=9", "python-dateutil>=2.9")
"""The dependencies of the package, and pytest."""
_NO_INDEX = 30
"""Seconds after which pip gives up."""


def environment(*requirements: str) -> Path:
    """Return the Python of an environment with these requirements and those of the package; skip if pip cannot make it.

    The package itself is imported from the checkout, see `run_in`.
    """
    python, problem = _made(tuple(sorted(requirements)))
    if problem:
        pytest.skip(f"no environment with {', '.join(requirements)}: {problem}")
    return python


def run_in(python: Path, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run a Python of another environment, which imports the package and the tests' support from the checkout."""
    places = [ROOT, ROOT / "generated", ROOT / "tests"]
    path = os.pathsep.join(map(str, places))
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ASHR_", "PYTEST_", "COV"))}
    environ |= {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [str(python), *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=timeout, check=False
    )


def run_tests_in(python: Path, *arguments: str) -> str:
    """Run tests of ours in another environment; return the output, which must be of tests that passed."""
    # Not the project's configuration: its plugins are not installed there.
    options = ("-q", "-c", os.devnull, "--rootdir", str(ROOT / "tests"), "--noconftest", "--import-mode=importlib")
    done = run_in(python, "-m", "pytest", *options, "-p", "no:cacheprovider", *arguments)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


@cache
def _made(requirements: tuple[str, ...]) -> tuple[Path, str]:
    """Return the Python of an environment, and why it could not be made."""
    wanted = [*_OURS, *requirements]
    digest = hashlib.sha256("\n".join([sys.version, *wanted]).encode()).hexdigest()[:16]
    folder = cache_folder() / digest
    python = folder / "bin" / "python"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{digest}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers want it, too
        ready = folder / "ready"
        if ready.exists():
            return python, ""
        venv.create(folder, with_pip=True, clear=True)
        done = _install(python, wanted)
        if done.returncode == 0:
            ready.touch()
        return python, done.stderr.strip().rpartition("\n")[2][:200] if done.returncode else ""


def _install(python: Path, requirements: Sequence[str]) -> subprocess.CompletedProcess[str]:
    options = ("--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", str(_NO_INDEX))
    command = [str(python), "-m", "pip", "install", *options, *requirements]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def cache_folder() -> Path:
    """Return the folder of this project in the cache of the user."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ashr-labs" / "test-environments"
