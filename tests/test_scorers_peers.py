"""Scores of the heuristics side by side with those of autoevals and polarity-keystone, on the same inputs.

Each case names why the other library differs; docs/scorers.md explains the reasons. Without a reason, the scores are
the same.
"""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from ashr_labs import scorers

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scorers.md"


class Case(NamedTuple):
    """An output and an expected value with our score, and why others score them differently."""

    output: Any
    expected: Any
    score: float | None
    keystone: str = ""
    autoevals: str = ""
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed


CASES: dict[str, list[Case]] = {
    "ExactMatch": [
        Case("Paris", "Paris", 1.0),
        Case(" Paris\n", "Paris", 1.0, autoevals="white space"),
        Case("paris", "Paris", 0.0),
        Case("Paris", "Rome", 0.0),
        Case("", "", 1.0),
        Case("", "a", 0.0),
        Case("a", "", 0.0),
        Case("a b", "a  b", 0.0),
        Case("é", "é", 1.0),
        Case("😀", "😀", 1.0),
        Case("yes", "yes ", 1.0, autoevals="white space"),
        Case("4", "4", 1.0),
        Case(4, 4, 1.0, keystone="expected value is not text"),
        Case("4", 4, 1.0, keystone="expected value is not text"),
        Case(4, "4", 1.0),
        Case(4.0, 4, 1.0, keystone="expected value is not text", autoevals="compared as JSON"),
        Case(0, "0", 1.0),
        Case(0, 0, 1.0, keystone="expected value is not text"),
        Case(True, True, 1.0, keystone="expected value is not text"),
        Case(True, 1, 0.0, keystone="expected value is not text"),
        Case("true", True, 1.0, keystone="expected value is not text", autoevals="compared as JSON"),
        Case(None, "None", 0.0, keystone="no output", autoevals="no output"),
        Case({"a": 1}, {"a": 1}, 1.0, keystone="expected value is not text"),
        Case(
            {"a": 1, "b": 2}, {"b": 2, "a": 1}, 1.0, keystone="expected value is not text", autoevals="compared as JSON"
        ),
        Case('{"a": 1}', {"a": 1}, 1.0, keystone="expected value is not text"),
        Case(
            '{"b":2,"a":1}', {"a": 1, "b": 2}, 1.0, keystone="expected value is not text", autoevals="compared as JSON"
        ),
        Case([1, 2], "[1, 2]", 1.0),
        Case([1, 2], [2, 1], 0.0, keystone="expected value is not text"),
        Case({"a": 1.0}, {"a": 1}, 1.0, keystone="expected value is not text", autoevals="compared as JSON"),
        Case("PARIS", "paris", 1.0, autoevals="no such option", options={"case_sensitive": False}),
        Case(
            "STRASSE",
            "straße",
            1.0,
            keystone="case folding",
            autoevals="no such option",
            options={"case_sensitive": False},
        ),
        Case(
            "Straße",
            "strasse",
            1.0,
            keystone="case folding",
            autoevals="no such option",
            options={"case_sensitive": False},
        ),
        Case(" a", "a", 0.0, options={"strip": False}),
        Case("a", "a", 1.0, options={"strip": False}),
    ],
    "Contains": [
        Case("Your refund", None, 1.0, options={"text": "refund"}),
        Case("your refund", None, 1.0, options={"text": "REFUND"}),
        Case("no", None, 0.0, options={"text": "refund"}),
        Case("x", None, 1.0, options={"text": ""}),
        Case("", None, 0.0, options={"text": "a"}),
        Case("STRASSE", None, 1.0, keystone="case folding", options={"text": "ß"}),
        Case("café", None, 1.0, options={"text": "é"}),
        Case("5 items", None, 1.0, options={"text": "5"}),
        Case("5 items", None, 1.0, keystone="expected value is not text", options={"text": 5}),
        Case(0, None, 1.0, options={"text": "0"}),
        Case("{}", None, 1.0, options={"text": "{"}),
        Case("您的退款", None, 1.0, options={"text": "退款"}),
        Case("a  b", None, 0.0, options={"text": "a b"}),
        Case("a", None, 0.0, options={"text": "A", "case_sensitive": True}),
        Case("A", None, 1.0, options={"text": "A", "case_sensitive": True}),
    ],
    "Levenshtein": [
        Case("", "", 1.0),
        Case("a", "", 0.0),
        Case("", "a", 0.0),
        Case("a", "a", 1.0),
        Case("a", "b", 0.0),
        Case("ab", "ba", 0.0, keystone="edit distance"),
        Case("diet", "tide", 0.25, keystone="edit distance"),
        Case("tide", "diet", 0.25),
        Case("kitten", "sitting", 0.571428571429, keystone="edit distance"),
        Case("hello wrld", "hello world", 0.909090909091, keystone="edit distance"),
        Case("Hello", "hello", 0.8),
        Case("abc", "abcd", 0.75, keystone="edit distance"),
        Case("abcd", "abc", 0.75, keystone="edit distance"),
        Case("flaw", "lawn", 0.5, keystone="edit distance"),
        Case("x" * 299 + "a", "x" * 299 + "b", 0.996666666667),
        Case("word " * 184, "work " + "word " * 183, 0.998913043478, keystone="edit distance"),
        Case("你好", "你好吗", 0.666666666667, keystone="edit distance"),
        Case("😀😀", "😀", 0.5, keystone="edit distance"),
        Case("The refund was approved", "The refund was denied", 0.739130434783, keystone="edit distance"),
        Case(5, "5", 1.0),
        Case(5, 5, 1.0, keystone="expected value is not text"),
        Case(0, "0", 1.0),
        Case({"a": 1}, '{"a": 1}', 1.0, keystone="structured output", autoevals="structured output"),
        Case(None, "a", 0.0),
        Case("a b c", "c b a", 0.6),
        Case("aaaa", "aaab", 0.75),
        Case("abcdefgh", "abcdefgh", 1.0),
        Case("same text here", "same text there", 0.933333333333, keystone="edit distance"),
    ],
    "NumericDiff": [
        Case("100", 100, 1.0, autoevals="numbers in text"),
        Case(100, 100, 1.0),
        Case("99", 100, 0.99, autoevals="numbers in text"),
        Case(99, 100, 0.99, autoevals="relative to the expected number"),
        Case(105, 100, 0.95, autoevals="relative to the expected number"),
        Case("about 98", 100, 0.98, autoevals="numbers in text"),
        Case("50", 100, 0.5, autoevals="numbers in text"),
        Case(0, 0, 1.0),
        Case("0", 0, 1.0, autoevals="numbers in text"),
        Case(1, 0, 0.0),
        Case("0.1", 0, 0.0, autoevals="numbers in text"),
        Case(0, 1e-12, 0.0, keystone="near zero"),
        Case("1,234", 1234, 1.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case("$1,234.50", 1234.5, 1.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case("1.234,56", 1234.56, 1.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case("12,50", 12.5, 1.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case("1e3", 1000, 1.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case("1.5E-7", 1.5e-07, 1.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case(".5", 0.5, 1.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case("−5", -5, 1.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case("-5", -5, 1.0, autoevals="numbers in text"),
        Case(-5, -5, 1.0),
        Case(5, -5, 0.0),
        Case("+5", 5, 1.0, autoevals="numbers in text"),
        Case("ORD-123", 123, 1.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case("10-20", 10, 1.0, autoevals="numbers in text"),
        Case("no number", 5, 0.0, autoevals="numbers in text"),
        Case("", 5, 0.0, autoevals="numbers in text"),
        Case("1 and 2", 1, 1.0, autoevals="numbers in text"),
        Case("one", 1, 0.0, autoevals="numbers in text"),
        Case("5", "5", 1.0, autoevals="numbers in text"),
        Case("5", "1,000", 0.005, keystone="notation of numbers", autoevals="numbers in text"),
        Case("1e999", 5, 0.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case(True, 1, 0.0, autoevals="true is not a number"),
        Case(None, 1, 0.0, autoevals="numbers in text"),
        Case(200, 100, 0.0, autoevals="relative to the expected number"),
        Case(1000, 100, 0.0, autoevals="relative to the expected number"),
        Case("1_000", 1000, 1.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case("3 × 10^8", 300000000.0, 1.0, keystone="notation of numbers", autoevals="numbers in text"),
        Case(0.30000000000000004, 0.3, 1.0),
        Case("50%", 50, 1.0, autoevals="numbers in text"),
    ],
    "JSONDiff": [
        Case('{"a": 1}', {"a": 1}, 1.0),
        Case({"a": 1}, {"a": 1}, 1.0, keystone="structured output"),
        Case('{"a": 1}', '{"a": 1}', 1.0, keystone="expected JSON as text"),
        Case({"a": 1}, '{"a": 1}', 1.0, keystone="structured output"),
        Case('{"a": 1}', {"a": 1.0}, 1.0, keystone="1 is 1.0"),
        Case('{"a": 1.0}', {"a": 1}, 1.0, keystone="1 is 1.0"),
        Case('{"a": true}', {"a": 1}, 0.0, autoevals="true is not a number"),
        Case('{"a": true}', {"a": True}, 1.0),
        Case("{}", {}, 1.0),
        Case("[]", [], 1.0),
        Case("{}", [], 0.0),
        Case("[]", {}, 0.0),
        Case("{}", {"x": None}, 0.0, keystone="missing key", autoevals="missing key"),
        Case('{"x": null}', {"x": None}, 1.0),
        Case('{"x": null}', {}, 0.0, keystone="missing key", autoevals="missing key"),
        Case('{"a": 1, "b": 2}', {"a": 1, "b": 3}, 0.5, autoevals="similar values"),
        Case('{"a": 1}', {"a": 2}, 0.0, autoevals="similar values"),
        Case('{"a": 1}', {"b": 1}, 0.0),
        Case("[1,2,3]", [1, 2, 3], 1.0),
        Case("[1,2]", [1, 2, 3], 0.666666666667),
        Case("[1,2,3]", [1, 2], 0.666666666667),
        Case("[3,2,1]", [1, 2, 3], 0.333333333333, autoevals="similar values"),
        Case("[[1,2],[3]]", [[1, 2], [4]], 0.5, autoevals="similar values"),
        Case('"kitten"', "sitting", 0.0, autoevals="similar values"),
        Case('{"a": "kitten"}', {"a": "sitting"}, 0.0, autoevals="similar values"),
        Case('{"a": "x"}', {"a": "x"}, 1.0),
        Case("not json", {"a": 1}, 0.0),
        Case("", {"a": 1}, 0.0, autoevals="similar values"),
        Case("null", {"a": 1}, 0.0, autoevals="similar values"),
        Case("[0.30000000000000004]", [0.3], 1.0),
        Case('{"a": {"b": {"c": 1}}}', {"a": {"b": {"c": 1}}}, 1.0),
        Case('{"a": {"b": {"c": 1}}}', {"a": {"b": {"c": 2}}}, 0.0, autoevals="similar values"),
        Case('{"a":"1"}', {"a": 1}, 0.0, autoevals="similar values"),
        Case("[" * 100_000 + "]" * 100_000, [], 0.0, keystone="nesting", autoevals="nesting"),
        Case("[1e400]", [1], 0.0, autoevals="not finite"),
        Case("5", 5, 1.0, autoevals="values of JSON text"),
        Case("5", 6, 0.0),
        Case('"a"', "a", 1.0, autoevals="values of JSON text"),
    ],
    "JSONValidity": [
        Case('{"a": 1}', None, 1.0),
        Case("[]", None, 1.0),
        Case("{}", None, 1.0),
        Case("1", None, 1.0, autoevals="any JSON value"),
        Case("null", None, 1.0, autoevals="any JSON value"),
        Case('"a"', None, 1.0, autoevals="any JSON value"),
        Case("true", None, 1.0, autoevals="any JSON value"),
        Case(" {} ", None, 1.0),
        Case("", None, 0.0),
        Case("no", None, 0.0),
        Case("NaN", None, 0.0, keystone="NaN and Infinity"),
        Case("[Infinity]", None, 0.0, keystone="NaN and Infinity", autoevals="NaN and Infinity"),
        Case("-Infinity", None, 0.0, keystone="NaN and Infinity"),
        Case('{"a": NaN}', None, 0.0, keystone="NaN and Infinity", autoevals="NaN and Infinity"),
        Case("{'a': 1}", None, 0.0),
        Case('{"a": 1,}', None, 0.0),
        Case("[1 2]", None, 0.0),
        Case("9" * 5_000, None, 1.0, keystone="long integers", autoevals="long integers"),
        Case("[" * 100_000 + "]" * 100_000, None, 0.0, keystone="nesting", autoevals="nesting"),
        Case({"a": 1}, None, 1.0, keystone="structured output"),
        Case([1], None, 1.0),
        Case({"a": float("nan")}, None, 0.0, autoevals="NaN and Infinity"),
        Case(5, None, 1.0, autoevals="any JSON value"),
        Case(None, None, 0.0),
        Case(True, None, 1.0, keystone="structured output", autoevals="any JSON value"),
        Case("```json\n{}\n```", None, 0.0),
        Case('{"a":1} x', None, 0.0),
    ],
    "SemanticListContains": [
        Case("an apple and a pear", ["apple", "pear"], 1.0, autoevals="items in text"),
        Case("an apple", ["apple", "fig"], 0.5, autoevals="items in text"),
        Case("APPLE", ["apple"], 1.0, autoevals="items in text"),
        Case("", ["apple"], 0.0),
        Case("none", ["apple"], 0.0, autoevals="items in text"),
        Case("apple pie", ["apple pie"], 1.0, autoevals="items in text"),
        Case("x", [], None, autoevals="no items"),
        Case("an apple", "apple", 1.0, autoevals="items in text"),
        Case("abc", ["a", "b", "c"], 1.0),
        Case("5 items", [5], 1.0, keystone="expected value is not text", autoevals="items in text"),
        Case(["apple", "pear"], ["apple", "pear"], 1.0),
        Case(["aple"], ["apple"], 0.0, autoevals="pairs of items"),
        Case(["apple", "pear", "fig"], ["apple", "pear"], 1.0, autoevals="pairs of items"),
        Case(
            "The color is red.",
            ["colour"],
            1.0,
            keystone="similar words",
            autoevals="items in text",
            options={"fuzzy": True},
        ),
        Case("color", ["colour"], 1.0, autoevals="items in text", options={"fuzzy": True}),
        Case(
            "an aple a day",
            ["apple"],
            1.0,
            keystone="similar words",
            autoevals="items in text",
            options={"fuzzy": True},
        ),
        Case("banana", ["apple"], 0.0, autoevals="items in text", options={"fuzzy": True}),
        Case(
            ["aple", "paer"],
            ["apple", "pear"],
            0.5,
            keystone="similar words",
            autoevals="pairs of items",
            options={"fuzzy": True},
        ),
        Case("new-york citty", ["New York City"], 1.0, autoevals="items in text", options={"fuzzy": True}),
    ],
    "EmbeddingSimilarity": [
        Case("a", "a", 1.0),
        Case("a", "b", 0.0),
        Case("a", "c", 0.0, keystone="negative cosine"),
        Case("near", "a", 0.8),
        Case("", "a", 0.0),
        Case("zero", "a", None, keystone="failing embedder"),
        Case("long", "a", None, keystone="failing embedder"),
        Case("nan", "a", None, keystone="failing embedder"),
        Case("a", None, None),
        Case("a", "unknown", None, keystone="failing embedder"),
    ],
}
ALL = [pytest.param(name, case, id=f"{name}-{number}") for name in CASES for number, case in enumerate(CASES[name])]
VECTORS = {
    "a": [1.0, 0.0],
    "b": [0.0, 1.0],
    "c": [-1.0, 0.0],
    "near": [4.0, 3.0],
    "zero": [0.0, 0.0],
    "long": [1.0, 0.0, 0.0],
    "nan": [math.nan, 1.0],
}
WITHOUT_EXPECTED = {"Contains", "JSONValidity"}
IN_AUTOEVALS = {
    "ExactMatch": "ExactMatch",
    "JSONDiff": "JSONDiff",
    "JSONValidity": "ValidJSON",
    "Levenshtein": "Levenshtein",
    "NumericDiff": "NumericDiff",
    "SemanticListContains": "ListContains",
}


def options_of(name: str, case: Case) -> dict[str, Any]:
    """Return the options of a scorer of both packages with the same names."""
    if name == "EmbeddingSimilarity":
        return {**case.options, "embedder": VECTORS.__getitem__, "expected_key": "expected"}
    return case.options if name in WITHOUT_EXPECTED else {**case.options, "expected": case.expected}


def is_same(one: object, other: object) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return bool(one == other) or (numbers and math.isclose(one, other, abs_tol=1e-9))  # type: ignore[arg-type]


def outcome(score: Any) -> object:
    """Return a score, or the name of the exception in place of one."""
    try:
        return score()
    except Exception as error:
        return type(error).__name__


@pytest.mark.parametrize(("name", "case"), ALL)
def test_scores_are_those_of_the_table(name: str, case: Case) -> None:
    """Our score of each case is the one that is written here."""
    scorer = getattr(scorers, name)(**options_of(name, case))
    context = scorers.ScorerContext(output=case.output, parameters={"expected": case.expected})

    assert is_same(case.score, scorer.score(context).score)


@pytest.mark.parametrize(("name", "case"), ALL)
def test_scores_of_keystone_differ_for_a_reason(name: str, case: Case) -> None:
    """The real package scores as we do unless the case says why not."""
    theirs = pytest.importorskip("polarity_keystone.scorers")
    scenario = SimpleNamespace(agent_output=str(case.output), parameters={"expected": case.expected})

    def score() -> object:
        found = getattr(theirs, name)(**options_of(name, case)).score_result(scenario)
        return None if found is None else found.score

    assert (not case.keystone) is is_same(case.score, outcome(score))


@pytest.mark.parametrize(("name", "case"), [one for one in ALL if one.values[0] in IN_AUTOEVALS])
def test_scores_of_autoevals_differ_for_a_reason(name: str, case: Case) -> None:
    """The library scores as we do unless the case says why not."""
    pytest.importorskip("scipy")
    theirs = getattr(pytest.importorskip("autoevals"), IN_AUTOEVALS[name])()
    given = (case.output,) if name in WITHOUT_EXPECTED else (case.output, case.expected)

    assert (not case.autoevals) is is_same(case.score, outcome(lambda: theirs.eval(*given).score))


def test_scorers_of_both_packages_run_next_to_ours() -> None:
    """The real scorers of the other packages are taken as they are, with names and weights."""
    keystone = pytest.importorskip("polarity_keystone.scorers")
    autoevals = pytest.importorskip("autoevals")
    given = [keystone.Contains("refund", weight=2), autoevals.Levenshtein(), scorers.JSONValidity()]
    context = scorers.ScorerContext(output="refunded", expected="refund")

    found = scorers.run_client_scorers(given, context)

    assert [("contains", 1.0), ("Levenshtein", 0.75), ("json_validity", 0.0)] == [(s.name, s.score) for s in found]
    assert [2.0, 1.0, 1.0] == [one.weight for one in scorers.as_scorers(given)]


def test_each_difference_is_explained() -> None:
    """The page has a row for each scorer and reason, and there are at least 150 cases."""
    page = PAGE.read_text("utf-8")
    rows = {tuple(cell.strip() for cell in line.split("|")[1:3]) for line in page.splitlines()}
    reasons = {
        (f"`{name}`", reason)
        for name, cases in CASES.items()
        for case in cases
        for reason in (case.keystone, case.autoevals)
        if reason
    }

    assert set() == reasons - rows
    assert f"The same {len(ALL)} inputs" in page
    assert len(ALL) >= 150
