"""Rubrics: grades by criteria, steps that the model writes, and grades weighted by probabilities, as in G-Eval."""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ashr_labs.errors import ConfigurationError
from ashr_labs.llm import Completion, CompletionCache, as_llm_client
from ashr_labs.scorers import Rubric, ScorerContext
from support.llm_servers import openai
from support.scripted_server import Answer, ScriptedServer

GRADE = '{"reason": "polite", "score": 4}'
STEPS = '{"steps": ["Read it.", "Look for rude words."]}'
_TOKENS = ['{"', "reason", '": "', "5", " of", " é", "\U0001f600", '", "', "score", '":', " ", "4", "}"]
"""The tokens of a reply whose reason has a number, and characters of several bytes."""


class Replying:
    """A client of the documented protocol: it writes steps where it is asked to, and gives one reply otherwise."""

    def __init__(self, reply: str, steps: str = STEPS) -> None:
        self.reply = reply
        self.steps = steps
        self.prompts: list[str] = []

    def complete(self, messages: list[dict[str, str]], **_: object) -> str:
        self.prompts.append(messages[1]["content"])
        return self.steps if "Write down the steps" in self.prompts[-1] else self.reply

    @property
    def prompt(self) -> str:
        """The last prompt."""
        return self.prompts[-1]


def test_a_rubric_judges_by_criteria_and_steps() -> None:
    """Criteria and steps are instructions; what the test has of question, context and expectation is data."""
    client = Replying(GRADE)
    judge = Rubric("It is polite.", steps=["Read it.", "Look for rude words."], client=client)

    assert ("rubric", 0.75) == ((score := judge("Hello", input="Hi")).name, score.score)
    assert "Criteria:\nIt is polite.\n\nSteps:\n1. Read it.\n2. Look for rude words." in client.prompt
    assert "<question>\nHi\n</question>" in client.prompt
    assert "<expected>\n" not in client.prompt
    assert "<context>\n" not in client.prompt
    invariant = judge.to_invariant() or {}
    assert ("It is polite.", "It is polite.") == (invariant["description"], invariant["check"]["criteria"])


def test_a_rubric_can_see_what_the_agent_did() -> None:
    """The tool calls and the conversation are shown where they are included."""
    client = Replying(GRADE)
    seen = ScorerContext(
        output="done",
        calls=[{"name": "refund", "arguments": {"id": 7}}],
        messages=[{"role": "user", "content": "please"}],
    )
    Rubric("It asked before it paid.", steps=[], include=["tool_calls", "conversation"], client=client).score(seen)

    assert '<tool_calls>\n{"name": "refund", "arguments": {"id": 7}}\n</tool_calls>' in client.prompt
    assert '<conversation>\n{"role": "user", "content": "please"}\n</conversation>' in client.prompt
    with pytest.raises(ConfigurationError, match="`include`"):
        Rubric("x", include=["everything"])
    with pytest.raises(ConfigurationError, match="`criteria`"):
        Rubric("")


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ('{"reason": "r", "score": 5}', 1.0),
        ('{"reason": "r", "score": 1}', 0.0),
        ('{"score": "2"}', 0.25),
        ('{"score": 3.5}', 0.625),
        ('```json\n{"score": 3}\n```', 0.5),
        (" 4 ", 0.75),
        ('{"score": 0}', None),
        ('{"score": 6}', None),
        ('{"score": 5.5}', None),
        ('{"score": true}', None),
        ('{"score": null}', None),
        ('{"score": 1} {"score": 2}', None),
        ("It is a 4.", None),
        ("", None),
    ],
)
def test_grades_are_read_strictly(reply: str, score: float | None) -> None:
    """A grade from 1 to 5 is a score from 0 to 1, and passes from 3 on; anything else is not judged."""
    found = Rubric("x", steps=[], client=lambda prompt: reply)("output")

    assert score == found.score
    assert (None if score is None else score >= 0.5) == found.passed
    assert score is not None or "not judged" in found.message


def test_steps_are_written_once() -> None:
    """Without steps the model writes them from the criteria, once for many threads; only one score has their cost."""
    asked: list[str] = []
    lock = threading.Lock()

    def model(prompt: str) -> Any:
        with lock:
            asked.append(prompt)
        threading.Event().wait(0.02)
        return Completion(
            STEPS if "Write down" in prompt else GRADE, "m", {"input_tokens": 5, "output_tokens": 2}, 0.25
        )

    judge = Rubric("It is polite.", client=as_llm_client(model))
    with ThreadPoolExecutor(8) as pool:
        scores = [*pool.map(judge, map(str, range(20)))]
    again = Rubric("It is polite.", client=judge.client)("another rubric of the same criteria")

    assert 1 == sum("Write down" in prompt for prompt in asked)
    assert all("1. Read it.\n2. Look for rude words." in prompt for prompt in asked if "Write down" not in prompt)
    assert {("Read it.", "Look for rude words.")} == {tuple(one.metadata["steps"]) for one in [*scores, again]}
    assert [0.25] * 19 + [0.5] == sorted(one.metadata["judge"]["cost_usd"] for one in scores)
    assert 0.25 == again.metadata["judge"]["cost_usd"]
    assert 22 == len(asked)


