"""Verdicts on calls and texts, and the findings that explain them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from .config import Strictness

__all__ = ["LEVELS", "Finding", "Level", "Verdict"]

Level: TypeAlias = Literal["failure", "warning", "note"]

LEVELS: dict[Strictness, Level] = {"required": "failure", "expected": "warning", "optional": "note"}


class Finding(NamedTuple):
    """A reason for a verdict; only a failure fails the test."""

    level: Level
    reason: str

    def __str__(self) -> str:
        return self.reason if self.level == "failure" else f"{self.level}: {self.reason}"


class Verdict(NamedTuple):
    """The verdict on a tool call or on text."""

    status: Literal["exact", "partial", "mismatch", "similar", "divergent"]
    findings: tuple[Finding, ...] = ()
    similarity: float | None = None
    """From 0 to 1; None if no texts were compared."""
    said: str = ""
    """The agent's text, if the verdict is on text."""
    is_checked: bool = False
    """Whether something was expected, and compared with what happened."""
    is_read: bool = False
    """Whether it was a call of a tool that is expected only because it reads."""

    def fields(self) -> dict[str, Any]:
        """Return the fields for the graded entry."""
        notes = "; ".join(map(str, self.findings)) if self.findings else ""
        return {"match_status": self.status, "divergence_notes": notes or None}
