"""Observation of sandboxes over the API: queries, requests of HTTP mocks, and findings; the methods of handles."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from ashr_labs import AshrLabsClient, AsyncAshrLabsClient, ConflictError, NotFoundError, ValidationError
from ashr_labs.sandboxes import QueryResult, RuleResult
from support.sandboxes import engine_or_skip

SPEC = """
id: demo
setup: {files: [{path: src/app.py, content: "print('hi')"}]}
services: [{name: mail, type: http_mock, routes: [{path: "/**", status: 202}]}]
audit: {http_calls: true}
forbidden: {file_writes_outside: [src], http_except: [mail]}
"""
DATABASE = """
id: database
services: [{name: db, image: postgres}]
fixtures:
  - {type: sql, service: db, sql: "CREATE TABLE orders (id int, note text); INSERT INTO orders VALUES (7)"}
  - {type: sql, service: db, sql: CREATE SEQUENCE numbers}
"""
POST = (
    "python3 -S -c \"import socket; s = socket.create_connection(('mail', 8080)); "
    "s.sendall(b'POST /send?a=1 HTTP/1.0\\r\\nContent-Length: 2\\r\\n\\r\\nhi'); s.recv(1)\""
)


@pytest.fixture(scope="module", autouse=True)
def _engine() -> None:
    engine_or_skip("bubblewrap").close()


@pytest.fixture(name="client")
def _client() -> Iterator[AshrLabsClient]:
    with AshrLabsClient.local() as client:
        yield client


def test_requests_and_findings_of_a_sandbox(client: AshrLabsClient) -> None:
    """A handle lists the requests that a mock got, the rules that were broken, and the audit."""
    client.specs.create(SPEC)
    with client.sandboxes.create("demo") as sandbox:
        before = (sandbox.requests("mail"), sandbox.findings().rules)
        assert 0 == sandbox.exec(f"{POST} && touch note").exit_code
        [request] = sandbox.requests("mail")
        findings = sandbox.findings()

        assert ([], [RuleResult("http_except", False, ""), RuleResult("file_writes_outside", False, "")]) == before
        assert ("POST", "/send", "a=1", "hi", 202) == (
            request.method,
            request.path,
            request.query,
            request.body,
            request.status,
        )
        assert RuleResult("file_writes_outside", True, "note was added") == findings.rules[1]
        assert ["mail"] == [one["service"] for one in findings.audit["http_calls"]]
        with pytest.raises(NotFoundError, match="has no service 'male'"):
            sandbox.requests("male")
        with pytest.raises(ValidationError, match="must be of the image postgres"):
            sandbox.query("mail", "SELECT 1")
    for late in (sandbox.findings, lambda: sandbox.requests("mail")):
        with pytest.raises(ConflictError, match="`destroyed`"):
            late()


@pytest.mark.integration
def test_queries_of_a_sandbox(client: AshrLabsClient) -> None:
    """A handle, synchronous or asynchronous, returns rows with their columns, and the message of a query that fails."""
    client.specs.create(DATABASE)
    with client.sandboxes.create("database") as sandbox:
        assert QueryResult(["id", "note"], [[7, None]]) == sandbox.query("db", "SELECT * FROM orders")
        with pytest.raises(ValidationError, match='column "nothing" does not exist'):
            sandbox.query("db", "SELECT nothing FROM orders")
        with pytest.raises(ValidationError, match="read-only transaction"):
            sandbox.query("db", "SELECT nextval('numbers')")


def test_asynchronous_handles_observe_as_well() -> None:
    """The handle of the asynchronous client has the same methods."""

    async def observed() -> tuple[list[bool], int]:
        async with AsyncAshrLabsClient.local() as client:
            await client.specs.create(SPEC)
            async with await client.sandboxes.create("demo") as sandbox:
                await sandbox.exec(POST)
                rules = (await sandbox.findings()).rules
                return [rule.violated for rule in rules], len(await sandbox.requests("mail"))

    assert ([False, False], 1) == asyncio.run(observed())
