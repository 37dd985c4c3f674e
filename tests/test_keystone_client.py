"""`Keystone` of `ashr_labs.keystone`: its options, requests, errors and types, `Eval` and prices."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import pytest

from ashr_labs import keystone
from ashr_labs.errors import AshrLabsError, ConfigurationError
from ashr_labs.keystone import Keystone, KeystoneError, Polarity, PolarityError, types
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.scripted_server import Answer, ScriptedServer

VARIABLES = [
    f"{owner}_{name}"
    for owner in ("POLARITY", "KEYSTONE")
    for name in ("API_KEY", "BASE_URL", "WORKSPACE", "SANDBOX_ID")
]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(name="server")
def _server() -> Generator[ScriptedServer]:
    server = ScriptedServer()
    server.on("*", {"ingested": 1})
    with server.running():
        yield server


@pytest.fixture(name="ks")
def _ks(server: ScriptedServer) -> Generator[Keystone]:
    with Keystone("ks_live_key", server.url) as client:
        yield client


# Options


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        ({"api_key": "a"}, {}, ("a", "https://keystone.polarity.so")),
        ({"base_url": "http://h:1/"}, {}, ("", "http://h:1")),
        ({}, {"KEYSTONE_API_KEY": "k"}, ("k", "https://keystone.polarity.so")),
        ({}, {"KEYSTONE_API_KEY": "k", "POLARITY_API_KEY": "p"}, ("p", "https://keystone.polarity.so")),
        ({}, {"KEYSTONE_API_KEY": "k", "POLARITY_API_KEY": ""}, ("k", "https://keystone.polarity.so")),
        ({"api_key": "a"}, {"KEYSTONE_API_KEY": "k", "KEYSTONE_BASE_URL": "http://h"}, ("a", "http://h")),
        (
            {"api_key": "tp_ours", "base_url": "http://h"},
            {"KEYSTONE_BASE_URL": "http://other"},
            ("tp_ours", "http://h"),
        ),
    ],
)
def test_options_come_from_arguments_and_environment(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], environment: dict[str, str], expected: tuple[str, str]
) -> None:
    """An argument precedes the environment, and a POLARITY_ variable the KEYSTONE_ one; an empty one is absent."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    options = Keystone(**given)._http.options
    assert expected == (options.api_key, options.base_url)


def test_without_key_and_url_both_ways_are_named() -> None:
    """No host is contacted that the user did not choose: the error names both ways to choose one."""
    with pytest.raises(
        ConfigurationError, match=r"KEYSTONE_API_KEY for https://keystone\.polarity\.so.*KEYSTONE_BASE_URL"
    ):
        Keystone()


@pytest.mark.parametrize(
    "given", [{"base_url": "ftp://h"}, {"api_key": "a\nb"}, {"api_key": "k", "workspace": "\n\x00"}]
)
def test_malformed_options_are_refused(given: dict[str, Any]) -> None:
    """A URL, key or workspace that cannot be sent is an error before anything is sent."""
    with pytest.raises(ConfigurationError):
        Keystone(**given)


def test_key_is_not_shown(ks: Keystone) -> None:
    """The key is masked in the `repr`."""
    assert "ks_live_key" not in repr(ks)
    assert repr(Polarity("ks_live_key")).startswith("Polarity(base_url='https://keystone.polarity.so'")


# Requests


def test_health_needs_no_key(server: ScriptedServer) -> None:
    """`health()` is one GET without an `Authorization` header."""
    server.on("GET /health", {"status": "ok"})
    with Keystone(base_url=server.url) as client:
        assert {"status": "ok"} == client.health()

    [asked] = server.asked
    assert "authorization" not in asked.headers


def test_requests_have_key_and_workspace(server: ScriptedServer) -> None:
    """Requests carry the key and the workspace."""
    server.on("GET /health", {"status": "ok"})
    with Keystone("ks_live_key", server.url, workspace="search") as client:
        client.health()

    [asked] = server.asked
    assert ("Bearer ks_live_key", "search") == (asked.headers["authorization"], asked.headers["x-polarity-workspace"])


