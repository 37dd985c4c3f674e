"""Forgives calls that were tried again: a rule that a user turns on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .verdicts import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["JudgedCall", "without_retries"]


@dataclass(frozen=True, slots=True)
class JudgedCall:
    """An entry of `tool_calls` with its verdict."""

    entry: Any
    verdict: Verdict | None
    """None where the entry cannot be read."""
    action: int
    """The place of the action; the order of calls within one is not recorded."""


def without_retries(calls: Sequence[JudgedCall]) -> list[JudgedCall]:
    """Turn an unexpected call into a note where its action, or a later one, has an exact call of its tool."""
    last: dict[str, int] = {}
    for call in calls:
        if call.verdict and call.verdict.status == "exact" and call.verdict.tool is not None:
            last[call.verdict.tool] = call.action
    return [_forgiven(call, last) for call in calls]


def _forgiven(call: JudgedCall, last: Mapping[str, int]) -> JudgedCall:
    verdict = call.verdict
    if verdict is None or not verdict.is_unexpected or call.action > last.get(verdict.tool or "", -1):
        return call
    note = Finding(
        "note", f"the tool {verdict.tool} was called unexpectedly, and as expected in the same action or later"
    )
    return replace(call, verdict=replace(verdict, findings=(note,)))
