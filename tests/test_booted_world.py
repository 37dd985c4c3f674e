"""Invariants in real sandboxes: files, commands and programs, PostgreSQL, and the requests of an HTTP mock."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

import pytest

from ashr_labs.invariants import InvariantResult, WorldError, evaluate
from ashr_labs.local.boot import BootedSandbox, Booter
from ashr_labs.local.booted_world import BootedWorld
from ashr_labs.local.sandbox.protocol import Engine
from support.boots import booted, output
from support.sandboxes import engine_or_skip


@pytest.fixture(scope="module", name="engine")
def _engine() -> Iterator[Engine]:
    engine = engine_or_skip("bubblewrap")
    yield engine
    engine.close()


@pytest.fixture(scope="module", name="booter")
def _booter(engine: Engine) -> Booter:
    return Booter(engine)


def results(sandbox: BootedSandbox, text: str = "") -> dict[str, InvariantResult]:
    return {one.name: one for one in evaluate(sandbox.spec.invariants, BootedWorld(sandbox, text))}


def statuses(sandbox: BootedSandbox) -> dict[str, str]:
    return {name: one.status for name, one in results(sandbox).items()}


def request(method: str, path: str, body: str = "") -> str:
    """Return the command that sends a request to the mock `mail`."""
    head = f"{method} {path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    code = f"import socket; s = socket.create_connection(('mail', 8080)); s.sendall({head!r}); s.recv(1)"
    return f"python3 -S -c {quote(code)}"


FILES = """
secrets: [{name: KEY, from: "static://correct horse"}]
setup: {files: [{path: src/app.py, content: "print(1)"}], env: {LEVEL: 3}}
invariants:
  there: {check: {type: file_exists, path: src/app.py}}
  folder: {check: {type: file_exists, path: src}}
  link: {check: {type: file_exists, path: link}}
  gone: {check: {type: file_absent, path: src/old.py}}
  content: {check: {type: file_content, path: src/app.py, pattern: "print.*1"}}
  leak: {check: {type: file_content, path: leak, not_contains: horse}}
  command: {check: {type: command_exit, command: "test $LEVEL = 3 && python3 src/app.py"}}
  slow: {check: {type: command_exit, command: sleep 60, timeout: 500ms}}
  program: {check: {type: custom, code: "import json, os\\nprint(json.dumps({'score': 0.5, 'message': os.getcwd()}))"}}
"""


def test_files_commands_and_programs_of_a_sandbox(booter: Booter) -> None:
    """Checks see the workspace that the agent left, follow no links, and show no secrets."""
    sandbox = booted(booter, FILES)
    output(sandbox, "ln -s src/app.py link; echo $KEY > leak")
    found = results(sandbox)

    assert {
        "there": "passed",
        "folder": "failed",
        "link": "failed",
        "gone": "passed",
        "content": "passed",
        "leak": "failed",
        "command": "passed",
        "slow": "failed",
        "program": "passed",
    } == {name: one.status for name, one in found.items()}
    assert ("/workspace", 0.5) == (found["program"].message, found["program"].score)
    assert "it is '[secret KEY]\\n'" in found["leak"].message
    assert "must end within 500ms, but ran out of time" in found["slow"].message

    sandbox.sandbox.destroy()
    after = results(sandbox)
    assert {"error"} == {one.status for one in after.values()}
    assert "was destroyed" in after["there"].error


def test_modules_of_the_agent_are_not_imported_by_programs(booter: Booter) -> None:
    """A check imports the standard library, even if the agent has left modules of the same names."""
    sandbox = booted(
        booter, "invariants: {check: {check: {type: custom, code: 'import json; assert json.loads(\"1\") == 1'}}}"
    )
    output(sandbox, "echo 'raise SystemExit(3)' | tee json.py sitecustomize.py usercustomize.py > random.py")

    assert {"check": "passed"} == statuses(sandbox)
    sandbox.sandbox.destroy()


SERVICES = """
secrets: [{name: PW, from: generated}]
services:
  - name: db
    image: postgres
    env: {POSTGRES_USER: shop, POSTGRES_PASSWORD: "{{ secrets.PW }}", POSTGRES_DB: orders}
  - {name: mail, type: http_mock, routes: [{path: "/**", method: POST, status: 202, response: {}}]}
  - {name: silent, type: http_mock, record: false}
