"""A PostgreSQL server of the tests' own, from the machine's binaries, gone at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from ashr_labs.local.store.database_url import parse_target
from ashr_labs.local.store.engine import Database
from ashr_labs.local.store.schema import metadata

_UNPRIVILEGED = ("postgres", "nobody")
"""Whom the server runs as where the tests run as root, which it refuses."""
_SETTINGS = {
    "listen_addresses": "",
    # These databases need not survive a power failure.
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
}
_NUMBERED = [table.name for table in metadata.sorted_tables if table.autoincrement_column is not None]
_EMPTY = "; ".join(
    [
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),
        *(f"SELECT setval('{name}_id_seq', 1, false)" for name in _NUMBERED),
    ]
)
"""Copying or truncating tables would write hundreds of files for each test."""


def missing() -> str | None:
    """Return why there can be no server here, if so."""
    absent = [name for name in ("initdb", "pg_ctl", "postgres") if _binary(name) is None]
    if absent:
        return f"PostgreSQL is not installed: {', '.join(absent)} neither in PATH nor in /usr/lib/postgresql/*/bin"
    if not hasattr(os, "getuid") or (os.getuid() == 0 and _user() is None):
        return "PostgreSQL runs as another user than root only, and there is none of " + ", ".join(_UNPRIVILEGED)
    return None


def _binary(name: str) -> str | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, reversed(installed))]))


def _user() -> str | None:
    import pwd  # not on every system

    known = {user.pw_name for user in pwd.getpwall()}
    return next((name for name in _UNPRIVILEGED if name in known), None) if os.getuid() == 0 else None


@dataclass(frozen=True)
class PostgreSQLServer:
    """A running server, reached by a socket in a folder."""

    folder: Path
    _numbers: count[int] = field(default_factory=count)
    _free: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def running(cls) -> Generator[PostgreSQLServer]:
        """Start a server, and throw it away at the end."""
        folder = Path(tempfile.mkdtemp(prefix="ashr-postgresql-"))
        server = cls(folder)
        try:
            if user := _user():
                shutil.chown(folder, user)
            options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
            server._run("initdb", f"--pgdata={folder}/data", *options)
            server.start()
            yield server
        finally:
            server.stop("immediate")
            shutil.rmtree(folder, ignore_errors=True)

    def start(self) -> None:
        """Start, or start again."""
        settings = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
        command = ["start", "--wait", "--silent", f"--log={self.folder}/log"]
        self._run("pg_ctl", *command, f"--pgdata={self.folder}/data", f"--options=-k {self.folder} {settings}")

    def stop(self, mode: str = "fast") -> None:
        """Stop; `immediate` as a crash does."""
        self._run("pg_ctl", "stop", "--wait", "--silent", f"--mode={mode}", f"--pgdata={self.folder}/data", check=False)

    def url(self, name: str, **query: str) -> str:
        """Return the URL of a database."""
        extra = "".join(f"&{key}={value}" for key, value in query.items())
        return f"postgresql://postgres@/{name}?host={self.folder}{extra}"

    def new_database(self, *, options: str = "") -> str:
        """Make an empty database; return its URL."""
        name = f"empty_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    @contextmanager
    def platform(self) -> Generator[str]:
        """Yield the URL of a database with empty tables; it is reused afterwards."""
        url = self._free.pop() if self._free else self._made()
        yield url
        self.execute(_EMPTY, url=url)
        self._free.append(url)

    def _made(self) -> str:
        url = self.new_database()
        Database(parse_target(url)).close()
        return url

    def execute(self, statement: str, *, url: str | None = None) -> list[tuple[Any, ...]]:
        """Do something beside the platform."""
        import psycopg

        with closing(psycopg.connect(url or self.url("postgres"), autocommit=True)) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        # Quiet, unless it fails; without a pipe that the server would keep open.
        with tempfile.TemporaryFile() as output:
            command = [_binary(program) or program, *arguments]
            done = subprocess.run(command, cwd="/", user=_user(), stdout=output, stderr=output, check=False)
            output.seek(0)
            assert not (check and done.returncode), output.read().decode(errors="replace")
