"""Storage of the embedded platform: files, locks, schema versions, column types."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
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
from sqlalchemy import URL, Connection, Inspector, TextClause, create_engine, inspect, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from ashr_labs.bundles import pack_files
from ashr_labs.errors import ConfigurationError, ValidationError
from ashr_labs.local import open_platform
from ashr_labs.local.store.columns import JSONText, PlainText
from ashr_labs.local.store.database_url import parse_target
from ashr_labs.local.store.engine import Database
from ashr_labs.local.store.schema import SCHEMA_VERSION, metadata
from ashr_labs.local.store.upgrade import MIGRATIONS
from support.local_api import MOMENT, Api, Place, call_of, database_on
from support.postgresql import PostgreSQLServer

DIALECT = sqlite.dialect()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_dataset_persists_after_reopening(kept_place: Place) -> None:
    """A dataset exists when the database is opened again."""
    with Api.opened(kept_place) as api:
        dataset_id = api.dataset(dataset_source={"runs": {"a": {"actions": []}}})

    with Api.opened(kept_place) as api:
        stored = api("get_dataset", dataset_id=dataset_id)["dataset"]
        assert {"runs": {"a": {"actions": []}}} == stored["dataset_source"]


def test_in_memory_platforms_are_isolated() -> None:
    """Each platform opened without a path is separate."""
    with Api.opened() as first, Api.opened() as second:
        first.dataset()

        assert [] == second("list_datasets", tenant_id=1)["datasets"]


def test_file_may_be_opened_twice_in_one_process(tmp_path: Path) -> None:
    """Two openings of one file in a process share its data; the file is released when both are closed."""
    path = tmp_path / "evals.db"
    with Api.opened(path) as first:
        with Api.opened(tmp_path / "." / "evals.db") as second:
            dataset_id = first.dataset()
            assert dataset_id == second("get_dataset", dataset_id=dataset_id)["dataset"]["id"]
            second.platform.close()
        assert dataset_id == first("get_dataset", dataset_id=dataset_id)["dataset"]["id"]

    Database(path).close()


def test_unreferenced_platform_releases_its_file(tmp_path: Path) -> None:
    """Dropping the last reference closes the platform, as `close` does."""
    path = tmp_path / "evals.db"
    platform = open_platform(path)
    del platform

    Database(path).close()


def test_second_process_gets_error_with_advice(tmp_path: Path) -> None:
    """Another process gets an error that names the file and `ashr-labs serve`, until the file is released."""
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
def test_forked_child_cannot_use_the_file(tmp_path: Path) -> None:
    """In a forked child the platform refuses to work, and closing it there changes nothing."""
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
def test_files_are_readable_by_owner_only(tmp_path: Path) -> None:
    """Only the owner can read the database, its journals, its lock and the key file."""
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


@pytest.mark.skipif(sys.platform != "linux", reason="other systems mix up these locks")
@pytest.mark.parametrize("process", ["same", "other"])
def test_hard_link_is_locked_too(tmp_path: Path, process: str) -> None:
    """A second opening through a hard link is rejected, and does not harm the first one."""
    path, link = tmp_path / "evals.db", tmp_path / "link.db"
    with Api.opened(path) as api:
        link.hardlink_to(path)
        if process == "same":
            with pytest.raises(ConfigurationError, match="in use"):
                open_platform(link)
        else:
            code = f"from ashr_labs.local import open_platform; open_platform({str(link)!r})"
            refused = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
            assert "in use by another process" in refused.stderr
        assert 1 == api.dataset()
    Database(link).close()


@pytest.mark.parametrize("replacement", [None, b""], ids=["deleted", "replaced"])
def test_deleted_file_is_detected(tmp_path: Path, replacement: bytes | None) -> None:
    """Calls get a 503 with the reason, instead of writing to a file that nothing can open any more."""
    path = tmp_path / "evals.db"
    with Api.opened(path) as api:
        api.dataset()
        path.unlink()
        if replacement is not None:
            path.write_bytes(replacement)

        assert "was deleted or replaced" in refusal(api, "list_datasets", tenant_id=1)
        assert "was deleted or replaced" in refusal(api, "create_agent", name="x")


def refusal(api: Api, function: str, **params: Any) -> str:
    body = json.dumps({"function": function, **params}).encode()
    response = api.platform.answer(call_of(body, api.key))
    assert 503 == response.status, response.body
    return response.body["message"]


def test_locked_database_is_a_503(tmp_path: Path) -> None:
    """While another program locks the file, a write fails within a second with the reason; reads go on."""
    path = tmp_path / "evals.db"
    with Api.opened(path) as api:
        other = sqlite3.connect(path)
        other.execute("BEGIN IMMEDIATE")
        begin = time.monotonic()
        assert "another program has locked the file" in refusal(api, "create_agent", name="x")
        assert time.monotonic() - begin < 5
        assert [] == api("list_datasets", tenant_id=1)["datasets"]
        other.close()

        assert "x" == api("create_agent", name="x")["agent"]["name"]


@pytest.mark.skipif(os.name != "posix", reason="file size limits are POSIX")
def test_full_disk_is_a_503(tmp_path: Path) -> None:
    """A write that does not fit is a 503 with the reason and when to repeat it, and works once there is space."""
    code = """
