"""The tests of `polarity-keystone` itself, from its source distribution, against the names of this package.

Only `polarity_keystone` is replaced by `ashr_labs.keystone`. Tests that use private names, or names that are not here,
are left out.
"""

from __future__ import annotations

import ast
import os
import re
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

    tree = ast.parse(source.replace("polarity_keystone", "ashr_labs.keystone"))
    missing: set[str] = set()
    for node in [one for one in tree.body if isinstance(one, ast.ImportFrom)]:
        if node.module == "ashr_labs.keystone":
            missing |= {alias.name for alias in node.names if not hasattr(ours, alias.name)}
            node.names = [alias for alias in node.names if hasattr(ours, alias.name)]
        elif node.module not in {"__future__", "types", "typing"}:
            missing |= {alias.name for alias in node.names}
            tree.body.remove(node)
    for test in [*_functions(tree)]:
        used = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
        used |= {argument.arg for argument in test.args.args}
        inside = {node.module for node in ast.walk(test) if isinstance(node, ast.ImportFrom)}
        if used & (missing | {"mock_server", "ks"}) or any(str(one).startswith("ashr_labs") for one in inside):
            tree.body.remove(test)
    return ast.unparse(tree)


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


@pytest.mark.parametrize(("module", "count"), [("test_eval", 8), ("test_sdk_integration", 14)])
def test_its_own_tests_pass(module: str, count: int, sources: Path, tmp_path: Path) -> None:
    """Each test of `Eval` and of scorers passes, or fails for a reason that is explained."""
    text = mapped((sources / f"{module}.py").read_text("utf-8"))
    (tmp_path / f"{module}.py").write_text(text, "utf-8")
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