@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        (Answer.of({"error": "not yours"}, 403), 403, "not yours"),
        (Answer.of({"message": "the whole sentence", "error": "code"}, 404), 404, "the whole sentence"),
        (Answer.of({"error": {"code": 7}}, 400), 400, '{"error": {"code": 7}}'),
        (Answer(418, b"a teapot"), 418, "a teapot"),
        (Answer(200, b"<html>"), 200, "the response must be JSON"),
        (Answer(200, b"{}", closes=True), 0, "no response"),
        (Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), 302, "no message"),
    ],
)
def test_failures_are_keystone_errors(server: ScriptedServer, answer: Answer, status: int, message: str) -> None:
    """Every failure is a `KeystoneError` with the status, 0 without a response; redirects are not followed."""
    server.on("GET /health", answer)
    with Keystone("ks_live_key", server.url) as client, pytest.raises(KeystoneError) as caught:
        client.health()

    assert status == caught.value.status_code
    assert message in caught.value.message
    assert f"Polarity API error ({status}): {caught.value.message}" == str(caught.value)
    assert isinstance(caught.value, AshrLabsError)
    assert isinstance(caught.value.__cause__, AshrLabsError)
    assert "ks_live_key" not in str(caught.value)


def test_transient_failures_are_retried(server: ScriptedServer, ks: Keystone) -> None:
    """A 503 is retried; nothing else is asked of the platform meanwhile."""
    server.on("GET /health", Answer.of({"error": "busy"}, 503, Retry_After="0"), {"status": "ok"})

    assert {"status": "ok"} == ks.health()
    assert ["/health", "/health"] == [asked.path for asked in server.asked]


def test_errors_are_made_as_documented() -> None:
    """`KeystoneError(status, message)` is the documented form; both names are of one tree."""
    error = PolarityError(409, "busy")

    assert (409, "busy", "Polarity API error (409): busy") == (error.status_code, error.message, str(error))
    assert types.KeystoneError is KeystoneError
    assert isinstance(error, KeystoneError)


def test_from_sandbox_reads_the_environment(monkeypatch: pytest.MonkeyPatch, server: ScriptedServer) -> None:
    """The client and the sandbox come from the environment alone; an id is one segment of the path."""
    with pytest.raises(KeystoneError, match="KEYSTONE_SANDBOX_ID is not set") as caught:
        Keystone.from_sandbox()
    assert 0 == caught.value.status_code
    for name, value in (
        ("KEYSTONE_BASE_URL", server.url),
        ("KEYSTONE_API_KEY", "ks_sb_1"),
        ("KEYSTONE_SANDBOX_ID", "sb/1"),
    ):
        monkeypatch.setenv(name, value)
    server.on(
        "GET /v1/sandboxes/sb%2F1", {"id": "sb/1", "services": {"db": {"host": "db", "port": 5432, "ready": True}}}
    )

    client, sandbox = Keystone.from_sandbox()
    assert types.ServiceInfo("db", 5432, True) == sandbox.services["db"]
    client.close()


# Types


def test_types_are_those_of_the_real_package() -> None:
    """Each class of the real package is here: its fields, with the same defaults and in the same order, come first."""
    theirs = pytest.importorskip("polarity_keystone.types")
    classes = {name: one for name, one in vars(theirs).items() if is_dataclass(one)}

    def defaults(one: Any) -> list[tuple[str, object]]:
        return [(f.name, f.default if f.default_factory is MISSING else repr(f.default_factory())) for f in fields(one)]

    assert len(classes) > 25
    assert {name: defaults(one) for name, one in classes.items()} == {
        name: defaults(getattr(types, name))[: len(fields(one))] for name, one in classes.items()
    }


@pytest.mark.parametrize("name", [name for name in types.__all__ if not name.endswith("Error")])
def test_each_type_is_read_from_nothing_and_from_itself(name: str) -> None:
    """`from_dict(None)` has the defaults; unknown and null fields change nothing."""
    kind: Any = getattr(types, name)
    empty = kind.from_dict(None)

    assert kind() == empty
    given = {one.name: None for one in fields(kind)} | {"unknown": 1}
    assert empty == kind.from_dict({} if name == "SandboxSpec" else given)


def test_objects_in_objects_are_read() -> None:
    """Nested objects, lists and maps of objects are of the documented classes."""
    results = types.RunResults.from_dict(
        {
            "metrics": {"pass_rate": 0.5},
            "scenarios": [{"cost": {"model": "m"}, "invariants": [{"name": "i"}], "reproducer": {"seed": 3}}],
        }
    )

    [scenario] = results.scenarios
    assert (0.5, types.CostInfo(model="m")) == (results.metrics.pass_rate, scenario.cost)
    assert ([types.InvariantResult("i")], 3) == (scenario.invariants, scenario.reproducer and scenario.reproducer.seed)
    assert {"id": "x", "tasks": 1} == types.SandboxSpec.from_dict({"id": "x", "tasks": 1}).raw


# Prompts


