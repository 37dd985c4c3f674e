"""Clients of language models: formats, retries, deadlines, limits, cache and spending, against servers on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ashr_labs._retry import Backoff
from ashr_labs.errors import ConfigurationError, ModelError
from ashr_labs.llm import (
    Clock,
    Completion,
    CompletionCache,
    ModelClient,
    Schema,
    Spending,
    as_llm_client,
    default_llm_client,
    json_objects,
    openai_client,
    set_default_llm_client,
)
from support.llm_servers import KEY, MESSAGES, Provider, anthropic, openai, providers
from support.scripted_server import Answer, ScriptedServer

SCHEMA = Schema("verdict", {"type": "object", "properties": {"ok": {"type": "boolean"}}, "additionalProperties": False})


@pytest.fixture
def server() -> Generator[ScriptedServer]:
    with ScriptedServer().running() as server:
        yield server


class ManualTime:
    """A clock whose time passes only while something sleeps."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.clock = Clock(now=lambda: sum(self.waits), sleep=self.waits.append, random=lambda: 0.0)


def ask(client: ModelClient, **options: Any) -> Completion:
    return client.completion(MESSAGES, **options)


@pytest.mark.parametrize("provider", providers)
def test_each_api_is_asked_and_read_in_its_own_format(server: ScriptedServer, provider: Provider) -> None:
    """Prompt, key, limit, temperature and schema are sent as the API documents; text, model and tokens are read."""
    server.on("*", Answer.of(provider.reply("fine")))

    completion = ask(provider.client(server.url), max_tokens=7, schema=SCHEMA)

    assert ("fine", "m-2026", {"input_tokens": 11, "output_tokens": 3}) == (
        completion.text, completion.model, completion.usage,
    )  # fmt: skip
    asked = server.asked[0]
    assert (provider.path, provider.key_header[1]) == (asked.path, asked.headers[provider.key_header[0]])
    assert provider.body == asked.body


def test_options_that_a_model_refuses_are_left_out(server: ScriptedServer) -> None:
    """A refused schema, limit or temperature is not sent again, neither in this call nor in later ones."""

    def strict(body: dict[str, Any]) -> Answer:
        refused = next((name for name in ("response_format", "max_tokens", "temperature") if name in body), None)
        message = f"Unsupported parameter: '{refused}' is not supported with this model."
        return Answer.of({"error": {"message": message}}, 400) if refused else Answer.of(openai.reply("fine"))

    server.on("*", strict)
    client = openai.client(server.url)

    assert ["fine", "fine"] == [ask(client, schema=SCHEMA).text, ask(client, model="m", max_tokens=9).text]
    assert 5 == len(server.asked)
    assert {"model", "messages"} == set(server.asked[-1].body)


@pytest.mark.parametrize("provider", providers)
@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [(429, {"retry_after": "3"}, [3.0, 1.0]), (503, {}, [0.5, 1.0]), (529, {}, [0.5, 1.0])],
)
def test_transient_errors_are_retried(
    server: ScriptedServer, provider: Provider, status: int, headers: dict[str, str], waits: list[float]
) -> None:
    """A transient status is retried with growing delays, or after the time that the server asks for."""
    server.on("*", Answer.of({}, status, **headers), Answer.of({}, 500), Answer.of(provider.reply("fine")))
    time_passed = ManualTime()

    client = provider.client(server.url, clock=time_passed.clock)

    assert "fine" == ask(client).text
    assert waits == time_passed.waits
    assert Spending(calls=1, retries=2, input_tokens=11, output_tokens=3, unpriced_calls=1) == client.spent


@pytest.mark.parametrize(
    ("answer", "asked", "reason"),
    [
        (Answer.of({"error": "no"}, 500), 3, "status 500"),
        (Answer.of({"error": f"wrong key {KEY}"}, 401), 1, r"status 401: .*wrong key \*\*\*"),
        (Answer(302, b"", {"Location": "http://127.0.0.1:9/"}), 1, "status 302"),
        (Answer(closes=True), 3, "cannot be reached"),
        (Answer(200, b"<html>"), 1, "without text"),
        (Answer(200, b'{"choices": [{"message": {"content": null}}]}'), 1, "without text"),
        (Answer(200, b"[" * 100_000), 1, "without text"),
    ],
)
def test_what_is_no_reply_is_an_error_without_the_key(
    server: ScriptedServer, answer: Answer, asked: int, reason: str
) -> None:
    """An error, a redirect, a lost connection and a response without text raise; only transient ones are retried."""
    server.on("*", answer)
    client = openai.client(server.url, clock=ManualTime().clock)

    with pytest.raises(ModelError, match=reason) as caught:
        ask(client)

    assert asked == len(server.asked)
    assert Spending(failed=1, retries=asked - 1) == client.spent
    assert KEY not in f"{caught.value} {caught.value!r} {caught.value.response} {client!r} {client.backend!r}"


