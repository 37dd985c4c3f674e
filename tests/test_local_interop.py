"""The public package from PyPI against `ashr-labs serve`."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from collections.abc import Generator
from pathlib import Path

import pytest

from support.cli import PROGRAM

pytestmark = pytest.mark.integration

SCRIPT = Path(__file__).with_name("support") / "public_package.py"
KEY = "tp_of_the_interop_test"


@pytest.fixture(name="python", scope="module")
def _python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of a temporary environment with the public package."""
    folder = tmp_path_factory.mktemp("public")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    command = [python, "-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "10", "ashr-labs==0.3.1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"ashr-labs==0.3.1 cannot be installed from a package index: {done.stderr.splitlines()[-1:]}")
    return python


@pytest.fixture(name="url")
def _url(tmp_path: Path) -> Generator[str]:
    command = [PROGRAM, "serve", "--database", str(tmp_path / "evals.db"), "--port", "0", "--json"]
    environment = {**os.environ, "ASHR_LABS_BOOTSTRAP_KEY": KEY}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()


def test_public_client_works_unchanged(python: Path, url: str, tmp_path: Path) -> None:
    """Sessions, agents, datasets, generation, EvalRunner, deploy, poll, traces, analytics and error classes work."""
    environment = {**os.environ, "ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": url}
    command = [python, "-I", "-W", "error", SCRIPT, url, KEY]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)

    assert 0 == done.returncode, done.stderr
    assert {"create_run", "generate_dataset", "trace"} <= set(json.loads(done.stdout.splitlines()[-1]))
