"""The platform on PostgreSQL: URLs, outages, and several processes on one database."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from sqlalchemy import URL

from ashr_labs import AshrLabsClient
from ashr_labs.errors import ConfigurationError
from ashr_labs.local import open_platform
from ashr_labs.local.hosting.sessions import Hosting
from ashr_labs.local.platform import Platform
from ashr_labs.local.sandboxes import Sandboxes
from ashr_labs.local.sealing import Sealing
from ashr_labs.local.settings import Settings
from ashr_labs.local.store.database_url import display_name, parse_target
from ashr_labs.local.store.engine import Database
from support.local_api import Api
from support.postgresql import PostgreSQLServer

SECRET = "s3cret"
CHOSEN = "tp_chosen_by_a_script"
NOWHERE = f"postgresql://me:{SECRET}@127.0.0.1:1/evals?connect_timeout=2"


@pytest.fixture(name="url")
def _url(postgresql: PostgreSQLServer) -> Generator[str]:
    with postgresql.platform() as url:
        yield url


@pytest.fixture(name="apis")
def _apis(url: str) -> Generator[list[Api]]:
    """Open one database twice, as two processes do, each with its own connections and workers."""
    with Api.opened(url) as one, Api.opened(f"{url}&application_name=another") as other:
        assert one.platform is not other.platform
        yield [one, other]


@pytest.mark.parametrize(
    ("given", "label"),
    [
        (f"postgresql://me:{SECRET}@db.example:5433/evals", "postgresql://me@db.example:5433/evals"),
        (f"postgres://me:{SECRET}@db.example/evals?sslmode=require", "postgresql://me@db.example/evals"),
        (f"postgresql+psycopg://db.example/evals?user=me&password={SECRET}", "postgresql://db.example/evals"),
        (f"POSTGRESQL://me:{SECRET}@[::1]/evals", "postgresql://me@[::1]/evals"),
        (
            f"postgresql:///evals?host=/run/postgresql&password={SECRET}&password=2",
            "postgresql:///run/postgresql/evals",
        ),
        ("postgresql://", "postgresql:///"),
    ],
)
def test_url_is_shown_without_password(given: str, label: str) -> None:
    """The name of a database in messages has host and user, and does not have the password."""
    target = parse_target(given)

    assert isinstance(target, URL)
    assert label == display_name(target)
    assert SECRET not in f"{target} {target!r}"
    assert (SECRET in given) == (target.password == SECRET)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (f"mysql://me:{SECRET}@db/evals", "`mysql://...`"),
        (f"sqlite:///{SECRET}.db", "`sqlite://...`"),
        (f"postgresql+asyncpg://me:{SECRET}@db/evals", "SQLite file"),
        (f"postgresql://me@db:{SECRET}/evals", "cannot be parsed"),
        (NOWHERE, r"postgresql://me@127\.0\.0\.1:1/evals .*refused"),
    ],
)
def test_unusable_url_is_rejected_without_password(given: str, reason: str) -> None:
    """An unsupported, malformed or unreachable URL gives a reason on one line."""
    with pytest.raises(ConfigurationError, match=reason) as caught:
        open_platform(given)

    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    assert SECRET not in " ".join(map(repr, chain))
    assert "\n" not in str(caught.value)


def test_missing_extra_names_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PostgreSQL URL without psycopg names it and the command to install it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(ConfigurationError, match=r'`psycopg`.*pip install "ashr-labs\[postgres\]>=0\.4"'):
        open_platform(NOWHERE)


@pytest.mark.parametrize(
    ("options", "reason"),
    [("ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'", "SQL_ASCII"), ("", "songs")],
    ids=["encoding", "foreign"],
)
def test_unusable_database_is_rejected_with_reason(postgresql: PostgreSQLServer, options: str, reason: str) -> None:
    """A database with another encoding, or of another program, is rejected with the reason."""
    url = postgresql.new_database(options=options)
    postgresql.execute("CREATE TABLE songs (title TEXT)", url=url)

    with pytest.raises(ConfigurationError, match=f"cannot use postgresql://.*{reason}"):
        open_platform(url)


def test_local_client_persists_data_in_postgresql(url: str) -> None:
    """`AshrLabsClient.local()` accepts a URL, hides its password, and finds stored data again."""
    with AshrLabsClient.local(url.replace("postgres@", f"postgres:{SECRET}@")) as client:
        agent = client.create_agent(name="Bot", config={"metadata": {"text": "\ud83e", "deep": [1, 1.0, None]}})
        assert SECRET not in repr(client)

    with AshrLabsClient.local(url) as client:
        assert agent["config"] == client.list_agents()[0]["config"]


def test_url_parameters_select_a_schema(url: str) -> None:
    """Parameters of the URL are used, such as a schema of its own."""
    with psycopg.connect(url) as beside:
        beside.execute("CREATE SCHEMA IF NOT EXISTS ashr")
    with Api.opened(f"{url}&options=-csearch_path%3Dashr") as chosen, Api.opened(url) as api:
        api.dataset(name="elsewhere")

        assert [] == chosen("list_datasets", tenant_id=1)["datasets"]


def test_text_is_ordered_by_code_points(postgresql: PostgreSQLServer) -> None:
    """Text is ordered by code points in a database with an English locale too, as in SQLite."""
    url = postgresql.new_database(options="LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0")
    with Api.opened(url) as api:
        for name in ("b", "A", "a", "B"):
            spans = [{"id": name, "type": "span", "name": f"tool:{name}"}]
            api("ingest_observability_trace", trace={"name": "t", "observations": spans})
        tools = api("get_observability_analytics")["tool_performance"]

    assert ["A", "B", "a", "b"] == [tool["tool_name"] for tool in tools]


def test_restarted_server_is_reconnected(postgresql: PostgreSQLServer, apis: list[Api]) -> None:
    """While the server is down calls get a 503; afterwards calls and grading continue, and nothing is lost."""
    api, _ = apis
    dataset_id = api.dataset()
    postgresql.stop("immediate")
    try:
        message = api.refused(503, "create_run", tenant_id=1, dataset_id=dataset_id, result={})
        assert "down" in message
    finally:
        postgresql.start()

    assert "completed" == api.settled_run(api.run(dataset_id))["grading_status"]


def test_outage_logs_one_line(postgresql: PostgreSQLServer, apis: list[Api], caplog: pytest.LogCaptureFixture) -> None:
    """A database that is down is logged without a traceback."""
    postgresql.stop("immediate")
    try:
        apis[0].refused(503, "init")
    finally:
        postgresql.start()

    assert "Traceback" not in caplog.text
    assert "the database is unavailable" in caplog.text


def test_concurrent_openings_initialize_once(postgresql: PostgreSQLServer) -> None:
    """Of several processes that open an empty database, one creates tables, owner and key, and all use them."""
    target = parse_target(postgresql.new_database())
    together = threading.Barrier(6)

    def start(_: int) -> tuple[int, int]:
        together.wait()
        database = Database(target)
        sandboxes = Sandboxes(database=database, now=time.time, limit=1, platform=lambda: platform)
        settings = Settings.from_env({})
        sealing = Sealing(target, settings.secrets_key)
        platform = Platform(
            database,
            {},
            settings=settings,
            release=database.close,
            sandboxes=sandboxes,
            sealing=sealing,
            hosting=Hosting(database, sandboxes, sealing, settings, lambda _: None, time.time),
        )
        api = Api(platform, platform.bootstrap(CHOSEN))
        user = api("init")["user"]
        found = user["id"], len(api("list_api_keys")["api_keys"])
        platform.close()
        return found

    with ThreadPoolExecutor(6) as threads:
        assert {(1, 1)} == set(threads.map(start, range(6)))


def test_idempotency_key_is_shared_by_processes(apis: list[Api]) -> None:
    """Concurrent calls to several processes with one idempotency key run once and get the same response."""
    together = threading.Barrier(8)

    def send(number: int) -> object:
        together.wait()
        return apis[number % 2]("create_agent", name="Bot", idempotency_key="k")

    with ThreadPoolExecutor(8) as threads:
        first, *others = threads.map(send, range(8))

    assert [first] * 7 == others
    assert 1 == len(apis[0]("list_agents")["agents"])


def test_repeated_call_waits_for_the_first_response(url: str) -> None:
    """A repeated call waits for the first response, and gets a 409 after the lock timeout."""
    with ExitStack() as stack:
        api = stack.enter_context(Api.opened(f"{url}&options=-c%20lock_timeout=100ms"))
        elsewhere = stack.enter_context(psycopg.connect(url))
        elsewhere.execute("INSERT INTO idempotency VALUES (1, 'k', '2999-01-01T00:00:00.000000Z', '', NULL)")

        assert "still in progress" in api.refused(409, "create_agent", name="Bot", idempotency_key="k")
        elsewhere.rollback()

        assert "Bot" == api("create_agent", name="Bot", idempotency_key="k")["agent"]["name"]


def test_agent_deletion_waits_for_concurrent_link(url: str) -> None:
    """Deleting an agent waits for a concurrent call in another process that links a dataset to it."""
    with Api.opened(url) as api, psycopg.connect(url) as elsewhere:
        agent_id = api("create_agent", name="Bot")["agent"]["id"]
        elsewhere.execute("UPDATE agents SET is_active = false WHERE id = %s", [agent_id])
        with ThreadPoolExecutor(1) as thread:
            linked = thread.submit(api.answer, "create_dataset", name="d", dataset_source={}, agent_id=agent_id)
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            while elsewhere.execute(waiting).fetchone() != (1,):
                assert not linked.done()
            elsewhere.commit()

            assert 404 == linked.result().status


def test_concurrent_duplicate_trace_is_stored_once(apis: list[Api]) -> None:
    """A trace sent to two processes concurrently is stored once, with one set of observations."""
    trace = {"id": "t", "name": "t", "observations": [{"id": str(n), "type": "span", "name": "s"} for n in range(9)]}

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: apis[n % 2]("ingest_observability_trace", trace=trace), range(32)))

    assert 1 == apis[0]("list_observability_traces")["total"]
    assert trace["observations"] == apis[1]("get_observability_trace", trace_id="t")["trace"]["observations"]


def test_connections_per_process_are_limited(url: str) -> None:
    """A process that opens a URL many times has at most 16 connections."""
    with ExitStack() as stack:
        apis = [stack.enter_context(Api.opened(url)) for _ in range(3)]
        with ThreadPoolExecutor(40) as threads:
            list(threads.map(lambda n: apis[n % 3].dataset(), range(120)))
        with psycopg.connect(url) as beside:
            (connections,) = beside.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchone() or (0,)

    assert 1 < connections <= 16
