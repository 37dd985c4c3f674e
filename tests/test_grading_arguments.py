"""Tests of how grading compares arguments, and of the rules that replace the ordinary comparison."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ashr_labs.grading import grade
from support.run_results import (
    NONE_EXPECTED,
    calls,
    graded_call,
    graded_test,
    made,
    pair,
    played,
    result_of,
    ruled,
    strict,
)

SAME: list[tuple[Any, Any]] = [
    (1, 1.0),
    (0.1 + 0.2, 0.3),
    (10**30, 10**30),
    (float("inf"), float("inf")),
    (None, None),
    (True, True),
    ("SFO", "sfo"),
    ("basic_economy", "Basic_Economy"),
    (" SFO", "SFO "),
    ("Hello  World", "hello world"),
    ("It’s fine – really", "it's fine - really"),
    ("Tesla Inc.", "Tesla Inc"),
    ("2024-05-17", "May 17, 2024"),
    ("2024-05-17", "17 May 2024"),
    ("2024-05-17", "Friday, 17th of May 2024"),
    ("2024-05-06", "05/06/2024"),
    ("2024-05-06", "06.05.2024"),
    ("2024-05-17", "2024-05-17T00:00:00"),
    ("2024-05-17T10:00:00Z", "2024-05-17T12:00:00+02:00"),
    ("2:00 PM", "14:00"),
    ("29 February", "Feb 29"),
    ('{"a": [1, 2], "b": null}', '{"b":null,"a":[1.0,2]}'),
    ('{"a": "X"}', {"a": "x"}),
    (["a"], '["a"]'),
    (["1", True, None], "['1', True, None]"),
    ({"a": "it's"}, "{'a': 'it\\'s'}"),
    ({"a": 1, "b": None}, {"a": 1}),
    ([{"d": "2024-05-17"}], [{"d": "17 May 2024"}]),
    ((1, 2), [1, 2]),
]

DIFFERENT = [
    (True, 1),
    (0, False),
    (1, "1"),
    ("1", 1),
    (None, "null"),
    (None, 0),
    (10**30, 10**30 + 1),
    (1762337868, 1762337869),
    (10**400, 1.5),
    (float("nan"), 1.0),
    ("W123a", "W123A"),
    ("Draft.txt", "draft.txt"),
    ("a@x.org", "A@x.org"),
    ("1.0", "1.00"),
    ("SFO", "LAX"),
    ("New York", "New Jersey"),
    ("2024-05-17", "2024-05-18"),
    ("20240517", "2024-05-17"),
    ("12", "12:00"),
    ("May", "May 1"),
    ("17 May", "2000-05-17"),
    ("2024-05-17T10:00:00Z", "2024-05-17T10:00:00"),
    ("2024-13-45", "2024-45-13"),
    ("2025-11-14 03:40 EST", "Nov 14, 2025 03:40 EST"),
    ([1, 2], [2, 1]),
    ([1], [1, 1]),
    ({"a": 1}, [1]),
    ('{"a": 1}', '{"a": 2}'),
    ('{"a": 1', '{"a": 1}'),
    ("456 Oakwood Avenue in the city of Rivermist", "123 Oakwood Avenue in the city of Rivermist"),
    ("The customer wants to cancel everything", "Weather is fine in the old town today"),
]


@pytest.mark.parametrize(("expected", "actual"), SAME)
def test_equivalent_arguments_are_exact(expected: Any, actual: Any) -> None:
    """Two ways of writing the same value are an exact match, whichever side writes which."""
    assert graded_call(pair(made(x=expected), made(x=actual))) == ("passed", "exact", None)
    assert graded_call(pair(made(x=actual), made(x=expected)))[1:] == ("exact", None)


@pytest.mark.parametrize(("expected", "actual"), DIFFERENT)
def test_different_arguments_fail(expected: Any, actual: Any) -> None:
    """Different values are a partial match that fails the test and names the argument, whichever side has which."""
    for one, other in ((expected, actual), (actual, expected)):
        verdict, status, notes = graded_call(pair(made(x=one), made(x=other)))

        assert (verdict, status) == ("failed", "partial")
        assert str(notes).startswith("book: x")


def test_nan_equals_nan() -> None:
    """NaN, which some agents send, is the same value as NaN."""
    assert graded_call(pair(made(x=float("nan")), made(x=float("nan"))))[1] == "exact"


def test_close_free_text_is_a_warning() -> None:
    """Longer free text that shares most words and all numbers is a partial match that does not fail the test."""
    verdict, status, notes = graded_call(
        pair(
            made(reason="Customer wants to return order 7 because the size is wrong"),
            made(reason="The customer wants to return order 7 because of the wrong size"),
        )
    )

    assert (verdict, status) == ("passed", "partial")
    assert str(notes).startswith("warning: book: reason: expected 'Customer wants")


@pytest.mark.parametrize(
    ("strictness", "verdict", "prefix"),
    [("required", "failed", "book"), ("expected", "passed", "warning: book"), ("optional", "passed", "note: book")],
)
def test_wrong_arguments_follow_tool_strictness(strictness: str, verdict: str, prefix: str) -> None:
    """Missing and different arguments fail, warn or are noted by the tool's strictness."""
    for actual in (made(x=2, y=1), made(x=1)):
        graded = graded_call(pair(made(x=1, y=1), actual), strict(strictness))

        assert graded[:2] == (verdict, "partial")
        assert str(graded[2]).startswith(prefix)


