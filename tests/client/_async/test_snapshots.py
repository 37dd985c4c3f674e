"""Snapshots of the client, on the embedded platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from ashr_labs import AsyncAshrLabsClient, ConfigurationError, ConflictError, NotFoundError, ValidationError
from ashr_labs.bundles import pack
from ashr_labs.snapshots import AgentAuth, ConfigFile

PROGRAM = ["python", "main.py"]


@pytest.fixture(name="agent")
def _agent(tmp_path: Path) -> Path:
    """Return a folder with an agent, and with files that do not belong to it."""
    folder = tmp_path / "agent"
    for path in ("main.py", "lib/tool.py", ".env", ".git/config", "node_modules/x/index.js", "data/big.csv"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    (folder / ".ashrignore").write_text("*.csv\n")
    return folder


async def test_snapshots_are_managed_by_handles(agent: Path, tmp_path: Path) -> None:
    """A folder is uploaded without junk, found by each reference, downloaded, and deleted by its handle."""
    auth = AgentAuth(["KEY"], [ConfigFile("a.ini", "{{ secrets.KEY }}")])
    async with AsyncAshrLabsClient.local() as client:
        first = await client.snapshots.upload("mine", agent, PROGRAM, runtime="python3", auth=auth, tag="stable")
        (agent / "main.py").write_text("new")
        second = await client.snapshots.upload("mine", str(agent), PROGRAM, auth={"required_env": ["KEY"]})

        assert ("snap_1", "mine", 1, "stable", "python3", PROGRAM, auth) == (
            first.id, first.name, first.version, first.info.tag, first.info.runtime, first.info.entrypoint,
            first.info.auth,
        )  # fmt: skip
        assert [second.id] == [one.id for one in await client.snapshots.list()]
        assert [second.id, first.id] == [one.id for one in await second.versions()]
        for reference in ("mine:stable", "mine@1", first.id, first.digest):
            assert first.info == (await client.snapshots.get(reference)).info
        folder = await first.download(tmp_path / "copy")
        assert ["data", "lib", "main.py"] == sorted(path.name for path in folder.iterdir())
        assert [] == [*(folder / "data").iterdir()]
        assert "main.py" == (folder / "main.py").read_text()
        archive = await client.snapshots.download("mine", tmp_path / "mine.tar.gz")
        assert second.digest == pack(archive).digest == pack(agent).digest
        await second.delete()
        assert [first.id] == [one.id for one in await client.snapshots.versions("mine")]


async def test_file_and_archive_are_uploaded(agent: Path, tmp_path: Path) -> None:
    """A single file is a snapshot of one file, and an archive has the digest of the folder it was made of."""
    (tmp_path / "agent.tgz").write_bytes(pack(agent).content)
    async with AsyncAshrLabsClient.local() as client:
        one = await client.snapshots.upload("one", agent / "main.py", PROGRAM)
        folder, archive = [
            await client.snapshots.upload("two", path, PROGRAM) for path in (agent, tmp_path / "agent.tgz")
        ]

        assert ["main.py"] == [path.name for path in (await one.download(tmp_path / "one")).iterdir()]
        assert (folder.digest, 2) == (archive.digest, archive.version)


async def test_mistakes_are_errors_of_the_tree(agent: Path, tmp_path: Path) -> None:
    """Arguments that cannot be sent are refused by the client, others by the platform with its reason."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    async with AsyncAshrLabsClient.local() as client:
        with pytest.raises(
            ConfigurationError,
            match=r"`entrypoint` must be a list, got 'python main.py'; write it as \['python', 'main.py'\]",
        ):
            await client.snapshots.upload("mine", agent, "python main.py")
        with pytest.raises(ConfigurationError, match="`entrypoint` must be a list of strings, not empty"):
            await client.snapshots.upload("mine", agent, [])
        with pytest.raises(ConfigurationError, match="cannot be packed"):
            await client.snapshots.upload("mine", tmp_path / "missing", PROGRAM)
        with pytest.raises(ConfigurationError, match="`auth` cannot be written as JSON"):
            await client.snapshots.upload("mine", agent, PROGRAM, auth={"required_env": {1}})
        with pytest.raises(ValidationError, match="'latest' always means the newest version"):
            await client.snapshots.upload("mine", agent, PROGRAM, tag="latest")
        with pytest.raises(NotFoundError, match="there is no snapshot 'mine'"):
            await client.snapshots.get("mine")
        made = [await client.snapshots.upload("mine", agent, PROGRAM) for _ in range(2)]
        with pytest.raises(ConfigurationError, match="must be empty or missing"):
            await made[0].download(tmp_path / "full")
        with pytest.raises(ConfigurationError, match="cannot be written"):
            await made[0].download(tmp_path / "missing" / "x.tar.gz")
        with pytest.raises(ValidationError, match="by its id or version"):
            await client.snapshots.delete("mine")
        with pytest.raises(ConflictError, match="snap_2, snap_1"):
            await client.snapshots.delete(made[0].digest)
