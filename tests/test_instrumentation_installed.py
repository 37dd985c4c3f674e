"""Frameworks that are installed with the tests: their agents are recorded, evaluated and left as they were."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from support.environments import ROOT
from support.frameworks.answers import TEXT
from support.frameworks.expected import EXPECTED, summary

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("program", "library"), [("langgraph_agent", "langgraph"), ("openai_agents_agent", "agents"), ("mcp_agent", "mcp")]
)
def test_agents_of_installed_frameworks_are_recorded(program: str, library: str) -> None:
    """Each case has its model calls and tools, an evaluation sees them, and nothing remains afterwards."""
    pytest.importorskip(library, reason="the extra `full` is not installed")

    path = os.pathsep.join(str(ROOT / name) for name in (".", "generated", "tests"))
    command = [sys.executable, "-m", "support.frameworks", program]
    environ = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=100, check=False)

    assert 0 == done.returncode, done.stderr[-4000:]
    found = json.loads(done.stdout.strip().rpartition("\n")[2])
    assert EXPECTED[program] == {case: summary(spans) for case, spans in found["cases"].items()}
    assert "completed" == found["evaluation"]["status"]
    assert [TEXT, TEXT] == found["broken"]["answers"]
    assert found["restored"]
