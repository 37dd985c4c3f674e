"""Scorers that compare texts, numbers and JSON: the right answers for what other libraries get wrong."""

from __future__ import annotations

import json
import random
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.errors import ConfigurationError
from ashr_labs.scorers import (
    BaseScorer,
    Contains,
    EndsWith,
    ExactMatch,
    JSONDiff,
    JSONValidity,
    Levenshtein,
    NumericDiff,
    Regex,
    ScorerContext,
    SemanticListContains,
    StartsWith,
)
from ashr_labs.scorers.edit_distance import edit_distance, edit_similarity, python_edit_distance
from ashr_labs.scorers.numeric import number_in

DEEP = "[" * 100_000 + "]" * 100_000
NESTED: list[Any] = []
for _ in range(5_000):
    NESTED = [NESTED]

EXPECTING: list[Any] = [ExactMatch, Levenshtein, NumericDiff, JSONDiff, SemanticListContains]


@pytest.mark.parametrize("scorer", EXPECTING)
def test_the_expected_value_is_the_option_then_the_parameter_then_the_rows(scorer: Any) -> None:
    """The option comes before the key, the key before the row's value; without any, the scorer does not apply."""
    context = ScorerContext(output="4", expected="5", parameters={"answer": "4", "none": None})

    assert scorer(expected=4).score(context).score == 1.0
    assert scorer(expected_key="answer").score(context).score == 1.0
    assert scorer().score(context).passed is False
    assert scorer().score(ScorerContext(output="4")).score is None
    assert scorer(expected_key="absent").score(context).score is None
    assert scorer(expected_key="none").score_result(context) is None


@pytest.mark.parametrize(
    ("scorer", "output", "score"),
    [
        (ExactMatch(expected="Yes"), " Yes\n", 1.0),
        (ExactMatch(expected="Yes", strip=False), " Yes", 0.0),
        (ExactMatch(expected="Yes"), "yes", 0.0),
        (ExactMatch(expected="Yes", case_sensitive=False), "yes", 1.0),
        (ExactMatch(expected="STRASSE", case_sensitive=False), "straße", 1.0),
        (ExactMatch(expected=4), "4", 1.0),
        (ExactMatch(expected=4), 4.0, 1.0),
        (ExactMatch(expected="0"), 0, 1.0),
        (ExactMatch(expected=""), 0, 0.0),
        (ExactMatch(expected=1), True, 0.0),
        (ExactMatch(expected={"a": 1, "b": [2]}), '{"b":[2],"a":1.0}', 1.0),
        (ExactMatch(expected='{"a": 1}'), {"a": 1}, 1.0),
        (ExactMatch(expected={"a": None}), {}, 0.0),
        (Contains("REFUND"), "your refund", 1.0),
        (Contains("REFUND", case_sensitive=True), "your refund", 0.0),
        (Contains(5), "5 items", 1.0),
        (Contains("0"), 0, 1.0),
        (Contains('"total": 3'), {"total": 3}, 1.0),
        (Contains("a"), None, 0.0),
        (StartsWith("dear"), "  Dear customer", 1.0),
        (StartsWith("customer"), "Dear customer", 0.0),
        (EndsWith("regards."), "Best regards.\n", 1.0),
        (EndsWith("best"), "Best regards.", 0.0),
        (Regex(r"\bORD-\d{3}\b"), "see ORD-123", 1.0),
        (Regex(r"ORD-\d{3}", full=True), "see ORD-123", 0.0),
        (Regex("ord", case_sensitive=False), "ORD", 1.0),
        (Regex("ord"), "ORD", 0.0),
        (Regex(re.compile("ord", re.IGNORECASE)), "ORD", 1.0),
    ],
)
def test_text_is_found(scorer: BaseScorer, output: Any, score: float) -> None:
    """Texts, numbers and structures are compared and searched as documented."""
    found = scorer(output)

    assert (score, bool(score)) == (found.score, found.passed)
    assert bool(found.message) is not found.passed


@pytest.mark.parametrize("scorer", [Contains, StartsWith, EndsWith])
def test_text_to_find_defaults_to_the_expected_output(scorer: Any) -> None:
    """Without text of its own, the scorer looks for the row's expected value; without that it does not apply."""
    assert scorer()("refund", expected="Refund").passed
    assert scorer()("refund").score is None


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", 5, b"a", re.compile(b"a")])
def test_a_malformed_expression_is_refused(pattern: Any) -> None:
    """An expression that cannot be compiled is an error when the scorer is made."""
    with pytest.raises(ConfigurationError, match="`pattern` must be a regular expression"):
        Regex(pattern)


