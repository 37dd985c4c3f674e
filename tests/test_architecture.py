"""The house plan: who may import whom, how big a module may be, what is public."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import ashr_labs

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ashr_labs"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

FLOORS: list[set[str]] = [
    {"errors", "_files", "_format", "_json", "_retry", "_threads", "_time", "_unset"},
    {"comparators", "_text", "_assignment"},
    {"_http", "types"},
    {"grading", "generation", "importing", "run_builder"},
    {"client"},
    {"eval", "results", "tracing"},
    {"otel"},
    {"local"},
    {"cli", "pytest_plugin"},
    {"__main__"},
]
"""Each room may import from its own floor's own room and from the floors before it."""

DOORS = {
    ("client", "local"),  # AshrLabsClient.local() composes the client with the platform, when it is called
    ("client", "tracing"),  # client.trace() starts a trace, when it is called
}
CLIENT_ROOMS = {"client", "eval", "tracing"}
HTTPX = {
    "_http/async_backend.py",
    "_http/sync_backend.py",
    "client/_connection.py",
    "client/_http.py",
    "local/transport.py",
}
"""The client's edge, and the platform's door that is an httpx transport."""


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Return the absolute names of the modules that a module imports, at any depth of it."""
    parts = ("ashr_labs", *path.relative_to(PACKAGE).with_suffix("").parts)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level] if node.level else ()
            stem = ".".join((*base, *([node.module] if node.module else [])))
            found |= {f"{stem}.{alias.name}" for alias in node.names} if stem == "ashr_labs" else {stem}
    return found


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    """A module imports its own room and lower floors only; nobody imports the package's front."""
    room = room_of(path)
    if room == "__init__":
        return
    others = {name.split(".")[1] for name in imports_of(path) if name.startswith("ashr_labs.")} - {room}

    wrong = {
        other
        for other in others
        if (room, other) not in DOORS
        and (floor_of(other) > floor_of(room) or (floor_of(other) == floor_of(room) >= floor_of("client")))
    }
    if room == "local":
        wrong |= others & CLIENT_ROOMS

    assert set() == wrong
    assert "ashr_labs" not in imports_of(path)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_edges_import_httpx(path: Path) -> None:
    """The HTTP library is named in few modules, so that it can be exchanged."""
    uses = any(name.partition(".")[0] in {"httpx", "httpcore"} for name in imports_of(path))

    assert not uses or str(path.relative_to(PACKAGE)) in HTTPX


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small_and_say_what_they_are_for(path: Path) -> None:
    """A module has at most 300 lines and a docstring."""
    text = path.read_text("utf-8")

    assert ast.get_docstring(ast.parse(text)), "say in the first line what the module is for"
    assert text.count("\n") <= 300


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function's statements take, without its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_functions_stay_small(path: Path) -> None:
    """A function has at most 30 lines of code."""
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert {} == {node.name: code_lines(node) for node in functions if code_lines(node) > 30}


def test_the_public_names_are_all_there() -> None:
    """Each name of `__all__` can be imported and is in `dir()`; ruff keeps the list sorted."""
    assert [] == [name for name in ashr_labs.__all__ if not hasattr(ashr_labs, name)]
    assert set(ashr_labs.__all__) <= set(dir(ashr_labs))


def test_the_lazy_names_are_those_that_type_checkers_see() -> None:
    """The names that load on first use are the ones imported for type checkers, from the same modules."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    checked = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
    }
    modules = {name for name, home in checked.items() if home is None}

    assert ashr_labs._MODULES == modules
    assert ashr_labs._HOME_OF == {name: home for name, home in checked.items() if home}
    assert set(ashr_labs.__all__) == ashr_labs._HOME_OF.keys()


@pytest.mark.parametrize("module", sorted(ashr_labs._MODULES))
def test_a_public_module_is_loaded_when_it_is_named(module: str) -> None:
    """`import ashr_labs` is enough to reach a public module, and loads none of them."""
    code = (
        "import sys, ashr_labs\n"
        "early = [name for name in sys.modules if name.startswith('ashr_labs.')]\n"
        f"module = ashr_labs.{module}\n"
        f"print(early, {module!r} in dir(ashr_labs), module is sys.modules['ashr_labs.{module}'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[] True True" == done.stdout.strip()


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A name that does not exist is refused as of any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ashr_labs.nothing


def test_the_version_is_the_distributions() -> None:
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
def test_importing_loads_only_what_is_used(statement: str, absent: list[str]) -> None:
    """The package and the client load no generated model, no database, no server, no terminal library."""
    code = f"{statement}\nimport sys\nprint([name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_says_what_must_hold(path: Path) -> None:
    """A test's docstring is one sentence that states the rule."""
    tests = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]

    assert [] == [node.name for node in tests if not re.search(r"\.$", ast.get_docstring(node) or "")]