def test_prompts_of_a_real_platform() -> None:
    """All methods work against a served platform, and rendering there is the same as here."""
    platform = open_platform()
    key = platform.bootstrap()
    with running_server(platform) as url, Keystone(key, url) as ks:
        first = ks.prompts.create("greet", "Hello {name}{#more}, {_it}{/more}", variables={"name": "you"})
        second = ks.prompts.create("greet", "Hi {name}", tag="production", variables={}, metadata={})
        assert (1, 2) == (first.version, second.version)
        assert (1, 2, 2) == (
            ks.prompts.get("greet", version=1).version,
            ks.prompts.get("greet", tag="production").version,
            keystone.load_prompt(ks, "greet").version,
        )
        for variables in ({}, {"name": "{more}", "more": [1, 2]}, {"prompt_id": 1}):
            assert first.render(**variables) == ks.prompts.render(first.id, **variables)
        assert ["greet"] == [prompt.slug for prompt in ks.prompts.list()]
        ks.prompts.delete(first.id)
        with pytest.raises(KeystoneError) as caught:
            ks.prompts.get("greet", version=1)
        assert 404 == caught.value.status_code
    platform.close()


def test_prompts_are_listed_in_one_page_or_in_many(server: ScriptedServer, ks: Keystone) -> None:
    """A platform may answer all prompts at once, or none as null."""
    prompts = [{"id": "p1", "slug": "a"}, {"id": "p2", "slug": "b"}]
    server.on("GET /v1/prompts", Answer.of(prompts))
    server.on("GET /v1/prompts?after=b", Answer.of(prompts))
    assert ["p1", "p2"] == [prompt.id for prompt in ks.prompts.list()]
    server.on("GET /v1/prompts", Answer.of(None))
    assert [] == ks.prompts.list()


# Eval


def test_eval_reports_its_summary(server: ScriptedServer, ks: Keystone, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a client, or a key in the environment, the summary is one event, whose id is the result's."""
    rows, scores = [{"input": 1, "expected": "1"}, {"input": 2, "expected": "3"}], [keystone.ExactMatch()]

    result = keystone.Eval("digits", data=rows, task=str, scores=scores, keystone=ks)
    monkeypatch.setenv("KEYSTONE_API_KEY", "ks_live_env")
    monkeypatch.setenv("KEYSTONE_BASE_URL", server.url)
    keystone.Eval("digits", data=rows, task=str, scores=scores)

    first, second = server.asked
    assert ("Bearer ks_live_key", "Bearer ks_live_env") == tuple(
        asked.headers["authorization"] for asked in (first, second)
    )
    [event] = first.body["events"]
    assert (result.experiment_id, "eval", "Eval:digits", "complete", "ok") == tuple(
        event[name] for name in ("span_id", "event_type", "tool", "phase", "status")
    )
    assert (2, 0.5) == (event["metadata"]["eval.rows"], event["metadata"]["eval.summary"]["exact_match"]["mean"])


def test_report_that_fails_keeps_the_result(caplog: pytest.LogCaptureFixture) -> None:
    """A platform that cannot be reached loses no result; the failure is logged."""
    with Keystone("ks_live_key", "http://127.0.0.1:9", timeout=1) as client:
        result = keystone.Eval("x", data=[{"input": 1}], task=str, keystone=client)

    assert ("1", None) == (result.rows[0].output, result.experiment_id)
    assert "the summary of x was not reported" in caplog.text
    assert "ks_live_key" not in caplog.text


def test_without_a_key_nothing_is_reported() -> None:
    """Without a client and a key in the environment, `Eval` sends nothing."""
    assert keystone.Eval("x", data=[{"input": 1}], task=str).experiment_id is None


# Prices


def test_prices_of_the_reference() -> None:
    """Cached tokens are part of the input for every model; an unknown model has no cost."""
    assert 0.03555 == keystone.estimate_cost("claude-sonnet-4-5", 4200, 1800, 1500)
    assert 0.01023 == keystone.estimate_cost("claude-sonnet-4-6", 1000, 500, 100)
    assert keystone.estimate_cost("solo1-chat", 1, 1) is None


def test_prices_can_be_set_and_read_in_both_forms() -> None:
    """`pricing_table["m"] = {...}` sets a price, `pricing_table()` is a copy of all."""
    keystone.pricing_table["my-custom-model"] = {"input": 1.0, "output": 5.0}
    try:
        assert 6.0 == keystone.estimate_cost("my-custom-model", 1_000_000, 1_000_000)
        assert {"input": 1.0, "output": 5.0} == keystone.pricing_table["my-custom-model"]
        assert {"input": 1.0, "output": 5.0} == keystone.pricing_table()["my-custom-model"]
    finally:
        del keystone.pricing_table["my-custom-model"]
    assert keystone.estimate_cost("my-custom-model", 1, 1) is None