@pytest.mark.parametrize(
    ("left", "right", "similarity"),
    [
        ("", "", 1.0),
        ("", "abc", 0.0),
        ("diet", "tide", 0.25),
        ("kitten", "sitting", 1 - 3 / 7),
        ("x" * 299 + "a", "x" * 299 + "b", 1 - 1 / 300),
        ("word " * 184, "work " + "word " * 183, 1 - 1 / 920),
        ("\U0001f600", "\U0001f601", 0.0),
    ],
)
def test_similarity_is_by_edit_distance_and_symmetric(left: str, right: str, similarity: float) -> None:
    """The score is 1 minus the edit distance by the longer length, in both directions and at every length."""
    scores = [Levenshtein()(left, right).score, Levenshtein(expected=left)(right).score]

    assert [pytest.approx(similarity)] * 2 == scores
    assert (similarity >= 0.8) is Levenshtein()(left, right).passed


def plain_distance(left: str, right: str) -> int:
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        before = row
        row = [i]
        for j, other in enumerate(right, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (one != other)))
    return row[-1]


@given(st.text(alphabet="abcö\U0001f600", max_size=80), st.text(alphabet="abcö\U0001f600", max_size=80))
def test_the_edit_distance_is_that_of_its_definition(left: str, right: str) -> None:
    """The bit-parallel method, and the library in its place, give the distance of the textbook's table."""
    expected = plain_distance(left, right)

    assert [expected] * 2 == [python_edit_distance(left, right), edit_distance(left, right)]
    assert edit_similarity(left, right) == edit_similarity(right, left)