def test_extra_arguments_are_a_note() -> None:
    """Extra arguments leave the match exact."""
    assert graded_call(pair(made(x=1), made(x=1, y="z"))) == (
        "passed",
        "exact",
        "note: book: y was not expected, got 'z'",
    )


def test_reasons_name_path_and_both_values() -> None:
    """A difference deep inside is named by its path, with what was expected and what came."""
    notes = graded_call(pair(made(passengers=[{"name": "A", "age": 5}]), made(passengers=[{"name": "A", "age": "5"}])))[
        2
    ]

    assert notes == "book: passengers[0].age: expected 5 (number), got '5' (text)"


@pytest.mark.parametrize(
    ("actual", "notes"),
    [
        ({"name": "book", "arguments": {}, "arguments_json": "{oops"}, "book: arguments: expected {'x': 1} (object)"),
        ({"name": "book", "arguments_json": "[1]"}, "book: arguments: expected {'x': 1} (object), got [1] (list)"),
        ({"name": "book", "arguments": "nothing"}, "book: arguments: expected {'x': 1} (object), got 'nothing' (text)"),
        ({"name": "book"}, "book: x is missing, expected 1"),
    ],
)
def test_unreadable_arguments_are_different(actual: Any, notes: str) -> None:
    """Arguments that are not a JSON object never pass for the expected ones."""
    verdict, status, found = graded_call(pair(made(x=1), actual))

    assert (verdict, status) == ("failed", "partial")
    assert str(found).startswith(notes)


def test_both_call_spellings_are_read() -> None:
    """A call may say `tool_name` and `arguments_json` in place of `name` and `arguments`."""
    entry = pair({"tool_name": "book", "arguments_json": '{"x": 1}'}, {"name": "book", "arguments": {"x": 1}})

    assert graded_call(entry)[:2] == ("passed", "exact")


def test_order_of_calls_of_one_tool_does_not_matter() -> None:
    """Two calls of one tool in one action may come in any order, and the leftover is the one that fits nowhere."""
    first, second, third = made(x="A1"), made(x="B2"), made(x="C3")
    entries = [pair(first, third), pair(second, first), pair(NONE_EXPECTED, second)]

    test = graded_test(calls(*entries), config=strict("required", side_effects={"book": False}))

    graded = test["action_results"][0]["tool_calls"]
    assert test["verdict"] == "passed"
    assert [entry["match_status"] for entry in graded] == ["exact", "exact", "mismatch"]
    assert [entry["actual"] for entry in graded] == [first, second, third]


