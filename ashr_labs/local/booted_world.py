"""A booted sandbox as the world of invariants."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .._json import as_list, refuse_constant
from ..invariants import WorldError, WorldFileError
from ..sandboxes import CommandResult, QueryResult, ServiceRequest, StateDiff
from ..specs.values import HttpMock
from .sandbox.errors import SandboxError, SandboxFileError
from .sandbox.state import difference

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from .boot import BootedSandbox

__all__ = ["BootedWorld"]

_MAX_ROWS = 1_000
_SECONDS = 60
_WAIT_SECONDS = 10
"""How long a query waits for a lock that the agent holds."""
_SPACE = re.compile(r"\s*")


class BootedWorld:
    """The files, services and output of a sandbox, for `ashr_labs.invariants.evaluate()`.

    Args:
        booted: The sandbox, after the agent is done.
        output: The agent's last text.
        stdout: The standard output of the agent's process.
    """

    def __init__(self, booted: BootedSandbox, output: str = "", stdout: str = "") -> None:
        self._booted = booted
        self.output = output
        self.stdout = stdout

    def read(self, path: str, *, limit: int) -> bytes:
        """Return the content of a file.

        Raises:
            WorldFileError: It is not a regular file, or has more than `limit` bytes.
            WorldError: The sandbox has ended.
        """
        with _translated():
            return self._booted.sandbox.read(path, limit=limit)

    def run(self, command: str, *, timeout: float) -> CommandResult:
        """Run `sh -c COMMAND` in the workspace, for at most `timeout` seconds.

        Raises:
            WorldError: It cannot be started, or the sandbox has ended.
        """
        with _translated():
            done = self._booted.sandbox.exec(command, timeout=timeout)
        return CommandResult(
            command=command,
            stdout=done.stdout.decode(errors="replace"),
            stderr=done.stderr.decode(errors="replace"),
            exit_code=done.exit_code,
            duration_ms=round(done.duration * 1000),
            timed_out=done.timed_out,
            truncated=done.stdout_bytes > len(done.stdout) or done.stderr_bytes > len(done.stderr),
        )

    def query(self, service: str, query: str) -> QueryResult:
        """Return the rows of a query, in a transaction that changes nothing.

        Raises:
            WorldError: The service is not a database, the query fails, or it returns too much.
        """
        database = self._booted.databases.get(service)
        if database is None:
            raise WorldError(f"the service {service!r} must be of the image postgres, to run a query")
        with _translated():
            done = database.psql(_statements(query))
        if done.exit_code:
            raise WorldError(f"the query failed: {done.stderr.decode(errors='replace').strip()[-500:]}")
        text = done.stdout.decode(errors="replace")
        if done.stdout_bytes > len(done.stdout):
            raise WorldError(f"the query returned more than {len(done.stdout):,} bytes; select less")
        rows = list(_rows(text))
        if len(rows) > _MAX_ROWS:
            raise WorldError(f"the query returned more than {_MAX_ROWS:,} rows; select fewer")
        columns = [name for name, _ in rows[0]] if rows else []
        return QueryResult(columns, [[_plain(value) for _, value in row] for row in rows])

    def requests(self, service: str) -> list[ServiceRequest]:
        """Return the requests that an HTTP mock has got since the sandbox was ready.

        Raises:
            WorldError: The service is not an HTTP mock, does not record, or could not record all of them.
        """
        mock = self._booted.mocks.get(service)
        if mock is None:
            raise WorldError(f"the service {service!r} must be of the type http_mock, to have requests")
        declared = next(one for one in self._booted.spec.services if one.name == service)
        if isinstance(declared, HttpMock) and not declared.record:
            raise WorldError(f"the requests of {service!r} are not recorded; leave out `record: false`")
        with _translated():
            if not mock.settle():
                raise WorldError(f"the service {service!r} does not answer any more")
        if mock.dropped:
            raise WorldError(f"{mock.dropped:,} lines of {service!r} could not be recorded as requests")
        return [
            ServiceRequest(one.method, one.path, one.query, one.headers, one.body, one.status, one.time)
            for one in self._booted.requests(service)
        ]

    def changes(self) -> StateDiff:
        """Return the files that differ from when the sandbox was ready.

        Raises:
            WorldError: The sandbox has ended, or has too many files.
        """
        with _translated():
            found = difference(self._booted.baseline, self._booted.sandbox.list())
        return StateDiff(list(found.added), list(found.removed), list(found.modified))

    def masked(self, text: str) -> str:
        """Return text in which the names of secrets stand for their values."""
        return self._booted.masked(text)


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except SandboxFileError as error:
        code = error.code if error.code in {"missing", "large"} else "other"
        raise WorldFileError(error.message, code=code) from error
    except SandboxError as error:
        raise WorldError(error.message) from error


def _statements(query: str) -> bytes:
    """Return the statements for psql that print each row as a JSON object."""
    # On lines of its own, so that a comment at its end hides nothing. The name of the function is qualified, since the
    # agent may have defined another one. Who writes the query has the sandbox anyway.
    text = f"""\\set VERBOSITY terse
BEGIN READ ONLY;
SET LOCAL statement_timeout = '{_SECONDS}s';
SET LOCAL lock_timeout = '{_WAIT_SECONDS}s';
SELECT pg_catalog.row_to_json(q) FROM (
{query.strip().rstrip(";")}
) AS q LIMIT {_MAX_ROWS + 1};
ROLLBACK;
"""  # noqa: S608
    return text.encode("utf-8", "replace")


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of a JSON object, of which names may be repeated."""


def _rows(text: str) -> Iterator[_Pairs]:
    """Yield the JSON objects of the output; a column of the type `json` may have line breaks."""
    decoder = json.JSONDecoder(object_pairs_hook=_Pairs, parse_constant=refuse_constant)
    position = 0
    while (position := _end_of_space(text, position)) < len(text):
        try:
            row, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise WorldError(
                f"the query returned something else than JSON: {text[position : position + 200]!r}"
            ) from error
        yield row


def _end_of_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _plain(value: object) -> object:
    """Return a JSON value with mappings in place of pairs."""
    if isinstance(value, _Pairs):
        return {key: _plain(one) for key, one in value}
    listed = as_list(value)
    return value if listed is None else [_plain(one) for one in listed]
