"""Fixtures that many tests share."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from ashr_labs import AshrLabsClient
from support.scripted_server import ScriptedServer

# A machine under load is slow in ways that say nothing about the code.
settings.register_profile("ashr-labs", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ashr-labs")

# Many tests start Python: each time anew, compiling would take more time than all the rest.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


PLATFORM_SETTINGS = ("ASHR_JUDGE_MODEL", "ASHR_GENERATOR_MODEL", "ASHR_PRICES", "ASHR_FORWARD_TO")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the developer's own platform and key out of the tests."""
    monkeypatch.setenv("ASHR_LABS_SPOOL_DIR", str(tmp_path_factory.mktemp("spool")))
    for variable in ("ASHR_LABS_API_KEY", "ASHR_LABS_BASE_URL", "ASHR_LABS_BOOTSTRAP_KEY", *PLATFORM_SETTINGS):
        monkeypatch.delenv(variable, raising=False)


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
