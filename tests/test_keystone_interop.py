"""The tests of `polarity-keystone` itself, from its source distribution, against the names of this package.

Only `polarity_keystone` is replaced by `ashr_labs.keystone`. Tests that use private names, or names that are not here,
are left out.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

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
    ("module", "count"), [("test_eval", 8), ("test_sdk_integration", 29), ("test_wrap_providers", 1)]
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