def test_steps_that_cannot_be_written_are_asked_for_again() -> None:
    """A reply without steps is not judged, and the next score asks again; other criteria have steps of their own."""
    client = Replying(GRADE, "I would rather not.")
    judge = Rubric("It is polite.", client=client)

    assert "the reply has no steps" in judge("Hello").message
    client.steps = STEPS
    assert 0.75 == judge("Hello").score
    assert 0.75 == Rubric("It is short.", client=judge.client)("Hello").score
    assert 3 == sum("Write down" in prompt for prompt in client.prompts)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_process_writes_its_own_steps() -> None:
    """A process that is forked while a thread waits for steps does not wait for that thread."""
    begun, may_end = threading.Event(), threading.Event()

    def model(prompt: str) -> str:
        if "Write down" in prompt and not begun.is_set():
            begun.set()
            may_end.wait(20)
        return STEPS if "Write down" in prompt else GRADE

    judge = Rubric("It is polite.", client=model)
    thread = threading.Thread(target=judge, args=("Hello",))
    thread.start()
    begun.wait(20)
    child = os.fork()
    if child == 0:
        os._exit(judge("Hello").score != 0.75)
    may_end.set()
    thread.join()
    assert 0 == os.waitpid(child, 0)[1]


def weighted_reply(
    top: Mapping[str, float], tokens: Sequence[str] = _TOKENS, *, has_bytes: bool = True
) -> dict[str, Any]:
    """Return a response whose grade has these probabilities, and whose other numbers have others."""
    content: list[dict[str, Any]] = []
    for index, token in enumerate(tokens):
        here = top if index == len(tokens) - 2 else {token: 0.5, "1": 0.5}
        alternatives = [{"token": text, "logprob": math.log(share)} for text, share in here.items()]
        bytes_of = [*token.encode()] if has_bytes else None
        content.append({"token": token, "logprob": -0.1, "bytes": bytes_of, "top_logprobs": alternatives})
    reply = openai.reply("".join(tokens))
    reply["choices"][0]["logprobs"] = {"content": content}
    return reply


@pytest.mark.parametrize("way", ["HTTP", "SDK", "no bytes"])
def test_grades_are_weighted_by_their_probabilities(server: ScriptedServer, way: str) -> None:
    """The grade is the mean of the grades by the probabilities of their tokens, at the place of the grade."""
    reply = weighted_reply({"4": 0.6, "5": 0.2, "2": 0.1, " 4": 0.05, "four": 0.05}, has_bytes=way != "no bytes")
    asked: list[Any] = []

    def create(**options: Any) -> Any:
        asked.append(options)
        return reply

    server.on("*", Answer.of(reply))
    sdk: Any = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))
    client = as_llm_client(sdk, model="m") if way == "SDK" else openai.client(server.url)

    found = Rubric("It is polite.", steps=[], client=client)("Hello")

    sent = asked[-1] if way == "SDK" else server.asked[-1].body
    assert (True, 20) == (sent["logprobs"], sent["top_logprobs"])
    grade = (4 * 0.65 + 5 * 0.2 + 2 * 0.1) / 0.95
    assert found.score == pytest.approx((grade - 1) / 4)
    assert {"2": 0.1053, "4": 0.6842, "5": 0.2105} == found.metadata["probabilities"]


@pytest.mark.parametrize(
    "spoiled",
    [
        None,
        {"content": None},
        {"content": [{"token": 5}]},
        {"content": [{"token": GRADE, "top_logprobs": [{"token": "5", "logprob": 0.0}]}]},
        {"content": [{"token": GRADE[:-2]}, {"token": "4", "top_logprobs": [{"token": "4", "logprob": "high"}, 3]}]},
        {"content": [{"token": GRADE[:-2]}, {"token": "4", "top_logprobs": [{"token": "5", "logprob": -0.1}]}]},
    ],
)
def test_without_probabilities_the_grade_counts(server: ScriptedServer, spoiled: Any) -> None:
    """Where the probabilities are absent, malformed, or of another place, the plain grade is the score."""
    reply = openai.reply(GRADE)
    reply["choices"][0]["logprobs"] = spoiled
    server.on("*", Answer.of(reply))

    found = Rubric("It is polite.", steps=[], client=openai.client(server.url))("Hello")

    assert (0.75, False) == (found.score, "probabilities" in found.metadata)


def test_models_without_probabilities_are_asked_without_them(server: ScriptedServer) -> None:
    """A model that refuses the option is asked again without it, and not with it any more."""
    refusal = Answer.of(
        {"error": {"message": "Unsupported parameter: 'logprobs' is not supported with this model."}}, 400
    )
    server.on("*", lambda body: refusal if "logprobs" in body else Answer.of(openai.reply(GRADE)))
    judge = Rubric("It is polite.", steps=[], client=openai.client(server.url))

    assert [0.75, 0.75] == [judge(text).score for text in ("Hello", "Good day")]
    assert [True, False, False] == ["logprobs" in asked.body for asked in server.asked]
    assert all("response_format" in asked.body for asked in server.asked)


def test_cached_replies_keep_their_probabilities(server: ScriptedServer, tmp_path: Path) -> None:
    """A reply from the cache, in memory or on disk, gives the same weighted score; a spoiled file a plain one."""
    server.on("*", Answer.of(weighted_reply({"4": 0.5, "5": 0.5})))
    scores = []
    for _ in range(2):
        judge = Rubric("x", steps=[], client=openai.client(server.url, cache=CompletionCache(tmp_path)))
        scores += [judge("Hello").score, judge("Hello").score]
    [file] = tmp_path.glob("*.json")
    file.write_text(json.dumps({**json.loads(file.read_text()), "alternatives": [[5], "x", 3]}))
    judge = Rubric("x", steps=[], client=openai.client(server.url, cache=CompletionCache(tmp_path)))

    assert [pytest.approx(0.875)] * 4 == scores
    assert 0.75 == judge("Hello").score
    assert 1 == len(server.asked)
