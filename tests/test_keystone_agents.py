"""The service `Keystone.agents`, against a served platform."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from ashr_labs.errors import ConfigurationError
from ashr_labs.keystone import Keystone, KeystoneError
from ashr_labs.keystone.types import AgentAuth, AgentSnapshot, ConfigFile
from ashr_labs.local.server.app import running_server
from support.local_api import Api


@pytest.fixture(name="ks", scope="module")
def _ks() -> Generator[Keystone]:
    with Api.opened() as api, running_server(api.platform) as url, Keystone(api.key, url) as client:
        yield client


def test_agents_as_the_reference_shows(ks: Keystone, tmp_path: Path) -> None:
    """Upload, each way to find a snapshot, pages and deletion, with the documented arguments."""
    (tmp_path / "main.py").write_text("print('hello')")
    (tmp_path / ".env").write_text("KEY=secret")
    snap = ks.agents.upload(
        name="email-agent",
        path=str(tmp_path),
        entrypoint=["python", "main.py"],
        runtime="python3.12",
        tag="v2.1",
        auth={"required_env": ["ANTHROPIC_API_KEY"], "config_files": [{"path": ".env", "template": "..."}]},
    )
    newest = ks.agents.upload("email-agent", str(tmp_path / "main.py"), ["python", "main.py"])
    other = ks.agents.upload("other", str(tmp_path), ["python", "main.py"])

    assert isinstance(snap, AgentSnapshot)
    assert ("email-agent", 1, "v2.1", "python3.12", "/agents/email-agent/v1") == (
        snap.name, snap.version, snap.tag, snap.runtime, snap.storage_path,
    )  # fmt: skip
    assert AgentAuth(["ANTHROPIC_API_KEY"], [ConfigFile(".env", "...")]) == snap.auth
    assert newest.digest == snap.digest  # without the ignored `.env`
    assert newest.info == ks.agents.get("email-agent").info
    assert snap.info == ks.agents.get("email-agent", tag="v2.1").info == ks.agents.get("email-agent", version=1).info
    assert snap.info == ks.agents.get_by_id(snap.id).info
    items, cursor = ks.agents.list(limit=1)
    assert cursor
    rest, end = ks.agents.list(limit=50, cursor=cursor)
    assert ([newest.id], [other.id], None) == ([one.id for one in items], [one.id for one in rest], end)
    versions, _ = ks.agents.list_versions("email-agent", limit=20)
    assert [2, 1] == [one.version for one in versions]
    ks.agents.delete(snap)
    newest.delete()
    ks.agents.delete_snapshot(other.id)
    assert ([], None) == ks.agents.list()


def test_failures_are_keystone_errors(ks: Keystone, tmp_path: Path) -> None:
    """A missing snapshot is a `KeystoneError`; files that cannot be packed are an error of the argument."""
    with pytest.raises(KeystoneError, match="there is no snapshot 'missing'") as caught:
        ks.agents.get("missing")
    assert 404 == caught.value.status_code
    with pytest.raises(KeystoneError, match="there is no snapshot 'a/b@3'"):
        ks.agents.get("a/b", version=3)
    with pytest.raises(ConfigurationError, match="cannot be packed"):
        ks.agents.upload("x", str(tmp_path / "missing"), ["x"])