import resource, sys
from pathlib import Path
from support.local_api import Api, call_of
with Api.opened(Path(sys.argv[1])) as api:
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, resource.RLIM_INFINITY))
    body = b'{"function": "create_dataset", "name": "x", "dataset_source": {"a": "' + b"x" * 2_000_000 + b'"}}'
    refused = api.platform.answer(call_of(body, api.key))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(refused.status, refused.headers["retry-after"], refused.body["message"])
    print(api.dataset(), len(api("list_datasets", tenant_id=1)["datasets"]))
"""
    command = [sys.executable, "-c", code, str(tmp_path / "evals.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent)

    refused, stored = done.stdout.splitlines()
    assert refused.startswith("503 1 the platform's database is unavailable: the ")
    assert "1 1" == stored
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_readable_file_is_made_private(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An existing database with open modes is tightened on opening, with a warning."""
    path = tmp_path / "evals.db"
    Database(path).close()
    path.chmod(0o644)

    with Api.opened(path) as api:
        api.dataset()
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}

    assert {0o600} == modes
    assert "from 0644 to 0600" in caplog.text


def test_backup_of_running_platform(tmp_path: Path) -> None:
    """`VACUUM INTO` by another program copies every commit of a running platform, which goes on meanwhile."""
    path, backup = tmp_path / "evals.db", tmp_path / "backup.db"
    with Api.opened(path) as api:
        dataset_id = api.dataset()
        other = sqlite3.connect(path)
        other.execute("VACUUM INTO ?", [str(backup)])
        other.close()
        assert dataset_id + 1 == api.dataset()

    with Api.opened(backup) as api:
        assert [dataset_id] == [dataset["id"] for dataset in api("list_datasets", tenant_id=1)["datasets"]]


@pytest.mark.parametrize("statement", ["DELETE FROM alembic_version", "DROP TABLE alembic_version"])
def test_missing_schema_version_is_rejected_with_advice(tmp_path: Path, statement: str) -> None:
    """A database without its schema version is rejected unchanged, and opens again once the version is restored."""
    path = tmp_path / "evals.db"
    Database(path).close()
    execute(path, statement)

    with pytest.raises(ConfigurationError, match=f"migration history is lost.*'{SCHEMA_VERSION}'"):
        open_platform(path)

    execute(path, "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32))")
    execute(path, f"INSERT INTO alembic_version VALUES ('{SCHEMA_VERSION}')")
    open_platform(path).close()


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
def test_unusable_file_is_rejected_with_reason(tmp_path: Path, prepare: Any, reason: str) -> None:
    """A file that is not a platform's database is rejected, unchanged and released."""
    path = tmp_path / "other.db"
    prepare(path)
    before = path.read_bytes() if path.is_file() else None

    for _ in range(2):
        with pytest.raises(ConfigurationError, match=reason) as caught:
            open_platform(path)
        assert str(path) in str(caught.value)

    assert before == (path.read_bytes() if path.is_file() else None)


