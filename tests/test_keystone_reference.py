"""The examples of the public reference of `polarity-keystone` for the client, tracing and prices, as they are written.

Only import lines and placeholders differ.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Generator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from opentelemetry.sdk.trace import TracerProvider

from ashr_labs import keystone, uninstrument
from ashr_labs.keystone import Keystone
from ashr_labs.tracing.context import DEFAULT
from support.providers import ProviderServer, provider_server
from support.scripted_server import Answer, ScriptedServer

MESSAGES: Any = [{"role": "user", "content": "Hi"}]

CLIENT = """
from ashr_labs.keystone import Keystone

ks = Keystone(
    api_key="ks_live_...",                  # optional - falls back to KEYSTONE_API_KEY
    base_url="https://keystone.polarity.so", # default
    timeout=30,                              # seconds
)
"""
WRAP = """
from ashr_labs.keystone import Keystone
ks = Keystone()

anthropic = ks.wrap(Anthropic())

# Wrap-only - no global tracing, no auto_instrument
ks.wrap(Anthropic(), tracing=False, auto_instrument=False)

# Pin sandbox id explicitly
ks.wrap(Anthropic(), sandbox_id="sb-explicit")
"""
INIT = """
ks.init_tracing()
ks.init_tracing("sb-explicit")
"""
OBSERVE = """
applied = ks.observe(clients=[Anthropic(), OpenAI()])
"""
SANDBOX = """
ks, sb = Keystone.from_sandbox()
db = sb.services["db"]
"""
TRACED = """
import json
from ashr_labs.keystone import traced

@traced
def write_config(cfg):
    with open(folder / "config.json", "w") as f:
        json.dump(cfg, f)

@traced(name="custom-name")
async def fetch_data(url):
    return url

@traced
def fn(): ...

@traced(name="custom-name")
def fn(): ...

with traced(name="step") as span:
    result = do_work()
    span.set_output(result)

async def main():
    result = traced("step", lambda: do_work())
    return result, await traced("step", async_fn)
"""
OTEL = """
from ashr_labs.keystone import register_otel_flush, flush_otel

tracer = otel_trace.get_tracer("my-app")
ks.init_tracing(otel_tracer=tracer)

register_otel_flush(lambda: tracer_provider.shutdown())
flush_otel()
"""
AUTO = """
from ashr_labs.keystone import auto_instrument

applied = auto_instrument(sandbox_id="sb-xxx")
"""
PRICES = """
from ashr_labs.keystone import estimate_cost, pricing_table

cost = estimate_cost("claude-sonnet-4-5", 4200, 1800, 1500)

pricing_table["my-custom-model"] = {"input": 1.0, "output": 5.0}
"""
TYPES = """
from ashr_labs.keystone.types import (
    Sandbox, CommandResult, StateSnapshot, StateDiff,
    Experiment, RunResults, ScenarioResult, RunMetrics,
    AgentSnapshot, AgentAuth, ConfigFile,
    Comparison, ExperimentMetrics, AlertRule,
    TraceEvent, CostInfo, InvariantResult, ForbiddenCheckResult,
)

def process_results(results: RunResults) -> None:
    print(f"{results.passed}/{results.total_scenarios} passed")
    for scenario in results.scenarios:
        if scenario.status == "fail":
            print(f"FAIL: {scenario.scenario_id}")
            for inv in scenario.invariants:
                if not inv.passed:
                    print(f"  {inv.name}: {inv.message}")
"""
ERRORS = """
from ashr_labs.keystone.types import KeystoneError

try:
    ks.health()
except KeystoneError as err:
    print(err.status_code, err.message)