def test_a_wait_beyond_the_deadline_is_not_begun(server: ScriptedServer) -> None:
    """A retry that would begin after the timeout is not waited for."""
    server.on("*", Answer.of({}, 429, retry_after="15"))
    time_passed = ManualTime()

    with pytest.raises(ModelError, match="429"):
        ask(openai.client(server.url, clock=time_passed.clock, timeout=10))

    assert [] == time_passed.waits


def test_a_slow_server_ends_with_the_timeout(server: ScriptedServer) -> None:
    """The timeout applies to the whole call, however slowly single bytes arrive, and is not retried."""
    server.on("*", Answer(200, b" " * 200, pause=0.02))
    start = time.monotonic()

    with pytest.raises(ModelError, match=r"no response within 0\.2 seconds"):
        ask(openai.client(server.url, timeout=0.2))

    assert time.monotonic() - start < 2
    assert 1 == len(server.asked)


def test_a_function_that_never_returns_is_left_behind() -> None:
    """A function of the user that takes too long is not waited for."""
    released = threading.Event()

    def stuck(prompt: str) -> str:
        released.wait(60)
        return prompt

    try:
        with pytest.raises(ModelError, match=r"no response within 0\.1 seconds"):
            ask(as_llm_client(stuck, timeout=0.1))
    finally:
        released.set()


def test_calls_are_bounded_per_client() -> None:
    """No more than `max_concurrency` calls are made at the same time, from however many threads."""
    lock = threading.Lock()
    running = 0
    most = 0
    met = threading.Barrier(3)

    def reply(prompt: str) -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        met.wait(10)
        with lock:
            running -= 1
        return prompt

    client = as_llm_client(reply, max_concurrency=3)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: ask(client), range(12)))

    assert (3, 12) == (most, client.spent.calls)


def test_the_same_request_is_answered_from_the_cache(server: ScriptedServer, tmp_path: Path) -> None:
    """A request with temperature 0 is sent once, also by other clients of the folder; any difference is a new one."""
    server.on("*", Answer.of(openai.reply("fine")))
    folder = tmp_path / "cache"
    client = openai.client(server.url, cache=CompletionCache(folder))

    replies = [ask(client), ask(client), ask(openai.client(server.url, cache=CompletionCache(folder)))]
    different: list[dict[str, Any]] = [{"max_tokens": 9}, {"model": "other"}, {"schema": SCHEMA}]
    for options in different:
        ask(client, **options)
    ask(client, temperature=0.7)
    ask(client, temperature=0.7)

    assert [False, True, True] == [reply.is_cached for reply in replies]
    assert {"fine"} == {reply.text for reply in replies}
    assert 1 + 3 + 2 == len(server.asked)
    assert (6, 1) == (client.spent.calls, client.spent.cached)
    assert {0o700} == {folder.stat().st_mode & 0o777}
    assert {0o600} == {path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert all(KEY not in path.read_text("utf-8") for path in folder.iterdir())


def test_a_damaged_cache_counts_as_empty(server: ScriptedServer, tmp_path: Path) -> None:
    """Files that are cut, of another kind or not writable never fail a call."""
    server.on("*", Answer.of(openai.reply("fine")))
    ask(openai.client(server.url, cache=CompletionCache(tmp_path)))
    for path in tmp_path.iterdir():
        path.write_text('{"text": ', "utf-8")

    assert not ask(openai.client(server.url, cache=CompletionCache(tmp_path))).is_cached
    (tmp_path / "file").touch()
    assert "fine" == ask(openai.client(server.url, cache=CompletionCache(tmp_path / "file"))).text


def test_the_cache_in_memory_is_bounded() -> None:
    """The least recently used replies are dropped."""
    cache = CompletionCache(max_entries=2)
    for key in ("a", "b"):
        cache.put(key, Completion(key, "m"))
    cache.get("a")
    cache.put("c", Completion("c", "m"))

    assert [True, False, True] == [cache.get(key) is not None for key in ("a", "b", "c")]


def test_tokens_and_costs_are_counted(server: ScriptedServer) -> None:
    """The cost is that of the reply, else that of the price function; a run reads the difference of two totals."""
    with_cost = openai.reply("fine")
    with_cost["usage"]["cost"] = 0.25
    server.on("*", Answer.of(openai.reply("fine")), Answer.of(with_cost))
    client = openai.client(server.url, price=lambda model, usage: usage["input_tokens"] / 100, cache=None)

    first = ask(client)
    before = client.spent
    second = ask(client)

    assert (0.11, 0.25) == (first.cost_usd, second.cost_usd)
    assert Spending(calls=1, input_tokens=11, output_tokens=3, cost_usd=0.25) == client.spent - before
    assert {"model": "m-2026", "input_tokens": 11, "output_tokens": 3, "cost_usd": 0.25} == second.record()


def test_spending_is_counted_by_many_threads() -> None:
    """No call is lost or counted twice."""
    client = as_llm_client(lambda prompt: Completion(prompt, "m", {"input_tokens": 2, "output_tokens": 1}, 0.5))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask(client), range(200)))

    assert Spending(calls=200, input_tokens=400, output_tokens=200, cost_usd=100.0) == client.spent


