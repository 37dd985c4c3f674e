"""The platform: keys, bodies, the contract, idempotency, concurrency."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.errors import ConfigurationError
from ashr_labs.local import open_platform
from ashr_labs.local.exchange import PlatformRequest
from ashr_labs.local.operations import OPERATIONS
from support.local_api import Api, Place, call_of

CHOSEN = "tp_chosen_by_a_script"


class Clock:
    """A clock controlled by a test."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


def send(api: Api, body: bytes, authorization: str | None = None) -> tuple[int, str]:
    headers = {"authorization": authorization or f"Bearer {api.key}"}
    answer = api.platform.answer(PlatformRequest("POST", "/", headers=headers, body=body))
    return answer.status, answer.body["message"]


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer tp_unknown", "Basic dHA=", "tp_x", "Bearer \udcff"]
)
def test_invalid_key_is_rejected_first(api: Api, authorization: str | None) -> None:
    """A missing, malformed or unknown key is rejected before anything else is checked."""
    headers = {} if authorization is None else {"authorization": authorization}
    answer = api.platform.answer(PlatformRequest("POST", "/", headers=headers, body=b"not even JSON"))

    assert (401, "error") == (answer.status, answer.body["status"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "must be JSON"),
        (b"{", "must be JSON"),
        (b'{"function": "init"} x', "must be JSON"),
        (b"[]", "JSON object"),
        (b"null", "JSON object"),
        (b'"init"', "JSON object"),
        (b"{}", "`function`"),
        (b'{"function": "no_such"}', "no_such"),
        (b'{"function": ["init"]}', "`function`"),
        (b'{"function": "\\ud83e"}', "`function`"),
        (b'{"function": "init", "a": NaN}', "NaN"),
        (b'{"function": "init", "a": -Infinity}', "Infinity"),
        (b'{"function": "init", "a": 1' + b"0" * 5000 + b"}", "must be JSON"),
        (b'\xef\xbb\xbf{"function": "init"}', "must be JSON"),
        (b'{"function": "\xff"}', "UTF-8"),
        ('{"function": "init"}'.encode("utf-16"), "UTF-8"),
        (b'{"function": "init", "a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nested"),
        (b'{"function": "init", "a": ' + b"[" * 300 + b"]" * 300 + b"}", "nested"),
        (b'{"function": "init", "a": ' + b'{"b":' * 200 + b"{}" + b"}" * 201, "nested"),
    ],
)
def test_malformed_body_is_a_bad_request(api: Api, body: bytes, reason: str) -> None:
    """A body that is not a JSON object with a known operation is rejected with the reason."""
    status, message = send(api, body)

    assert 400 == status
    assert reason in message
    assert len(message) < 1000


def test_nesting_limit(api: Api) -> None:
    """A body with 199 levels of nesting is accepted, and so are thousands of siblings."""
    deep: dict[str, Any] = {}
    for _ in range(196):
        deep = {"a": deep}
    source = {"metadata": deep, "wide": [{} for _ in range(5_000)]}

    dataset_id = api.dataset(dataset_source=source)

    assert source == api("get_dataset", dataset_id=dataset_id)["dataset"]["dataset_source"]


@pytest.mark.parametrize(
    ("function", "params", "path", "reason"),
    [
        ("get_run", {}, None, '"run_id" is a required property'),
        ("get_run", {"run_id": "7"}, "run_id", '"7" is not of type "integer"'),
        ("get_run", {"run_id": True}, "run_id", "integer"),
        ("get_run", {"run_id": 1.5}, "run_id", "1.5"),
        ("get_run", {"run_id": 2**63}, "run_id", "64 bits"),
        ("get_run", {"run_id": -(10**30)}, "run_id", "64 bits"),
        ("get_run", {"run_id": "\ud83e"}, None, "surrogate"),
        ("list_runs", {"tenant_id": 1, "limit": 0}, "limit", "minimum of 1"),
        ("list_runs", {"tenant_id": 1, "limit": 5000}, "limit", "5000 is greater than the maximum of 1000"),
        ("create_dataset", {"name": "", "dataset_source": {}}, "name", "shorter"),
        ("create_dataset", {"name": "x", "dataset_source": []}, "dataset_source", "object"),
        ("create_dataset", {"name": "x\x00", "dataset_source": {}}, None, "position 1"),
        ("create_dataset", {"name": "\ud83e", "dataset_source": {}}, None, "position 0"),
        (
            "run_pentest",
            {"agent_name": "x", "mode": "a" * 9999, "report": {}, "categories_tested": []},
            "mode",
            "quick",
        ),
        (
            "run_pentest",
            {"agent_name": "x", "mode": "quick", "report": {}, "categories_tested": ["a", 1]},
            "categories_tested[1]",
            "string",
        ),
    ],
)
def test_invalid_parameter_is_rejected_with_path(
    api: Api, function: str, params: dict[str, Any], path: str, reason: str
) -> None:
    """An invalid parameter is rejected with its path, its value and what is allowed."""
    answer = api.answer(function, **params)

    assert 422 == answer.status
    assert path == answer.body.get("path")
    assert reason in answer.body["message"]
    assert len(answer.body["message"]) < 500