"""


def ran(code: str, **names: Any) -> dict[str, Any]:
    exec(compile(code, "reference", "exec"), names)
    return names


@pytest.fixture(name="server")
def _server(monkeypatch: pytest.MonkeyPatch) -> Generator[ScriptedServer]:
    server = ScriptedServer()
    server.on("*", {"ingested": 1})
    with server.running():
        monkeypatch.setenv("KEYSTONE_API_KEY", "ks_live_key")
        monkeypatch.setenv("KEYSTONE_BASE_URL", server.url)
        yield server
        uninstrument()
        DEFAULT.tracing = None


@pytest.fixture(name="provider")
def _provider() -> Generator[ProviderServer]:
    with provider_server() as server:
        yield server


def events(server: ScriptedServer) -> list[dict[str, Any]]:
    tracing: Any = DEFAULT.tracing
    assert 0 == tracing.flush(10)["queued"]
    return [event for asked in server.asked for event in asked.body["events"]]


def test_client_of_the_reference() -> None:
    """The client is made with the documented arguments."""
    assert isinstance(ran(CLIENT)["ks"], Keystone)


def test_wrapping_of_the_reference(server: ScriptedServer, provider: ProviderServer) -> None:
    """Every call of a wrapped client is reported."""
    make = lambda: anthropic.Anthropic(api_key="k", base_url=provider.url)  # noqa: E731

    wrapped = ran(WRAP, Anthropic=make)["anthropic"]
    wrapped.messages.create(model="claude-sonnet-5-5", max_tokens=5, messages=MESSAGES)

    assert isinstance(wrapped, anthropic.Anthropic)
    with Keystone() as ks:
        assert 0 == ks._http.reporter("").tracing.flush(10)["queued"]
    assert [("/v1/traces", "llm_call")] == [
        (asked.path, event["event_type"]) for asked in server.asked for event in asked.body["events"]
    ]


def test_initialisation_of_the_reference(server: ScriptedServer) -> None:
    """Both forms start the delivery of spans."""
    ran(INIT, ks=Keystone())
    keystone.traced("step", lambda: 1)

    assert 2 == len(events(server))
    assert {"/v1/sandboxes/sb-explicit/trace"} == {asked.path for asked in server.asked}


def test_observation_of_the_reference(server: ScriptedServer, provider: ProviderServer) -> None:
    """The labels of clients, tracing and libraries are returned in this order."""
    makers = {
        "Anthropic": lambda: anthropic.Anthropic(api_key="k", base_url=provider.url),
        "OpenAI": lambda: openai.OpenAI(api_key="k", base_url=provider.openai_url),
    }
    applied = ran(OBSERVE, ks=Keystone(), **makers)["applied"]

    assert ["anthropic-client", "openai-client", "tracing"] == applied[:3]
    assert {"openai", "anthropic"} <= set(applied[3:])


def test_sandbox_of_the_reference(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The services of the sandbox of the environment have host, port and readiness."""
    monkeypatch.setenv("KEYSTONE_SANDBOX_ID", "sb-1")
    server.on("GET /v1/sandboxes/sb-1", {"id": "sb-1", "services": {"db": {"host": "db", "port": 5432, "ready": True}}})

    found = ran(SANDBOX, Keystone=Keystone)
    found["ks"].close()
    assert ("db", 5432, True) == (found["db"].host, found["db"].port, found["db"].ready)


def test_spans_of_the_reference(server: ScriptedServer, tmp_path: Path) -> None:
    """All forms of `traced` run and are recorded."""
    Keystone().init_tracing()

    async def async_fn() -> str:
        return "later"

    names = ran(TRACED, folder=tmp_path, do_work=lambda: "done", async_fn=async_fn)
    names["write_config"]({"a": 1})
    assert inspect.iscoroutinefunction(names["fetch_data"])
    assert "u" == asyncio.run(names["fetch_data"]("u"))
    assert ("done", "later") == asyncio.run(names["main"]())

    # Traces are sent concurrently.
    ends = sorted((event for event in events(server) if event["phase"] == "end"), key=lambda event: event["ts"])
    assert ["step", "write_config", "custom-name", "step", "step"] == [event["tool"] for event in ends]
    assert ["done", "later"] == [event["output"] for event in ends if event["tool"] == "step"][1:]
    assert '{"a": 1}' == (tmp_path / "config.json").read_text("utf-8")


def test_opentelemetry_of_the_reference(server: ScriptedServer) -> None:
    """Spans are copied to the tracer, and the provider is shut down by the flush."""
    provider = TracerProvider()
    ran(OTEL, ks=Keystone(), otel_trace=provider, tracer_provider=provider)

    keystone.traced("step", lambda: 1)
    assert 2 == len(events(server))


def test_instrumentation_of_the_reference(server: ScriptedServer) -> None:
    """The labels of all installed libraries are returned."""
    assert {"openai", "anthropic"} <= set(ran(AUTO)["applied"])


def test_prices_of_the_reference() -> None:
    """The estimate is the documented one, and a price can be added."""
    try:
        assert 0.03555 == ran(PRICES)["cost"]
        assert 6.0 == keystone.estimate_cost("my-custom-model", 1_000_000, 1_000_000)
    finally:
        del keystone.pricing_table["my-custom-model"]


def test_types_of_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    """The documented classes are imported, and results are read by attribute."""
    names = ran(TYPES)
    failed = {"scenario_id": "s-1", "status": "fail", "invariants": [{"name": "file_exists", "message": "no a.txt"}]}
    names["process_results"](names["RunResults"].from_dict({"passed": 1, "total_scenarios": 2, "scenarios": [failed]}))

    assert "1/2 passed\nFAIL: s-1\n  file_exists: no a.txt\n" == capsys.readouterr().out


def test_errors_of_the_reference(capsys: pytest.CaptureFixture[str], server: ScriptedServer) -> None:
    """Status and message of a failure are attributes."""
    server.on("GET /health", Answer.of({"error": "not here"}, 404))
    with Keystone() as ks:
        ran(ERRORS, ks=ks)

    assert "404 not here\n" == capsys.readouterr().out
