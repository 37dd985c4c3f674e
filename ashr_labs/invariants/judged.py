"""Checks by a language model."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .._format import truncate
from ..grading.judge import NotJudgedError
from .results import Decision
from .world import WorldError, WorldFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..sandboxes import StateDiff
    from .world import InvariantJudge, World

__all__ = ["check_judged"]

_PASSING = 0.5
_MAX_BYTES = 1024 * 1024
_MAX_FILE = 4_000
"""Characters of one changed file that a judge sees."""
_MAX_FILES = 20
_MAX_CHARACTERS = 40_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_judged(check: Mapping[str, Any], world: World, judge: InvariantJudge | None) -> Decision:
    """Decide `llm_as_judge`: the score is at least `pass_threshold`.

    Raises:
        NotJudgedError: There is no judge, or it gives no score.
    """
    if judge is None:
        raise NotJudgedError("there is no judge; set a language model, see docs/judges.md")
    text = world.masked(_seen(check.get("input_from", "workspace"), world))
    score, reason = judge(check, text[:_MAX_CHARACTERS])
    threshold = check.get("pass_threshold", _PASSING)
    comparison = "at least" if score >= threshold else "below"
    return Decision(score >= threshold, f"the score {score:.3g} is {comparison} {threshold:g}", score, reason)


def _seen(source: str, world: World) -> str:
    """Return the judge's input: the agent's text, its stdout, the changed files, or data of a service."""
    if source == "agent_output":
        return world.output
    if source == "stdout":
        return world.stdout
    if source == "workspace":
        return "\n".join(_changes(world.changes(), world))
    service, _, field = source.partition(".")
    if field == "requests":
        return "\n".join(f"{one.method} {one.path} {one.body}" for one in world.requests(service))
    if not _NAME.fullmatch(field):
        raise WorldError(f"`input_from` must be SERVICE.requests or SERVICE.TABLE, got {source!r}")
    found = world.query(service, f'SELECT * FROM "{field}"')  # noqa: S608 - a name
    rows = (dict(zip(found.columns, row, strict=True)) for row in found.rows)
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def _changes(changes: StateDiff, world: World) -> Iterator[str]:
    """Yield the changed files with their beginnings."""
    yield from (f"removed: {path}" for path in changes.removed)
    changed = [*(("added", path) for path in changes.added), *(("modified", path) for path in changes.modified)]
    for kind, path in changed[:_MAX_FILES]:
        yield f"{kind}: {path}\n{_beginning(path, world)}"
    if more := len(changed) - _MAX_FILES:
        yield from [f"and {more:,} more changed files"] if more > 0 else []
    if not (changed or changes.removed):
        yield "no file was changed"


def _beginning(path: str, world: World) -> str:
    try:
        content = world.read(path, limit=_MAX_BYTES)
    except WorldFileError as error:
        return f"({error.message})"
    return truncate(content.decode("utf-8", "replace"), _MAX_FILE)
