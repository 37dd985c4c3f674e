"""`polarity-keystone` from the package index, next to this package.

Its own tests run against the names of this package: only `polarity_keystone` is replaced by `ashr_labs.keystone`. Tests
that use private names, or names that are not here, are left out. The package itself, unchanged, uses a served platform.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.local_api import database_with_tenants
from support.sandboxes import engine_or_skip

pytestmark = pytest.mark.integration

VERSION = "0.3.3"
DIFFERENT = {
    "test_judge_handles_parser_failure_gracefully": "a reply without a verdict is not judged: the score is None",
    "test_wrap_anthropic_emits_traces": "an object that only looks like a client is refused",
    "test_wrap_openai_emits_traces": "an object that only looks like a client is refused",
}
"""Tests that fail here, and the difference that docs/keystone.md explains."""


@pytest.fixture(name="sources", scope="module")
def _sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the package's own tests."""
    folder = tmp_path_factory.mktemp("keystone")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        ":all:",
        "--retries",
        "1",
    ]
    command += ["--timeout", "10", "--dest", str(folder), f"polarity-keystone=={VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"polarity-keystone=={VERSION} cannot be downloaded from a package index: {done.stderr[-200:]}")
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.glob("*/tests"))


def mapped(source: str) -> str:
    """Return a module of tests with the tests of what is here, and its imports by our names."""
    import ashr_labs.keystone as ours

    client = ours.Keystone("k")
    tree = ast.parse(source.replace("polarity_keystone", "ashr_labs.keystone"))
    missing: set[str] = set()
    for node in [one for one in tree.body if isinstance(one, ast.ImportFrom)]:
        if node.module == "ashr_labs.keystone":
            missing |= {alias.asname or alias.name for alias in node.names if not hasattr(ours, alias.name)}
            node.names = [alias for alias in node.names if hasattr(ours, alias.name)]
            if not node.names:
                tree.body.remove(node)
        elif node.module not in {"__future__", "types", "typing", "conftest", "ashr_labs.keystone.types"}:
            missing |= {alias.name for alias in node.names}
            tree.body.remove(node)
    for test in [*_functions(tree)]:
        used = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
        services = {
            node.attr for node in ast.walk(test) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "ks"
        }
        is_here = all(hasattr(client, name) for name in services)
        if used & missing or not is_here or any(_is_private(node) for node in ast.walk(test)):
            tree.body.remove(test)
    return ast.unparse(tree)


def _is_private(node: ast.AST) -> bool:
    """Return True for an import of private names or modules."""
    if not isinstance(node, ast.ImportFrom) or not str(node.module).startswith("ashr_labs"):
        return False
    return "._" in str(node.module) or any(alias.name.startswith("_") for alias in node.names)


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


@pytest.mark.parametrize(
    ("module", "count"), [("test_eval", 8), ("test_sdk_integration", 33), ("test_wrap_providers", 1)]
)
def test_its_own_tests_pass(module: str, count: int, sources: Path, tmp_path: Path) -> None:
    """Each test of what is here passes, or fails for a reason that is explained."""
    text = mapped((sources / f"{module}.py").read_text("utf-8"))
    (tmp_path / f"{module}.py").write_text(text, "utf-8")
    shutil.copy(Path(__file__).parent / "support" / "keystone_conftest.py", tmp_path / "conftest.py")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ASHR_", "PYTEST_"))}

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:polarity", "-p", "no:cacheprovider", "-rA", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
    )

    lines = re.findall(r"^(PASSED|FAILED|ERROR) \S+::(\w+)", done.stdout, re.MULTILINE)
    outcomes = {name: kind for kind, name in lines}
    assert count == len(outcomes), done.stdout
    assert {name for name in outcomes if name in DIFFERENT} == {
        name for name, kind in outcomes.items() if kind != "PASSED"
    }, done.stdout