class Completing:
    """An object of the smallest documented protocol."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def complete(self, messages: list[dict[str, str]], *, model: str, temperature: float, max_tokens: int) -> str:
        self.asked.append({"messages": messages, "model": model, "temperature": temperature, "max_tokens": max_tokens})
        return "fine"


def test_an_object_with_complete_is_a_client() -> None:
    """It gets messages, model, temperature and limit as documented; one object is one client with one tally."""
    given = Completing()
    client = as_llm_client(given)

    assert "fine" == client.complete(MESSAGES, model="paragon-fast", temperature=0.5, max_tokens=512)
    assert [{"messages": MESSAGES, "model": "paragon-fast", "temperature": 0.5, "max_tokens": 512}] == given.asked
    assert client is as_llm_client(given) is as_llm_client(client)
    assert client is not as_llm_client(given, model="other")


def test_functions_get_a_prompt_or_messages() -> None:
    """A function gets the messages if its first parameter has that name, else their joined texts."""
    assert "Be brief.\n\nHello" == ask(as_llm_client(lambda prompt: prompt)).text
    assert "user" == ask(as_llm_client(lambda messages: messages[-1]["role"])).text
    assert "BE BRIEF.\n\nHELLO" == ask(as_llm_client(str.upper)).text


def openai_like(create: Callable[..., Any]) -> object:
    return SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))


def anthropic_like(create: Callable[..., Any]) -> object:
    return SimpleNamespace(messages=SimpleNamespace(create=create))


def test_objects_like_the_sdks_are_clients() -> None:
    """Objects with the methods of the SDKs are called as those are; their replies may be objects or mappings."""
    message = SimpleNamespace(
        choices=[SimpleNamespace(message=SimpleNamespace(content="fine"))], model="gpt", usage=None
    )
    blocks = {"content": [{"type": "thinking", "thinking": "?"}, {"type": "text", "text": "good"}], "model": "claude"}
    asked: list[dict[str, Any]] = []

    def create(model: str, messages: Any, temperature: float, max_tokens: int, system: str | None = None) -> Any:
        asked.append({"model": model, "messages": messages, "system": system})
        return message if system is None else blocks

    found = ask(as_llm_client(openai_like(create), model="x"))
    assert ("fine", "gpt") == (found.text, found.model)
    assert "good" == ask(as_llm_client(anthropic_like(create)), model="y", schema=SCHEMA).text
    assert [("x", None), ("y", "Be brief.")] == [(one["model"], one["system"]) for one in asked]


async def acomplete(messages: Any, **options: Any) -> str:
    return "fine"


@pytest.mark.parametrize(
    "given",
    [
        None,
        7,
        "gpt",
        object(),
        Completing,
        dict,
        openai_like(acomplete),
        SimpleNamespace(complete=acomplete),
        acomplete,
    ],
)
def test_other_objects_are_refused(given: Any) -> None:
    """Other objects, classes, and asynchronous clients are a TypeError when they are configured."""
    with pytest.raises(TypeError, match="a client must be"):
        as_llm_client(given)
    with pytest.raises(ConfigurationError):
        as_llm_client(given)


class _StatusError(Exception):
    status_code = 429
    response = SimpleNamespace(headers={"retry-after": "2"})


@pytest.mark.parametrize(
    ("error", "waits"),
    [(_StatusError("slow down"), [2.0, 2.0]), (ConnectionError("lost"), [0.5, 1.0]), (KeyError("x"), [])],
)
def test_errors_of_functions_are_errors_of_the_model(error: Exception, waits: list[float]) -> None:
    """Exceptions are mapped; those with a transient status and lost connections are retried."""

    def fails(prompt: str) -> str:
        raise error

    passed = ManualTime()
    with pytest.raises(ModelError, match=type(error).__name__):
        ask(as_llm_client(fails, clock=passed.clock))

    assert waits == passed.waits


@pytest.mark.parametrize("returned", [None, 7, {"score": 1}, b"fine"])
def test_what_is_not_a_string_is_no_reply(returned: Any) -> None:
    """A function must return a string."""
    with pytest.raises(ModelError, match="must return a string"):
        ask(as_llm_client(lambda prompt: returned))


def test_a_function_that_returns_an_awaitable_is_refused() -> None:
    """A coroutine that a synchronous function returns is closed, and the message says what to pass."""
    with pytest.raises(ModelError, match="must be synchronous"):
        ask(as_llm_client(lambda prompt: acomplete(messages=prompt)))


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": float("nan")},
        {"retries": -1},
        {"max_concurrency": 0},
        {"base_url": "file:///etc/passwd"},
        {"base_url": "http://user:s3cret@host"},
        {"api_key": "sk-s3cret\r\nx: y"},
        {"model": ""},
    ],
)
def test_malformed_options_are_refused(options: dict[str, Any]) -> None:
    """Options out of range, and settings that would leak or inject, are refused by name without the secret."""
    with pytest.raises(ConfigurationError, match=next(iter(options))) as caught:
        openai_client(**{"model": "m", **options})

    assert "s3cret" not in str(caught.value)


def test_the_default_client_is_set_or_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, server: ScriptedServer
) -> None:
    """Without a client and a model in the environment, the error says how to configure one."""
    for name in ("MODEL", "BASE_URL", "API_KEY"):
        monkeypatch.delenv(f"ASHR_JUDGE_{name}", raising=False)
    with pytest.raises(ConfigurationError, match="ASHR_JUDGE_MODEL"):
        default_llm_client()

    server.on("*", Answer.of(openai.reply("fine")))
    monkeypatch.setenv("ASHR_JUDGE_MODEL", "judge-1")
    monkeypatch.setenv("ASHR_JUDGE_BASE_URL", server.url)
    assert default_llm_client() is default_llm_client()
    assert "fine" == default_llm_client().complete(MESSAGES)
    assert "judge-1" == server.asked[0].body["model"]

    set_default_llm_client(lambda prompt: "mine")
    try:
        assert "mine" == default_llm_client().complete(MESSAGES)
    finally:
        set_default_llm_client(None)
    assert "judge-1" == default_llm_client().model


def test_no_other_host_is_contacted(monkeypatch: pytest.MonkeyPatch, server: ScriptedServer) -> None:
    """Only the address of the base URL is resolved, whatever the proxy settings and the redirects are."""
    resolved: list[Any] = []
    resolve = socket.getaddrinfo

    def recorded(host: Any, *arguments: Any, **options: Any) -> Any:
        resolved.append(host)
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", recorded)
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    server.on("*", Answer(307, b"", {"Location": "http://elsewhere.invalid/"}), Answer.of(openai.reply("fine")))
    client = openai.client(server.url)

    with pytest.raises(ModelError, match="307"):
        ask(client)
    assert "fine" == ask(client).text

    assert {"127.0.0.1"} == {host.decode() if isinstance(host, bytes) else host for host in resolved}


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        ("", []),
        ("no JSON", []),
        ('{"a": 1}', [{"a": 1}]),
        ('```json\n{"a": {"b": 2}}\n```', [{"a": {"b": 2}}]),
        ('{"a": 1} and {"b": "}{"}', [{"a": 1}, {"b": "}{"}]),
        ('{"outer": {"score": 1}, "sco', []),
        ('{outer: {"score": 1}} {"a": 2}', [{"a": 2}]),
        ('{"a": NaN}', []),
        ("{" * 50_000, []),
        ('{"a":' * 50_000, []),
        ('[{"a": 1}]', [{"a": 1}]),
    ],
)
def test_json_is_found_in_replies(text: str, objects: list[Any]) -> None:
    """Whole outermost objects are found, and none from inside of a broken one."""
    assert objects == list(json_objects(text))


def test_the_alias_means_the_own_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name "paragon-fast" means the client's own model or that of the environment; others are sent as they are."""
    given = Completing()
    for model in ("paragon-fast", "other"):
        as_llm_client(given, model="own").complete(MESSAGES, model=model)
    monkeypatch.delenv("ASHR_JUDGE_MODEL", raising=False)
    as_llm_client(given).complete(MESSAGES)
    monkeypatch.setenv("ASHR_JUDGE_MODEL", "judge-1")
    as_llm_client(given).complete(MESSAGES)

    assert ["own", "other", "paragon-fast", "judge-1"] == [one["model"] for one in given.asked]


