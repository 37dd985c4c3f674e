"""Calls to an embedded platform whose every answer is checked against the contract."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection

from ashr_labs.local import open_platform
from ashr_labs.local.contract import load_contract
from ashr_labs.local.keys import APIKeys, Principal, new_key
from ashr_labs.local.platform import Platform, PlatformResponse
from ashr_labs.local.store.columns import add_row
from ashr_labs.local.store.database_url import parse_target
from ashr_labs.local.store.engine import Database
from ashr_labs.local.store.schema import tenants, users

MOMENT = "2026-01-01T00:00:00.000000Z"
Place: TypeAlias = str | Path | None
"""Where a platform is kept."""


@dataclass(frozen=True)
class Api:
    """A platform as one API key sees it."""

    platform: Platform
    key: str = field(repr=False)
    tenant_id: int = 1

    @classmethod
    @contextmanager
    def opened(cls, place: Place = None, *, now: Callable[[], float] = time.time) -> Generator[Api]:
        """Open a platform as its owner, and close it."""
        platform = open_platform(place, now=now)
        try:
            yield cls(platform, platform.bootstrap())
        finally:
            platform.close()

    def answer(self, function: str, *, idempotency_key: str | None = None, **params: Any) -> PlatformResponse:
        """Send a call and return whatever comes back, once it keeps the contract."""
        body = json.dumps({"function": function, **params}).encode()
        answer = self.platform.answer(body, authorization=f"Bearer {self.key}", idempotency_key=idempotency_key)
        check_against_contract(function, answer)
        return answer

    def __call__(self, function: str, **params: Any) -> dict[str, Any]:
        """Send a call that must succeed and return its answer."""
        answer = self.answer(function, **params)
        assert answer.status == 200, answer.body
        return answer.body

    def refused(self, status: int, function: str, **params: Any) -> str:
        """Send a call that must fail with this status and return the message."""
        answer = self.answer(function, **params)
        assert (status, "error") == (answer.status, answer.body["status"]), answer.body
        return answer.body["message"]

    def dataset(self, **params: Any) -> int:
        """Store a dataset and return its number."""
        return self("create_dataset", **{"name": "Support", "dataset_source": {"runs": {}}, **params})["dataset"]["id"]

    def run(self, dataset_id: int, result: dict[str, Any] | None = None) -> int:
        """Store a run and return its number."""
        params = {"tenant_id": self.tenant_id, "dataset_id": dataset_id, "result": {} if result is None else result}
        return self("create_run", **params)["run"]["id"]

    def request(self, config: dict[str, Any]) -> int:
        """Ask for a dataset and return the request's number."""
        user_id = self("init")["user"]["id"]
        params = {"request_name": "Generated", "request": config, "request_input_schema": {"type": "object"}}
        return self("create_request", tenant_id=self.tenant_id, requestor_id=user_id, **params)["request"]["id"]

    def settled_run(self, run_id: int) -> dict[str, Any]:
        """Return a run as soon as its grading has come to an end."""
        return settled(lambda: self("get_run", run_id=run_id)["run"], "grading_status")

    def settled_request(self, request_id: int) -> dict[str, Any]:
        """Return a request as soon as its generation has come to an end."""
        return settled(lambda: self("get_request", request_id=request_id)["request"], "request_status")


def parameters_of(function: str) -> list[str]:
    """Return the names of an operation's parameters."""
    request: str = _schema(load_contract().operations[function]["requestBody"])
    document = json.loads(files("ashr_labs_contract").joinpath("contract.json").read_bytes())
    return [name for name in document["components"]["schemas"][request]["properties"] if name != "function"]


def settled(read: Callable[[], dict[str, Any]], status: str, *, timeout: float = 20.0) -> dict[str, Any]:
    """Read again and again until the status is a last one."""
    deadline = time.monotonic() + timeout
    while (record := read())[status] not in {"completed", "failed"}:
        assert time.monotonic() < deadline, record
        threading.Event().wait(0.002)
    return record


def check_against_contract(function: str, answer: PlatformResponse) -> None:
    """Make sure that an answer has a documented status and the documented shape."""
    contract = load_contract()
    operation = contract.operations.get(function)
    if operation is None:
        schema = "Error"
    else:
        code = "5XX" if answer.status >= 500 else str(answer.status)
        assert code in operation["responses"], f"{function} does not document {answer.status}: {answer.body}"
        schema = "Error" if code != "200" else _schema(operation["responses"]["200"])
    errors = [error.message for error in contract.validator(schema).iter_errors(json.loads(answer.content))]
    assert not errors, f"{function} answered {answer.body}: {errors}"


def database_on(place: Place = None) -> Database:
    """Open the database of a platform without the platform."""
    return Database(parse_target(place))


def database_with_tenants(place: Place, count: int = 2) -> list[str]:
    """Make a database with several tenants of one user each; return their API keys."""
    database = database_on(place)
    with database.write() as connection:
        keys = [_tenant_key(connection, number) for number in range(1, count + 1)]
    database.close()
    return keys


def _tenant_key(connection: Connection, number: int) -> str:
    tenant = {"created_at": MOMENT, "tenant_name": f"Tenant {number}", "is_active": True}
    tenant_id = add_row(connection, tenants, tenant)
    user = {"tenant_id": tenant_id, "created_at": MOMENT, "email": "a@b.c", "name": None, "is_active": True}
    owner = Principal(tenant_id, add_row(connection, users, user))
    key = new_key()
    APIKeys(connection).add(connection, owner, key, name="first", created_at=MOMENT)
    return key


def _schema(response: dict[str, Any]) -> str:
    reference: str = response["content"]["application/json"]["schema"]["$ref"]
    return reference.rpartition("/")[2]