def test_the_edit_distance_is_the_librarys_for_long_texts() -> None:
    """The library and the implementation in Python agree on texts of several machine words."""
    library = pytest.importorskip("rapidfuzz.distance.Levenshtein")
    chance = random.Random(5)
    for _ in range(50):
        left, right = ("".join(chance.choices("abcdefgh ", k=chance.randrange(3_000))) for _ in range(2))
        assert library.distance(left, right) == python_edit_distance(left, right)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("It costs $1,234.50.", 1234.5),
        ("1,234,567", 1234567),
        ("12,34,567", 1234567),
        ("1.234,56 EUR", 1234.56),
        ("12,50 EUR", 12.5),
        ("0,125", 0.125),
        ("1\u00a0234,5", 1234.5),
        ("1\u202f234", 1234),
        ("1'234.5", 1234.5),
        ("1_000", 1000),
        ("1e3", 1000),
        ("1.5E-7", 1.5e-7),
        ("1e\u22123", 0.001),
        ("3 × 10^8 m/s", 3e8),
        (".5", 0.5),
        ("-5", -5),
        ("\u22125", -5),
        ("+5", 5),
        ("order ORD-123", 123),
        ("10-20", 10),
        ("1, 2 and 3", 1),
        ("1,2,3", 1),
        ("1e999", None),
        ("none", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: float | None) -> None:
    """Separators of thousands, decimal commas, exponents and minus signs are understood."""
    assert number == number_in(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_as_python_writes_them(number: float) -> None:
    """The text of a number is read as this number."""
    assert number == number_in(str(number)) == number_in(f"It is {number!r}.")


@pytest.mark.parametrize(
    ("expected", "output", "score", "passed"),
    [
        (100, 99, 0.99, True),
        (100, "about 98", 0.98, False),
        ("1,000", "1000 items", 1.0, True),
        (-5, "\u22125", 1.0, True),
        (0, 0, 1.0, True),
        (0, "0.1", 0.0, False),
        (0, 1e-13, 0.9999, True),
        (1e-12, 0, 0.0, False),
        (5, "-5", 0.0, False),
        (2, Decimal(2), 1.0, True),
        (5, "no number", 0.0, False),
        (5, None, 0.0, False),
        (1, True, 0.0, False),
    ],
)
def test_numbers_are_compared_by_their_relative_difference(
    expected: Any, output: Any, score: float, passed: bool
) -> None:
    """The score is 1 minus the relative difference, at least 0; the tolerance decides."""
    found = NumericDiff(expected=expected)(output)

    assert (pytest.approx(score, abs=1e-4), passed) == (found.score, found.passed)


def test_an_expected_value_that_is_no_number_is_not_scored() -> None:
    """A row whose expected value is not a number is not scored, and an option that is none is refused."""
    found = NumericDiff(expected_key="total")("1", total="one")

    assert (None, "the expected value is not a number: 'one'") == (found.score, found.message)
    with pytest.raises(ConfigurationError, match="`expected` must be a number, got 'one'"):
        NumericDiff(expected="one")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("output", "expected", "score"),
    [
        ('{"a": 1}', {"a": 1}, 1.0),
        ({"a": 1}, '{"a": 1.0}', 1.0),
        ("{}", {"x": None}, 0.0),
        ('{"x": null}', {"x": None}, 1.0),
        ("1", True, 0.0),
        ('"1"', 1, 0.0),
        ('{"a": 1, "b": 2}', {"a": 1, "b": 3}, 0.5),
        ("[1, 2]", [1, 2, 3], 2 / 3),
        ([], [], 1.0),
        ({}, {}, 1.0),
        ([], {}, 0.0),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, 0.5),
        ("[0.1]", [0.1 + 1e-17], 1.0),
        ("not JSON", {"a": 1}, 0.0),
        ("", {"a": 1}, 0.0),
        (None, {"a": 1}, 0.0),
        ((1, 2), [1, 2], 1.0),
        (DEEP, [], 0.0),
        (NESTED, NESTED, 0.0),
        ("[" + "9" * 5_000 + "]", [1], 0.0),
    ],
)
def test_json_is_compared_by_value(output: Any, expected: Any, score: float) -> None:
    """Similarity is the mean over keys and items; 1 is 1.0, an absent key is not null, and depth is bounded."""
    assert pytest.approx(score) == JSONDiff(expected=expected)(output).score
    assert (score == 1.0) is JSONDiff(expected=expected)(output).passed


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values, json_values)
def test_similarity_of_json_is_symmetric_and_complete_only_for_equal_values(left: Any, right: Any) -> None:
    """A value is equal to itself and to its own text, and the order of two values does not matter."""
    scorer = JSONDiff()

    assert scorer(json.dumps(left), [left]).score == scorer([left], json.dumps(left)).score
    assert 1.0 == scorer({"a": left}, {"a": left}).score
    assert pytest.approx(scorer({"a": left}, {"a": right}).score) == scorer({"a": right}, {"a": left}).score


@given(json_values, json_values)
def test_any_json_value_can_be_scored(output: Any, expected: Any) -> None:
    """Whatever the output and the expected value are, there is a score from 0 to 1, or none with a reason."""
    for scorer in (*(made() for made in EXPECTING), Contains(), StartsWith(), EndsWith(), JSONValidity()):
        found = scorer(output, expected)
        assert found.message if found.score is None else 0 <= found.score <= 1


@pytest.mark.parametrize(
    ("output", "valid"),
    [
        ('{"a": [1, null]}', True),
        (" 1 ", True),
        ({"a": 1}, True),
        ([], True),
        (0, True),
        ("9" * 5_000, True),
        ("NaN", False),
        ("[Infinity]", False),
        ({"a": float("nan")}, False),
        ({"a": object()}, False),
        ("{'a': 1}", False),
        ('```json\n{"a": 1}\n```', False),
        ("", False),
        (None, False),
        (DEEP, False),
    ],
)
def test_json_is_valid_as_the_standard_says(output: Any, valid: bool) -> None:
    """NaN and Infinity are not JSON, structures are, and text that is nested too deep is refused, not raised."""
    found = JSONValidity()(output)

    assert (float(valid), valid) == (found.score, found.passed)