AGENTS = """
import json, pathlib, sys
from polarity_keystone import Keystone

url, mine, theirs, folder = sys.argv[1:]
ks, other = Keystone(mine, url), Keystone(theirs, url)

def refused(act):
    try:
        act()
    except Exception as error:
        return [type(error).__name__, error.status_code]

path = pathlib.Path(folder)
(path / "main.py").write_text("print('hello')")
auth = {"required_env": ["KEY"], "config_files": [{"path": ".x", "template": "{{ secrets.KEY }}"}]}
first = ks.agents.upload("email-agent", folder, ["python3", "main.py"], runtime="python3", auth=auth, tag="v2.1")
second = ks.agents.upload("email-agent", str(path / "main.py"), ["python3", "main.py"])
third = ks.agents.upload("another", folder, ["python3", "main.py"])
foreign = other.agents.upload("email-agent", folder, ["python3", "main.py"], tag="v2.1")
items, cursor = ks.agents.list(limit=1)
rest, end = ks.agents.list(limit=1, cursor=cursor)
ks.specs.create("id: hello\\nagent: {type: snapshot, snapshot: 'email-agent:v2.1'}\\nsecrets: [KEY]\\n")
experiment = ks.experiments.create("x", "hello", secrets={"KEY": "s3cret-value"})
results = experiment.run_and_wait(poll_interval=0.1, timeout=60)
found = {
    "first": [first.name, first.version, first.tag, first.runtime, first.entrypoint, first.storage_path],
    "auth": [first.auth.required_env, [[one.path, one.template] for one in first.auth.config_files]],
    "same files": first.digest == second.digest == foreign.digest,
    "found": [
        ks.agents.get("email-agent").id == second.id,
        ks.agents.get("email-agent", version=1).id == first.id,
        ks.agents.get("email-agent", tag="v2.1").id == first.id,
        ks.agents.get_by_id(first.id).info == first.info,
        ks.agents.get_by_id(third.digest).id == third.id,
    ],
    "pages": [[one.name for one in items], [one.name for one in rest], end],
    "versions": [one.version for one in ks.agents.list_versions("email-agent", limit=5)[0]],
    "other tenant": [
        [[one.name, one.version] for one in other.agents.list()[0]],
        refused(lambda: other.agents.get_by_id(first.id)),
        refused(lambda: other.agents.delete(first.info)),
        refused(lambda: other.agents.get("another")),
    ],
    "run": [results.passed, results.total_scenarios, results.scenarios[0].agent_output, results.scenarios[0].error],
}
ks.agents.delete(second)
third.delete()
ks.agents.delete_snapshot(first.id)
found["left"] = [ks.agents.list()[0], len(other.agents.list()[0]), refused(lambda: ks.agents.get("email-agent"))]
print(json.dumps(found))
"""


@pytest.fixture(name="package", scope="module")
def _package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder from which the package itself is imported."""
    folder = tmp_path_factory.mktemp("package")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--retries", "1", "--timeout", "10"]
    command += ["--target", str(folder), f"polarity-keystone=={VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"polarity-keystone=={VERSION} cannot be installed from a package index: {done.stderr[-200:]}")
    return folder


def test_its_service_of_agents_works(package: Path, tmp_path: Path) -> None:
    """The package, unchanged, uploads, finds, runs and deletes snapshots of one tenant, and none of another one."""
    engine_or_skip("bubblewrap").close()
    keys = database_with_tenants(tmp_path / "two.db")
    platform = open_platform(tmp_path / "two.db")
    (tmp_path / "agent").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(package)}
    with running_server(platform) as url:
        command = [sys.executable, "-c", AGENTS, url, *keys, str(tmp_path / "agent")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    platform.close()

    assert 0 == done.returncode, done.stderr
    missing = ["KeystoneError", 404]
    assert {
        "first": ["email-agent", 1, "v2.1", "python3", ["python3", "main.py"], "/agents/email-agent/v1"],
        "auth": [["KEY"], [[".x", "{{ secrets.KEY }}"]]],
        "same files": True,
        "found": [True] * 5,
        "pages": [["another"], ["email-agent"], None],
        "versions": [2, 1],
        "other tenant": [[["email-agent", 1]], missing, missing, missing],
        "run": [1, 1, "hello\n", ""],
        "left": [[], 1, missing],
    } == json.loads(done.stdout)
