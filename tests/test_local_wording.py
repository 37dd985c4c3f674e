"""LLM paraphraser over HTTP; whatever it replies, the dataset is generated."""

from __future__ import annotations

import copy
import json
import logging
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from ashr_labs.generation import generate
from ashr_labs.generation.rewording import RewordingError, apply_rewording, text_slots
from ashr_labs.local.llm.paraphrase import Paraphraser, paraphrase
from support.chat_server import KEY, Answering, chat_model, model, saying, trickling
from support.local_api import Api

TOOLS = [
    {
        "name": "book_flight",
        "description": "Book a flight",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "date": {"type": "string", "format": "date"},
                "passengers": {"type": "integer", "minimum": 1, "maximum": 9},
                "refundable": {"type": "boolean"},
            },
            "required": ["city", "date", "passengers", "refundable"],
        },
    },
    {"name": "find_order", "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}}},
]
CONFIG: dict[str, Any] = {"agent": {"name": "Bot", "tools": TOOLS}, "context": {"domain": "travel"}}


def source(**changes: Any) -> dict[str, Any]:
    return generate({**CONFIG, **changes}, seed=7)


def asked_for(body: dict[str, Any]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = json.loads(body["messages"][1]["content"])["messages"]
    return messages


def in_words(change: Callable[[dict[str, Any]], object]) -> Answering:
    """Return each message changed by `change`."""
    return lambda body: saying(json.dumps({"messages": [change(message) for message in asked_for(body)]}))(body)


def polite(message: dict[str, Any]) -> str:
    return f"Dear all, {message['text']} Thank you!"


def said_only(message: dict[str, Any]) -> str:
    return " and ".join(["So", *message["must_contain"]])


def skeleton(dataset: dict[str, Any]) -> dict[str, Any]:
    """Return a dataset without texts."""
    bare = copy.deepcopy(dataset)
    bare.pop("wording", None)
    for scenario in bare["runs"].values():
        for action in scenario["actions"]:
            del action["content"]
            if "expected_response" in action:
                del action["expected_response"]["text"]
    return bare


@pytest.mark.parametrize("change", [polite, said_only])
def test_model_paraphrases_texts_only(change: Callable[[dict[str, Any]], str]) -> None:
    """All texts are the model's; tools, arguments, order, names and tags are unchanged."""
    seeded = source()
    with model(in_words(change)) as (url, seen):
        made = Paraphraser(chat_model(url, "writer-1")).paraphrase(seeded)

    assert {"model": "writer-1", "worded": list(seeded["runs"]), "kept": {}} == made["wording"]
    assert skeleton(seeded) == skeleton(made)
    for name, scenario in made["runs"].items():
        for action, former in zip(scenario["actions"], seeded["runs"][name]["actions"], strict=True):
            assert action["content"] != former["content"]
            assert action["content"] == action.get("expected_response", {"text": action["content"]})["text"]
    assert {f"Bearer {KEY}"} == {authorization for _, authorization, _ in seen}
    assert {"/v1/chat/completions"} == {path for path, _, _ in seen}


def drop_values(message: dict[str, Any]) -> str:
    text: str = message["text"]
    for value in message["must_contain"]:
        text = text.replace(value, "that")
    return text


@pytest.mark.parametrize(
    ("answering", "reason"),
    [
        (in_words(drop_values), "does not contain"),
        (in_words(lambda message: f"{message['text']}1"), "does not contain"),
        (in_words(lambda _: ""), "message 1 must be a string"),
        (in_words(lambda _: 5), "message 1 must be a string"),
        (in_words(lambda message: message["text"] + " x" * 3000), "too long"),
        (in_words(lambda message: message["text"] + "\x00"), "control character"),
        (in_words(lambda message: message["text"] + "\ud83e"), "lone surrogate"),
        (saying('{"messages": []}'), "expected a list of"),
        (saying('{"messages": {"1": "x"}}'), "expected a list of"),
        (saying("I would rather not."), "I would rather not"),
        (saying('{"messages": ['), "expected a list of"),
        (saying(None), "replied without text"),
        (lambda _: (500, b"<html>"), "status 500"),
        (lambda _: (401, f"bad key {KEY}".encode()), "status 401"),
        (lambda _: (200, iter([b"{" * 2_000_000])), "without text"),
        (trickling(10), r"no response within 1 second"),
    ],
)
def test_model_failure_keeps_original_texts(
    answering: Answering, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the model replies, the dataset keeps its texts, and has a reason for each scenario."""
    seeded = source()
    caplog.set_level(logging.DEBUG)
    with model(answering) as (url, _):
        made = Paraphraser(chat_model(url, "writer-1", timeout=1)).paraphrase(seeded)

    wording = made["wording"]
    assert set(seeded["runs"]) == {*wording["worded"], *wording["kept"]}
    for name, why in wording["kept"].items():
        assert seeded["runs"][name] == made["runs"][name]
        assert re.search(reason, why), why
    assert wording["kept"]
    assert KEY not in json.dumps(made) + caplog.text


def test_paraphrasing_has_a_total_timeout() -> None:
    """After the timeout of the dataset the model is not called, and the remaining scenarios keep their texts."""
    times = iter([0.0, *[1.0] * 4, *[121.0] * 100])
    with model(in_words(polite)) as (url, seen):
        made = Paraphraser(chat_model(url, "w"), clock=lambda: next(times)).paraphrase(source())

    assert len(seen) == len(made["wording"]["worded"]) <= 4
    assert made["wording"]["kept"]
    assert all("timed out" in reason for reason in made["wording"]["kept"].values())


def test_paraphrasing_concurrency_is_four() -> None:
    """Four scenarios are paraphrased at the same time."""
    at_once: list[int] = []
    now = [0]

    def slowly(body: dict[str, Any]) -> tuple[int, Any]:
        now[0] += 1
        at_once.append(now[0])
        time.sleep(0.05)
        now[0] -= 1
        return in_words(polite)(body)

    with model(slowly) as (url, seen):
        Paraphraser(chat_model(url, "w")).paraphrase(source())

    assert len(seen) > 4 >= max(at_once)


def test_penetration_tests_are_not_paraphrased() -> None:
    """Penetration tests are not paraphrased, since their wording is the test."""
    attacks = source(
        metadata={"dataset_type": "pentest"},
        pentest_config={"categories": ["prompt_injection"], "scenarios_per_category": 2},
    )
    with model(in_words(polite)) as (url, seen):
        made = Paraphraser(chat_model(url, "w")).paraphrase(attacks)

    assert [] == seen
    assert attacks["runs"] == made["runs"]
    assert {"attacks are not paraphrased"} == set(made["wording"]["kept"].values())


def conversation(*messages: str, arguments: dict[str, Any]) -> Any:
    calls = [{"name": "t", "arguments_json": json.dumps(arguments)}]
    users = [{"actor": "user", "content": message} for message in messages]
    return {"actions": [*users, {"actor": "agent", "content": "Done.", "expected_response": {"tool_calls": calls}}]}


@pytest.mark.parametrize(
    ("message", "arguments", "words", "fits"),
    [
        ("for 5 people", {"n": 5}, "we are 5", True),
        ("for 5 people", {"n": 5}, "we are 5.", True),
        ("for 5 people", {"n": 5}, "we are 5.5", False),
        ("for 5 people", {"n": 5}, "we are 15", False),
        ("for 5 people", {"n": 5}, "we are five", False),
        ("total: 9.99", {"n": 9.99}, "it makes 9.99, please", True),
        ('to "Bath (UK)"', {"to": "Bath (UK)"}, "off to Bath (UK)!", True),
        ('to "Bath (UK)"', {"to": "Bath (UK)"}, "off to Bath UK!", False),
        ("window: no", {"window": False}, "no window", True),
        ("window: no", {"window": False}, "not at a window", False),
        ("a and b1", {"items": [{"x": "a"}, "b1"]}, "b1, then a", True),
        ("a and b1", {"items": [{"x": "a"}, "b1"]}, "b1, then ab", False),
        ("email: a.b+c@d.org", {"e": "a.b+c@d.org"}, "write to a.b+c@d.org", True),
        ("nothing known", {"e": "gold"}, "I am gold already", False),
    ],
)
def test_paraphrase_must_contain_values(message: str, arguments: dict[str, Any], words: str, *, fits: bool) -> None:
    """A value must occur as a whole word in the new text, as in the old one, and not in an earlier text."""
    scenario = conversation(message, arguments=arguments)
    drafts = text_slots(scenario)

    def change() -> Any:
        return apply_rewording(scenario, drafts, {"messages": [words, "Done."]})

    if fits:
        assert words == change()["actions"][0]["content"]
    else:
        with pytest.raises(RewordingError, match="message 1"):
            change()


def test_platform_paraphrases_with_configured_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dataset of a request is paraphrased by the configured model, and says so."""
    with model(in_words(polite)) as (url, _), Api.opened() as api:
        monkeypatch.setenv("ASHR_GENERATOR_MODEL", "writer-1")
        monkeypatch.setenv("ASHR_GENERATOR_BASE_URL", url)
        monkeypatch.setenv("ASHR_GENERATOR_API_KEY", KEY)
        request = api.settled_request(api.request(CONFIG))
        (dataset,) = api("list_datasets", tenant_id=1)["datasets"]

    assert "completed" == request["request_status"]
    assert "writer-1" == dataset["dataset_source"]["wording"]["model"]
    assert dataset["dataset_source"]["wording"]["worded"]
    assert KEY not in json.dumps([request, dataset])


@pytest.mark.parametrize(
    ("url", "reason"),
    [("http://127.0.0.1:1", "cannot be reached"), ("ftp://nowhere", "ASHR_GENERATOR_BASE_URL must be")],
)
def test_unusable_model_does_not_fail_request(monkeypatch: pytest.MonkeyPatch, url: str, reason: str) -> None:
    """With an unreachable or misconfigured model the request completes, and the dataset has the error."""
    monkeypatch.setenv("ASHR_GENERATOR_MODEL", "writer-1")
    monkeypatch.setenv("ASHR_GENERATOR_BASE_URL", url)
    with Api.opened() as api:
        request = api.settled_request(api.request(CONFIG))
        (dataset,) = api("list_datasets", tenant_id=1)["datasets"]

    assert "completed" == request["request_status"]
    assert reason in json.dumps(dataset["dataset_source"]["wording"])


def test_dataset_is_unchanged_without_model() -> None:
    """Without a model the dataset is unchanged."""
    assert source() == paraphrase(source(), {"ASHR_GENERATOR_BASE_URL": "http://127.0.0.1:1"})
