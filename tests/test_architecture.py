"""The structure of the package: who imports whom, how large modules and functions are, what is public."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest

import ashr_labs

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ashr_labs"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

FLOORS: list[set[str]] = [
    {
        "errors",
        "_deprecation",
        "_environment",
        "_files",
        "_forks",
        "_format",
        "_gc",
        "_gen_ai",
        "_hosts",
        "_interrupts",
        "_json",
        "_otel_flush",
        "_personal_data",
        "_records",
        "_references",
        "_retry",
        "_routes",
        "_same_value",
        "_scoped",
        "_secret",
        "_template",
        "_serialize",
        "_threads",
        "_text_diff",
        "_time",
        "_unset",
        "_version",
    },
    {"alignment", "comparators", "pricing", "run_result", "tool_call", "_text"},
    {
        "_http",
        "alerts",
        "bundles",
        "hosting",
        "prompts",
        "records",
        "run_builder",
        "sandboxes",
        "snapshots",
        "spans",
        "types",
    },
    {"llm"},
    {"grading", "generation", "importing", "scenarios", "specs"},
    {"invariants"},
    {"dataset_faults", "experiments", "scorers"},
    {"client"},
    {"results", "tracing"},
    {"otel"},
    {"instrumentation"},
    {"eval"},
    {"ash", "keystone"},
    {"local"},
    {"cli", "pytest_plugin"},
    {"__main__"},
]
"""Rooms (top-level modules and folders), lowest first; a room imports from lower floors only."""

LAZY_IMPORTS = {
    ("client", "local"),  # AshrLabsClient.local() connects the client to the platform
    ("client", "tracing"),  # client.trace() starts a trace
}
"""Imports from a higher floor that happen inside functions, on first use."""

CLIENT_ROOMS = {"client", "eval", "tracing"}
HTTP_LIBRARIES = {"httpx", "httpcore"}
HTTP_EDGES = (
    "_http/",
    "client/_async/",
    "client/_sync/",
    "client/_http.py",
    "local/sandbox/docker_api.py",
    "local/sandbox/e2b_api.py",
    "local/transport.py",
)
"""Where the HTTP libraries may be imported: transports of the client and the platform, clients of Docker and E2B."""

MAX_MODULE_LINES = 450
MAX_FUNCTION_LINES = 30
MAX_NESTING = 3

ROOT_FILES = {
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "mkdocs.yml",
    "openapi-client.yaml",
    "openapi.yaml",
    "pyproject.toml",
}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


NAMES = {name_of(path): path for path in MODULES}


def imports_of(path: Path) -> set[str]:
    """Return the absolute names of the modules that a module imports, at any depth, for type checking included."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level] if node.level else ()
            stem = ".".join((*base, *([node.module] if node.module else [])))
            found |= {name if (name := f"{stem}.{alias.name}") in NAMES else stem for alias in node.names}
    return found


def cycles(graph: dict[str, set[str]]) -> Iterator[set[str]]:
    """Yield the sets of modules that import each other (strongly connected components, after Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(node: str) -> Iterator[set[str]]:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in graph[node]:
            if target not in index:
                yield from visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            component = set(stack[stack.index(node) :])
            del stack[stack.index(node) :]
            if len(component) > 1:
                yield component

    for node in graph:
        if node not in index:
            yield from visit(node)


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function's statements take, without its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0


BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)


def nesting(node: ast.AST, depth: int = 0) -> int:
    """Return how deep blocks are nested in a function; `elif` does not count as deeper than its `if`."""
    deepest = depth
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and name == "orelse" and len(value) == 1
            deeper = isinstance(child, BLOCKS) and not is_elif
            deepest = max(deepest, nesting(child, depth + deeper))
    return deepest


def test_rooms_import_from_lower_floors_only() -> None:
    """A module imports its own room and lower floors only, and never the package's front; the platform no client."""
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    wrong: list[str] = []
    for name, path in NAMES.items():
        room = room_of(name)
        imported = imports_of(path) if room != "__init__" else set()
        others = {room_of(other) for other in imported if other.partition(".")[0] == "ashr_labs"} - {room}
        for other in others:
            same = floor.get(other) == floor[room] >= floor["client"]
            higher = floor.get(other, len(FLOORS)) > floor[room]
            client = room == "local" and other in CLIENT_ROOMS
            if (room, other) not in LAZY_IMPORTS and (same or higher or client):
                wrong.append(f"{name} imports {other}")

    assert [] == wrong