def test_missing_directory_is_named(tmp_path: Path) -> None:
    """A path whose folder does not exist is rejected with the path."""
    with pytest.raises(ConfigurationError, match=r"missing.evals\.db.*No such file"):
        open_platform(tmp_path / "missing" / "evals.db")


def waits_for_disk(connection: Connection) -> bool:
    """Return True if the next commit waits for the disk."""
    if connection.dialect.name == "sqlite":
        return 2 == connection.exec_driver_sql("PRAGMA synchronous").scalar()
    return "on" == connection.exec_driver_sql("SHOW synchronous_commit").scalar()


def test_asynchronous_commit_keeps_later_commits_durable(empty_places: tuple[Place, Place]) -> None:
    """A transaction with asynchronous commit, even a failed one, leaves later ones durable."""
    database = database_on(empty_places[0])
    with suppress(LookupError), database.write_async_commit() as connection:
        assert not waits_for_disk(connection)
        raise LookupError
    with database.write_async_commit() as connection:
        assert not waits_for_disk(connection)
    with database.write() as connection:
        assert waits_for_disk(connection)
    database.close()


def migrate(place: Place, revision: str) -> None:
    """Run the migrations on an empty database up to a version."""
    target = parse_target(place)
    engine = create_engine(target if isinstance(target, URL) else f"sqlite:///{target}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_migrations_match_the_schema(empty_places: tuple[Place, Place]) -> None:
    """All migrations together create the same tables as a new database has."""
    migrated, made = empty_places
    migrate(migrated, "head")
    database_on(made).close()
    database = database_on(migrated)
    with database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    database.close()

    assert [] == differences
    assert described(made) == described(migrated)


@pytest.fixture(name="empty_places", params=["sqlite", "postgresql"])
def _empty_places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Place, Place]:
    """Return two empty databases without tables."""
    if request.param == "sqlite":
        return tmp_path / "one.db", tmp_path / "other.db"
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    return server.new_database(), server.new_database()


def described(place: Place) -> dict[str, Any]:
    """Return the columns, keys and indexes of every table, as the database reports them."""
    database = database_on(place)
    with database.read() as connection:
        about = inspect(connection)
        known: dict[str, Any] = {
            table: [
                about.get_pk_constraint(table),
                *(sorted(map(written, found)) for found in parts_of(about, table)),
            ]
            for table in about.get_table_names()
        }
    database.close()
    return known


def parts_of(about: Inspector, table: str) -> list[list[Any]]:
    return [
        about.get_columns(table),
        about.get_foreign_keys(table),
        about.get_indexes(table),
        about.get_unique_constraints(table),
    ]


def written(part: object) -> str:
    return json.dumps(part, default=lambda value: value.text if isinstance(value, TextClause) else repr(value))


def known_revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


REVISIONS = known_revisions()[:-1]
"""The schema versions before the current one."""


def test_tables_are_those_of_the_last_migration() -> None:
    """Each migration has one successor, and the schema is the last one's."""
    assert [*REVISIONS, SCHEMA_VERSION] == known_revisions()
    assert len(REVISIONS) == len({*REVISIONS}) == len([*(MIGRATIONS / "versions").glob("[0-9]*.py")]) - 1


@pytest.mark.parametrize("revision", REVISIONS)
def test_former_version_is_upgraded(empty_places: tuple[Place, Place], revision: str) -> None:
    """A database of any former version keeps its rows, and its waiting jobs run."""
    place, _ = empty_places
    migrate(place, revision)
    execute(place, f"INSERT INTO tenants VALUES (1, '{MOMENT}', 'Local', true)")
    execute(place, f"INSERT INTO users VALUES (1, 1, '{MOMENT}', 'a@b.c', NULL, true)")
    execute(
        place,
        "INSERT INTO runs (id, tenant_id, dataset_id, runner_id, created_at, result, grading_status)"
        f" VALUES (7, 1, 1, 1, '{MOMENT}', '{{}}', 'running')",
    )
    execute(place, f"INSERT INTO jobs {former_job(revision)}")

    with Api.opened(place) as api:
        assert "completed" == api.settled_run(7)["grading_status"]
        assert 1 == len(api("list_runs", tenant_id=1)["runs"])
    assert [(SCHEMA_VERSION,)] == execute(place, "SELECT version_num FROM alembic_version")


