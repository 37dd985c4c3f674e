"""Fixtures that many tests share, and which tests belong to which make target."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from ashr_labs import AshrLabsClient
from support.processes import child_processes, end_processes, restore_sigint
from support.scripted_server import ScriptedServer

if TYPE_CHECKING:
    from support.postgresql import PostgreSQLServer

# A loaded machine is slow; that says nothing about the code.
settings.register_profile("ashr-labs", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ashr-labs")

# Many tests start Python, which would compile every module again without a cache. The other variables change how a
# process ends and which modules it loads; most users set none of them.
for variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "SSL_CERT_FILE", "SSL_CERT_DIR"):
    os.environ.pop(variable, None)
restore_sigint()

PLATFORM_SETTINGS = ("ASHR_JUDGE_MODEL", "ASHR_GENERATOR_MODEL", "ASHR_PRICES", "ASHR_FORWARD_TO")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Isolate the tests from the developer's own platform and key."""
    monkeypatch.setenv("ASHR_LABS_SPOOL_DIR", str(tmp_path_factory.mktemp("spool")))
    for variable in ("ASHR_LABS_API_KEY", "ASHR_LABS_BASE_URL", "ASHR_LABS_BOOTSTRAP_KEY", *PLATFORM_SETTINGS):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(autouse=True)
def _no_processes_left() -> Generator[None]:
    """End the processes that a test started and did not end, because it failed or timed out."""
    before = child_processes()
    yield
    end_processes(child_processes() - before)


POSTGRESQL_TAKES_LONG = {
    "test_local_contract",
    "test_local_datasets",
    "test_local_hostile",
    "test_local_media",
    "test_local_server",
}
"""Modules that run on SQLite always, and on PostgreSQL among the long tests only."""
DATABASES = ("sqlite", "postgresql")


TARGETS = {"long": "test-long", "integration": "test-integrations", "browser": "test-browser"}
"""The make target that runs the tests with a marker."""
left_out: Counter[str] = Counter()
"""How many selected tests a make target has, of those that this run leaves out."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need PostgreSQL, and those of them that take long."""
    for item in items:
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        on_postgresql = any(isinstance(value, str) and value.lower().endswith("postgresql") for value in parameters)
        if on_postgresql and item.path.stem in POSTGRESQL_TAKES_LONG:
            item.add_marker(pytest.mark.long)
        if on_postgresql or "postgresql" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.integration)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count the tests that are left out for their marker."""
    left_out.update(next((name for name in TARGETS if item.get_closest_marker(name)), "") for item in items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the counts of a worker of pytest-xdist to the process that reports them."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(left_out)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take the counts of a worker; each of them has collected the same tests."""
    if counts := getattr(node, "workeroutput", {}).get("left_out"):
        left_out.clear()
        left_out.update(counts)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that were left out, and the target that runs them."""
    for name, target in TARGETS.items():
        if left_out[name]:
            terminalreporter.write_line(f"not run: {left_out[name]} {name} tests; run them with `make {target}`")


@pytest.fixture(scope="session")
def postgresql() -> Generator[PostgreSQLServer]:
    """Start a server for the tests."""
    from support.postgresql import PostgreSQLServer, missing

    if reason := missing():
        pytest.skip(reason)
    with PostgreSQLServer.running() as server:
        yield server


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest) -> Generator[str | None]:
    """Yield where a test may keep a platform: memory, or an empty database."""
    with _place(request) as found:
        yield found


@pytest.fixture(params=DATABASES)
def kept_place(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[str | Path]:
    """Yield where a test may keep a platform that it opens again: a file, or an empty database."""
    with _place(request) as found:
        yield found or tmp_path / "evals.db"


@pytest.fixture(params=DATABASES, scope="module")
def module_place(request: pytest.FixtureRequest) -> Generator[str | None]:
    """Yield where the tests of a module may keep a platform: memory, or an empty database."""
    with _place(request) as found:
        yield found


def _place(request: pytest.FixtureRequest) -> AbstractContextManager[str | None]:
    if request.param == "sqlite":
        return nullcontext()
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    return server.platform()


@pytest.fixture
def server() -> Generator[ScriptedServer]:
    """Start a server that answers as the test scripts it."""
    script = ScriptedServer()
    with script.running():
        yield script


@pytest.fixture
def local_client() -> Generator[AshrLabsClient]:
    """Return a client of a new embedded platform in memory."""
    with AshrLabsClient.local() as client:
        yield client
