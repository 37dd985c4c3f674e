"""Tests of the options of a run: what they do, and that values which cannot work are refused before anything starts."""

from __future__ import annotations

import inspect
import logging
import random
import subprocess
import sys
import threading
import time
from dataclasses import fields
from typing import Any

import pytest

from ashr_labs import ConfigurationError, EvalRunner, RunOptions
from ashr_labs._retry import Backoff, RateLimiter
from ashr_labs.eval.drivers import threads
from ashr_labs.eval.options import Settings
from ashr_labs.eval.sampling import RunQueue, Sample, SampleList
from support.eval_data import ScriptedAgent, agent, entries, source, user

MANY = source(**{f"s{n}": [user(f"message {n}"), agent(f"message {n}")] for n in range(12)})
METHODS = ("run", "arun", "run_and_deploy", "arun_and_deploy")


class RateLimitError(Exception):
    """As model clients call it."""

    retry_after = 0.0


def built(dataset: Any, subject: Any, **options: Any) -> list[Any]:
    tests: list[Any] = EvalRunner(dataset).run(subject, **options).build()["tests"]
    return tests


def ids(tests: list[Any]) -> list[str]:
    return [test["test_id"] for test in tests]


def test_all_run_methods_have_the_same_options() -> None:
    """The four methods take the same options, and each of them is a checked setting."""
    kinds = {
        method: [
            parameter.annotation
            for parameter in inspect.signature(getattr(EvalRunner, method)).parameters.values()
            if parameter.kind is parameter.VAR_KEYWORD
        ]
        for method in METHODS
    }

    assert {"Unpack[RunOptions]"} == {kind for [kind] in kinds.values()}
    assert [field.name for field in fields(Settings)] == list(RunOptions.__annotations__)


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("max_workers", [0, -1, True, float("nan"), 2.0, "2", None]),
        ("repeats", [0, -1, True, 1.5, {"s1": 0}, {"s1": True}, {"absent": 2}]),
        ("retries", [-1, True, 0.5, None]),
        ("limit", [0, -3, True, 2.5]),
        ("shuffle", [-1, True, "seed"]),
        ("timeout", [0, -1, True, float("nan"), float("inf"), "5"]),
        ("scenario_timeout", [0, -1, False, float("nan")]),
        ("requests_per_minute", [0, -1, True, float("nan")]),
        ("fail_on_error", [0, -1, 0.0, 1.5, float("nan"), "no", None]),
        ("retry_on", ["RateLimitError", [int], [3], None]),
        ("filter", [3, [3], {}]),
        ("executor", [3, "threads"]),
        ("progress", [2, "yes", []]),
    ],
)
def test_invalid_value_is_rejected_by_name(option: str, values: list[Any]) -> None:
    """An invalid value is a ConfigurationError that names the option, before the agent gets a message."""
    player = ScriptedAgent()
    for value in values:
        with pytest.raises(ConfigurationError, match=option):
            EvalRunner(MANY).run(player, **{option: value})

    assert [] == player.heard


def test_unknown_option_is_rejected_with_suggestion() -> None:
    """A misspelt option is a ConfigurationError that suggests the right one."""
    with pytest.raises(ConfigurationError, match=r"unknown option 'max_worker'; did you mean 'max_workers'\?"):
        EvalRunner(MANY).run(ScriptedAgent(), max_worker=2)  # type: ignore[call-arg]


def test_limit_filter_and_seed_select_scenarios() -> None:
    """Patterns choose by id and tag, a function by the scenario, a seed the order, and a limit the first of them."""
    dataset = source(**{**MANY["runs"], "tagged": {"tags": ["smoke"], "actions": [user()]}})
    shuffled = [*MANY["runs"], "tagged"]
    random.Random(5).shuffle(shuffled)

    assert ["s0", "s1"] == ids(built(dataset, ScriptedAgent(), limit=2))
    assert ["s1", "s10", "s11"] == ids(built(dataset, ScriptedAgent(), filter="s1*"))
    assert ["s2", "tagged"] == ids(built(dataset, ScriptedAgent(), filter=["s2", "tag:smo*"]))
    assert ["tagged"] == ids(built(dataset, ScriptedAgent(), filter=lambda _, scenario: "tags" in scenario))
    assert shuffled[:4] == ids(built(dataset, ScriptedAgent(), shuffle=5, limit=4))