def test_infinite_number_is_rejected(api: Api) -> None:
    """A number that overflows to infinity is rejected, and nothing is stored."""
    body = b'{"function": "create_dataset", "name": "x", "dataset_source": {"a": 1e400}}'

    assert (422, True) == (send(api, body)[0], "too large" in send(api, body)[1])
    assert [] == api("list_datasets", tenant_id=1)["datasets"]


def test_integral_float_is_an_integer(api: Api) -> None:
    """`1.0` is the integer 1, as JSON Schema has it."""
    dataset_id = api.dataset()

    assert dataset_id == api("get_dataset", dataset_id=float(dataset_id))["dataset"]["id"]
    assert 1 == len(api("list_datasets", tenant_id=1.0, limit=1.0)["datasets"])


@pytest.mark.parametrize(
    ("function", "params", "message"),
    [
        ("list_runs", {"limits": 3}, "list_runs: limits: unknown parameter; did you mean 'limit'?"),
        ("get_observability_errors", {"cursor": "x"}, "get_observability_errors: cursor: unknown parameter"),
        ("get_observability_tool_errors", {"cursor": "x"}, "get_observability_tool_errors: cursor: unknown parameter"),
        ("keep_alive", {"tenant_id": 2}, "keep_alive: tenant_id: unknown parameter"),
    ],
)
def test_unknown_parameters_are_rejected(api: Api, function: str, params: dict[str, Any], message: str) -> None:
    """A parameter that the contract does not declare is rejected with its name and the closest declared one."""
    own = {"tenant_id": 1} if function == "list_runs" else {}
    assert message == api.refused(422, function, **own, **params)