@pytest.mark.parametrize(
    ("expected", "output", "options", "score"),
    [
        (["Apple", "pear"], "an apple and a PEAR", {}, 1.0),
        (["apple", "fig"], "an apple", {}, 0.5),
        ("apple", "an apple", {}, 1.0),
        ([1, 2.5], "1 and 2.5", {}, 1.0),
        (["a"], "", {}, 0.0),
        (['say "hi"'], ['say "hi"'], {}, 1.0),
        (["colour"], "The color is red.", {}, 0.0),
        (["colour"], "The color is red.", {"fuzzy": True}, 1.0),
        (["colour"], "The color is red.", {"fuzzy": True, "fuzzy_threshold": 0.9}, 0.0),
        (["New York City"], "I like new-york citty a lot", {"fuzzy": True}, 1.0),
        (["退款已经批准"], "您的退款已批准，谢谢。", {"fuzzy": True}, 1.0),
        (["?"], "no", {"fuzzy": True}, 0.0),
        (["a", "b"], "a", {"threshold": 0.5}, 0.5),
    ],
)
def test_items_are_found(expected: Any, output: Any, options: dict[str, Any], score: float) -> None:
    """Items are found in any case; fuzzily, in as many words of the output; a string is one item."""
    found = SemanticListContains(expected=expected, **options)(output)

    assert (score, score >= options.get("threshold", 1.0)) == (found.score, found.passed)


@pytest.mark.parametrize("expected", [[], None])
def test_a_list_without_items_is_not_scored(expected: Any) -> None:
    """Without items there is nothing to find."""
    assert SemanticListContains(expected=expected)("anything").score is None


@pytest.mark.parametrize(
    ("scorer", "rule"),
    [
        (
            ExactMatch(expected="a"),
            ("exact_match", {"expected": "a", "expected_key": None, "case_sensitive": True, "strip": True}),
        ),
        (Contains("a"), ("contains", {"text": "a", "case_sensitive": False})),
        (
            Levenshtein(expected_key="a"),
            ("levenshtein", {"expected": None, "expected_key": "a", "threshold": 0.8}),
        ),
        (
            NumericDiff(expected=1),
            ("numeric_diff", {"expected": 1, "expected_key": None, "tolerance": 0.01}),
        ),
        (JSONDiff(expected=[1]), ("json_diff", {"expected": [1], "expected_key": None, "threshold": 1.0})),
        (JSONValidity(), ("json_validity", {})),
        (
            SemanticListContains(expected=["a"]),
            (
                "semantic_list_contains",
                {
                    "expected": ["a"],
                    "expected_key": None,
                    "fuzzy": False,
                    "fuzzy_threshold": 0.75,
                    "threshold": 1.0,
                },
            ),
        ),
    ],
)
def test_rules_have_the_documented_types_and_options(scorer: BaseScorer, rule: tuple[str, dict[str, Any]]) -> None:
    """The rule of a scorer has its name, its type and its options."""
    kind, config = rule

    assert {"name": kind, "type": kind, "config": config} == scorer.to_rule()
    assert scorer.to_invariant() is None


def test_common_options_are_taken_by_every_scorer() -> None:
    """Name, weight, gate, threshold and negation are options of every scorer, and unknown ones are refused."""
    scorer = Contains("a", name="no a", weight=2, gate=True, negated=True)

    assert ("no a", 2.0, True) == (scorer.name, scorer.weight, scorer.gate)
    assert [True, False] == [scorer("b").passed, scorer("a").passed]
    with pytest.raises(TypeError, match="wieght"):
        Contains("a", wieght=2)  # type: ignore[call-arg]


def test_a_negated_scorer_passes_where_it_would_not() -> None:
    """A threshold is that of the scorer itself, so negation inverts what it decides."""
    scorer = ~Levenshtein(expected="kitten", threshold=0.8)

    assert (pytest.approx(3 / 7), True) == (scorer("sitting").score, scorer("sitting").passed)
    assert (0.0, False) == (scorer("kitten").score, scorer("kitten").passed)


@pytest.mark.parametrize(
    ("option", "make"),
    [
        ("threshold", lambda: Levenshtein(threshold=2)),
        ("tolerance", lambda: NumericDiff(tolerance=-1)),
        ("fuzzy", lambda: SemanticListContains(fuzzy="yes")),  # type: ignore[arg-type]
        ("fuzzy_threshold", lambda: SemanticListContains(fuzzy_threshold=1.5)),
        ("case_sensitive", lambda: ExactMatch(case_sensitive=1)),  # type: ignore[arg-type]
        ("expected_key", lambda: ExactMatch(expected_key="")),
    ],
)
def test_options_that_cannot_be_used_are_refused_by_name(option: str, make: Any) -> None:
    """An option out of range or of a wrong type is an error when the scorer is made."""
    with pytest.raises(ConfigurationError, match=f"`{option}` must be"):
        make()