def test_tags_are_recorded() -> None:
    """A test has the tags of its scenario, so that results can be looked at by them; where there are none, no key."""
    dataset = source(tagged={"tags": ["smoke", 3, "money"], "actions": [user()]}, plain=[user()], odd={"tags": 3})

    assert [["smoke", "money"], None, None] == [test.get("tags") for test in built(dataset, ScriptedAgent())]


@pytest.mark.parametrize("workers", [1, 3])
def test_repeats_play_a_scenario_several_times(workers: int) -> None:
    """Each repeat is a test of its own, with its number; scenarios that are played once have none."""
    twice = built(MANY, ScriptedAgent, repeats=2, limit=2, max_workers=workers)
    one_twice = built(MANY, ScriptedAgent, repeats={"s1": 2}, limit=2, max_workers=workers)

    assert [("s0", 0), ("s0", 1), ("s1", 0), ("s1", 1)] == [(test["test_id"], test["repeat"]) for test in twice]
    assert ["s0", "s1", "s1"] == ids(one_twice)
    assert "repeat" not in built(MANY, ScriptedAgent)[0]


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("option", ["timeout", "scenario_timeout"])
def test_blocking_agent_times_out(option: str, workers: int) -> None:
    """A blocked agent fails its scenario as a timeout, turns before it stay, and the others are played."""
    blocked = threading.Event()

    def answer(message: str) -> str:
        if message == "stop":
            blocked.wait(30)
        return message

    dataset = source(a=[user("go"), agent("go"), user("stop")], **MANY["runs"])
    started = time.monotonic()
    first, *others = built(dataset, answer, max_workers=workers, **{option: 1})
    took = time.monotonic() - started
    blocked.set()

    assert took < 10
    assert [(0, "user", "go"), (1, "text", "go", "go"), (2, "user", "stop")] == entries(first)
    assert ("timeout", "TimeoutError", 1) == tuple(first["error"][key] for key in ("kind", "type", "turn"))
    assert f"({option})" in first["error"]["message"]
    assert {"completed"} == {test["status"] for test in others}


def test_hung_threads_are_limited_and_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """When too many calls never came back, further scenarios fail at once, and the number is logged."""
    monkeypatch.setattr(threads, "MAX_HUNG", 3)
    blocked = threading.Event()
    with caplog.at_level(logging.WARNING, "ashr_labs.eval"):
        tests = built(MANY, lambda message: blocked.wait(30), timeout=0.01)
    blocked.set()

    assert ["TimeoutError"] * 3 + ["TooManyAbandoned"] * 9 == [test["error"]["type"] for test in tests]
    assert "3 calls of the agent did not return" in caplog.text


