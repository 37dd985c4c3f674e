"""Where an embedded platform keeps things: files, locks, versions of its tables, what text can hold."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects import sqlite

from ashr_labs.errors import ConfigurationError, ValidationError
from ashr_labs.local import open_platform
from ashr_labs.local.store.columns import JsonText, PlainText
from ashr_labs.local.store.engine import Database
from ashr_labs.local.store.schema import SCHEMA_VERSION, metadata
from ashr_labs.local.store.upgrade import MIGRATIONS
from support.local_api import Api

DIALECT = sqlite.dialect()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_what_was_stored_is_there_after_reopening(tmp_path: Path) -> None:
    """A file keeps datasets from one opening to the next, and without Alembic where it is of today's version."""
    path = tmp_path / "evals.db"
    with Api.opened(path) as api:
        dataset_id = api.dataset(dataset_source={"runs": {"a": {}}})

    with Api.opened(path) as api:
        assert {"runs": {"a": {}}} == api("get_dataset", dataset_id=dataset_id)["dataset"]["dataset_source"]


def test_platforms_in_memory_share_nothing() -> None:
    """Each opening without a path is a platform of its own."""
    with Api.opened() as first, Api.opened() as second:
        first.dataset()

        assert [] == second("list_datasets", tenant_id=1)["datasets"]


def test_one_process_may_open_a_file_twice(tmp_path: Path) -> None:
    """Two openings of one file in a process see the same things; the file is free when both are closed."""
    path = tmp_path / "evals.db"
    with Api.opened(path) as first:
        with Api.opened(tmp_path / "." / "evals.db") as second:
            dataset_id = first.dataset()
            assert dataset_id == second("get_dataset", dataset_id=dataset_id)["dataset"]["id"]
            second.platform.close()
        assert dataset_id == first("get_dataset", dataset_id=dataset_id)["dataset"]["id"]

    Database(path).close()


def test_a_platform_that_nobody_has_any_more_lets_go_of_its_file(tmp_path: Path) -> None:
    """Dropping the last reference closes the platform, as `close` does."""
    path = tmp_path / "evals.db"
    platform = open_platform(path)
    del platform

    Database(path).close()


def test_a_second_process_is_told_what_to_do(tmp_path: Path) -> None:
    """Another process gets an error that names the file and `ashr-labs serve`; once the file is free it may open it."""
    path = tmp_path / "evals.db"
    code = f"""
from ashr_labs.errors import ConfigurationError
from ashr_labs.local import open_platform
try:
    open_platform({str(path)!r}).close()
except ConfigurationError as error:
    print(error)
"""
    with Api.opened(path):
        refused = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    allowed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert str(path) in refused.stdout
    assert f"ashr-labs serve --database {path}" in refused.stdout
    assert ("", "") == (allowed.stdout, allowed.stderr)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_cannot_harm_the_file(tmp_path: Path) -> None:
    """In a child of the process that opened it a platform refuses to work, and closing it there changes nothing."""
    path = tmp_path / "evals.db"
    with Api.opened(path) as api:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:  # pragma: no cover (in the child)
            os.write(writer, refusal_in_child(api, path).encode())
            api.platform.close()
            os._exit(0)
        os.waitpid(child, 0)

        assert 2 == os.read(reader, 2000).count(b"before this process was forked")
        assert 1 == api.dataset()
        os.close(reader)
        os.close(writer)


def refusal_in_child(api: Api, path: Path) -> str:
    called = api.answer("keep_alive").body["message"]
    with pytest.raises(ConfigurationError) as opened:
        open_platform(path)
    return f"{called} {opened.value}"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    """The database, its journals, its lock and the key file are readable by their owner only."""
    old = os.umask(0)
    try:
        with Api.opened(tmp_path / "evals.db") as api:
            api.dataset()
            assert api.platform.write_first_key(tmp_path / "evals.db.key")
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    finally:
        os.umask(old)

    assert {"evals.db", "evals.db-wal", "evals.db-shm", "evals.db.lock", "evals.db.key"} == set(modes)
    assert {0o600} == set(modes.values())


def foreign_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()


