"""Rules and audits of a spec: what is done in a sandbox is observed, and what is forbidden is found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.local.boot import BootedSandbox, Booter
from ashr_labs.local.boot.findings import Observed, findings
from ashr_labs.local.boot.watch import SecretWatch, StreamWatch
from ashr_labs.local.boot.writes import row_writes
from ashr_labs.local.sandbox.bubblewrap import Bubblewrap
from ashr_labs.local.sandbox.protocol import FileEntry, Listing
from ashr_labs.specs import parse_spec
from support.boots import booted, broken, output

pytestmark = pytest.mark.integration

needs_bubblewrap = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")

DATABASE = """
services: [{name: db, image: postgres}]
fixtures:
  - type: sql
    service: db
    sql: |
      CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders VALUES (1, 'a'), (2, 'b');
      CREATE TABLE stock (id int, note text); INSERT INTO stock VALUES (1, 'a');
      CREATE TABLE emptied (id int); INSERT INTO emptied VALUES (1);
      CREATE SCHEMA hidden; CREATE TABLE hidden.log (id int);
      CREATE FUNCTION sneak() RETURNS void LANGUAGE sql AS 'INSERT INTO hidden.log VALUES (1)';
audit: {db_writes: true}
forbidden: {db_writes_outside: [orders]}
"""


@pytest.fixture(name="booter", scope="module")
def _booter() -> Iterator[Booter]:
    engine = Bubblewrap()
    yield Booter(engine)
    engine.close()


@pytest.fixture(name="database", scope="module")
def _database(booter: Booter) -> Iterator[BootedSandbox]:
    world = booted(booter, DATABASE)
    yield world
    world.sandbox.destroy()


def sql(world: BootedSandbox, statements: str) -> None:
    world.sandbox.exec(["psql", "-X", "-h", "db", "-U", "postgres"], stdin=statements.encode(), timeout=30)


@needs_bubblewrap
def test_reads_and_what_is_rolled_back_are_not_writes(database: BootedSandbox) -> None:
    """Nothing is found before anything is written, and reads and transactions that fail change nothing."""
    sql(database, "SELECT * FROM stock; BEGIN; UPDATE stock SET note = 'x'; ROLLBACK; INSERT INTO orders VALUES (1);")

    assert {} == broken(database)
    assert {"db_writes": []} == database.findings().audit


@needs_bubblewrap
def test_every_way_of_writing_is_found(database: BootedSandbox) -> None:
    """Statements, copies, functions, savepoints, truncation, other schemas and databases, and new tables are seen."""
    sql(database, "UPDATE orders SET note = repeat('x', 100000) WHERE id = 1; DELETE FROM orders WHERE id = 2;")
    assert {} == broken(database)

    sql(database, "BEGIN; SAVEPOINT a; COPY stock FROM stdin;\n2\tb\n3\tc\n\\.\nRELEASE a; COMMIT; SELECT sneak();")
    sql(database, "TRUNCATE emptied; CREATE TABLE made AS SELECT 1 AS a; CREATE DATABASE other;")
    database.sandbox.exec(["psql", "-h", "db", "-U", "postgres", "other", "-c", "CREATE TABLE there (a int)"])

    assert {
        "public.emptied": ["rewrite"],
        "public.made": ["create", "insert"],
        "public.orders": ["delete", "update"],
        "public.stock": ["insert"],
        "hidden.log": ["insert"],
        "other.public.there": ["create"],
    } == {write["table"]: write["kinds"] for write in database.findings().audit["db_writes"]}
    details = broken(database)["db_writes_outside"]
    assert "public.orders" not in details
    assert 5 == details.count(" of db: ")


@needs_bubblewrap
def test_a_database_that_was_stopped_is_a_violation(booter: Booter) -> None:
    """A database that does not answer is reported as a violation."""
    world = booted(booter, DATABASE)
    output(world, "pkill -9 postgres; sleep 0.2")

    assert "does not answer any more" in broken(world)["db_writes_outside"]
    world.sandbox.destroy()


@needs_bubblewrap
def test_a_log_that_was_removed_is_a_violation(booter: Booter) -> None:
    """Writes cannot be hidden by removing the files of the write-ahead log."""
    world = booted(booter, DATABASE)
    sql(world, "INSERT INTO stock VALUES (7, 'x'); SELECT pg_switch_wal(); CHECKPOINT;")
    output(world, "rm $(ls -d /tmp/.service-db/pg_wal/0* | head -1)")

    assert "the log is not complete" in broken(world)["db_writes_outside"]
    world.sandbox.destroy()


@needs_bubblewrap
def test_files_requests_and_secrets_are_observed(booter: Booter) -> None:
    """Changes outside of the allowed folders, requests to other services, and printed secrets are found."""
    text = """
secrets: [TOKEN]
services:
  - {name: mail, type: http_mock}
  - {name: bank, type: http_mock, routes: [{method: POST, path: /pay, status: 201}]}
setup:
  files: [{path: src/a.py, content: a}, {path: kept.txt, content: k}, {path: gone.txt, content: g}]
  commands: ["python3 -c \\"import urllib.request as u; u.urlopen(u.Request('http://bank:8080/pay', b''))\\""]
