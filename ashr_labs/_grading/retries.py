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
    made_at: tuple[int, int]
    """The places of the action, and of the call in it as it was recorded: calls of one tool are in their order."""


def without_retries(calls: Sequence[JudgedCall]) -> list[JudgedCall]:
    """Turn the failure of each unexpected call into a note where a later call of the same tool in the test is exact."""
    last: dict[str, tuple[int, int]] = {}
    for call in calls:
        if call.verdict and call.verdict.status == "exact" and call.verdict.tool is not None:
            last[call.verdict.tool] = max(call.made_at, last.get(call.verdict.tool, call.made_at))
    return [_forgiven(call, last) for call in calls]


def _forgiven(call: JudgedCall, last: Mapping[str, tuple[int, int]]) -> JudgedCall:
    verdict = call.verdict
    if verdict is None or not verdict.is_unexpected or call.made_at >= last.get(verdict.tool or "", call.made_at):
        return call
    note = Finding("note", f"the tool {verdict.tool} was called unexpectedly, and later as expected")
    return replace(call, verdict=replace(verdict, findings=(note,)))
