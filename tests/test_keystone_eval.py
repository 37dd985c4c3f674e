"""Eval and scorers where polarity-keystone 0.3.3 is wrong: each of its defects is a test of what is right.

The numbers are those of the defects that were found by running that package; its names are imported from ours.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Any

import pytest

from ashr_labs.errors import ConfigurationError
from ashr_labs.keystone import (
    BaseScorer,
    CommandExits,
    Contains,
    EmbeddingSimilarity,
    Eval,
    EvalSummary,
    ExactMatch,
    Factuality,
    FileContains,
    FileExists,
    Humor,
    JSONDiff,
    JSONValidity,
    Levenshtein,
    LLMJudge,
    NumericDiff,
    Scorer,
    SemanticListContains,
    SQLEquals,
    scorers_to_invariants,
)


def scored(scorer: BaseScorer, output: object, expected: object = None, **row: Any) -> float | None:
    """Return the score of one output in `Eval`; None if it has none."""
    rows = [{"input": "the input", **({} if expected is None else {"expected": expected}), **row}]
    return Eval("one", data=rows, task=lambda _: output, scores=[scorer]).rows[0].scores.get(scorer.name)


def pair(summary: EvalSummary) -> tuple[float, int]:
    return summary.mean, summary.count


def test_14_each_row_has_its_own_expected_value() -> None:
    """20 right rows, 8 workers and a scorer that takes 10 ms: the mean is 1.0 and the count 20."""

    class Slow(ExactMatch):
        is_pure = False

        def evaluate(self, context: Any) -> Any:
            time.sleep(0.01)
            return super().evaluate(context)

    rows = [{"input": number, "expected": str(number)} for number in range(20)]
    result = Eval("squares", data=rows, task=str, scores=[Slow()], max_concurrency=8)

    assert (1.0, 20) == (result.summary["exact_match"].mean, result.summary["exact_match"].count)


def test_15_asynchronous_scorers_and_tasks_work_everywhere() -> None:
    """An asynchronous scorer gives its score in `Eval` of many rows, and an asynchronous task in a running loop."""

    @Scorer
    async def right(scenario: Any) -> bool:
        await asyncio.sleep(0)
        return bool(scenario.agent_output == scenario.expected)

    async def task(given: str) -> str:
        await asyncio.sleep(0)
        return given

    async def inside() -> EvalSummary:
        return Eval("one", data=[{"input": "a", "expected": "a"}], task=task, scores=[right]).summary["right"]

    rows = [{"input": letter, "expected": letter} for letter in "abcdef"]

    assert (1.0, 6) == pair(Eval("many", data=rows, task=task, scores=[right]).summary["right"])
    assert (1.0, 1) == pair(asyncio.run(inside()))


def test_16_a_task_that_crashes_is_counted() -> None:
    """Of two rows, one of which crashes, one has a score and one is missing, with its error."""
    result = Eval(
        "x", data=[{"input": 1, "expected": "1"}, {"input": 0}], task=lambda n: str(n // n), scores=[ExactMatch()]
    )

    summary = result.summary["exact_match"]
    assert (1.0, 1, 1) == (summary.mean, summary.count, summary.missing)
    assert ["ZeroDivisionError: integer division or modulo by zero"] == [row.error for row in result.errors]


def test_17_structured_outputs_are_scored_as_they_are() -> None:
    """A dict that a task returns is JSON and equals the expected one; two scorers of one name are refused."""
    assert (1.0, 1.0) == (scored(JSONDiff(), {"a": 1}, {"a": 1}), scored(JSONValidity(), {"a": 1}))
    with pytest.raises(ConfigurationError, match="'contains' twice"):
        Eval("x", data=[{"input": 1}], task=str, scores=[Contains("a"), Contains("b")])


LONG = ("word " * 300).strip()
CHANGED = f"{LONG[:460]}{'x' * 4}{LONG[464:]}"
SCORES: list[tuple[str, Callable[[], BaseScorer], object, object, float | None]] = [
    ("18 one word of many", Levenshtein, CHANGED, LONG, 1 - 4 / len(LONG)),
    ("18 one character of 300", Levenshtein, "a" * 299 + "b", "a" * 300, 1 - 1 / 300),
    ("18 one order", Levenshtein, "diet", "tide", 0.25),
    ("18 the other order", Levenshtein, "tide", "diet", 0.25),
    ("19 thousands", NumericDiff, "1,234", 1234, 1.0),
    ("19 an exponent", NumericDiff, "1e3", 1000, 1.0),
    ("19 a leading point", NumericDiff, ".5", 0.5, 1.0),
    ("19 a minus sign", NumericDiff, "−5", -5, 1.0),
    ("19 nearly nothing", NumericDiff, "0", 1e-12, 0.0),
    ("19 not a number", NumericDiff, "one", "one", None),
    ("20 1 is 1.0", JSONDiff, '{"a": 1}', {"a": 1.0}, 1.0),
    ("20 a missing key is not null", JSONDiff, "{}", {"x": None}, 0.0),
    ("20 JSON as text", JSONDiff, '{"a": 1}', '{"a": 1}', 1.0),
    ("20 deep nesting", JSONDiff, "[" * 100_000, [], 0.0),
    ("20 NaN is not JSON", JSONValidity, "NaN", None, 0.0),
    ("20 Infinity is not JSON", JSONValidity, "-Infinity", None, 0.0),
    ("20 100,000 brackets", JSONValidity, "[" * 100_000 + "]" * 100_000, None, 0.0),
    ("21 a number as expected", lambda: ExactMatch(expected=4), "4", None, 1.0),
    ("21 a number in text", lambda: Contains(5), "5 items", None, 1.0),
    ("21 numbers as items", lambda: SemanticListContains(expected=[5, 6]), "5 of 6", None, 1.0),
    ("21 an output of 0", lambda: ExactMatch(expected="0"), 0, None, 1.0),
    (
        "22 a similar word",
        lambda: SemanticListContains(expected=["colour"], fuzzy=True),
        "The color is red.",
        None,
        1.0,
    ),
    ("22 text is one item", lambda: SemanticListContains(expected="red"), "der", None, 0.0),
    ("23 opposite vectors", lambda: embedding(-1.0), "x", None, 0.0),
    ("23 NaN", lambda: embedding(math.nan), "x", None, None),
    ("24 NaN", lambda: judge('{"score": NaN}'), "x", None, None),
    ("24 false as text", lambda: judge('{"score": 0.9, "passed": "false"}'), "x", None, 0.9),
    ("24 an inner object", lambda: judge('```json\n{"score": 0.0, "why": {"score": 1}}\n```'), "x", None, 0.0),
    ("24 85%", lambda: judge("85%"), "x", None, 0.85),
    ("24 85", lambda: judge("85"), "x", None, 0.85),
    ("24 prose", lambda: judge("I checked 3 sources; the answer is wrong."), "x", None, None),
]


def embedding(cosine: float) -> EmbeddingSimilarity:
    vectors = {"x": [1.0, 0.0], "the expected text": [cosine, 0.0]}
    return EmbeddingSimilarity(embedder=vectors.__getitem__, expected="the expected text")


def judge(reply: str) -> Humor:
    return Humor(client=lambda prompt: reply)


@pytest.mark.parametrize(("case", "make", "output", "expected", "score"), SCORES, ids=[one[0] for one in SCORES])
def test_scores_are_right(
    case: str, make: Callable[[], BaseScorer], output: object, expected: object, score: float | None
) -> None:
    """A score is the one that the case says, and None where nothing can be said."""
    found = scored(make(), output, expected)

    assert found is None if score is None else found == pytest.approx(score)


def test_21_a_scorer_that_fails_loses_no_finished_row() -> None:
    """An exception of a scorer is recorded in its row; the outputs of the run are all there."""

    @Scorer
    def fails(scenario: Any) -> float:
        raise AttributeError("'int' object has no attribute 'lower'")

    result = Eval("x", data=[{"input": n} for n in range(3)], task=str, scores=[fails])

    assert (["0", "1", "2"], 3) == ([row.output for row in result.rows], result.summary["fails"].missing)


def test_24_false_as_text_does_not_pass() -> None:
    """A verdict that says "false" as text has not passed."""
    result = Eval("x", data=[{"input": 1}], task=str, scores=[judge('{"score": 0.9, "passed": "false"}')])

    assert False is result.result["tests"][0]["scores"]["humor"]["passed"]


def test_25_a_judge_that_cannot_be_reached_is_no_score() -> None:
    """Without a reply a row is not scored and counted apart; rows of input and expected are enough for a judge."""

    def unreachable(prompt: str) -> str:
        raise RuntimeError("no route to the model")

    rows = [{"input": "What is 2 + 2?", "expected": "4"}]
    prompts: list[str] = []
    failed = Eval("x", data=rows, task=lambda _: "4", scores=[Factuality(client=unreachable)])
    judged = Eval("x", data=rows, task=lambda _: "4", scores=[Factuality(client=answering(prompts))])
    template = 'Reply with {"score": 0} or {"score": 1}: is {answer} the answer to {question}?'
    braces = Eval(
        "x",
        data=rows,
        task=lambda _: "4",
        scores=[Factuality(client=answering(prompts), prompt_template=template)],
    )

    assert (0, 1) == (failed.summary["factuality"].count, failed.summary["factuality"].missing)
    assert failed.rows[0].scorer_errors["factuality"].startswith("not judged")
    assert [1.0, 1.0] == [one.summary["factuality"].mean for one in (judged, braces)]
    assert "What is 2 + 2?" in prompts[0]
    assert 'Reply with {"score": 0} or {"score": 1}: is 4 the answer to What is 2 + 2??' in prompts[1]


def answering(prompts: list[str]) -> Callable[[str], str]:
    def answer(prompt: str) -> str:
        prompts.append(prompt)
        return '{"score": 1}'

    return answer


def test_26_scorers_of_a_sandbox_weights_and_gates_are_visible() -> None:
    """Scorers of a sandbox say why they do not score, weights are recorded, and a gate decides about a row."""
    sandbox = [FileExists("a"), CommandExits("true"), SQLEquals(service="db", query="SELECT 1", equals=1)]
    result = Eval(
        "x",
        data=[{"input": "yes"}, {"input": "no"}],
        task=str,
        scores=[*sandbox, LLMJudge("It is right."), Contains("yes", gate=True), JSONValidity(weight=3)],
    )

    assert {one.name for one in sandbox} | {"llm_judge"} == set(result.rows[0].scorer_errors)
    assert {"it needs an environment, such as a sandbox"} == set(result.rows[0].scorer_errors.values())
    assert ["passed", "failed"] == [test["verdict"] for test in result.result["tests"]]
    scores = result.result["tests"][0]["scores"]
    assert (True, 3) == (scores["contains"]["gate"], scores["json_validity"]["weight"])


def test_27_all_invariants_are_kept() -> None:
    """Ten scorers are ten invariants, also those of one name; NULL can be asked for; a check needs a condition."""
    command = "pytest --quiet tests/unit/test_"
    scorers = [
        FileExists("a.txt"),
        FileContains("a.txt", contains="x"),
        FileContains("a.txt", contains="y"),
        CommandExits(f"{command}one.py"),
        CommandExits(f"{command}two.py"),
        SQLEquals(service="db", query="SELECT a", equals=1),
        SQLEquals(service="db", query="SELECT b", equals=None),
        LLMJudge("It is right."),
        LLMJudge("It is polite."),
        Factuality(),
    ]

    invariants = scorers_to_invariants(scorers)

    assert 10 == len(invariants)
    assert [None] == [one["check"]["equals"] for one in invariants.values() if one["check"].get("query") == "SELECT b"]
    with pytest.raises(ConfigurationError, match="contains"):
        FileContains("a.txt")
