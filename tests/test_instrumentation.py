"""Instrumentation as a whole: what is instrumented, for how long, and what is refused."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Generator
from typing import Any

import anthropic
import openai
import pytest

from ashr_labs import auto_instrument, observe, uninstrument, wrap
from ashr_labs.errors import ConfigurationError
from ashr_labs.tracing.context import DEFAULT
from support.providers import Answer, ProviderServer, provider_server
from support.recorded import Recorded

MESSAGES: Any = [{"role": "user", "content": "Hi"}]


@pytest.fixture(autouse=True)
def _uninstrumented() -> Generator[None]:
    yield
    uninstrument()


@pytest.fixture(name="server")
def _server() -> Generator[ProviderServer]:
    with provider_server() as server:
        yield server


def ask(client: openai.OpenAI) -> None:
    client.chat.completions.create(model="gpt-5", messages=MESSAGES)


def client_of(server: ProviderServer) -> openai.OpenAI:
    return openai.OpenAI(api_key="k", base_url=server.openai_url)


def test_a_wrapped_client_records_its_calls_and_those_of_its_copies(server: ProviderServer) -> None:
    """Only calls of the wrapped client and its copies become spans; the client is the same object of its own class."""
    client = client_of(server)
    recorded = Recorded()

    with recorded.trace():
        assert client is wrap(client)
        assert isinstance(client, openai.OpenAI)
        ask(client)
        ask(client.with_options(timeout=3))
        ask(client.copy())
        ask(client_of(server))

    assert ["chat gpt-5"] * 3 == [span["name"] for span in recorded.spans]


def test_wrapping_twice_and_instrumenting_records_once(server: ProviderServer) -> None:
    """A call is one span, however often its client is wrapped and its library instrumented."""
    recorded = Recorded()

    with recorded.trace():
        client = wrap(wrap(client_of(server)))
        auto_instrument("openai")
        auto_instrument("openai")
        ask(client)
        ask(wrap(client))

    assert 2 == len(recorded.spans)


def test_after_uninstrument_the_functions_are_the_original_objects(server: ProviderServer) -> None:
    """Nothing remains of an instrumentation: not in the library, not in wrapped clients, not in their copies."""
    original = openai.OpenAI.request
    client = wrap(client_of(server))
    copy = client.with_options(timeout=3)
    assert ["openai", "anthropic"] == [label for label in auto_instrument() if label in {"openai", "anthropic"}]
    assert openai.OpenAI.request is not original

    uninstrument()

    recorded = Recorded()
    with recorded.trace():
        ask(client)
        ask(copy)
    assert openai.OpenAI.request is original
    assert type(client) is openai.OpenAI
    assert type(copy).request is original
    assert [] == recorded.spans


def test_one_library_is_uninstrumented_by_name() -> None:
    """`uninstrument` of a label leaves the other libraries instrumented."""
    auto_instrument("openai", "anthropic")
    uninstrument("openai")

    assert ["anthropic"] == observe(clients=[])


def test_observe_wraps_clients_or_instruments(server: ProviderServer) -> None:
    """`observe` records the given clients, else the libraries of the process."""
    client = client_of(server)
    recorded = Recorded()

    assert [] == observe(clients=[client])
    with recorded.trace():
        ask(client)
        ask(client_of(server))
    assert 1 == len(recorded.spans)
    assert "openai" in observe()


def test_a_default_client_makes_each_call_a_trace(server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an active trace, a call is a trace of its own, with its output, of the default client."""
    monkeypatch.setattr(DEFAULT, "tracing", None)  # restored at the end
    recorded = Recorded()
    client = client_of(server)
    auto_instrument("openai", client=recorded)
    ask(client)
    for _ in client.chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True):
        assert 1 == len(recorded.traces)

    output = {"role": "assistant", "content": "Hello there"}
    assert [("chat gpt-5", output)] * 2 == [(trace["name"], trace["output"]) for trace in recorded.traces]


@pytest.mark.parametrize("given", [None, "openai", openai, {"api_key": "sk-secret"}, object()])
def test_what_is_no_client_is_refused(given: object) -> None:
    """`wrap` says what it accepts, and shows nothing of what it was given."""
    with pytest.raises(
        TypeError, match=r"`client` must be a client of one of openai, anthropic, .*, got \w+;"
    ) as caught:
        wrap(given)

    assert "secret" not in str(caught.value)


def test_unknown_and_missing_libraries_are_refused() -> None:
    """A misspelt label is an error with a suggestion; a library that is not installed is one that names its package."""
    with pytest.raises(ConfigurationError, match=r"`libraries` must be of .*got 'opanai'; did you mean 'openai'\?"):
        auto_instrument("opanai")
    with pytest.raises(ConfigurationError, match="did you mean"):
        uninstrument("opanai")
    with pytest.raises(ConfigurationError, match="pip install mistralai"):
        auto_instrument("mistral")


def test_an_unsupported_version_is_left_alone_and_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, server: ProviderServer
) -> None:
    """A library of another version than those that are supported is not changed, and logged once."""
    from ashr_labs.instrumentation import patches

    original = openai.OpenAI.request
    monkeypatch.setattr(patches, "version", lambda name: "99.1rc1")
    client = client_of(server)

    with caplog.at_level(logging.WARNING, "ashr_labs.instrumentation"):
        assert [] == auto_instrument("openai")
        assert [] == auto_instrument("openai")
        assert client is wrap(client)

    assert original is openai.OpenAI.request
    assert openai.OpenAI is type(client)
    assert ["openai 99.1rc1 is not instrumented; supported are versions from 1.66 on, and below 4"] == caplog.messages


def test_a_library_is_instrumented_when_it_is_imported() -> None:
    """Instrumentation imports nothing: it waits until the program does, and leaves the import system as it was."""
    code = (
        "import sys, ashr_labs\n"
        "print('anthropic' in ashr_labs.auto_instrument('anthropic'), 'anthropic' in sys.modules)\n"
        "import anthropic\n"
        "from anthropic._base_client import SyncAPIClient\n"
        "print(hasattr(SyncAPIClient.request, '__wrapped__'), type(anthropic.__loader__).__name__)\n"
        "print(type(anthropic.__spec__.loader).__name__, [one for one in sys.meta_path if 'ashr' in repr(one)])\n"
        "ashr_labs.uninstrument()\n"
        "print(hasattr(SyncAPIClient.request, '__wrapped__'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ["True False", "True SourceFileLoader", "SourceFileLoader []", "False"] == done.stdout.splitlines()


def test_nothing_is_recorded_and_little_done_outside_of_traces(server: ProviderServer) -> None:
    """Without an active trace and a default client, calls pass through."""
    client = wrap(client_of(server))

    ask(client)

    assert 1 == len(server.asked)


def test_errors_reach_the_caller_unchanged(server: ProviderServer) -> None:
    """A failing call raises what the library raises, and its span has the type and the message."""
    server.says(Answer(status=429, message="slow down"))
    client = wrap(anthropic.Anthropic(api_key="k", base_url=server.url, max_retries=0))
    recorded = Recorded()

    with recorded.trace(), pytest.raises(anthropic.RateLimitError):
        client.messages.create(model="claude", max_tokens=5, messages=MESSAGES)

    assert "ERROR" == recorded.span["level"]
    assert "RateLimitError: " in recorded.span["status_message"]
    assert "slow down" in recorded.span["status_message"]
