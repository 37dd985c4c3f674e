"""Read the verdicts of judges from their replies; a reply that is not one is never guessed from. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .._format import one_line, truncate
from .._json import as_list, preview
from ..grading.judge import NotJudgedError
from ..llm import Schema, json_objects
from .score import Score

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..llm import Completion

__all__ = [
    "COMPARISON_SCHEMA",
    "LEVELS",
    "LEVEL_SCHEMA",
    "STEPS_SCHEMA",
    "VERDICT_SCHEMA",
    "default_parser",
    "not_judged",
    "read_level",
    "read_steps",
    "read_verdict",
    "read_winner",
]

_PASSING = 0.5
_MAX_REASON = 2000
_LOWEST, _HIGHEST = -1.0, 2.0
"""Numbers between these count as slips below 0 and above 1; others are on another scale."""
_BARE = re.compile(
    r"""[\s*_`"'#]*(?:(?:score|rating|grade)[\s:=*_`"']*)?"""  # a label, and Markdown around it
    r"""(\d+(?:\.\d+)?|\.\d+)[\s*_`]*(%|/\s*(?:100|10|5)(?!\d))?[\s.*_`"'!]*""",
    re.IGNORECASE,
)
"""A reply that is only a number, possibly with a label."""

_LEVEL = re.compile(r"[1-4](?:\.\d+)?|5(?:\.0+)?")
_LEVEL_IN_REPLY = re.compile(r'(?:"score"\s*:\s*|^\s*)([1-5])(?=\s*[,}]|\s*$)')
"""A grade in a JSON object, or as the whole reply."""
_MAX_STEPS, _MAX_STEP = 8, 300


def _strict(name: str, properties: Mapping[str, Mapping[str, Any]]) -> Schema:
    return Schema(
        name,
        {
            "type": "object",
            "properties": {"reason": {"type": "string"}, **properties},
            "required": ["reason", *properties],
            "additionalProperties": False,
        },
    )


VERDICT_SCHEMA: Final = _strict("verdict", {"score": {"type": "number"}, "passed": {"type": "boolean"}})
"""The reply about one answer; the reason comes first, so that it is thought of first."""
LEVELS: Final = (1, 2, 3, 4, 5)
"""The grades of the criteria of a rubric: each is one token."""
LEVEL_SCHEMA: Final = _strict("grade", {"score": {"type": "integer", "enum": [*LEVELS]}})
"""The reply about criteria."""
STEPS_SCHEMA: Final = Schema(
    "steps",
    {
        "type": "object",
        "properties": {"steps": {"type": "array", "items": {"type": "string"}}},
        "required": ["steps"],
        "additionalProperties": False,
    },
)
"""The reply about the steps of a rubric."""
COMPARISON_SCHEMA: Final = _strict("comparison", {"winner": {"type": "string", "enum": ["A", "B", "tie"]}})
"""The reply about two answers."""


def default_parser(name: str, reply: str) -> Score:
    """Return the score in a reply: a JSON object with `score`, or nothing but a number.

    `passed` counts if it is true or false, also as text; without it, a score of 0.5 passes. A single number is a share
    of 1, of 10 if it is above 1, of 100 if it is above 10 or followed by a percent sign. Any other reply is not judged.

    >>> default_parser("factuality", '{"score": 0.9, "passed": true, "reason": "a paraphrase"}').score
    0.9
    >>> default_parser("factuality", "I checked 3 sources; the answer is wrong.").message
    "not judged: the reply has no score: 'I checked 3 sources; the answer is wrong.'"
    """
    try:
        score, passed, reason = read_verdict(reply)
    except NotJudgedError as error:
        return not_judged(name, error.message)
    return Score(name, score, passed, reason)


def not_judged(name: str, reason: str, metadata: Mapping[str, Any] | None = None) -> Score:
    """Return the score of a judge that gave no verdict."""
    return Score(name, None, None, f"not judged: {reason}", dict(metadata or {}))


def read_verdict(reply: str) -> tuple[float, bool, str]:
    """Return the score, whether it passes, and the reason in a reply; see `default_parser()`.

    Raises:
        NotJudgedError: There is none, or there are several.
    """
    verdict = _object_with("score", reply)
    if verdict is None:
        score = _bare_number(reply)
        return score, score >= _PASSING, ""
    score = _score(verdict["score"])
    passed = _flag(verdict.get("passed"))
    return score, score >= _PASSING if passed is None else passed, _reason(verdict)