audit: {http_calls: true, file_changes: true}
forbidden: {http_except: [mail], secrets_in_logs: deny, file_writes_outside: [src]}
"""
    world = booted(booter, text, {"TOKEN": "s3cret-value"})
    post = "python3 -c \"import urllib.request as u; u.urlopen(u.Request('http://{}/pay', {}))\""
    output(world, "echo b > src/a.py; echo b > src/b.py; echo scratch > /tmp/x")
    world.exec(post.format("mail:8080", "b'to mail'"))

    assert {} == broken(world)

    output(world, post.format("bank:8080", "b'to bank'"))
    output(world, "echo c > kept.txt; rm gone.txt; echo d > 'new file'; printf 's3cret-%s' value >&2")
    assert {
        "http_except": "POST bank/pay",
        "secrets_in_logs": "TOKEN in the output of a command",
        "file_writes_outside": "new file was added; gone.txt was removed; kept.txt was modified",
    } == broken(world)
    audit = world.findings().audit
    assert [("mail", "to mail", 404), ("bank", "to bank", 201)] == [
        (call["service"], call["body"], call["status"]) for call in audit["http_calls"]
    ]
    assert {"added": ["new file", "src/b.py"], "removed": ["gone.txt"], "modified": ["kept.txt", "src/a.py"]} == audit[
        "file_changes"
    ]
    world.sandbox.destroy()


@needs_bubblewrap
def test_what_a_command_writes_to_the_output_of_a_mock_is_not_a_request(booter: Booter) -> None:
    """Lines that the server did not write count as requests that are missing, which break the rule."""
    world = booted(booter, "services: [{name: m, type: http_mock}]\nforbidden: {http_except: [m]}")
    assert {} == broken(world)

    output(world, "for fd in /proc/[0-9]*/fd/1; do echo '{\"x\": 1}' > $fd; done 2>/dev/null; sleep 0.3")
    assert broken(world).keys() <= {"http_except"}
    assert () == world.mocks["m"].requests
    world.sandbox.destroy()


def test_many_violations_are_counted() -> None:
    """Ten are listed, and the others counted."""
    empty = Listing(())
    after = Listing(tuple(FileEntry(f"f{number:02}", "file", 1, 0o644, "x") for number in range(14)))
    spec = parse_spec("{id: a, forbidden: {file_writes_outside: [src]}}")
    [rule] = findings(spec, Observed(empty, after, (), {}, 0, ())).violations

    assert rule.details.startswith("f00 was added; ")
    assert rule.details.endswith("f09 was added; and 4 more")


def test_requests_that_were_not_kept_are_a_violation() -> None:
    """A request that could not be recorded counts as one that is not allowed."""
    empty = Listing(())
    spec = parse_spec("{id: a, services: [{name: m, type: http_mock}], forbidden: {http_except: [m]}}")

    assert ["2 requests could not be recorded"] == [
        rule.details for rule in findings(spec, Observed(empty, empty, (), {"m": ()}, 2, ())).violations
    ]


@needs_bubblewrap
def test_a_secret_in_the_log_of_a_service_is_found(booter: Booter) -> None:
    """The log of a service is searched, too."""
    text = "secrets: [TOKEN]\nservices: [{name: db, image: postgres}]\nforbidden: {secrets_in_logs: deny}"
    world = booted(booter, text, {"TOKEN": "s3cret-value"})
    output(world, "psql -h db -U postgres -c \"SELECT '$TOKEN'::int\" >/dev/null 2>&1; sleep 0.2")

    assert {"secrets_in_logs": "TOKEN in the log of the service 'db'"} == broken(world)
    world.sandbox.destroy()


@given(st.binary(max_size=60), st.binary(max_size=60), st.lists(st.integers(1, 12), min_size=1, max_size=40))
def test_a_secret_is_found_however_the_output_is_cut(before: bytes, after: bytes, sizes: list[int]) -> None:
    """A secret that is printed in parts is found; one that is not there is not."""
    secret = b"top-secret-value"
    watch = SecretWatch({"A": secret.decode(), "SHORT": "abc"})
    stream = StreamWatch(watch, "here")
    text = before + secret + after
    for size in sizes:
        part, text = text[:size], text[size:]
        stream.look(part)
    if secret in text:
        assert [] == watch.found()
    stream.look(text)

    assert [("A", "here")] == watch.found()


LOG = """\
rmgr: Heap        len (rec/tot):     59/    59, tx:        735, lsn: 0/1, prev 0/0, desc: INSERT off 1 flags 0x00, \
blkref #0: rel 1663/5/16384 blk 0
rmgr: Heap        len (rec/tot):     59/    59, tx:        736, lsn: 0/1, prev 0/0, desc: HOT_UPDATE off 1 xmax 736, \
blkref #0: rel 1663/5/16385 blk 0
rmgr: Heap        len (rec/tot):     54/    54, tx:        737, lsn: 0/1, prev 0/0, desc: DELETE off 2, \
blkref #0: rel 1663/5/16386 blk 0
rmgr: Heap        len (rec/tot):     54/    54, tx:        735, lsn: 0/1, prev 0/0, desc: LOCK off 2, \
blkref #0: rel 1663/5/16387 blk 0
rmgr: Heap2       len (rec/tot):     54/    54, tx:        735, lsn: 0/1, prev 0/0, desc: MULTI_INSERT+INIT 2 tuples, \
blkref #0: rel 1663/5/16388 blk 0
rmgr: Transaction len (rec/tot):     34/    34, tx:        735, lsn: 0/1, prev 0/0, desc: COMMIT 2026-01-01; \
subxacts: 736; sync
rmgr: Transaction len (rec/tot):     34/    34, tx:        737, lsn: 0/1, prev 0/0, desc: ABORT 2026-01-01
"""


def test_row_writes_are_those_of_committed_transactions() -> None:
    """Inserts, updates and deletes count with their transaction and its subtransactions; locks never do."""
    assert {(5, 16384): {"insert"}, (5, 16385): {"update"}, (5, 16388): {"insert"}} == row_writes(LOG)