def former_job(revision: str) -> str:
    """Return the columns and values of a job that a worker was busy with."""
    if revision >= "0005":
        columns = "id, tenant_id, created_at, kind, subject, attempts, version, due_at"
        return f"({columns}) VALUES (1, 1, '{MOMENT}', 'grade_run', '7', 1, 0, '{MOMENT}')"
    return f"VALUES (1, '{MOMENT}', 'grade_run', 7, 1, " + ("true)" if revision < "0004" else f"'{MOMENT}')")


def test_scenarios_of_former_versions_have_their_sandbox(empty_places: tuple[Place, Place]) -> None:
    """The sandboxes of results are found by their scenarios, whatever an agent has printed."""
    place, _ = empty_places
    migrate(place, "0017")
    execute(place, f"INSERT INTO tenants VALUES (1, '{MOMENT}', 'Local', true)")
    execute(place, f"INSERT INTO users VALUES (1, 1, '{MOMENT}', 'a@b.c', NULL, true)")
    execute(
        place,
        "INSERT INTO experiments (tenant_id, id, created_at, creator_id, name, spec_id, spec_version, seed, status,"
        f" run, total_scenarios) VALUES (1, 'exp', '{MOMENT}', 1, 'x', 's', 1, 0, 'completed', 1, 3)",
    )
    said = '"agent_output":"' + r"\u0000\ud800 " + '"}'
    head = '{"scenario_id":"default-r1","sandbox_id"'
    results = [f"""'{head}:"sb-7",{said}'""", f"""'{head}:"",{said}'""", "NULL"]
    for number, result in enumerate(results, 1):
        execute(
            place,
            "INSERT INTO experiment_scenarios (id, tenant_id, experiment_id, run, position, scenario_id, point,"
            " replica, seed, parameters, status, wall_ms, tool_calls, tool_errors, tokens, cost_usd, violations,"
            f" result) VALUES ({number}, 1, 'exp', 1, {number}, 'x', 'x', 1, 0, '{{}}', 'pass', 0, 0, 0, 0, 0, 0,"
            f" {result})",
        )

    database_on(place).close()

    found = execute(place, "SELECT sandbox_id FROM experiment_scenarios ORDER BY id")
    assert [("sb-7",), (None,), (None,)] == found


def test_waiting_traces_are_migrated_to_jobs(empty_places: tuple[Place, Place]) -> None:
    """Waiting and failed traces of the former queue are in the queue of all jobs; jobs of deleted runs are dropped."""
    place, _ = empty_places
    migrate(place, "0004")
    execute(place, f"INSERT INTO tenants VALUES (1, '{MOMENT}', 'Local', true)")
    columns = "tenant_id, id, created_at, input_tokens, output_tokens, tool_calls, has_error, has_tool_error, content"
    for name in ("waiting", "failed"):
        row = f"1, '{name}', '{MOMENT}', 0, 0, 0, false, false, '{{}}'"
        execute(place, f"INSERT INTO traces ({columns}) VALUES ({row})")
    execute(place, f"INSERT INTO forwards VALUES (1, 'waiting', '{MOMENT}', 2, '{MOMENT}', 'status 503')")
    execute(place, f"INSERT INTO forwards VALUES (1, 'failed', '{MOMENT}', 20, NULL, 'status 400')")
    execute(place, f"INSERT INTO jobs VALUES (1, '{MOMENT}', 'grade_run', 7, 1, NULL)")

    database_on(place).close()

    found = execute(place, "SELECT tenant_id, kind, subject, attempts, version, due_at, error FROM jobs")
    assert {
        (1, "forward_trace", "waiting", 2, 0, MOMENT, "status 503"),
        (1, "forward_trace", "failed", 20, 0, None, "status 400"),
    } == set(found)


