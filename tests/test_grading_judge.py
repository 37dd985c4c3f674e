"""Grading with a judge: what it is asked, what its answers do, and what happens when it gives none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ashr_labs.grading import NotJudgedError, Opinion, grade
from support.run_results import asked, calls, made, pair, played, result_of, said

RULE = "Never promise a date."


class Scripted:
    """Answers by what it is asked about; an error where the script has one."""

    name = "scripted"

    def __init__(self, answer: str | NotJudgedError) -> None:
        self._answer = answer
        self.asked: list[Mapping[str, str]] = []

    def ask(self, question: str, data: Mapping[str, str], answers: Sequence[str]) -> Opinion:
        self.asked.append(data)
        if isinstance(self._answer, NotJudgedError):
            raise self._answer
        assert self._answer in answers
        return Opinion(self._answer, "because")


def graded(judge: Scripted | None, *actions: Any, config: Any = None) -> Any:
    return grade(result_of(played(*actions)), config, judge=judge, strict=False)


SILENCE = NotJudgedError("no answer")
PARAPHRASE = said("Your parcel leaves tomorrow.", "We ship it in the morning.")
CONTRADICTION = said("Your refund was approved today.", "Your refund was not approved today.")


@pytest.mark.parametrize(
    ("answer", "action", "status", "verdict", "note"),
    [
        ("same", PARAPHRASE, "exact", "passed", "scripted finds the text same: because"),
        ("similar", PARAPHRASE, "similar", "passed", "scripted finds the text similar"),
        ("different", CONTRADICTION, "divergent", "failed", "scripted finds the text different"),
        (SILENCE, PARAPHRASE, "divergent", "failed", "not judged: no answer"),
        (SILENCE, CONTRADICTION, "divergent", "failed", "not judged: no answer"),
    ],
)
def test_judge_decides_text_match(answer: Any, action: Any, status: str, verdict: str, note: str) -> None:
    """The judge decides on text, and rules do without an answer; the similarity is always computed by rules."""
    judged, by_rules = (graded(judge, asked(), action)["tests"][0] for judge in (Scripted(answer), None))

    text = judged["action_results"][1]
    assert (status, verdict) == (text["match_status"], judged["verdict"])
    assert note in text["divergence_notes"]
    assert by_rules["action_results"][1]["semantic_similarity"] == text["semantic_similarity"]


def test_judge_is_not_called_for_obvious_cases() -> None:
    """The judge is not asked about an identical text, about silence, or if no text was expected."""
    judge = Scripted("different")
    plain = [said("It is done.", "It is done. "), said("It is done.", ""), said("", "It is done.")]

    result = graded(judge, asked(), *plain)

    assert [] == judge.asked
    assert "scripted" == result["grader"]["judge"]


@pytest.mark.parametrize(
    ("answer", "strictness", "status", "verdict"),
    [
        ("kept", "required", "kept", "passed"),
        ("broken", "required", "broken", "failed"),
        ("broken", None, "broken", "failed"),
        ("broken", "sometimes", "broken", "failed"),
        ("broken", "expected", "broken", "passed"),
        ("broken", "optional", "broken", "passed"),
        (SILENCE, "required", "not judged", "passed"),
    ],
)
def test_behavior_rules(answer: Any, strictness: str | None, status: str, verdict: str) -> None:
    """A broken rule fails, warns or notes by its strictness; one that was not judged neither helps nor harms."""
    judge = Scripted(answer)
    config = {"behavior_rules": [{"rule": RULE, "strictness": strictness}, {"strictness": "required"}, "no rule"]}

    test = graded(judge, asked(), calls(pair(made(to="Bonn"), made(to="Bonn"))), config=config)["tests"][0]

    assert (verdict, [status]) == (test["verdict"], [one["status"] for one in test["behavior_results"]])
    assert [RULE] == [one["rule"] for one in test["behavior_results"]]
    assert [{"rule": RULE, "conversation": 'user: Hello\nagent calls book: {"to": "Bonn"}'}] == judge.asked
    assert (verdict == "failed" or strictness == "expected") == any(
        "promise a date" in r for r in test["verdict_reasons"]
    )


def test_too_long_conversation_is_not_judged() -> None:
    """A conversation that is too long for a model is not sent, and is marked as not judged."""
    judge = Scripted("broken")
    config = {"behavior_rules": [{"rule": RULE}]}

    test = graded(judge, asked(), said("", "x" * 200_000), config=config)["tests"][0]

    assert ("unchecked", "not judged", []) == (test["verdict"], test["behavior_results"][0]["status"], judge.asked)


def test_without_judge_behavior_rules_are_absent() -> None:
    """Without a judge, rules of behavior are not in the result."""
    config = {"behavior_rules": [{"rule": RULE}]}

    assert graded(None, asked(), PARAPHRASE) == graded(None, asked(), PARAPHRASE, config=config)
