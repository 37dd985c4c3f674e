"""LLM judge over HTTP, configured by the environment."""

from __future__ import annotations

import json

import pytest

from ashr_labs.errors import ConfigurationError
from ashr_labs.grading import NotJudgedError, Opinion
from ashr_labs.local.llm.judge import ModelJudge, judge_from_env
from support.chat_server import KEY, Answering, chat_model, model, saying, trickling
from support.local_api import Api
from support.run_results import asked, played, result_of, said


def ask(url: str) -> Opinion:
    return ModelJudge(chat_model(url)).ask("Same?", {"expected": "ü\ud83e", "actual": "b"}, ("same", "different"))


def test_judge_sends_one_chat_completion() -> None:
    """A question is one chat completion with the key; the JSON answer may be surrounded by other text."""
    with model(saying('Sure:\n```json\n{"answer": "same", "reason": "both greet"}\n```')) as (url, seen):
        assert Opinion("same", "both greet") == ask(url)

    (path, authorization, body) = seen[0]
    assert ("/v1/chat/completions", f"Bearer {KEY}") == (path, authorization)
    assert ("judge-1", 0, ["system", "user"]) == (
        body["model"], body["temperature"], [message["role"] for message in body["messages"]],
    )  # fmt: skip
    assert {"expected": "ü\ud83e", "actual": "b"} == json.loads(body["messages"][1]["content"])


@pytest.mark.parametrize(
    ("answering", "reason"),
    [
        (saying("the same, I think"), "the same, I think"),
        (saying('{"answer": "maybe"}'), "must answer one of same, different"),
        (saying('{"answer": ["same"]}'), "must answer one of same, different"),
        (saying(None), "without text"),
        (lambda _: (200, b"[]"), "without text"),
        (lambda _: (200, b'{"choices": []}'), "without text"),
        (lambda _: (429, b'{"error": "slow down"}'), "status 429"),
        (lambda _: (500, b"<html>\xff"), "status 500"),
        (lambda _: (401, f"wrong key {KEY}".encode()), "status 401"),
        (lambda _: (200, iter([b"x" * 3_000_000])), "without text"),
    ],
)
def test_unusable_answer_raises_error(answering: Answering, reason: str) -> None:
    """An answer that is not allowed raises an error, and the reason does not contain the key."""
    with model(answering) as (url, _), pytest.raises(NotJudgedError, match=reason) as caught:
        ask(url)

    assert KEY not in str(caught.value)


def test_unreachable_model_raises_error() -> None:
    """An unreachable model raises an error that does not contain the key."""
    with pytest.raises(NotJudgedError, match="cannot be reached"):
        ask("http://127.0.0.1:1")
    assert KEY not in repr(chat_model("http://127.0.0.1:1"))


def test_judge_is_configured_by_environment() -> None:
    """Without a model there is not a judge; the URL defaults to OpenAI's and must be valid."""
    assert judge_from_env({"ASHR_JUDGE_BASE_URL": "http://x"}) is None
    judge = judge_from_env({"ASHR_JUDGE_MODEL": "m"})
    assert judge is not None
    assert ("m", "https://api.openai.com/v1") == (judge.name, judge.model.client.backend.identity)
    with pytest.raises(ConfigurationError, match="ASHR_JUDGE_BASE_URL"):
        judge_from_env({"ASHR_JUDGE_MODEL": "m", "ASHR_JUDGE_BASE_URL": "file:///etc/passwd"})


def test_slow_model_response_times_out() -> None:
    """The timeout applies to the whole response, however slowly its bytes arrive."""
    with model(trickling(5)) as (url, _), pytest.raises(NotJudgedError, match=r"no response within 0\.3 seconds"):
        ModelJudge(chat_model(url, timeout=0.3)).ask("Same?", {}, ("same",))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASHR_JUDGE_BASE_URL", "http://user:s3cret@host/v1"),
        ("ASHR_JUDGE_BASE_URL", "http://host/v1\r\nx: s3cret"),
        ("ASHR_JUDGE_API_KEY", "sk-s3cret\r\nx: y"),
        ("ASHR_JUDGE_API_KEY", "sk-s3cret\N{EN DASH}"),
    ],
)
def test_unsafe_settings_are_rejected(name: str, value: str) -> None:
    """A password in a URL and line ends in a key are rejected with the setting's name, without the secret."""
    with pytest.raises(ConfigurationError, match=name) as caught:
        judge_from_env({"ASHR_JUDGE_MODEL": "m", name: value})

    assert "s3cret" not in str(caught.value) or "\r" in value


@pytest.mark.parametrize(
    ("answering", "passed", "note"),
    [
        (saying('{"answer": "same", "reason": "so it is"}'), 1, "finds the text same: so it is"),
        (lambda _: (503, b""), 0, "not judged"),
    ],
)
def test_platform_grades_with_its_judge(
    monkeypatch: pytest.MonkeyPatch, answering: Answering, passed: int, note: str
) -> None:
    """The worker grades with the configured judge, and by rules where the judge fails."""
    result = result_of(played(asked(), said("Your parcel leaves tomorrow.", "We ship it in the morning.")))
    with model(answering) as (url, _), Api.opened() as api:
        monkeypatch.setenv("ASHR_JUDGE_MODEL", "judge-1")
        monkeypatch.setenv("ASHR_JUDGE_BASE_URL", url)
        run = api.settled_run(api.run(api.dataset(), result))

    assert ("completed", passed) == (run["grading_status"], run["result"]["aggregate_metrics"]["tests_passed"])
    assert note in run["result"]["tests"][0]["action_results"][1]["divergence_notes"]
    assert "judge-1" == run["result"]["grader"]["judge"]
