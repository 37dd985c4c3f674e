"""Grading: add verdicts and reasons to a recorded run, by the rules of an agent's config.

Nothing is called and nothing is random: the same run, config and grader version give the same verdicts.

**Tools**

1. A tool *reads* or has *side effects*. `grading_config.side_effects` decides, then `tool_definitions[].side_effects`,
   then MCP's `tool_definitions[].annotations.readOnlyHint`, then whether the tool is configured as required. The tool
   `"*"` is every tool. A tool without any configuration reads if its name says so: the first word is a verb such as
   `get`, `list` or `search`, or, without a verb, the last word is a noun such as `count` or `status`; names with `and`
   or `or` and a writing verb do not read, nor do free queries such as `query_sql`.
2. A tool is `required`, `expected` or `optional`. `grading_config.tool_strictness` decides, then
   `tool_definitions[].required` (true: required, false: optional); by default, a tool that reads is expected, and any
   other tool is required.
3. A missing call of a required tool fails the test; of an expected tool it is a warning; of an optional tool a note.
4. A missing call of an optional tool is a partial match if text of the same turn serves its purpose: the text is
   similar to the expected one, or it contains at least half of the words of the tool's name and description (words of
   four letters or more, compared by their first four).
5. An unexpected call fails the test if the tool has side effects, otherwise it is a note. In a run that allows
   extra calls (`tool_mode`), and in rows of `Eval`, it is a note.
6. A call that failed (`error`, `is_error`, `isError`) has no side effects and is not the expected call, unless the
   expected call is recorded with an error, too.

**Arguments**

7. Extra arguments are a note. With missing or different arguments the call is a partial match, and fails the test,
   warns or notes as in rule 3. A null argument equals a missing one.
8. Numbers are equal by value: 1 equals 1.0, but neither true nor "1".
9. A single word of letters, `_` and `-` is compared without case; any other text without white space (ids, codes, file
   names, addresses) must be identical.
10. Text of several words is compared without case, amount of white space, style of quotes and dashes, and a final full
    stop. Two texts of five words or more with mostly the same words, the same numbers and the same names are close: a
    partial match and a warning.
11. Dates and times are equal in different formats: `2024-05-17`, `May 17, 2024`, `05/17/2024` (month first),
    `17.05.2024` (day first), `2:00 PM`. Both sides must have the form of a date: `20240517` and `HAT-12` do not.
12. Objects and arrays are compared item by item, arrays in order; text that contains an object or array as JSON or as a
    Python literal is compared as that.
13. `grading_config.argument_rules` replaces rules 7 to 12 for single arguments: `{tool: {path: rule}}`. Paths are such
    as `date`, `passengers[0].dob`, `passengers[*].dob` and `options.*`. The rules are
    `"ignore"`; `"exact"` (the same JSON value); `"date"` (anything that parses as a date, also digits only);
    `"unordered"` (up to 200 items in any order) and `"superset"` (the same, with more items allowed), both with the
    rules for the items; `"text"` (compared like text of the agent); `"placeholder"` (an expected value such as
    `<name>` is not compared); `"approx"` (numbers, also as text, within a millionth) and
    `{"approx": 0.01}` (within 0.01); `{"one_of": [values]}` (one of these or the expected value);
    `{"regex": pattern}` (matches the whole value, of at most 256 characters; slow patterns are refused).
    `grading_config.argument_modes` replaces rule 7 for single tools: `{tool: mode}` with `"exact"` (extra arguments
    are wrong), `"subset"` (arguments may be missing, but not extra), `"superset"` (rule 7) and `"ignore"` (arguments
    are not compared). In both, the tool `"*"` is every tool.
14. The order of several calls of one tool in one action does not matter: expected and actual calls are aligned so that
    as many as possible are exact and the others differ as little as possible.

**Texts**

15. Text is exact from a similarity of 0.70, similar from 0.40 (or `grading_config.text_similarity_threshold`), and
    otherwise divergent. Divergent text fails the test, and so does silence if text was expected; similar text is a
    warning that shows both texts.
16. Text that contains the whole expected text, word for word, has the similarity 1. Expected text of at most five
    words or numbers is a fact, and longer text is a list of facts if each piece between commas or semicolons has at
    most five: text that contains the words of all facts, in any order, is exact.
17. Text that contradicts the expected text is divergent: a sentence with almost the same words has another number,
    date, time, id or name in place of the expected one, or another number of negations; or the only negation of a
    sentence is between two words that follow each other directly in the other text.
18. Text that does not mention a number, date, time, id or name of the expected text is at most similar.
19. Text is not compared if none was expected, and not missed before the first message of the user.

**Tests**

20. A test passes if it ran to its end (`status` completed, no `error`), something was checked, and none of the rules
    fails it. `status` becomes `failed` with the verdict; `played` says whether the scenario ran to its end.
21. A test is `unchecked`, neither passed nor failed, if the scenario expects no tool call and no text, and no score
    decides about it. A scenario that expects nothing but an empty list of tool calls is checked by rule 5.
22. If a scenario only expects calls of tools that read, at least one of them must be exact.
23. Input that cannot be read never passes: the call, text or test fails, and the reason names the place and the value.
24. A score that does not pass fails the test if its scorer is a gate, as the checks of a dataset are. Where nothing
    else is checked, all scores of the test are gates. A gate that has no score is a warning.
25. A config with unknown or unusable parts is refused by path: `validate_grading_config(config)` lists them, `grade()`
    raises `ConfigurationError`, and `grade(..., strict=False)` lists them in the notes of the grader.

**Outcomes**

26. The outcome decides, and the path explains. The outcome of a test are the invariants and the rules of its
    environment, the `expected_state` of its scenario, compared with the `state` that the agent returned, and what the
    user was told (rules 15 to 19). The path are the tool calls.
27. The state is as it must be if no rule is broken, every invariant passes (with `pass_threshold`: each gate passes,
    and the mean of the scores by their weights is not below it), and each key of `expected_state` is equal in the
    state. Keys that are not expected are not compared; below them everything is. Numbers are equal by value.
28. If it is not, the test fails. If it is, what rules 3 to 14 and 22 would fail are warnings: another way to the same
    outcome passes. Texts, errors, gates and `behavior_rules` fail the test as before.
29. An invariant that could not be checked fails the test. One that was not judged is a warning; if nothing else of the
    state was checked, calls decide.

**With a judge**

30. A judge, such as a language model, compares each text that is not identical to the expected one: `same` makes it
    exact, `similar` similar, `different` divergent. It also checks each of `behavior_rules`: a broken rule fails the
    test, warns or notes by its strictness (default: required), and is listed in `behavior_results`.
31. If the judge gives no answer, texts are judged by the rules above and marked "not judged"; a rule of behavior that
    was not judged does not change the verdict.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from .._format import missing_key
from .._json import as_object, is_object, preview
from ..errors import ConfigurationError
from ..run_result import ParsedRun, ParsedTest
from .config import read_config, warn_deprecated_keys
from .graded_test import grade_test
from .judge import Judge, NotJudgedError, Opinion
from .suggestions import expected_tools, suggest_config

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .graded_test import GradedTest

__all__ = [
    "GRADER_NAME",
    "GRADER_VERSION",
    "Judge",
    "NotJudgedError",
    "Opinion",
    "expected_tools",
    "grade",
    "suggest_config",
    "validate_grading_config",
]

GRADER_NAME = "ashr-labs-rules"
"""Names these rules in the `grader` of a result."""
GRADER_VERSION = "4"
"""Incremented when a rule changes, to distinguish verdicts of different versions; `docs/grading.md` has the changes."""


def validate_grading_config(agent_config: object) -> list[str]:
    """Return the problems of an agent's config, each with its path: misspelt keys, and values that cannot be used.

    Examples:
        >>> validate_grading_config({"grading_config": {"tool_strictnes": {"refund": "optional"}}})
        ["grading_config.tool_strictnes is not a known key; did you mean 'tool_strictness'?"]
    """
    return list(read_config(agent_config).problems)


def grade(
    result: Mapping[str, Any],
    agent_config: Mapping[str, Any] | None = None,
    *,
    judge: Judge | None = None,
    strict: bool = True,
) -> dict[str, Any]:
    """Return a run's result with verdicts; the input is not changed.

    Args:
        result: The result of `RunBuilder.build()`. A result of another shape gets totals only.
        agent_config: The config of the agent; by default, tools count as reading or required by their names.
        judge: Compares texts and checks `behavior_rules`; by default, rules compare texts and behavior is not checked.
        strict: Whether to raise for a config that cannot be used as a whole; otherwise its problems become notes of the
            grader.

    Raises:
        ConfigurationError: The config has problems, which the message lists, or an argument is of another type.

    Warns:
        DeprecationWarning: The config sets `forgive_retries`, which has no effect; not with `strict=False`.

    Examples:
        >>> call = {"name": "refund", "arguments": {"order": 7}}
        >>> entry = {"expected": call, "actual": {"name": "NOT_CALLED", "arguments": {}}, "match_status": "mismatch"}
        >>> action = {"actor": "agent", "action_type": "tool_call", "action_index": 0, "tool_calls": [entry]}
        >>> test = {"test_id": "refund", "status": "completed", "action_results": [action]}
        >>> grade({"tests": [test]})["tests"][0]["verdict_reasons"]
        ['action 0: the required tool refund was not called']
    """
    _check_arguments(result, judge)
    config = read_config(agent_config)
    if strict:
        if "tests" not in result and (meant := missing_key("tests", result)):
            raise ConfigurationError(f"`result` must have the key 'tests'{meant}")
        if config.problems:
            raise ConfigurationError("; ".join(config.problems))
        warn_deprecated_keys(agent_config)
    tests = ParsedRun.read(result).tests
    given = as_object(result.get("aggregate_metrics")) or {}
    if tests is None:
        # Clients wait until the totals are numbers; keep those that the result has.
        given = {name: value for name, value in given.items() if value is not None}
        return {**result, "aggregate_metrics": {**_totals(()), **given}}
    graded = [grade_test(test, config, judge) for test in tests]
    notes = [*config.problems, *_unreadable(tests)]
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


def _check_arguments(result: object, judge: object) -> None:
    if not is_object(result):
        raise ConfigurationError(
            f"`result` must be an object as RunBuilder.build() returns it, got {preview(result)}; "
            "of a stored run, pass get_run(ID)['result']"
        )
    if judge is not None and not callable(getattr(judge, "ask", None)):
        raise ConfigurationError(f"`judge` must be a judge with a `name` and `ask()`, or None, got {judge!r}")


def _totals(tests: Sequence[GradedTest]) -> dict[str, Any]:
    texts = [text for test in tests for text in test.texts]
    scores = [text.similarity for text in texts if text.similarity is not None]
    verdicts = Counter(test.verdict for test in tests)
    return {
        "total_tests": len(tests),
        "tests_passed": verdicts["passed"],
        "tests_failed": verdicts["failed"],
        "tests_unchecked": verdicts["unchecked"],
        "average_similarity_score": round(sum(scores) / len(scores), 2) if scores else None,
        "total_tool_call_divergence": sum(call.status != "exact" for test in tests for call in test.calls),
        "total_response_divergence": sum(text.status != "exact" for text in texts),
    }


def _unreadable(tests: Sequence[object]) -> list[str]:
    return [f"tests[{index}] must be an object" for index, test in enumerate(tests) if not isinstance(test, ParsedTest)]
