"""The wheel is what users get: it must hold everything, and work outside of the checkout."""

from __future__ import annotations

import subprocess
import sys
import venv
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


AGENT = ["eval", "ashr_dataset.json", "--agent", "ashr_agent:MyAgent"]


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
    assert not [name for name in names if not {"__pycache__", "tests"}.isdisjoint(name.split("/"))]


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


@pytest.mark.integration
@pytest.mark.parametrize("requirement", ["{wheel}[cli,local]", "{checkout}[cli,local]"])
def test_first_steps_on_a_fresh_machine(requirement: str, wheel: Path, tmp_path: Path) -> None:
    """In a new environment, the documented installations and the first commands of the command line work as shown."""
    venv.create(tmp_path / "env", with_pip=True)
    python, program = (str(tmp_path / "env" / "bin" / name) for name in ("python", "ashr-labs"))
    package = requirement.format(wheel=wheel, checkout=ROOT)

    def called(*command: str) -> str:
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    called(python, "-m", "pip", "install", "--quiet", package)
    written = called(program, "init")

    assert ["wrote ashr_dataset.json", "wrote ashr_agent.py"] == written.splitlines()[:2]
    assert "2 of 2 passed" in called(program, *AGENT, "--min-pass-rate", "1")
    assert "1" == called(program, "datasets", "import", "ashr_dataset.json").strip()
    assert "First scenarios" in called(program, "datasets", "get", "1")


@pytest.mark.integration
def test_a_package_index_without_this_version_fails_loudly(tmp_path: Path) -> None:
    """`pip install "ashr-labs[cli,local]>=0.4"` does not install the other package of this name from PyPI."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(tmp_path), "ashr-labs>=0.4"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert [] == [path.name for path in tmp_path.iterdir() if "0.3" in path.name]
    assert done.returncode == 0 or "No matching distribution" in done.stderr
