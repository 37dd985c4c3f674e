"""Schema upgrades: tables are created directly in an empty database, and by Alembic migrations in an older one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select
from sqlalchemy.engine.mock import MockConnection

from ...errors import ConfigurationError
from .schema import SCHEMA_VERSION, metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Dialect
    from sqlalchemy.schema import ExecutableDDLElement

__all__ = ["MIGRATIONS", "upgrade_schema"]

MIGRATIONS = Path(__file__).with_name("migrations")

# Alembic's own table, defined as Alembic defines it.
_versions = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

_statements: dict[str, Sequence[str]] = {}


def upgrade_schema(connection: Connection) -> None:
    """Create or upgrade the tables within the connection's transaction.

    Raises:
        ConfigurationError: The database belongs to another program, or to a newer version of this one, or its
            migration history is lost.
    """
    found = inspect(connection).get_table_names()
    if not found:
        for statement in _creation(connection.dialect):
            connection.exec_driver_sql(statement)
        connection.execute(insert(_versions).values(version_num=SCHEMA_VERSION))
        return
    if _versions.name not in found and not {"tenants", "api_keys"} <= set(found):
        raise ConfigurationError(f"it holds other tables ({', '.join(sorted(found)[:3])}); choose another location")
    version = connection.scalar(select(_versions.c.version_num)) if _versions.name in found else None
    if version is None:
        raise ConfigurationError(
            "its migration history is lost (the table alembic_version is missing or empty); restore a backup, or, if "
            f"this version of ashr-labs was the last to use it, create that table with a column version_num and "
            f"insert '{SCHEMA_VERSION}'"
        )
    if version != SCHEMA_VERSION:
        _migrate(connection)


def _creation(dialect: Dialect) -> Sequence[str]:
    """Return the statements that create the tables and indexes.

    SQLAlchemy takes 15 ms to compile them, so a process does it once for each kind of database.
    """
    if dialect.name not in _statements:
        found: list[str] = []

        def record(statement: ExecutableDDLElement, *_: object, **__: object) -> None:
            found.append(str(statement.compile(dialect=dialect)))

        for tables in (metadata, _versions.metadata):
            tables.create_all(MockConnection(dialect, record), checkfirst=False)
        _statements[dialect.name] = tuple(found)
    return _statements[dialect.name]


def _migrate(connection: Connection) -> None:
    # Imported here: it takes a quarter of a second, and is needed once per upgrade.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise ConfigurationError(f"a newer version of ashr-labs wrote it; upgrade this one ({error})") from error