def newer_database(path: Path) -> None:
    Database(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()


def damaged_database(path: Path, table: str) -> None:
    Database(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"DROP TABLE {table}")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda path: path.write_bytes(b"no database " * 100), "not a database"),
        (lambda path: path.mkdir(), "directory"),
        (foreign_database, "songs"),
        (newer_database, "newer version"),
        (lambda path: damaged_database(path, "jobs"), "no such table: jobs"),
        (lambda path: damaged_database(path, "settings"), "no such table: settings"),
    ],
    ids=["garbage", "folder", "foreign", "newer", "without jobs", "without settings"],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(tmp_path: Path, prepare: Any, reason: str) -> None:
    """A file that is not a database of ours is refused, untouched, and free for others afterwards."""
    path = tmp_path / "other.db"
    prepare(path)
    before = path.read_bytes() if path.is_file() else None

    for _ in range(2):
        with pytest.raises(ConfigurationError, match=reason) as caught:
            open_platform(path)
        assert str(path) in str(caught.value)

    assert before == (path.read_bytes() if path.is_file() else None)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A path whose folder does not exist is refused with the path."""
    with pytest.raises(ConfigurationError, match=r"missing.evals\.db.*No such file"):
        open_platform(tmp_path / "missing" / "evals.db")


def migrated(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return engine


def test_the_migrations_make_the_tables_of_the_schema(tmp_path: Path) -> None:
    """Going through all migrations gives the very tables that a new database is made with."""
    engine = migrated(tmp_path / "migrated.db")
    Database(tmp_path / "made.db").close()
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()

    assert [] == differences
    assert described(tmp_path / "made.db") == described(tmp_path / "migrated.db")


def described(path: Path) -> dict[str, Any]:
    """Return what SQLite itself knows of every table: columns, keys, indexes."""
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    known: dict[str, Any] = {}
    for table in tables:
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        references = sorted(row[2:] for row in connection.execute(f"PRAGMA foreign_key_list({table})"))
        indexes = sorted(
            (name, unique, partial, connection.execute(f"PRAGMA index_info('{name}')").fetchall())
            for _, name, unique, _, partial in connection.execute(f"PRAGMA index_list({table})")
        )
        known[table] = columns, references, indexes
    connection.close()
    return known


def test_the_version_is_that_of_the_last_migration() -> None:
    """The version that new databases are stamped with is the newest migration's."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert SCHEMA_VERSION == ScriptDirectory.from_config(config).get_current_head()


def test_an_older_database_is_upgraded_on_opening(tmp_path: Path) -> None:
    """A database without the newest migrations goes through them when it is opened."""
    path = tmp_path / "old.db"
    Database(path).close()
    connection = sqlite3.connect(path)
    connection.executescript("".join(f"DROP TABLE {table.name};" for table in reversed(metadata.sorted_tables)))
    connection.execute("DELETE FROM alembic_version")
    connection.commit()
    connection.close()

    with Api.opened(path) as api:
        assert 1 == api.dataset()
    assert SCHEMA_VERSION == version_of(path)


def version_of(path: Path) -> str:
    connection = sqlite3.connect(path)
    (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    return version


@given(JSON)
def test_json_columns_keep_every_value(value: Any) -> None:
    """Whatever JSON can say comes back the same, kinds of numbers and the order of keys included."""
    kept = JsonText().process_bind_param(value, DIALECT)

    assert kept is None or kept.isascii()
    assert json.dumps(value) == json.dumps(JsonText().process_result_value(kept, DIALECT))


def test_json_columns_refuse_what_is_no_json() -> None:
    """A number beyond what JSON has is refused, not stored."""
    with pytest.raises(ValidationError, match="too large"):
        JsonText().process_bind_param({"a": [float("inf")]}, DIALECT)


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83e", "\udc00"])
def test_text_columns_refuse_what_databases_cannot_hold(text: str) -> None:
    """NUL and lone surrogates are refused with their position."""
    with pytest.raises(ValidationError, match="position"):
        PlainText().process_bind_param(text, DIALECT)


@pytest.mark.parametrize("text", ["", "Übung 🤖", "' OR 1=1 --", None])
def test_text_columns_take_everything_else(text: str | None) -> None:
    """Any other text is passed on as it is."""
    assert text == PlainText().process_bind_param(text, DIALECT)
