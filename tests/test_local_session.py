"""Sessions and notes of the embedded platform."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from ashr_labs.local import open_platform
from ashr_labs.local.contract import load_contract
from ashr_labs.local.operations import OPERATIONS
from ashr_labs.local.store.columns import add_row
from ashr_labs.local.store.schema import notes
from support.local_api import MOMENT, Api, Place, database_on, database_with_tenants

UNKNOWN = 999_999


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


def test_implemented_operations_are_in_the_contract() -> None:
    """Every operation that the platform implements is in the contract; a new one there is a 501 until it is here."""
    assert OPERATIONS.keys() <= load_contract().operations.keys()


def test_idempotent_operations_match_the_contract() -> None:
    """An operation honours an `Idempotency-Key` if the contract says so, and else a repeat of it changes nothing."""
    contract = load_contract().operations
    header = {"$ref": "#/components/parameters/IdempotencyKey"}
    documented = {name for name in OPERATIONS if header in contract[name].get("parameters", [])}

    writing = {name for name, operation in OPERATIONS.items() if operation.writes}

    assert documented - writing <= {
        "compare_experiments",
        "create_sandbox",
        "preview_grading",
        "run_sandbox_command",
    }
    without_keys = {name for name in writing - documented if not contract[name].get("x-ashr-idempotent")}
    assert without_keys == {name for name in without_keys if "_api_" in name}  # the wire of Ash has none


def test_init_returns_user_tenant_and_capabilities(api: Api) -> None:
    """`init` returns the key's user and tenant, the notes, and the capability of idempotency keys."""
    session = api("init")

    assert session["tenant"]["id"] == session["user"]["tenant"] == 1
    assert [] == session["notes"]
    assert {"idempotency_keys": True} == session["capabilities"]


def test_keep_alive_returns_ok(api: Api) -> None:
    """`keep_alive` returns an ok status."""
    assert {"status": "ok"} == api("keep_alive")


def test_notes_are_limited_to_caller(kept_place: Place) -> None:
    """Active notes are listed: global, of the tenant, and of a named agent."""
    first, _ = database_with_tenants(kept_place)
    api = Api(open_platform(kept_place), first)
    agent_id = api("create_agent", name="Bot")["agent"]["id"]
    api.platform.close()
    add_notes(
        kept_place,
        global_note={},
        own={"tenant_id": 1},
        foreign={"tenant_id": 2},
        agents_note={"tenant_id": 1, "agent_id": agent_id},
        archived={"is_archived": True},
        expired={"expires_at": MOMENT},
        future={"active_from": "2999-01-01T00:00:00.000000Z"},
    )
    api = Api(open_platform(kept_place), first)

    assert ["own", "global_note"] == titles(api("get_sdk_notes"))
    assert ["agents_note", "own", "global_note"] == titles(api("get_sdk_notes", agent_id=agent_id))
    assert ["own", "global_note"] == titles(api("init"))
    assert "agent 999999" in api.refused(404, "get_sdk_notes", agent_id=UNKNOWN)
    api.platform.close()


def add_notes(place: Place, **all_notes: dict[str, Any]) -> None:
    common = {
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "content": "Read this.",
        "category": "info",
        "severity": "warning",
        "active_from": MOMENT,
        "is_archived": False,
        "note_metadata": {},
    }
    database = database_on(place)
    with database.write() as connection:
        for title, note in all_notes.items():
            add_row(connection, notes, {**common, "title": title, **note})
    database.close()


def titles(body: dict[str, Any]) -> list[str]:
    return [note["title"] for note in body["notes"]]