def test_process_with_blocked_agents_exits() -> None:
    """Threads that were left behind do not keep the process from exiting."""
    code = (
        "import time; from ashr_labs import EvalRunner\n"
        "runs = {'a': {'actions': [{'actor': 'user', 'content': ''}]}}\n"
        "run = EvalRunner({'runs': runs}).run(lambda message: time.sleep(600), timeout=0.1)\n"
        "print(run.build()['tests'][0]['error']['kind'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert "timeout" == done.stdout.strip()


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("workers", [1, 3])
def test_transient_errors_are_retried(workers: int, asynchronous: bool) -> None:
    """A scenario whose agent raises a named error is played again; its attempts and their errors are recorded."""
    asked = list[str]()

    def answer(message: str) -> str:
        asked.append(message)
        if message == "message 1" and asked.count(message) < 3:
            raise RateLimitError("slow down")
        return message

    async def answer_later(message: str) -> str:
        return answer(message)

    tests = built(MANY, answer_later if asynchronous else answer, retries=2, max_workers=workers)

    assert {"completed"} == {test["status"] for test in tests}
    assert (3, ["slow down"] * 2) == (tests[1]["attempts"], [error["message"] for error in tests[1]["attempt_errors"]])
    assert [(0, "user", "message 1"), (1, "text", "message 1", "message 1")] == entries(tests[1])
    assert "attempts" not in tests[0]


@pytest.mark.parametrize(("retry_on", "asked"), [([], 1), (["ValueError"], 1), (["LookupError"], 3), ([KeyError], 3)])
def test_only_named_errors_are_retried(retry_on: Any, asked: int) -> None:
    """Errors are retried by their class or one that it is derived from, and no more often than allowed."""
    heard = list[str]()

    def answer(message: str) -> str:
        heard.append(message)
        error = KeyError("gone")
        error.retry_after = 0  # type: ignore[attr-defined]
        raise error

    [test] = built(source(a=[user()]), answer, retries=2, retry_on=retry_on)

    assert asked == len(heard)
    assert "failed" == test["status"]


@pytest.mark.parametrize("workers", [1, 4])
def test_rate_limit_wait_is_not_latency(workers: int) -> None:
    """The agent gets no more messages in a minute than allowed, and waiting for that is not its latency."""
    started = time.monotonic()
    tests = built(MANY, ScriptedAgent, requests_per_minute=3000, max_workers=workers)

    assert 11 * 0.02 <= time.monotonic() - started < 5
    assert sum(test["turns"][0]["latency_ms"] for test in tests) < 12 * 20


def test_rate_limiter_assigns_slots() -> None:
    """Each caller gets the next slot, half a second after the last one; unused slots are lost."""
    now = [0.0]
    rate = RateLimiter(120, lambda: now[0])
    first = [rate.reserve() for _ in range(3)]
    now[0] = 10

    assert [0, 0.5, 1.0] == first
    assert [0, 0.5] == [rate.reserve(), rate.reserve()]


@pytest.mark.parametrize(
    ("attempt", "asked_for", "seconds"),
    [(0, None, 0.5), (1, None, 1), (3, None, 4), (20, None, 60), (0, 7, 7), (0, 600, 60), (0, -1, 0)],
)
def test_retry_delays_double_up_to_a_minute(attempt: int, asked_for: float | None, seconds: float) -> None:
    """Waits double up to a minute; what the other side asks for counts instead."""
    assert seconds == Backoff(0.5, 60).delay(attempt, retry_after=asked_for)


def test_waiting_sample_does_not_block_workers() -> None:
    """A sample that waits to be played again is passed over by others, and comes as soon as it is due."""
    now = [0.0]
    first, second = (Sample(place, name, {}) for place, name in enumerate("ab"))
    queue = RunQueue([first, second], lambda: now[0])
    assert first == queue.next()
    queue.requeue(first, 5)
    assert second == queue.next()
    assert 5 == queue.next()
    now[0] = 5
    assert first == queue.next()
    assert None is queue.next()


@pytest.mark.parametrize(("bound", "played"), [(True, 1), (3, 3), (0.25, 3), (False, 12)])
def test_max_errors_stops_the_run(bound: Any, played: int) -> None:
    """When more scenarios fail than allowed, no more are started, and the run is failed."""

    def answer(_: str) -> Any:
        raise ValueError

    result = EvalRunner(MANY).run(answer, fail_on_error=bound).build()

    assert played == len(result["tests"])
    assert ("completed" if bound is False else "failed") == result["status"]


@pytest.mark.parametrize("workers", [1, 4])
def test_on_result_is_called_for_each_result(workers: int) -> None:
    """on_result gets every result as it is recorded; its exceptions end the run."""
    told = list[Any]()
    tests = built(MANY, ScriptedAgent, on_result=told.append, max_workers=workers)

    assert tests == sorted(told, key=lambda test: ids(tests).index(test["test_id"]))
    with pytest.raises(ZeroDivisionError):
        built(MANY, ScriptedAgent, on_result=lambda _: 1 / 0, max_workers=workers)


def test_reply_usage_is_recorded_and_totalled() -> None:
    """Tokens and cost of each reply stand with its turn, in common words, and their sum with the test."""
    replies = {
        "openai": {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
        "anthropic": {"input_tokens": 5, "output_tokens": 1, "cache_read_input_tokens": 3, "cost_usd": 0.5},
        "none": None,
        "nonsense": {"input_tokens": -1, "cost": float("nan"), "output_tokens": True},
    }
    dataset = source(s=[user(name) for name in replies])
    [test] = built(dataset, lambda message: {"text": "", "usage": replies[message]})

    assert [
        {"input_tokens": 10, "cached_input_tokens": 4, "output_tokens": 2},
        {"input_tokens": 8, "cached_input_tokens": 3, "output_tokens": 1, "cost_usd": 0.5},
        None,
        None,
    ] == [turn.get("usage") for turn in test["turns"]]
    assert {"input_tokens": 18, "cached_input_tokens": 7, "output_tokens": 3, "cost_usd": 0.5} == test["usage"]
    assert [0, 1, 2, 3] == [turn["action_index"] for turn in test["turns"]]


def test_teacher_forcing_sets_expected_history() -> None:
    """Before each message the agent's memory is set to the conversation as it was expected."""

    class Wrong(ScriptedAgent):
        histories: list[Any] = []  # noqa: RUF012

        def set_history(self, messages: Any) -> None:
            self.histories.append(messages)

    expected = [
        user("one"),
        agent("1", {"name": "f", "arguments_json": '{"a": 1}'}),
        user("two"),
        agent("2"),
    ]
    built(source(s=expected), Wrong(lambda _: "wrong"), teacher_forcing=True)

    assert [
        [],
        [
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "1", "tool_calls": [{"name": "f", "arguments": {"a": 1}}]},
        ],
    ] == Wrong.histories


def test_expected_history_contains_tool_results_and_errors() -> None:
    """The conversation that an agent is set to has the results and errors of tool calls that the dataset has."""
    histories = list[Any]()

    class Remembering(ScriptedAgent):
        def set_history(self, messages: Any) -> None:
            histories.append(messages)

    ended = {"name": "f", "arguments": {"a": 1}, "result": {"id": 7}}
    failed = {"name": "g", "args": {}, "error": "no such order", "note": "kept in the dataset"}
    built(source(s=[user("one"), agent("1", ended, failed), user("two")]), Remembering(), teacher_forcing=True)

    assert [
        {"name": "f", "arguments": {"a": 1}, "result": {"id": 7}},
        {"name": "g", "arguments": {}, "error": "no such order"},
    ] == histories[1][1]["tool_calls"]


def test_tool_result_and_error_are_recorded() -> None:
    """The result and the error of a call in a reply are in the record of the run."""
    calls = [
        {"name": "f", "arguments": {}, "result": 7},
        {"name": "g", "arguments": {}, "result": "no", "is_error": True},
    ]
    [test] = built(source(s=[user("one"), agent("1")]), lambda _: {"text": "1", "tool_calls": calls})
    recorded = [call["actual"] for call in test["action_results"][1]["tool_calls"]]

    assert [("f", 7, None), ("g", "no", "no")] == [
        (one["name"], one.get("result"), one.get("error")) for one in recorded
    ]


def test_scenario_ids_do_not_depend_on_selection() -> None:
    """A scenario's id and content are the same whatever the limit and the order."""
    scenarios = list(MANY["runs"].items())
    plain = {sample.scenario_id: sample.raw for sample in SampleList(scenarios, Settings())}
    shuffled = SampleList(scenarios, Settings(shuffle=3, limit=5))

    assert all(plain[sample.scenario_id] is sample.raw for sample in shuffled)
