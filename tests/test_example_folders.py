"""The examples in folders do what their READMEs show."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from ashr_labs import AshrLabsClient
from support.cli import PROGRAM
from support.traces import KEY, RealPlatform

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
README = (EXAMPLES / "README.md").read_text("utf-8")
NEEDS = {"anthropic_agent": "anthropic", "pydantic_ai_agent": "pydantic_ai", "fastapi_service": "fastapi"}
SHOWN = sorted(path.parent.name for path in EXAMPLES.glob("*/__main__.py") if path.parent.name != "fastapi_service")


@pytest.fixture(scope="module")
def real() -> Generator[RealPlatform]:
    with RealPlatform.running() as platform:
        yield platform


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start Python at the root of the project, without a key of a model."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def skip_without_package(name: str) -> None:
    package = NEEDS.get(name)
    if package and find_spec(package) is None:
        pytest.skip(f"needs the package {package}")


@pytest.mark.parametrize("name", SHOWN)
def test_output_is_the_documented_one(name: str) -> None:
    """An example prints what its README shows, without a key and a network."""
    skip_without_package(name)
    text = (EXAMPLES / name / "README.md").read_text("utf-8")
    block = re.search(r"```console\n\$ python (.*)\n((?:.*\n)*?)```", text)
    assert block, f"{name} shows no command"

    output, errors = start(*shlex.split(block[1])).communicate(timeout=120)

    assert output == block[2], errors


def test_every_example_is_listed() -> None:
    """The README of the examples names each of them, and nothing else."""
    shared = {"__init__.py", "model_server.py", "support_orders.py", "README.md"}
    data = {"support_agent_config.json", "support_dataset.json"}
    present = {path.name for path in EXAMPLES.iterdir() if path.name != "__pycache__"} - shared - data

    assert {Path(target).parts[0] for target in re.findall(r"\]\(([^)]+)\)", README)} == present


def answered(url: str) -> httpx.Response:
    """Return the answer of a service that may still be starting."""
    for _ in range(400):
        try:
            return httpx.get(url, trust_env=False)
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("the service did not start")


def observations(real: RealPlatform, name: str) -> list[dict[str, Any]]:
    """Return the observations of the only trace of a name."""
    with AshrLabsClient(KEY, real.url) as client:
        traces = client.list_observability_traces(limit=100)["traces"]
        [found] = [trace["id"] for trace in traces if trace["name"] == name]
        trace: Any = client.get_observability_trace(found)["trace"]
        return list(trace["observations"])


def test_requests_of_the_fastapi_service_are_traces(real: RealPlatform) -> None:
    """A request has a trace with the calls of the agent, which is delivered when the service ends."""
    skip_without_package("fastapi_service")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    service = start("-m", "examples.fastapi_service", str(port), ASHR_LABS_API_KEY=KEY, ASHR_LABS_BASE_URL=real.url)
    answer = answered(f"http://127.0.0.1:{port}/answer?question=refunds")
    service.send_signal(signal.SIGTERM)
    service.communicate(timeout=30)

    assert answer.json() == {"answer": "You asked about refunds. All there is to know about refunds."}
    assert [one["name"] for one in observations(real, "GET /answer")] == ["tool:search", "write answer", "response"]


def test_spans_of_the_opentelemetry_service_arrive(real: RealPlatform) -> None:
    """The service delivers its spans with the two variables of the README."""
    service = start(
        "-m",
        "examples.otel_collector.service",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"{real.url}/otlp",
        OTEL_EXPORTER_OTLP_HEADERS=f"x-api-key={KEY}",
    )
    assert service.communicate(timeout=60) == ("", "")

    assert "tool:find_refund" in [one["name"] for one in observations(real, "invoke_agent support")]


def test_collector_delivers_to_the_path_of_the_platform(real: RealPlatform) -> None:
    """The endpoint of the collector's exporter takes spans, with the header that it sends.

    The collector itself is not installed; what is checked is its configuration.
    """
    config = yaml.safe_load((EXAMPLES / "otel_collector/collector.yaml").read_text("utf-8"))
    exporter = config["exporters"]["otlphttp/ashr"]
    url = exporter["traces_endpoint"].replace("${env:ASHR_LABS_BASE_URL}", real.url)
    headers = {name: value.replace("${env:ASHR_LABS_API_KEY}", KEY) for name, value in exporter["headers"].items()}

    answer = httpx.post(url, json={"resourceSpans": []}, headers=headers, trust_env=False)

    assert answer.status_code == 200, answer.text
    pipeline = config["service"]["pipelines"]["traces"]
    assert all(name in config[kind] for kind, names in pipeline.items() for name in names)


def test_notebook_runs_from_top_to_bottom() -> None:
    """Every cell runs, and the better variant is found."""
    cells = json.loads((EXAMPLES / "notebook/prompts.ipynb").read_text("utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    script = "\n".join(
        [
            "from IPython.core.interactiveshell import InteractiveShell",
            "shell = InteractiveShell.instance()",
            *(f"shell.run_cell({one!r}).raise_error()" for one in code),
        ]
    )
    output, errors = start("-c", script).communicate(timeout=120)

    assert output.splitlines()[-1].endswith("('better', 43, 0)"), errors


GH = """#!/bin/sh
[ "$3" = https://github.example/pull/7 ] && [ "$5" = comment.md ] && cp comment.md posted.md
"""


def steps_run(folder: Path, event: str) -> int:
    """Run the commands of the workflow for an event; return the exit code of the first that fails."""
    steps = yaml.safe_load((EXAMPLES / "ci/agent.yml").read_text("utf-8"))["jobs"]["evaluate"]["steps"]
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}:{Path(PROGRAM).parent}:{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "PULL_REQUEST": "https://github.example/pull/7",
    }
    for step in steps:
        condition = step.get("if", "")
        if "run" not in step or step["run"].startswith("pip ") or (condition and f"== '{event}'" not in condition):
            continue
        done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=folder, env=environment, check=False)
        if done.returncode and not step.get("continue-on-error"):
            return done.returncode
    return 0


def test_workflow_gates_and_comments(tmp_path: Path) -> None:
    """A push keeps the baseline; a pull request whose agent is worse gets the comparison as a comment, and fails."""
    subprocess.run([PROGRAM, "init"], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "bin").mkdir()
    gh = tmp_path / "bin/gh"
    gh.write_text(GH, "utf-8")
    gh.chmod(gh.stat().st_mode | stat.S_IXUSR)

    assert steps_run(tmp_path, "push") == 0
    assert (tmp_path / "baseline.json").exists()
    assert not (tmp_path / "posted.md").exists()

    agent = tmp_path / "ashr_agent.py"
    agent.write_text(agent.read_text("utf-8").replace('"name": "cancel_order"', '"name": "keep_order"'), "utf-8")

    assert steps_run(tmp_path, "pull_request") == 1
    assert "regressed" in (tmp_path / "posted.md").read_text("utf-8").lower()
