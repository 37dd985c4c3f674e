"""Calls to an embedded platform whose every answer is checked against the contract."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode

from sqlalchemy import Connection

from ashr_labs._routes import expand
from ashr_labs.local import open_platform
from ashr_labs.local.contract import load_contract
from ashr_labs.local.exchange import PlatformRequest, PlatformResponse
from ashr_labs.local.keys import APIKeys, Principal, new_key
from ashr_labs.local.platform import Platform
from ashr_labs.local.settings import Settings
from ashr_labs.local.store.columns import add_row
from ashr_labs.local.store.database_url import parse_target
from ashr_labs.local.store.engine import Database
from ashr_labs.local.store.schema import tenants, users
from ashr_labs.local.streams import Download
from ashr_labs_contract.operations import OPERATIONS

MOMENT = "2026-01-01T00:00:00.000000Z"
RESOURCES = {name for name, operation in OPERATIONS.items() if not operation.path.startswith("/#")}
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
    def opened(
        cls, place: Place = None, *, settings: Settings | None = None, now: Callable[[], float] = time.time
    ) -> Generator[Api]:
        """Open a platform as its owner, and close it."""
        platform = open_platform(place, settings=settings, now=now)
        try:
            yield cls(platform, platform.bootstrap())
        finally:
            platform.close()

    def answer(self, function: str, *, idempotency_key: str | None = None, **params: Any) -> PlatformResponse:
        """Send the request of an operation and return whatever comes back, once it keeps the contract."""
        if function in RESOURCES:
            headers = {} if idempotency_key is None else {"idempotency_key": idempotency_key}
            return self.send(*resource_request(function, params), **headers)
        body = json.dumps({"function": function, **params}).encode()
        answer = self.platform.answer(call_of(body, self.key, idempotency_key=idempotency_key))
        check_against_contract(function, answer)
        return answer

    def send(self, method: str, target: str, body: Any = None, **headers: str) -> PlatformResponse:
        """Send a request for a resource and return whatever comes back, once it keeps the contract.

        A body that is not bytes is sent as JSON; underscores in the names of headers stand for hyphens.
        """
        path, _, query = target.partition("?")
        given = {"authorization": f"Bearer {self.key}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = self.platform.answer(PlatformRequest(method, path, query, given, content, "http://local"))
        if isinstance(answer.stream, Download):
            answer = replace(answer, content=b"".join(answer.stream.parts()), stream=None)
        if answer.info.operation is not None:
            check_against_contract(answer.info.operation, answer)
        return answer

    def got(self, target: str) -> Any:
        """Return the JSON of a resource that must be there."""
        answer = self.send("GET", target)
        assert answer.status == 200, answer.body
        return answer.body

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


def parameters_of(function: str, *places: str) -> list[str]:
    """Return the names of an operation's parameters, those of some places (`path`, `query`, `body`) or of all."""
    contract = load_contract()
    operation = contract.operations.get(function, {})
    shared = contract.components["parameters"]
    parameters = [
        shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in operation.get("parameters", [])
    ]
    found: list[tuple[str, str]] = [(one["in"], one["name"]) for one in parameters]
    for described in operation.get("requestBody", {}).get("content", {}).values():
        schema = contract.components["schemas"].get(str(described["schema"].get("$ref")).rpartition("/")[2], {})
        found += [("body", name) for name in schema.get("properties", ())]
    return [name for place, name in found if place in (places or ("path", "query", "body")) and name != "function"]


def resource_request(function: str, params: Mapping[str, Any]) -> tuple[str, str, Any]:
    """Return method, target and body of the request of a resource; parameters of the path that are missing are `1`."""
    operation = OPERATIONS[function]
    target = expand(operation.path, {name: params.get(name, 1) for name in parameters_of(function, "path")})
    query = {name: params[name] for name in parameters_of(function, "query") if name in params}
    body = {name: params[name] for name in parameters_of(function, "body") if name in params}
    body_is_taken = "requestBody" in load_contract().operations[function]
    return operation.method, f"{target}?{urlencode(query)}" if query else target, body if body_is_taken else None


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
    body = answer.content and answer.content[:1000]
    if operation is not None:
        code = str(answer.status)
        if code not in operation["responses"]:
            code = f"{code[0]}XX"
        assert code in operation["responses"], f"{function} does not document {answer.status}: {body!r}"
        response = operation["responses"][code]
        response = (
            contract.components["responses"][response["$ref"].rpartition("/")[2]] if "$ref" in response else response
        )
        given = answer.headers.get("content-type", "application/json")
        assert given in response.get("content", {given: None}), f"{function} does not document {given}"
        if given != "application/json" or "content" not in response:
            return
        schema = response["content"]["application/json"]["schema"]
    else:
        schema = {"$ref": "#/components/schemas/Error"}
    errors = contract_errors(schema, answer.body)
    assert not errors, f"{function} answered {body!r}: {errors}"


def contract_errors(schema: dict[str, Any], value: Any) -> list[str]:
    """Return what a value breaks of the schema of a response: a named one, or an array of one."""
    if "items" in schema:
        assert isinstance(value, list)
        return [error for item in value for error in contract_errors(schema["items"], item)]
    name: str = schema["$ref"].rpartition("/")[2]
    return [error.message for error in load_contract().validator(name).iter_errors(value)]


def call_of(body: bytes, key: str | None = None, *, idempotency_key: str | None = None) -> PlatformRequest:
    """Return the request of a call."""
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    if idempotency_key is not None:
        headers["idempotency-key"] = idempotency_key
    return PlatformRequest("POST", "/", headers=headers, body=body)


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
