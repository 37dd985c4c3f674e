"""Specs of the client, on the embedded platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from ashr_labs import AsyncAshrLabsClient, NotFoundError, SandboxSpec, ValidationError

TEXT = "id: fix-it\ndescription: one\nsetup: {env: {A: 1}}\n"


async def test_specs_are_stored_found_and_deleted(tmp_path: Path) -> None:
    """Every method works on the embedded platform, with text, bytes and files."""
    path = tmp_path / "spec.yaml"
    path.write_text(TEXT.replace("one", "three"))
    async with AsyncAshrLabsClient.local() as client:
        first = await client.specs.create(TEXT)
        second = await client.specs.create(TEXT.replace("one", "two").encode())
        third = await client.specs.create_from_file(path)

        assert [("fix-it", 1, "one"), ("fix-it", 2, "two"), ("fix-it", 3, "three")] == [
            (spec.id, spec.version, spec.description) for spec in (first, second, third)
        ]
        assert (TEXT, {"A": 1}) == (first.text, first.spec["setup"]["env"])
        assert third == await client.specs.get("fix-it")
        assert first == await client.specs.get("fix-it", version=1)
        [listed] = await client.specs.list()
        assert ("fix-it", 3, "", {}) == (listed.id, listed.version, listed.text, listed.spec)
        await client.specs.delete("fix-it")
        assert [] == await client.specs.list()
        with pytest.raises(NotFoundError, match="there is no spec 'fix-it'"):
            await client.specs.get("fix-it")
        with pytest.raises(NotFoundError):
            await client.specs.delete("../datasets/1?x#y")


async def test_a_fault_names_its_line() -> None:
    """The refusal has the line and the path."""
    async with AsyncAshrLabsClient.local() as client:
        with pytest.raises(ValidationError, match="line 2, servces: the key is unknown") as caught:
            await client.specs.create("id: a\nservces: []")
        assert caught.value.response is not None
        assert {"line": 2, "column": 1, "path": "servces"}.items() <= caught.value.response.items()


def test_answers_of_other_platforms_are_read() -> None:
    """Fields that are missing or null have their defaults, and all fields are kept."""
    assert SandboxSpec() == SandboxSpec.from_dict(None)
    answer = {"id": "a", "description": None, "owner": 7}
    assert SandboxSpec("a", raw=answer) == SandboxSpec.from_dict(answer)
