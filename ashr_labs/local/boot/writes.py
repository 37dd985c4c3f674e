"""Observes which tables of a PostgreSQL service were written to, by its write-ahead log.

Statements cannot hide what they write from the log, whatever user, function or connection they come from. Rows of
unlogged tables are not in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from .errors import BootError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .services import PostgresServer

__all__ = ["Write", "WriteObserver", "row_writes"]

UNKNOWN = "(not known)"
"""The table of what could not be observed."""
_SUPERUSER = "postgres"
_ATTEMPTS = 3
"""While others write, the end may be in the middle of a record."""
_RECORD = re.compile(r"rmgr: (Heap2?)\s.*?\btx:\s*(\d+),.*?desc: ([A-Z_+]+).*?blkref #0: rel \d+/(\d+)/(\d+)")
_COMMIT = re.compile(r"rmgr: Transaction\s.*?\btx:\s*(\d+),.*?desc: COMMIT(.*)")
_SUBTRANSACTIONS = re.compile(r"subxacts: ([\d ]+)")
_KINDS = {
    "INSERT": "insert",
    "MULTI_INSERT": "insert",
    "UPDATE": "update",
    "HOT_UPDATE": "update",
    "DELETE": "delete",
}
_DATABASES = b"SELECT oid, datname FROM pg_database WHERE datallowconn AND NOT datistemplate;"
# The rows of a value that is too large for its table are in another one, which belongs to it.
_TABLES = b"""
SELECT c.oid, pg_relation_filenode(c.oid), n.nspname || '.' || c.relname, 'rows'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
UNION ALL
SELECT c.oid, pg_relation_filenode(c.reltoastrelid), n.nspname || '.' || c.relname, 'large values'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.reltoastrelid <> 0 AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema';
"""
_FIRST_USER_OID = 16384


class Write(NamedTuple):
    """Writes to a table."""

    service: str
    table: str
    """With its schema, and with its database where that is another than the service's."""
    kinds: tuple[str, ...]
    """Of `insert`, `update`, `delete`, `create`, `drop`, `rewrite`; sorted."""


class _Table(NamedTuple):
    database: int
    oid: int
    name: str
    holds: str
    """`rows` or `large values`."""


class WriteObserver:
    """Observes the writes to a service from now on.

    Args:
        database: The service.
    """

    def __init__(self, database: PostgresServer) -> None:
        self._database = database
        self._start = self._position()
        self._before = self._tables()

    def writes(self) -> list[Write]:
        """Return the writes of committed transactions; what cannot be observed is a write to an unknown table."""
        try:
            after = self._tables()
            log = self._log()
        except BootError:
            return [Write(self._database.name, UNKNOWN, ("the service does not answer any more",))]
        if log is None:
            return [Write(self._database.name, UNKNOWN, ("the log is not complete, or has too much",))]
        found = _by_table(row_writes(log), self._before, after)
        return [Write(self._database.name, name, tuple(sorted(kinds))) for name, kinds in sorted(found.items())]

    def _log(self) -> str | None:
        """Return the records since the start as text; None if they cannot be read."""
        for _ in range(_ATTEMPTS):
            end = self._position()
            if end == self._start:
                return ""
            done = self._database.dumped_log(self._start, end)
            if not done.exit_code:
                return None if done.stdout_bytes > len(done.stdout) else done.stdout.decode("ascii", "replace")
        return None

    def _position(self) -> str:
        return self._database.sql(b"SELECT pg_current_wal_flush_lsn();", user=_SUPERUSER).strip()

    def _tables(self) -> dict[tuple[int, int], _Table]:
        """Return the tables by the ids of their databases and of their files."""
        found: dict[tuple[int, int], _Table] = {}
        for oid, name in _rows(self._database.sql(_DATABASES, user=_SUPERUSER)):
            prefix = "" if name == self._database.database else f"{name}."
            for table, file, path, holds in _rows(self._database.sql(_TABLES, user=_SUPERUSER, database=name)):
                found[int(oid), int(file)] = _Table(int(oid), int(table), prefix + path, holds)
        return found


def _rows(text: str) -> Iterator[list[str]]:
    return (line.split("\t") for line in text.splitlines() if line)


def row_writes(log: str) -> dict[tuple[int, int], set[str]]:
    """Return the kinds of writes of committed transactions, by the ids of databases and files.

    Args:
        log: What pg_waldump prints.
    """
    committed: set[str] = set()
    records: list[tuple[str, str, tuple[int, int]]] = []
    for line in log.splitlines():
        if record := _RECORD.search(line):
            kind = _KINDS.get(record[3].partition("+")[0])
            if kind:
                records.append((record[2], kind, (int(record[4]), int(record[5]))))
        elif commit := _COMMIT.search(line):
            within = _SUBTRANSACTIONS.search(commit[2])
            committed.update([commit[1], *(within[1].split() if within else ())])
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    for transaction, kind, file in records:
        if transaction in committed:
            found[file].add(kind)
    return found


def _by_table(
    writes: Mapping[tuple[int, int], set[str]],
    before: Mapping[tuple[int, int], _Table],
    after: Mapping[tuple[int, int], _Table],
) -> dict[str, set[str]]:
    """Return the kinds of writes by the names of tables, with those that are seen by comparing the tables."""
    found: dict[str, set[str]] = defaultdict(set)
    known = {**before, **after}
    for file, kinds in writes.items():
        if file in known:
            found[known[file].name] |= kinds
        elif file[1] >= _FIRST_USER_OID and file[0]:
            found[f"{UNKNOWN} (file {file[1]}, which does not exist any more)"] |= kinds
    old, new = (
        {table[:2]: (table.name, file) for file, table in tables.items() if table.holds == "rows"}
        for tables in (before, after)
    )
    for key in new.keys() - old.keys():
        found[new[key][0]].add("create")
    for key in old.keys() - new.keys():
        found[old[key][0]].add("drop")
    for key in old.keys() & new.keys():
        if old[key] != new[key]:
            found[new[key][0]].add("rewrite")
    return found