def test_new_pair_gets_a_new_argument_comparison() -> None:
    """The argument comparison is recomputed for an entry that gets another actual call."""
    entries = [
        {**pair(made(x=1), made(x=2)), "argument_comparison": {"different": {"x": {"expected": 1, "actual": 2}}}},
        {**pair(made(x=2), made(x=1)), "argument_comparison": {"different": {"x": {"expected": 2, "actual": 1}}}},
    ]

    graded = graded_test(calls(*entries))["action_results"][0]["tool_calls"]

    assert [entry["argument_comparison"]["different"] for entry in graded] == [{}, {}]


@pytest.mark.parametrize(
    ("rule", "expected", "actual", "verdict"),
    [
        ("ignore", "a", 7, "passed"),
        ("exact", "SFO", "sfo", "failed"),
        ("exact", 1, 1.0, "passed"),
        ("exact", 1, True, "failed"),
        ("exact", {"a": [1]}, {"a": [1], "b": 2}, "failed"),
        ("exact", {"a": [1]}, {"a": [1]}, "passed"),
        ("date", "20240517", "2024-05-17", "passed"),
        ("date", "17 May 24", "2024-05-17", "passed"),
        ("date", "2024-05-17", "2024-05-18", "failed"),
        ("date", "17 May 2024 10:00 EST", "2024-05-17 10:00 EST", "failed"),
        ("date", "tomorrow", "tomorrow", "passed"),
        ("date", "tomorrow", "2024-05-17", "failed"),
        ("date", 5, "5", "failed"),
        ("unordered", ["a", "b"], ["B", "a"], "passed"),
        ("unordered", ["a", "a"], ["a", "b"], "failed"),
        ("unordered", ["a"], ["a", "a"], "failed"),
        ("unordered", "a", "a", "passed"),
        ("unordered", [{"t": 1}, {"t": 1, "c": 2}], [{"t": 1, "c": 2}, {"t": 1}], "passed"),
        ("unordered", [{"t": 1, "c": 2}, {"t": 1}], [{"t": 1}, {"t": 1, "c": 2}], "passed"),
        ("unordered", [{"t": 1, "c": 2}, {"t": 1}], [{"t": 1}, {"t": 1}], "failed"),
        ("superset", ["a", "b"], ["c", "B", "a"], "passed"),
        ("superset", ["a", "a"], ["c", "a"], "failed"),
        ("text", "We ship the parcel tomorrow", "The parcel: we ship it tomorrow", "passed"),
        ("text", "We ship 2 parcels tomorrow", "We ship 3 parcels tomorrow", "failed"),
        ("text", "We ship the parcel tomorrow", "Nice weather today", "failed"),
        ("placeholder", "<the customer's name>", "Ada", "passed"),
        ("placeholder", "Ada", "Grace", "failed"),
        ("unordered", [1] * 201, [1] * 201, "passed"),
        ("approx", 100, "100.0", "passed"),
        ("approx", "1e2", 100.00001, "passed"),
        ("approx", 100, 100.1, "failed"),
        ("approx", 1, True, "failed"),
        ("approx", "abc", "ABC", "passed"),
        ("approx", "nan", 1, "failed"),
        ("approx", 10**400, 1, "failed"),
        ({"approx": 0.1}, 1.0, 1.1, "passed"),
        ({"approx": 0.1}, "1.0", 1.2, "failed"),
        ({"approx": 0}, 5, 5.0, "passed"),
        ({"one_of": ["visa", "master card"]}, "cash", "Visa", "passed"),
        ({"one_of": ["visa"]}, "cash", "cash", "passed"),
        ({"one_of": ["visa"]}, "cash", "cheque", "failed"),
        ({"regex": r"ORD-\d+"}, "ORD-1", "ORD-22", "passed"),
        ({"regex": r"ORD-\d+"}, "ORD-1", "ORD-22x", "failed"),
        ({"regex": r"\d+"}, 5, 17, "passed"),
        ({"regex": r"\d{2}"}, 5, 17, "passed"),
        ({"regex": r".*"}, "", "a" * 257, "failed"),
    ],
)
def test_argument_rule(rule: Any, expected: Any, actual: Any, verdict: str) -> None:
    """A rule replaces the ordinary comparison of the argument that it names."""
    assert graded_call(pair(made(x=expected), made(x=actual)), ruled("x", rule))[0] == verdict


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("people[0].age", "passed"),
        ("people[*].age", "passed"),
        ("people[0].*", "passed"),
        ("*[*].age", "passed"),
        ("people", "passed"),
        ("people[1].age", "failed"),
        ("people.age", "failed"),
        ("age", "failed"),
    ],
)
def test_path_of_a_rule(path: str, verdict: str) -> None:
    """A rule applies to its path only; `*` matches any key and `[*]` any index."""
    entry = pair(made(people=[{"age": 1}]), made(people=[{"age": 2}]))

    assert graded_call(entry, ruled(path, "ignore"))[0] == verdict