fixtures:
  - type: sql
    service: db
    sql: |
      CREATE TABLE orders (id int, state text, total numeric(8, 2), note text, tags json, big float8);
      INSERT INTO orders VALUES (1, 'open', 20.50, NULL, E'{"a":\\n [1]}', 'NaN'), (2, 'paid', 5, 'x', '[]', 1e300);
"""
CHECKS = """
invariants:
  state: {check: {type: sql, service: db, query: "SELECT state FROM orders WHERE id = 1;", equals: paid}}
  total: {check: {type: sql, service: db, query: "SELECT total FROM orders ORDER BY id -- cents", equals: 20.5}}
  note: {check: {type: sql, service: db, query: SELECT note FROM orders WHERE id = 1, equals: null}}
  none: {check: {type: sql, service: db, query: SELECT note FROM orders WHERE id = 9, equals: null}}
  count: {check: {type: sql, service: db, query: "SELECT count(*), count(note) FROM orders", equals: [[2, 1]]}}
  rows:
    check:
      type: sql
      service: db
      query: SELECT id, tags, big FROM orders ORDER BY id
      equals: [{id: 1, tags: {a: [1]}, big: NaN}, {id: 2, tags: [], big: 1.0e+300}]
  writes: {check: {type: sql, service: db, query: "WITH d AS (DELETE FROM orders RETURNING 1) SELECT 1", equals: 1}}
  wrong: {check: {type: sql, service: db, query: SELECT * FROM nothing, equals: 1}}
  much: {check: {type: sql, service: db, query: "SELECT repeat('x', 2000000)", equals: 1}}
  many: {check: {type: sql, service: db, query: "SELECT generate_series(1, 5000)", equals: 1}}
  cache: {check: {type: sql, service: mail, query: SELECT 1, equals: 1}}
  sent:
    check:
      type: http_mock_assertions
      service: mail
      assertions: [{method: POST, path: "/send/*", body: {to: ann}, count: 1}, {path: /refund, max_count: 0}]
  quiet: {check: {type: http_mock_assertions, service: silent, assertions: [{}]}}
"""


@pytest.mark.integration
def test_databases_and_requests_of_a_sandbox(booter: Booter) -> None:
    """Values of PostgreSQL keep their types and NULL, queries change nothing, and requests are counted."""
    sandbox = booted(booter, SERVICES + CHECKS.replace("NaN", '"NaN"'))
    output(sandbox, request("POST", "/send/1", '{"to": "ann", "n": 1}'))
    found = results(sandbox)

    assert {
        "state": "failed",
        "total": "passed",
        "note": "passed",
        "none": "failed",
        "count": "passed",
        "rows": "passed",
        "writes": "error",
        "wrong": "error",
        "much": "error",
        "many": "error",
        "cache": "error",
        "sent": "passed",
        "quiet": "error",
    } == {name: one.status for name, one in found.items()}, found
    assert 'must return "paid", got "open"' in found["state"].message
    assert 'relation "nothing" does not exist' in found["wrong"].error
    assert "returned more than 1,000 rows" in found["many"].error
    assert "the requests of 'silent' are not recorded" in found["quiet"].error
    sandbox.sandbox.destroy()


@pytest.mark.integration
def test_service_that_the_agent_stopped_is_an_error(booter: Booter) -> None:
    """A database or mock that the agent has killed leaves its invariants unchecked, with the reason."""
    sandbox = booted(booter, SERVICES + CHECKS.replace("NaN", '"NaN"'))
    sandbox.exec("kill -9 -1")
    found = results(sandbox)

    assert {"error"} == {found[name].status for name in ("state", "count", "sent")}
    assert "the service 'mail' does not answer any more" in found["sent"].error
    sandbox.sandbox.destroy()


@pytest.mark.integration
def test_request_is_counted_at_once(booter: Booter) -> None:
    """A request that was answered just before the check is counted, however late its record is read."""
    sandbox = booted(booter, "services: [{name: mail, type: http_mock}]")
    world = BootedWorld(sandbox)
    for number in range(1, 11):
        output(sandbox, request("GET", "/a"))
        assert number == len(world.requests("mail"))
    with pytest.raises(WorldError, match="must be of the type http_mock"):
        world.requests("db")
    sandbox.sandbox.destroy()