def test_unimplemented_operation_is_a_501(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operation of the contract that this platform does not implement is 501, which clients do not retry."""
    monkeypatch.delitem(OPERATIONS, "list_agents")

    response = api.platform.answer(call_of(b'{"function": "list_agents"}', api.key))

    assert (501, True) == (response.status, "`list_agents`" in response.body["message"])


def test_body_with_too_many_values_is_rejected(api: Api) -> None:
    """A body over 5,000,000 values is rejected before it is parsed, which would stop all other calls for seconds."""
    body = b'{"function": "create_agent", "name": [' + b"[]," * 5_000_000 + b"[]]}"

    status, message = send(api, body)

    assert (400, True) == (status, "5,000,000 values" in message)


def test_every_response_has_request_id(api: Api) -> None:
    """Responses and errors have the header `x-request-id`."""
    ids = {api.answer("keep_alive").headers["x-request-id"], api.answer("get_run").headers["x-request-id"]}

    assert 2 == len(ids)


def test_internal_error_is_a_500_without_details(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An internal error is logged with the request id, and the client only gets the id."""
    with Api.opened(tmp_path / "evals.db") as api:
        (tmp_path / "evals.db").write_bytes(b"")
        (tmp_path / "evals.db-wal").write_bytes(b"")
        with caplog.at_level(logging.ERROR):
            answer = api.answer("list_datasets", tenant_id=1)

    assert 500 == answer.status
    assert answer.headers["x-request-id"] in answer.body["message"]
    assert answer.headers["x-request-id"] in caplog.text
    assert "SELECT" not in answer.body["message"]
    assert "Traceback" in caplog.text
    assert api.key not in caplog.text


def test_bootstrap_key_persists(kept_place: Place) -> None:
    """A given key works after this and all later openings, and is stored once."""
    for _ in range(2):
        platform = open_platform(kept_place)
        assert CHOSEN == platform.bootstrap(CHOSEN)
        assert 1 == len(Api(platform, CHOSEN)("list_api_keys")["api_keys"])
        platform.close()

    assert not isinstance(kept_place, Path) or CHOSEN.encode() not in kept_place.read_bytes()


@pytest.mark.parametrize("key", ["", "tp_", "tp_short", "sk_" + "x" * 30, "tp_with spaces inside", "tp_" + "ü" * 20])
def test_malformed_bootstrap_key_is_rejected(api: Api, key: str) -> None:
    """A key without the prefix, too short, or with characters not allowed in headers is rejected and not shown."""
    with pytest.raises(ConfigurationError) as caught:
        api.platform.bootstrap(key)

    assert len(key) < 5 or key not in str(caught.value)


def test_revoked_bootstrap_key_stays_revoked(api: Api) -> None:
    """A revoked key stays revoked when it is given again."""
    api.platform.bootstrap(CHOSEN)
    (listed,) = api("list_api_keys")["api_keys"]
    api("revoke_api_key", api_key_id=listed["id"])

    with pytest.raises(ConfigurationError, match="revoked"):
        api.platform.bootstrap(CHOSEN)


def test_session_keys_are_not_stored(kept_place: Place) -> None:
    """The session key of one opening is not stored, and is invalid for the next."""
    with Api.opened(kept_place) as api:
        assert [] == api("list_api_keys", include_inactive=True)["api_keys"]
        old = api.key

    with Api.opened(kept_place) as api:
        assert "unknown" in Api(api.platform, old).refused(401, "keep_alive")


def test_first_key_is_written_once(kept_place: Place, tmp_path: Path) -> None:
    """Only a database without keys gets one, in a file that replaces an existing one."""
    file = tmp_path / "evals.db.key"
    file.write_text("left over")
    with Api.opened(kept_place) as api:
        assert api.platform.write_first_key(file)
        key = file.read_text().strip()
        file.unlink()

        assert not api.platform.write_first_key(file)
        assert not file.exists()
        assert "Local" == Api(api.platform, key)("init")["tenant"]["tenant_name"]


def test_unwritable_key_file_creates_no_key(api: Api, tmp_path: Path) -> None:
    """If the key file cannot be written the error names it, and the database stays without a key."""
    with pytest.raises(ConfigurationError, match=r"missing.key.*No such file"):
        api.platform.write_first_key(tmp_path / "missing" / "key")

    assert [] == api("list_api_keys")["api_keys"]


def test_keys_expire(place: Place) -> None:
    """A key works until it expires, and is inactive afterwards."""
    clock = Clock()
    platform = open_platform(place, now=clock)
    api = Api(platform, platform.bootstrap())
    made = api("create_api_key", name="short", expires_in_seconds=60)["api_key"]
    short = Api(platform, made["key"])

    clock.now += 59
    short("keep_alive")
    clock.now += 1

    assert made["expires_at"] in short.refused(401, "keep_alive")
    assert [] == api("list_api_keys")["api_keys"]
    assert [False] == [key["is_active"] for key in api("list_api_keys", include_inactive=True)["api_keys"]]
    platform.close()


def test_last_used_at_is_updated_once_a_minute(place: Place) -> None:
    """`last_used_at` is accurate to the minute, and not written on every call."""
    clock = Clock()
    platform = open_platform(place, now=clock)
    api = Api(platform, platform.bootstrap(CHOSEN))

    noted = []
    for seconds in (0, 59, 1, 0):
        clock.now += seconds
        noted.append(api("list_api_keys")["api_keys"][0]["last_used_at"])

    assert noted[0] == noted[1] < noted[2] == noted[3]
    platform.close()


WRITES: dict[str, dict[str, Any]] = {
    "create_dataset": {"name": "x", "dataset_source": {}},
    "create_agent": {"name": "x"},
    "create_run": {"tenant_id": 1, "dataset_id": 1, "result": {"score": 0.95}},
    "create_request": {
        "tenant_id": 1,
        "requestor_id": 1,
        "request_name": "x",
        "request": {},
        "request_input_schema": {},
    },
    "run_pentest": {"agent_name": "x", "mode": "quick", "report": {}, "categories_tested": []},
    "delete_dataset": {"dataset_id": 1},
}


@pytest.mark.parametrize("function", WRITES)
def test_repeated_call_runs_once(api: Api, function: str) -> None:
    """A repeated call with the same idempotency key runs once and gets the same response."""
    api.dataset()

    first = api.answer(function, idempotency_key="k", **WRITES[function])
    second = api.answer(function, idempotency_key="k", **WRITES[function])

    assert 200 == first.status
    assert first.body == second.body
    without_key = api.answer(function, **WRITES[function])
    assert without_key.body != first.body


def test_idempotency_key_of_another_call_is_a_conflict(api: Api) -> None:
    """A key cannot be used for two calls, be empty or too long; other tenants and reads are not affected."""
    api("create_agent", name="a", idempotency_key="k")

    assert "'k'" in api.refused(409, "create_agent", name="b", idempotency_key="k")
    assert "characters" in api.refused(422, "create_agent", name="c", idempotency_key="")
    assert "characters" in api.refused(422, "create_agent", name="c", idempotency_key="x" * 256)
    assert ["a"] == [agent["name"] for agent in api("list_agents", idempotency_key="k")["agents"]]


def test_failed_call_can_be_repeated(api: Api) -> None:
    """An error is not stored: once its cause is removed, the same call with the same key succeeds."""
    params = {"tenant_id": 1, "dataset_id": 1, "result": {}, "idempotency_key": "k"}
    api.refused(404, "create_run", **params)
    api.dataset()

    assert 1 == api("create_run", **params)["run"]["id"]


def test_secret_response_is_not_stored(api: Api, tmp_path: Path) -> None:
    """A new API key is not stored, so a repeated call is a conflict and does not create a second key."""
    with Api.opened(tmp_path / "evals.db") as filed:
        made = filed("create_api_key", name="x", idempotency_key="k")["api_key"]
        assert "only once" in filed.refused(409, "create_api_key", name="x", idempotency_key="k")
        assert 1 == len(filed("list_api_keys")["api_keys"])

    assert made["key"].encode() not in (tmp_path / "evals.db").read_bytes()


def test_responses_are_stored_for_a_day(place: Place) -> None:
    """After a day a key can be used again."""
    clock = Clock()
    platform = open_platform(place, now=clock)
    api = Api(platform, platform.bootstrap())
    api("create_agent", name="a", idempotency_key="k")

    clock.now += 24 * 60 * 60 + 1

    assert "c" == api("create_agent", name="c", idempotency_key="k")["agent"]["name"]
    platform.close()


@pytest.mark.parametrize("where", ["file", "memory"])
def test_concurrent_threads_lose_nothing(tmp_path: Path, where: str) -> None:
    """Sixteen threads that write and read concurrently all get responses, and every row exists."""
    with Api.opened(tmp_path / "evals.db" if where == "file" else None) as api:
        dataset_id = api.dataset()

        def work(_: int) -> list[int]:
            made = [api.run(dataset_id, {"tests": []}) for _ in range(10)]
            return [api("get_run", run_id=run_id)["run"]["id"] for run_id in made]

        with ThreadPoolExecutor(16) as threads:
            made = [run_id for runs in threads.map(work, range(16)) for run_id in runs]

        stored = [run["id"] for run in api("list_runs", tenant_id=1, limit=1000)["runs"]]
        assert sorted(made) == sorted(stored)
        assert 160 == len(set(stored))
        assert {"completed"} == {api.settled_run(run_id)["grading_status"] for run_id in made}


def test_closed_platform_raises_error(api: Api) -> None:
    """Closing twice is allowed; a call after closing raises an error that says so."""
    api.platform.close()
    api.platform.close()

    with pytest.raises(ConfigurationError, match="closed"):
        api.answer("keep_alive")


def test_missing_extra_names_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a platform without the extra names the missing package and the command to install it."""
    for name in [name for name in sys.modules if name in {"ashr_labs.local.instances", "sqlalchemy.exc"}]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)

    with pytest.raises(ConfigurationError, match=r'`sqlalchemy.*`.*pip install "ashr-labs\[local\]>=0\.4"'):
        open_platform()


def test_keys_are_absent_from_reprs(api: Api) -> None:
    """The reprs of the platform and its responses do not contain keys."""
    assert api.key not in repr(api.platform)
    assert api.key not in json.dumps(api("init"))
