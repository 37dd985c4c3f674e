"""PostgreSQL inside of a sandbox."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from ...sandbox.protocol import Limits, SandboxRequest
from ..errors import BootError
from .installed import postgres_folder
from .process import ServiceProcess, wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....specs.values import ImageService
    from ...sandbox.protocol import CommandResult, Engine, Sandbox
    from ..plan import Address
    from ..watch import SecretWatch

__all__ = ["SHARED_TEMPLATE", "TEMPORARY_BYTES", "PostgresServer", "Template"]

TEMPORARY_BYTES = 768 * 1024 * 1024
"""Bytes that /tmp needs for the data and the log of one server."""
_MAX_TEMPLATE = 256 * 1024 * 1024
_TEMPLATE_SECONDS = 120.0
_SQL_SECONDS = 300.0
_OUTPUT = 64 * 1024
_SUPERUSER = "postgres"
_SETTINGS = {
    # Nothing outlives a sandbox, so nothing has to reach a disk.
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "50",
    # The observer of writes reads the log from the moment at which the sandbox was ready.
    "wal_level": "replica",
    "max_wal_size": "128MB",
    "wal_keep_size": "512MB",
    "logging_collector": "off",
    "jit": "off",
}


class Template:
    """An empty cluster of databases as a compressed archive, which is made once and unpacked in each sandbox."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._archive: bytes | None = None

    def archive(self, engine: Engine) -> bytes:
        """Return the archive; the first call makes it in a sandbox of the engine.

        Raises:
            BootError: It cannot be made.
        """
        with self._lock:
            if self._archive is None:
                self._archive = _made(engine)
            return self._archive


def _made(engine: Engine) -> bytes:
    initdb = f"{postgres_folder()}/initdb"
    options = f"--no-sync --no-instructions --username={_SUPERUSER} --auth=trust --encoding=UTF8 --locale=C.UTF-8"
    command = f"{initdb} -D /tmp/data {options} >&2 && tar -C /tmp/data -cf - . | gzip -1"
    sandbox = engine.create(SandboxRequest("postgres-template", limits=Limits(temporary=TEMPORARY_BYTES)))
    try:
        done = sandbox.exec(command, timeout=_TEMPLATE_SECONDS, output_limit=_MAX_TEMPLATE)
    finally:
        sandbox.destroy()
    if done.exit_code or not done.stdout or done.stdout_bytes > len(done.stdout):
        raise BootError(f"a cluster of PostgreSQL could not be made: {_tail(done)}")
    return done.stdout


SHARED_TEMPLATE = Template()
"""It depends on the machine only."""


class PostgresServer:
    """A PostgreSQL server with the user and the database of its variables, as the image `postgres` has them.

    Args:
        sandbox: Where it runs.
        service: Its declaration.
        address: Where it listens.
        env: `POSTGRES_USER`, `POSTGRES_PASSWORD`, `POSTGRES_DB` and `POSTGRES_HOST_AUTH_METHOD`.
        watch: Looks for secrets in its log.
        archive: The empty cluster.

    Raises:
        BootError: Its data cannot be written.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        service: ImageService,
        address: Address,
        env: Mapping[str, str],
        watch: SecretWatch,
        archive: bytes,
    ) -> None:
        self._sandbox = sandbox
        self._service = service
        self._address = address
        self._programs = str(postgres_folder())
        self.user = env.get("POSTGRES_USER") or _SUPERUSER
        self.database = env.get("POSTGRES_DB") or self.user
        self._password = env.get("POSTGRES_PASSWORD", "")
        method = env.get("POSTGRES_HOST_AUTH_METHOD") or ("scram-sha-256" if self._password else "trust")
        self._write_data(archive, f"local all all trust\nhost all all all {method}\n")
        settings = {
            **_SETTINGS,
            "listen_addresses": address.ip,
            "port": str(address.port),
            "unix_socket_directories": self.folder,
        }
        options = [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
        command = [f"{self._programs}/postgres", "-D", self.folder, *options]
        self._process = ServiceProcess(sandbox, service.name, command, watch=watch, environment=env)

    @property
    def name(self) -> str:
        """Name of the service."""
        return self._service.name

    @cached_property
    def folder(self) -> str:
        """Folder of its data and of its socket in the sandbox."""
        return f"/tmp/.service-{self._service.name}"  # noqa: S108 - the sandbox's own

    def wait(self, seconds: float) -> None:
        """Wait until it is ready, and make its user and database.

        Raises:
            BootError: It is not ready in time.
        """
        ready = [f"{self._programs}/pg_isready", "-q", "-h", self.folder, "-p", str(self._address.port)]
        wait_until_ready(self._sandbox, self._process, ready, seconds=seconds)
        self._prepare()
        if self._service.wait_for:
            wait_until_ready(self._sandbox, self._process, self._service.wait_for, seconds=seconds)

    def sql(self, statements: bytes, *, user: str | None = None, database: str | None = None) -> str:
        """Run statements and return what they print: rows without headers, columns separated by tabs.

        Args:
            statements: SQL, or commands of psql.
            user: The user; defaults to that of the service.
            database: The database; defaults to that of the service.

        Raises:
            BootError: A statement fails; the message is the database's.
        """
        done = self.psql(statements, user=user, database=database)
        if done.exit_code:
            raise BootError(f"SQL for the service {self.name!r} failed: {_tail(done)}")
        return done.stdout.decode("utf-8", "replace")

    def psql(self, statements: bytes, *, user: str | None = None, database: str | None = None) -> CommandResult:
        """Run statements and return how psql ended; see `sql`."""
        where = [
            "-h",
            self.folder,
            "-p",
            str(self._address.port),
            "-U",
            user or self.user,
            "-d",
            database or self.database,
        ]
        options = ["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        command = [f"{self._programs}/psql", *where, *options]
        return self._sandbox.exec(command, stdin=statements, timeout=_SQL_SECONDS)

    def dumped_log(self, start: str, end: str) -> CommandResult:
        """Return the records of its write-ahead log between two positions."""
        command = [f"{self._programs}/pg_waldump", "-p", f"{self.folder}/pg_wal", "-s", start, "-e", end]
        return self._sandbox.exec(command, timeout=_SQL_SECONDS, output_limit=_MAX_TEMPLATE)

    def _write_data(self, archive: bytes, access: str) -> None:
        unpack = f"mkdir -m 700 {self.folder} && tar -xzf - -C {self.folder} && chmod 700 {self.folder}"
        done = self._sandbox.exec(unpack, stdin=archive, timeout=_TEMPLATE_SECONDS)
        if not done.exit_code:
            done = self._sandbox.exec(f"cat > {self.folder}/pg_hba.conf", stdin=access.encode())
        if done.exit_code:
            raise BootError(f"the data of the service {self.name!r} could not be written: {_tail(done)}")

    def _prepare(self) -> None:
        user, database = _identifier(self.user), _identifier(self.database)
        statements = [] if self.user == _SUPERUSER else [f"CREATE ROLE {user} SUPERUSER LOGIN;"]
        if self._password:
            statements.append(f"ALTER ROLE {user} PASSWORD {_literal(self._password)};")
        if self.database != _SUPERUSER:
            statements.append(f"CREATE DATABASE {database} OWNER {user};")
        self.sql("\n".join(statements).encode(), user=_SUPERUSER, database=_SUPERUSER)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'"


def _tail(done: CommandResult) -> str:
    return done.stderr.decode("utf-8", "replace").strip()[-1000:] or f"exit code {done.exit_code}"
