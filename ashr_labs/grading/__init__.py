"""Grading: a recorded run and an agent's config in, the same run with verdicts and reasons out.

Nothing is called and nothing is random: the same run, config and grader version give the same verdicts.

**Tools**

1. A tool is `required`, `expected` or `optional`: as `grading_config.tool_strictness` says, else by
   `tool_definitions[].required` (true: required, false: optional), else required.
2. A missing call of a required tool fails the test; of an expected tool it is a warning; of an optional tool a note.
3. A missing call of an optional tool is a partial match if the same turn reaches its purpose in text: the text is
   similar to the one that was expected, or it holds at least half of the words of the tool's name and description
   (words of four letters and more, told apart by their first four).
4. An unexpected call fails the test if the tool has side effects, else it is a note. `grading_config.side_effects`
   says whether, else `tool_definitions[].side_effects`, else a tool has them if it is required. With
   `grading_config.forgive_retries` it is a note, too, where the same action or a later one has an exact call of the
   same tool.

**Arguments**

5. Extra arguments are a note. Missing and different ones make the call a partial match, and fail the test, warn or
   note as rule 2 says. An argument that is null may as well be left out.
6. Numbers are equal by value: 1 is 1.0, but neither true nor "1".
7. One word is equal up to case if it has only letters, `_` and `-`; everything else without white space (ids, codes,
   file names, addresses) must be the same.
8. Text of several words is equal up to case, white space, kind of quotes and dashes, and a closing full stop. Two
   texts of five words and more that share most words and all numbers are close: a partial match and a warning.
9. Dates and times may be written differently: `2024-05-17`, `May 17, 2024`, `05/17/2024` (month first), `17.05.2024`
   (day first), `2:00 PM`. Both sides must be written as dates: `20240517` and `HAT-12` are not.
10. Objects and arrays are compared value by value, arrays in order; a string that holds one as JSON counts as it.
11. `grading_config.argument_rules` replaces rules 5 to 10 for single arguments: `{tool: {path: rule}}` with paths
    such as `date`, `passengers[0].dob`, `passengers[*].dob`, `options.*`, and the rules
    `"ignore"`; `"exact"` (the same JSON value); `"date"` (anything that can be read as a date, plain digits too);
    `"unordered"` (up to 200 items in any order); `"approx"` (numbers, also as text, up to a millionth) and
    `{"approx": 0.01}` (up to 0.01); `{"one_of": [values]}` (these or the expected one); `{"regex": pattern}` (the
    whole value matches; at most 256 characters, and a pattern that cannot take long).
    `grading_config.argument_modes` replaces rule 5 for single tools: `{tool: mode}` with `"exact"` (extra arguments
    are wrong, too), `"subset"` (arguments may be missing, none may be extra), `"superset"` (as in rule 5) and
    `"ignore"` (arguments are not compared). The tool `"*"` stands for every tool, in both.
12. Several calls of one tool in one action are judged in any order: each expected one beside the actual one that lets
    as many as possible be exact, and the rest differ as little as possible.

**Texts**

13. A text is exact from a similarity of 0.70, similar from 0.40 (`grading_config.text_similarity_threshold` replaces
    it), else divergent. A divergent text fails the test, and so does silence where a text was expected.
14. A text that holds the expected one whole, word for word, is exact. Up to five expected words or numbers are facts
    to be told: a text that holds them all, in any order, is exact.
15. Where no text was expected none is compared, and none is missed before anybody has spoken to the agent.

**Tests**

16. A test passes if it ran to its end (`status` completed, no `error`) and nothing above fails it.
17. What cannot be read never passes: such a call, text or test fails, with its place and its content as the reason.

**With a judge**

18. A judge, such as a language model, is asked about each text that is not the expected one letter for letter: `same`
    makes it exact, `similar` similar, `different` divergent. It is asked about each of `behavior_rules`, too: a
    broken rule fails the test, warns or notes by its strictness (required unless given), and stands in
    `behavior_results`.
19. Where the judge gives no answer, texts are judged by the rules above and marked "not judged"; a rule of behaviour
    is "not judged", and neither helps nor harms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object
from .config import read_policy
from .grade_test import graded_test
from .judge import Judge, NotJudgedError, Opinion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .grade_test import GradedTest

__all__ = ["GRADER_NAME", "GRADER_VERSION", "Judge", "NotJudgedError", "Opinion", "grade"]

GRADER_NAME = "ashr-labs-rules"
GRADER_VERSION = "1"
"""Grows whenever a rule changes, so that verdicts can be told apart."""


def grade(
    result: Mapping[str, Any], agent_config: Mapping[str, Any] | None = None, *, judge: Judge | None = None
) -> dict[str, Any]:
    """Return the run's result with verdicts; the given one stays as it is.

    Args:
        result: What `RunBuilder.build()` returns. A result of another shape gets totals only.
        agent_config: An agent's config; without it every tool is required.
        judge: Who is asked about texts and `behavior_rules`; without one both are left to the rules above.

    Examples:
        >>> call = {"name": "refund", "arguments": {"order": 7}}
        >>> entry = {"expected": call, "actual": {"name": "NOT_CALLED", "arguments": {}}, "match_status": "mismatch"}
        >>> action = {"actor": "agent", "action_type": "tool_call", "action_index": 0, "tool_calls": [entry]}
        >>> test = {"test_id": "refund", "status": "completed", "action_results": [action]}
        >>> grade({"tests": [test]})["tests"][0]["verdict_reasons"]
        ['action 0: the required tool refund was not called']
    """
    tests = as_list(result.get("tests"))
    given = as_object(result.get("aggregate_metrics")) or {}
    if tests is None:
        # Whoever waits for the verdict waits for numbers; those that the result brings along stand.
        given = {name: value for name, value in given.items() if value is not None}
        return {**result, "aggregate_metrics": {**_totals(()), **given}}
    policy = read_policy(agent_config, judge)
    graded = [graded_test(test, policy) for test in tests]
    notes = [*policy.problems, *_unreadable(tests)]
    return {
        **result,
        "tests": [test.record for test in graded],
        "aggregate_metrics": {**given, **_totals(graded)},
        "grader": {
            "name": GRADER_NAME,
            "version": GRADER_VERSION,
            **({"judge": judge.name} if judge else {}),
            **({"notes": notes} if notes else {}),
        },
    }


def _totals(tests: Sequence[GradedTest]) -> dict[str, Any]:
    texts = [text for test in tests for text in test.texts]
    scores = [text.similarity for text in texts if text.similarity is not None]
    passed = sum(test.passed for test in tests)
    return {
        "total_tests": len(tests),
        "tests_passed": passed,
        "tests_failed": len(tests) - passed,
        "average_similarity_score": round(sum(scores) / len(scores), 2) if scores else None,
        "total_tool_call_divergence": sum(call.status != "exact" for test in tests for call in test.calls),
        "total_response_divergence": sum(text.status != "exact" for text in texts),
    }


def _unreadable(tests: Sequence[object]) -> list[str]:
    return [f"tests[{place}] is not an object" for place, test in enumerate(tests) if as_object(test) is None]
