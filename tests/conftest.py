"""Fixtures that many tests share."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ashr_labs import AshrLabsClient
from support.postgresql import PostgreSQLServer, missing
from support.scripted_server import ScriptedServer

# A machine under load is slow in ways that say nothing about the code.
settings.register_profile("ashr-labs", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ashr-labs")

# Many tests start Python: each time anew, compiling would take more time than all the rest. The other ones change what
# a process does at its end, and which modules it loads; most users set none of them.
for variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "SSL_CERT_FILE", "SSL_CERT_DIR"):
    os.environ.pop(variable, None)

PLATFORM_SETTINGS = ("ASHR_JUDGE_MODEL", "ASHR_GENERATOR_MODEL", "ASHR_PRICES", "ASHR_FORWARD_TO")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the developer's own platform and key out of the tests."""
    monkeypatch.setenv("ASHR_LABS_SPOOL_DIR", str(tmp_path_factory.mktemp("spool")))
    for variable in ("ASHR_LABS_API_KEY", "ASHR_LABS_BASE_URL", "ASHR_LABS_BOOTSTRAP_KEY", *PLATFORM_SETTINGS):
        monkeypatch.delenv(variable, raising=False)


POSTGRESQL_TAKES_LONG = {
    "test_local_contract",
    "test_local_datasets",
    "test_local_hostile",
    "test_local_media",
    "test_local_server",
}
"""Modules that run on SQLite always, and on PostgreSQL among the long tests only."""
DATABASES = ("sqlite", "postgresql")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count among the long tests what takes long."""
    for item in items:
        on_postgresql = isinstance(item, pytest.Function) and "postgresql" in item.name
        if on_postgresql and item.path.stem in POSTGRESQL_TAKES_LONG:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def postgresql() -> Generator[PostgreSQLServer]:
    """Return a running server of the tests' own."""
    if reason := missing():
        pytest.skip(reason)
    with PostgreSQLServer.running() as server:
        yield server


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest) -> Generator[str | None]:
    """Lend where a test may keep a platform: memory, or an empty database."""
    with _place(request) as found:
        yield found


@pytest.fixture(params=DATABASES)
def kept_place(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[str | Path]:
    """Lend where a test may keep a platform that it opens again: a file, or an empty database."""
    with _place(request) as found:
        yield found or tmp_path / "evals.db"


@pytest.fixture(params=DATABASES, scope="module")
def module_place(request: pytest.FixtureRequest) -> Generator[str | None]:
    """Lend where the tests of a module may keep a platform: memory, or an empty database."""
    with _place(request) as found:
        yield found


def _place(request: pytest.FixtureRequest) -> AbstractContextManager[str | None]:
    if request.param == "sqlite":
        return nullcontext()
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    return server.platform()


@pytest.fixture
def server() -> Generator[ScriptedServer]:
    """Return a running server that answers as the test says."""
    script = ScriptedServer()
    with script.running():
        yield script


@pytest.fixture
def local_client() -> Generator[AshrLabsClient]:
    """Return a client of an embedded platform of the test's own, in memory."""
    with AshrLabsClient.local() as client:
        yield client