@pytest.mark.integration
@pytest.mark.parametrize("provider", [openai, anthropic], ids=lambda one: one.name)
def test_the_clients_of_the_sdks(server: ScriptedServer, provider: Provider) -> None:
    """The real clients are called with schema and timeout, their errors are mapped, and asynchronous ones refused."""
    sdk = pytest.importorskip(provider.name)
    maker: Any = sdk.OpenAI if provider is openai else sdk.Anthropic
    base_url = f"{server.url}/v1" if provider is openai else server.url
    given = maker(api_key=KEY, base_url=base_url, max_retries=0)
    server.on("*", Answer.of(provider.sdk_reply("fine")), Answer.of({"error": {"message": "slow"}}, 429))

    completion = ask(as_llm_client(given, model="m"), schema=SCHEMA, max_tokens=7)

    assert ("fine", "m-2026", 11) == (completion.text, completion.model, completion.usage["input_tokens"])
    has_temperature = "temperature" in server.asked[0].body  # Anthropic's SDK has the parameter no longer
    assert (provider is openai) == has_temperature
    assert provider.body == {"temperature": 0.0} | server.asked[0].body
    with pytest.raises(ModelError, match="RateLimitError") as caught:
        ask(as_llm_client(given), model="m2")
    assert (429, True) == (caught.value.status_code, caught.value.is_transient)
    with pytest.raises(TypeError, match="synchronous"):
        as_llm_client((sdk.AsyncOpenAI if provider is openai else sdk.AsyncAnthropic)(api_key=KEY))