def test_ignored_arguments_may_be_missing_or_extra() -> None:
    """An ignored argument is not even noted when only one side has it."""
    assert graded_call(pair(made(x=1), made()), ruled("x", "ignore")) == ("passed", "exact", None)
    assert graded_call(pair(made(), made(x=1)), ruled("x", "ignore")) == ("passed", "exact", None)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("fuzzy", "the rule must be one of ignore, exact"),
        ({"approx": -1}, "must be one of"),
        ({"approx": True}, "must be one of"),
        ({"one_of": "visa"}, "must be one of"),
        ({"one_of": [1], "regex": "a"}, "must be one of"),
        (None, "must be one of"),
        ({"regex": "("}, "is not a regular expression"),
        ({"regex": "(a+)+b"}, "can take too long"),
        ({"regex": r"(a|b)*\1"}, "can take too long"),
        ({"regex": "(?=a)a"}, "can take too long"),
        ({"regex": ".*.*.*.*x"}, "can take too long"),
        ({"regex": "a" * 201}, "the maximum is 200"),
        ({"regex": "(?:a?)" * 25}, "can take too long"),
    ],
)
def test_unusable_rule_is_noted_and_left_out(rule: Any, problem: str) -> None:
    """A rule that cannot be used is named in the grader's notes, and its argument is compared by default."""
    result = grade(result_of(played(calls(pair(made(x="A"), made(x="a"))))), ruled("x", rule), strict=False)

    assert result["tests"][0]["verdict"] == "passed"
    (note,) = result["grader"]["notes"]
    assert note.startswith("grading_config.argument_rules.book.x: ")
    assert problem in note


@pytest.mark.parametrize("pattern", ["(?:a)" * 30, "(?i)" + "(?:a|b)" * 20, "(?:(?:(?:a)))" * 9 + "b?"])
def test_groups_without_choice_are_allowed_in_patterns(pattern: str) -> None:
    """A group that only holds together, or the option to overlook case, counts as no choice."""
    assert not grade(result_of(), ruled("x", {"regex": pattern}))["grader"].get("notes")


