"""Records of sandboxes: after a restart, on other servers of one database, and when a server ends without a word."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.local.store.engine import Database
from ashr_labs.local.store.sandbox_rows import (
    INSTANCE_LEASE_SECONDS,
    KEPT_AFTER_END,
    add_instance,
    add_sandbox,
    all_active,
    end_lost_sandboxes,
    end_sandbox,
    find_sandbox,
    has_lost,
    renew_instance,
)
from support.local_api import Api, database_with_tenants
from support.postgresql import PostgreSQLServer
from support.sandboxes import engine_or_skip

MOMENT = "2026-01-01T00:00:00.000000Z"
LOST = "the platform that ran it has ended"


def row(sandbox_id: str, *, tenant_id: int = 1, instance: str = "gone") -> dict[str, Any]:
    about = {"spec_id": "demo", "spec_version": 1, "metadata": {"a": "b"}, "created_at": MOMENT}
    return {"id": sandbox_id, "tenant_id": tenant_id, "instance": instance, "state": "ready", **about}


@pytest.fixture(name="database")
def _database(tmp_path: Path) -> Iterator[Database]:
    database_with_tenants(tmp_path / "two.db")
    database = Database(tmp_path / "two.db")
    yield database
    database.close()


def test_sandboxes_of_a_lost_lease_have_ended(database: Database) -> None:
    """A server that does not renew its lease loses it with its sandboxes; one that does keeps them."""
    end = INSTANCE_LEASE_SECONDS + 1
    with database.write() as connection:
        for name in ("quick", "slow"):
            add_instance(connection, name, 0.0)
            add_sandbox(connection, row(f"sb-{name}", instance=name))
        early = has_lost(connection, end - 2)
        renew_instance(connection, "quick", end - 2)
        late = has_lost(connection, end)
        end_lost_sandboxes(connection, end)
        kept, lost = find_sandbox(connection, 1, "sb-quick"), find_sandbox(connection, 1, "sb-slow")
        renewed = [renew_instance(connection, name, end) for name in ("quick", "slow")]
        left = has_lost(connection, end)

    assert (False, True, False) == (early, late, left)
    assert ("ready", None) == (kept["state"], kept["ended_at"])
    assert ("destroyed", LOST, "1970-01-01T00:00:11.000000Z") == (lost["state"], lost["error"], lost["ended_at"])
    assert [True, False] == renewed


def test_ended_sandboxes_are_remembered_up_to_a_number(database: Database) -> None:
    """Of each tenant, the newest that have ended are kept; those that exist, and those of others, do not count."""
    with database.write() as connection:
        add_sandbox(connection, row("sb-other", tenant_id=2))
        end_sandbox(connection, 2, "sb-other", 0.0, state="destroyed")
        add_sandbox(connection, row("sb-lives"))
        for number in range(KEPT_AFTER_END + 3):
            add_sandbox(connection, row(f"sb-{number}"))
            end_sandbox(connection, 1, f"sb-{number}", number, state="error", error="no\0t")
        count = connection.exec_driver_sql("SELECT count(*) FROM sandboxes").scalar_one()
        oldest = connection.exec_driver_sql("SELECT min(ended_at) FROM sandboxes WHERE tenant_id = 1").scalar_one()
        active = [one["id"] for one in all_active(connection, 1)]
        error = find_sandbox(connection, 1, "sb-999")["error"]

    assert (KEPT_AFTER_END + 2, "1970-01-01T00:00:03.000000Z") == (count, oldest)
    assert (["sb-lives"], "no\N{REPLACEMENT CHARACTER}t") == (active, error)


def test_sandbox_of_a_killed_server_is_destroyed(tmp_path: Path) -> None:
    """After a restart, a sandbox that was not ended is shown as destroyed with the reason, and takes no requests."""
    keys = database_with_tenants(tmp_path / "two.db")
    database = Database(tmp_path / "two.db")
    with database.write() as connection:
        add_sandbox(connection, row("sb-1"))
    database.close()

    with Api.opened(tmp_path / "two.db") as opened:
        api, other = Api(opened.platform, keys[0]), Api(opened.platform, keys[1], 2)
        found = api.got("/v1/sandboxes/sb-1")
        refused = api.send("POST", "/v1/sandboxes/sb-1/commands", {"command": "true"})
        again = api.send("DELETE", "/v1/sandboxes/sb-1").status

        assert ("destroyed", LOST, "gone", {"a": "b"}) == tuple(
            found[name] for name in ("state", "error", "instance", "metadata")
        )
        assert (409, "the sandbox sb-1 is in the state `destroyed` and takes no requests") == (
            refused.status,
            refused.body["error"],
        )
        assert ([], 204, found) == (api.got("/v1/sandboxes"), again, api.got("/v1/sandboxes/sb-1"))
        assert [404, 404] == [other.send(method, "/v1/sandboxes/sb-1").status for method in ("GET", "DELETE")]


def test_sandboxes_are_known_after_a_restart(tmp_path: Path) -> None:
    """A sandbox that was destroyed, one that failed and one that the end of the platform ended stay known as such."""
    engine_or_skip("bubblewrap").close()
    with Api.opened(tmp_path / "one.db") as api:
        for text in ("id: demo", "id: broken\nsetup: {commands: [exit 3]}"):
            api.send("POST", "/v1/specs", text.encode(), content_type="application/x-yaml")
        first, second = (api.send("POST", "/v1/sandboxes", {"spec_id": "demo"}).body for _ in range(2))
        api.send("DELETE", f"/v1/sandboxes/{first['id']}")
        assert 422 == api.send("POST", "/v1/sandboxes", {"spec_id": "broken"}).status
        assert [second] == api.got("/v1/sandboxes")

    with Api.opened(tmp_path / "one.db") as api:
        known = [api.got(f"/v1/sandboxes/{one['id']}") for one in (first, second)]
        assert [] == api.got("/v1/sandboxes")

    ended = [one.pop("ended_at") for one in known]
    assert ended[0] < ended[1]
    assert {**first, "state": "destroyed"} == known[0]
    assert {**second, "state": "destroyed", "error": "the platform that ran it was closed"} == known[1]


@pytest.fixture(name="url")
def _url(postgresql: PostgreSQLServer) -> Iterator[str]:
    engine_or_skip("bubblewrap").close()
    with postgresql.platform() as url:
        with Api.opened(url) as api:
            api.send("POST", "/v1/specs", b"id: demo", content_type="application/x-yaml")
        yield url


def eventually(state: str, api: Api, at: str) -> bool:
    """Return whether a sandbox gets into a state within seconds."""
    until = time.monotonic() + 10
    while (found := api.got(at)["state"]) != state and time.monotonic() < until:
        time.sleep(0.02)
    return bool(found == state)


def test_sandbox_is_known_to_other_servers(url: str) -> None:
    """Another server of the database shows a sandbox with its state, names its server for requests, and destroys it."""
    with Api.opened(url) as one, Api.opened(f"{url}&application_name=another") as other:
        made = one.send("POST", "/v1/sandboxes", {"spec_id": "demo"}).body
        at = f"/v1/sandboxes/{made['id']}"
        running = threading.Thread(target=one.send, args=("POST", f"{at}/commands", {"command": "sleep 60"}))
        running.start()
        assert eventually("running", other, at)
        requests: list[tuple[str, str, Any]] = [
            ("POST", "/commands", {"command": "true"}),
            ("GET", "/state", None),
            ("GET", "/diff", None),
            ("GET", "/findings", None),
            ("POST", "/files", {"path": "x", "content": ""}),
        ]
        refused = [other.send(method, at + path, body) for method, path, body in requests]
        listed = [one["id"] for one in other.got("/v1/sandboxes")]
        sent = other.send("DELETE", at).status
        running.join()  # the sandbox ends, and the command with it

        assert [409] * len(requests) == [answer.status for answer in refused]
        assert {made["instance"]} == {answer.body["instance"] for answer in refused}
        assert f"runs on the platform {made['instance']}, and this is " in refused[0].body["error"]
        assert ([made["id"]], 204) == (listed, sent)
        assert ("destroyed", "destroyed") == (one.got(at)["state"], other.got(at)["state"])
        assert [[], []] == [api.got("/v1/sandboxes") for api in (one, other)]


def test_sandbox_that_was_shown_as_destroyed_stays_so(url: str) -> None:
    """When the lease of a server is over, others show its sandboxes as destroyed, and it destroys them if it lives."""
    late = Api.opened(f"{url}&application_name=late", now=lambda: time.time() + INSTANCE_LEASE_SECONDS + 1)
    with Api.opened(url) as one, late as other:
        made = one.send("POST", "/v1/sandboxes", {"spec_id": "demo"}).body
        at = f"/v1/sandboxes/{made['id']}"
        command = threading.Thread(target=one.send, args=("POST", f"{at}/commands", {"command": "sleep 60"}))
        command.start()
        found = other.got(at)
        command.join()

        assert ("destroyed", LOST) == (found["state"], found["error"])
        assert found == one.got(at)
        assert 409 == one.send("POST", f"{at}/commands", {"command": "true"}).status
        assert "ready" == one.send("POST", "/v1/sandboxes", {"spec_id": "demo"}).body["state"]


def test_closed_server_has_ended_its_sandboxes(url: str) -> None:
    """The sandboxes of a server that is closed are shown as destroyed by the others at once."""
    with Api.opened(f"{url}&application_name=another") as other:
        with Api.opened(url) as one:
            made = one.send("POST", "/v1/sandboxes", {"spec_id": "demo"}).body
        found = other.got(f"/v1/sandboxes/{made['id']}")

    assert ("destroyed", "the platform that ran it was closed") == (found["state"], found["error"])