def test_modules_have_no_import_cycles() -> None:
    """No two modules need each other, not even for type checking or inside functions."""
    graph = {name: {other for other in imports_of(path) if other in NAMES} for name, path in NAMES.items()}

    found = [sorted(cycle) for cycle in cycles(graph)]

    assert [] == found


def test_http_libraries_are_imported_in_few_modules() -> None:
    """HTTP libraries are imported in few modules, so that they can be replaced."""
    users = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if HTTP_LIBRARIES & {name.partition(".")[0] for name in imports_of(path)}
    }

    assert [] == [user for user in sorted(users) if not user.startswith(HTTP_EDGES)]


def test_modules_are_small_and_documented() -> None:
    """A module has a docstring and at most 450 lines."""
    long = {str(path): count for path in MODULES if (count := path.read_text("utf-8").count("\n")) > MAX_MODULE_LINES}

    assert [] == [str(path) for path in MODULES if not ast.get_docstring(tree_of(path))]
    assert {} == long


def test_functions_are_small() -> None:
    """A function has at most 30 lines of code and 3 nested blocks."""
    functions = {f"{name}.{node.name}": node for name, path in NAMES.items() for node in functions_of(path)}

    assert {} == {name: lines for name, node in functions.items() if (lines := code_lines(node)) > MAX_FUNCTION_LINES}
    assert {} == {name: depth for name, node in functions.items() if (depth := nesting(node)) > MAX_NESTING}


def test_every_test_states_its_rule() -> None:
    """A test's docstring is a sentence that states what must hold."""
    tests = {f"{path.name}::{node.name}": node for path in TESTS for node in functions_of(path)}

    assert [] == [
        name
        for name, node in tests.items()
        if node.name.startswith("test_") and not (ast.get_docstring(node) or "").endswith(".")
    ]


def test_root_files_are_known() -> None:
    """No file gets into the repository's root, and thereby into the source distribution, by accident."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    done = subprocess.run(["git", "ls-files", "--", ":(glob)*"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ROOT_FILES == set(done.stdout.split())


def test_dir_shows_the_public_names() -> None:
    """`dir(ashr_labs)` shows what is public, and all of it can be imported; ruff keeps `__all__` sorted."""
    assert sorted({*ashr_labs.__all__, *ashr_labs._MODULES, "__version__"}) == dir(ashr_labs)
    assert [] == [name for name in dir(ashr_labs) if not hasattr(ashr_labs, name)]


def test_lazy_names_match_type_checking_imports() -> None:
    """The names that load on first use are the ones imported for type checkers, from the same modules."""
    checked = {
        alias.name: node.module
        for node in ast.walk(tree_of(PACKAGE / "__init__.py"))
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
    }
    modules = {name for name, home in checked.items() if home is None}

    assert ashr_labs._MODULES == modules
    assert ashr_labs._HOME_OF == {name: home for name, home in checked.items() if home}
    assert set(ashr_labs.__all__) == ashr_labs._HOME_OF.keys()


def test_public_modules_are_loaded_on_first_use() -> None:
    """`import ashr_labs` loads none of the public modules, and each of them is there when it is named."""
    code = (
        "import sys, ashr_labs\n"
        "early = [name for name in sys.modules if name.startswith('ashr_labs.')]\n"
        f"names = {sorted(ashr_labs._MODULES)!r}\n"
        "print(early, [name for name in names if getattr(ashr_labs, name) is not sys.modules[f'ashr_labs.{name}']])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[] []" == done.stdout.strip()


def test_unknown_name_raises_attribute_error() -> None:
    """A name that does not exist is an AttributeError, as with any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ashr_labs.nothing


def test_version_matches_distribution() -> None:
    """The version is written once."""
    assert version("ashr-labs") == ashr_labs.__version__


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import ashr_labs", ["httpx", "asyncio", "sqlalchemy", "rich", "click", "attrs", "opentelemetry"]),
        (
            "from ashr_labs import AshrLabsClient, EvalRunner",
            [
                "asyncio",
                "ashr_labs_api",
                "ashr_labs_types",
                "sqlalchemy",
                "jsonschema_rs",
                "starlette",
                "uvicorn",
                "opentelemetry",
            ],
        ),
    ],
)
def test_import_loads_no_heavy_modules(statement: str, absent: list[str]) -> None:
    """The package and the client load no generated model, no database, no server, no terminal library."""
    code = f"{statement}\nimport sys\nprint([name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()