def test_a_backoff_can_be_chosen(server: ScriptedServer) -> None:
    """The delays are those of the client's back-off."""
    server.on("*", Answer.of({}, 500))
    passed = ManualTime()
    with pytest.raises(ModelError):
        ask(openai.client(server.url, clock=passed.clock, backoff=Backoff(0.1, 1.0), retries=3))

    assert [0.1, 0.2, 0.4] == passed.waits


def test_keys_are_optional(server: ScriptedServer) -> None:
    """A server without keys gets no authorization header."""
    server.on("*", Answer.of(openai.reply("fine")))
    ask(openai_client("m", base_url=server.url))

    assert "authorization" not in server.asked[0].headers


FORK = """
import os, threading, warnings
from ashr_labs.llm import as_llm_client
warnings.simplefilter("ignore", DeprecationWarning)  # from 3.12 on Python warns of forks beside threads
entered, release = threading.Event(), threading.Event()
def reply(prompt):
    if prompt == "hold":
        entered.set()
        release.wait(20)
    return "fine"
client = as_llm_client(reply, max_concurrency=1, timeout=30)
def ask(text):
    return client.complete([{"role": "user", "content": text}])
holder = threading.Thread(target=ask, args=("hold",))
holder.start()
assert entered.wait(10)
child = os.fork()
if child == 0:
    os._exit(0 if ask("child") == "fine" else 1)
assert os.waitpid(child, 0)[1] == 0
release.set()
holder.join()
assert client.spent.calls == 1
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this operating system has no fork")
def test_a_forked_child_has_all_its_slots() -> None:
    """Calls that threads of the parent were making do not count in the child."""
    subprocess.run([sys.executable, "-c", FORK], check=True, timeout=60)


def test_what_an_sdk_returns_without_text_is_no_reply() -> None:
    """A refusal, or a response of another kind, is an error."""
    refusal = SimpleNamespace(choices=[SimpleNamespace(message=SimpleNamespace(content=None, refusal="no"))])
    for response in (refusal, None, SimpleNamespace(choices=[]), {"choices": [{"message": {"content": []}}]}):
        with pytest.raises(ModelError, match="without text"):
            ask(as_llm_client(openai_like(lambda response=response, **options: response)))


def test_replies_of_the_users_own_clients_can_be_cached() -> None:
    """With a cache, a function or an object with `complete()` is asked once."""
    cache = CompletionCache()
    given = Completing()
    client = as_llm_client(given, cache=cache)
    assert [False, True] == [ask(client).is_cached, ask(client).is_cached]
    assert 1 == len(given.asked)
    assert not ask(as_llm_client(lambda prompt: "fine", cache=cache)).is_cached


def test_a_failed_request_is_not_cached(server: ScriptedServer) -> None:
    """After an error the next call is sent again."""
    server.on("*", Answer.of({}, 400), Answer.of(openai.reply("fine")))
    client = openai.client(server.url)
    with pytest.raises(ModelError):
        ask(client)

    assert "fine" == ask(client).text