def read_level(completion: Completion) -> tuple[float, str, dict[int, float]]:
    """Return the grade in a reply, the reason, and the probabilities of all grades where the model reports them.

    With probabilities the grade is their mean, as in G-Eval (arXiv 2303.16634), instead of the most probable one.

    Raises:
        NotJudgedError: There is none, or there are several.
    """
    verdict = _object_with("score", completion.text) or {"score": completion.text.strip()}
    found = _LEVEL.fullmatch(str(verdict["score"]))
    if found is None:
        raise NotJudgedError(f"the score of the reply must be a number from 1 to 5, got {preview(verdict['score'])}")
    probabilities = _probabilities(completion, int(float(found[0])))
    grade = sum(level * share for level, share in probabilities.items()) if probabilities else float(found[0])
    return grade, _reason(verdict), probabilities


def read_steps(reply: str) -> tuple[str, ...]:
    """Return the steps in a reply.

    Raises:
        NotJudgedError: There are none.
    """
    given = _object_with("steps", reply)
    steps = [one_line(step) for step in as_list(given["steps"]) or () if isinstance(step, str)] if given else []
    if not any(steps):
        raise NotJudgedError(f"the reply has no steps: {preview(reply)}; pass `steps`, [] for none")
    return tuple(truncate(step, _MAX_STEP) for step in steps[:_MAX_STEPS] if step)


def read_winner(reply: str) -> tuple[str, str]:
    """Return the winner, `A`, `B` or `tie`, and the reason in a reply about two answers.

    Raises:
        NotJudgedError: There is none, or there are several.
    """
    comparison = _object_with("winner", reply)
    given = comparison and comparison["winner"]
    winner = {"a": "A", "b": "B", "tie": "tie"}.get(given.strip().lower()) if isinstance(given, str) else None
    if comparison is None or winner is None:
        raise NotJudgedError(f"the reply must have a winner, A, B or tie, got {preview(reply)}")
    return winner, _reason(comparison)


def _object_with(key: str, reply: str) -> Mapping[str, Any] | None:
    """Return the only JSON object in a reply that has a key, None without any object."""
    objects = list(json_objects(reply))
    found = [one for one in objects if key in one]
    if len(found) > 1 and any(one[key] != found[0][key] for one in found):
        raise NotJudgedError(f"the reply has several values of {key!r}: {preview(reply)}")
    if found:
        return found[-1]
    if objects or "{" in reply:
        raise NotJudgedError(f"the reply has no JSON object with {key!r}: {preview(reply)}")
    return None


def _probabilities(completion: Completion, level: int) -> dict[int, float]:
    """Return the probability of each grade at the place of the grade in the reply; nothing if it is not known."""
    places = [len(completion.text[: match.start(1)].encode()) for match in _LEVEL_IN_REPLY.finditer(completion.text)]
    known = [one.probabilities for one in completion.alternatives if places and one.offset == places[-1]]
    shares = {one: known[0][str(one)] for one in LEVELS if str(one) in known[0]} if known else {}
    total = sum(shares.values())
    return {one: share / total for one, share in shares.items()} if level in shares and total > 0 else {}


def _score(value: object) -> float:
    if isinstance(value, str):
        return _bare_number(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and _LOWEST <= value <= _HIGHEST:
        return min(1.0, max(0.0, float(value)))
    raise NotJudgedError(f"the score of the reply must be a number from 0 to 1, got {preview(value)}")


def _bare_number(text: str) -> float:
    found = _BARE.fullmatch(text.strip()) if len(text) <= _MAX_REASON else None
    if found is None:
        raise NotJudgedError(f"the reply has no score: {preview(text)}" if text.strip() else "the reply is empty")
    number, unit = float(found[1]), (found[2] or "").replace(" ", "")
    whole = {"%": 100.0, "/100": 100.0, "/10": 10.0, "/5": 5.0}.get(unit)
    whole = whole or (1.0 if number <= 1 else 10.0 if number <= 10 else 100.0)
    if number > whole:
        raise NotJudgedError(f"the score of the reply must be a number from 0 to 1, got {preview(text)}")
    return number / whole


def _flag(value: object) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _reason(fields: Mapping[str, Any]) -> str:
    return truncate(one_line(str(fields.get("reason") or "")), _MAX_REASON)