def test_bundles_of_deployed_agents_are_moved(empty_places: tuple[Place, Place]) -> None:
    """Deployed agents keep their files, and agents of a tenant with the same files share them."""
    place, _ = empty_places
    migrate(place, "0017")
    execute(place, f"INSERT INTO tenants VALUES (1, '{MOMENT}', 'Local', true)")
    execute(place, f"INSERT INTO users VALUES (1, 1, '{MOMENT}', 'a@b.c', NULL, true)")
    bundle = pack_files({"CLAUDE.md": b"Be brief."})
    literal = f"X'{bundle.content.hex()}'" if isinstance(place, Path) else f"'\\x{bundle.content.hex()}'::bytea"
    for name in ("one", "two"):
        execute(
            place, f"INSERT INTO hosted_agents VALUES ('{name}', 1, '{MOMENT}', '{MOMENT}', '{name}', 3, {literal})"
        )

    with Api.opened(place) as api:
        assert [3, 3] == [agent["version"] for agent in api.got("/api/agents")["agents"]]
        assert ["CLAUDE.md"] == [file["path"] for file in api.got("/api/agents/two/files")["files"]]
        assert 200 == api.send("DELETE", "/api/agents/one").status
        assert "Be brief." == api.got("/api/agents/two/files/CLAUDE.md")["content"]
        assert 200 == api.send("DELETE", "/api/agents/two").status
    assert [] == execute(place, "SELECT digest FROM bundles")


def execute(place: Place, statement: str) -> list[Any]:
    """Run SQL on the database file directly."""
    target = parse_target(place)
    engine = create_engine(target if isinstance(target, URL) else f"sqlite:///{target}")
    with engine.begin() as connection:
        found = connection.exec_driver_sql(statement)
        rows = [tuple(row) for row in found] if found.returns_rows else []
    engine.dispose()
    return rows


def test_new_database_has_latest_version() -> None:
    """New databases are stamped with the newest migration."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert SCHEMA_VERSION == ScriptDirectory.from_config(config).get_current_head()


@given(JSON)
def test_json_columns_keep_every_value(value: Any) -> None:
    """Any JSON value is read back unchanged, including number types and key order."""
    kept = JSONText().process_bind_param(value, DIALECT)

    assert kept is None or kept.isascii()
    assert json.dumps(value) == json.dumps(JSONText().process_result_value(kept, DIALECT))


def test_json_columns_reject_non_json_numbers() -> None:
    """A number that JSON does not have is rejected."""
    with pytest.raises(ValidationError, match="too large"):
        JSONText().process_bind_param({"a": [float("inf")]}, DIALECT)


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83e", "\udc00"])
def test_text_columns_reject_nul_and_lone_surrogates(text: str) -> None:
    """NUL and lone surrogates are rejected with their position."""
    with pytest.raises(ValidationError, match="position"):
        PlainText().process_bind_param(text, DIALECT)


@pytest.mark.parametrize("text", ["", "Übung 🤖", "' OR 1=1 --", None])
def test_text_columns_keep_other_text(text: str | None) -> None:
    """Any other text is stored unchanged."""
    assert text == PlainText().process_bind_param(text, DIALECT)


def test_unusable_place_is_refused() -> None:
    """A place that is neither a path nor a URL is named in the error."""
    for place in (3, True, b"evals.db", ["evals.db"]):
        with pytest.raises(ConfigurationError, match="`path` must be the path of a file, a URL or None, got"):
            open_platform(place)  # type: ignore[arg-type]


_SLOW = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT sum(i) FROM n")


def test_closing_waits_for_readers_of_other_threads() -> None:
    """A database in memory that is closed while threads read it does not crash the process."""

    def read(database: Database, closed: threading.Event) -> None:
        with suppress(ConfigurationError, SQLAlchemyError):
            while not closed.is_set():
                with database.read() as connection:
                    connection.execute(_SLOW).scalar()

    for _ in range(30):
        database, closed = Database(), threading.Event()
        readers = [threading.Thread(target=read, args=(database, closed)) for _ in range(3)]
        for reader in readers:
            reader.start()
        time.sleep(0.01)  # in the middle of reads
        database.close()
        closed.set()
        for reader in readers:
            reader.join()
