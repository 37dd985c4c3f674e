"""The wheel is what users get: it must hold everything, and work outside of the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

STORY = """
import ashr_labs, json
from ashr_labs import AshrLabsClient, EvalRunner

class Agent:
    def reset(self): ...
    def respond(self, message): return "Hello"

source = {"runs": {"a": {"actions": [{"actor": "user", "content": "Hi"}, {"actor": "agent", "content": "Hello"}]}}}
with AshrLabsClient.local() as client:
    dataset = client.create_dataset("D", source)
    run = EvalRunner.from_dataset(client, dataset["id"]).run_and_deploy(Agent(), client)
    passed = client.poll_run(run["id"])["result"]["aggregate_metrics"]["tests_passed"]
print(json.dumps([passed, ashr_labs.__file__]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return path


def test_wheel_contains_packages_and_data(wheel: Path) -> None:
    """The wheel has all four packages, typed, with the contract, the migrations and the licence, and nothing else."""
    names = zipfile.ZipFile(wheel).namelist()

    tops = {name.partition("/")[0] for name in names if ".dist-info" not in name}
    assert {"ashr_labs", "ashr_labs_api", "ashr_labs_contract", "ashr_labs_types"} == tops
    assert {f"{top}/py.typed" for top in tops} <= set(names)
    assert "ashr_labs_contract/contract.json" in names
    assert any("migrations/versions/0001" in name for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "__pycache__" in name or "tests" in name]


def test_wheel_works_outside_checkout(wheel: Path, tmp_path: Path) -> None:
    """An evaluation runs from the wheel's own files in an empty folder."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", STORY],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert f'[1, "{tmp_path}/site/ashr_labs/__init__.py"]' == done.stdout.strip()