@pytest.mark.parametrize(
    ("mode", "expected", "actual", "graded"),
    [
        ("exact", {"x": 1}, {"x": 1}, ("passed", "exact", None)),
        ("exact", {"x": 1}, {"x": 1, "y": 2}, ("failed", "partial", "book: y was not expected, got 2")),
        ("exact", {"x": 1, "y": 2}, {"x": 1}, ("failed", "partial", "book: y is missing, expected 2")),
        ("superset", {"x": 1}, {"x": 1, "y": 2}, ("passed", "exact", "note: book: y was not expected, got 2")),
        ("superset", {"x": 1, "y": 2}, {"x": 1}, ("failed", "partial", "book: y is missing, expected 2")),
        ("subset", {"x": 1}, {"x": 1, "y": 2}, ("failed", "partial", "book: y was not expected, got 2")),
        ("subset", {"x": 1, "y": 2}, {"x": 1}, ("passed", "exact", "note: book: y is missing, expected 2")),
        ("subset", {"x": 1}, {"x": 2}, ("failed", "partial", "book: x: expected 1, got 2")),
        ("ignore", {"x": 1, "y": [1]}, {"z": 2}, ("passed", "exact", None)),
    ],
)
def test_argument_mode(mode: str, expected: Any, actual: Any, graded: Any) -> None:
    """A mode says whether a tool's arguments may be missing or be too many; `*` says it for every tool."""
    entry = pair(made(**expected), made(**actual))

    assert graded == graded_call(entry, {"grading_config": {"argument_modes": {"book": mode}}})
    assert graded == graded_call(entry, {"grading_config": {"argument_modes": {"*": mode}}})
    assert graded == graded_call(entry, {"grading_config": {"argument_modes": {"*": "exact", "book": mode}}})


def test_tool_rules_take_precedence_over_wildcard_rules() -> None:
    """The rules of `*` apply to every tool; a tool's own rule for the same argument takes precedence."""
    config = {"argument_rules": {"*": {"x": "ignore", "y": "ignore"}, "book": {"x": "exact"}}}
    entry = pair(made(x=1, y=1), made(x=2, y=2))

    assert ("failed", "partial", "book: x: expected exactly 1, got 2") == graded_call(entry, {"grading_config": config})


def test_rules_decide_which_call_is_closest() -> None:
    """Calls of one tool are paired so that as many as possible are exact by the rules."""
    # 1 or 2 will do for the first; only 2 for the second.
    entries = [pair(made(x=1), made(x=2)), pair(made(x=2), made(x=1))]
    test = graded_test(calls(*entries), config=ruled("x", {"one_of": [2]}))
    judged = test["action_results"][0]["tool_calls"]

    assert [("exact", 1), ("exact", 2)] == [(call["match_status"], call["actual"]["arguments"]["x"]) for call in judged]


@pytest.mark.parametrize("pattern", [".*.*.*x", r"[^@]+@[^@]+\.[^@]+", "a?" * 24 + "b", ".{0,99}.{0,99}.{0,99}x"])
def test_slowest_allowed_pattern_is_fast(pattern: str) -> None:
    """The worst input for the slowest patterns that are allowed takes less than two seconds."""
    began = time.perf_counter()
    graded_call(pair(made(x="a"), made(x="a" * 256)), ruled("x", {"regex": pattern}))

    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("rule", ["unordered", "superset"])
def test_rules_apply_to_items_of_unordered_lists(rule: str) -> None:
    """Rules for what is inside a list apply when it is compared in any order."""
    entry = pair(made(x=[{"id": 1, "note": "a"}, {"id": 2}]), made(x=[{"id": 2}, {"id": 1.001, "note": "b"}]))
    rules = {"x": rule, "x[*].note": "ignore", "x[*].id": {"approx": 0.01}}

    assert graded_call(entry, {"grading_config": {"argument_rules": {"book": rules}}})[0] == "passed"
    assert graded_call(entry, ruled("x", rule))[0] == "failed"


@pytest.mark.parametrize("number", [2, 70, 80, 300])
@pytest.mark.parametrize("rules", [{}, {"x": {"approx": 0.5}}])
def test_shuffled_calls_are_exact_at_any_number(number: int, rules: Any) -> None:
    """Equal calls of one tool are aligned whatever their order, at any size, and one different call is found."""
    wanted = [made(x=index, text="word " * 20) for index in range(number)]
    config = {"grading_config": {"argument_rules": {"book": rules}}}

    equal = graded_test(calls(*map(pair, wanted, reversed(wanted))), config=config)
    other = graded_test(calls(*map(pair, wanted, [made(x=-5), *wanted[:0:-1]])), config=config)

    assert ("passed", "failed") == (equal["verdict"], other["verdict"])
    assert 1 == sum(call["match_status"] != "exact" for call in other["action_results"][0]["tool_calls"])
