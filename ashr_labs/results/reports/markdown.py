"""A run or a comparison as Markdown, for a comment on a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..comparison import Comparison
from ..effort import effort_of, effort_rows
from .text import encodable, metric_change, metric_value, p_text, rate_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..runs import RunResults

__all__ = ["markdown_report"]

_MOST_ROWS = 50
_LONGEST_CELL = 300


def markdown_report(subject: RunResults | Comparison) -> str:
    """Return a run or a comparison as Markdown: the numbers first, then what needs a look, at most 50 rows of it."""
    lines = _comparison_lines(subject) if isinstance(subject, Comparison) else _run_lines(subject)
    return encodable("\n".join(lines) + "\n")


def _run_lines(run: RunResults) -> Iterator[str]:
    yield f"### {_cell(run.label)}: {rate_text(run)}"
    if run.errors:
        yield f"\n{run.errors} could not be played to their end."
    if took := ", ".join(f"{name}: {text}" for name, text in effort_rows(effort_of(run))):
        yield f"\n{took}"
    failed = [one for one in run.samples if not one.passed]
    if failed:
        yield ""
        yield from _table(
            ["scenario", "why"], ((one.scenario_id, "; ".join(one.reasons)) for one in failed[:_MOST_ROWS])
        )
        yield from _more(len(failed))


def _comparison_lines(found: Comparison) -> Iterator[str]:
    yield f"### {_cell(found.candidate.label)} against {_cell(found.baseline.label)}: **{found.verdict}**\n"
    metrics = (
        (
            one.metric,
            metric_value(one.metric, one.baseline),
            metric_value(one.metric, one.candidate),
            metric_change(one.metric, one.difference, one.interval),
            p_text(one.adjusted_p),
            one.verdict,
        )
        for one in found.differences
    )
    yield from _table(["metric", "baseline", "candidate", "difference", "chance", "verdict"], metrics)
    if effort := found.effort_changes():
        yield ""
        yield from _table(["effort", "baseline", "candidate", "difference"], effort)
    reasons = {one.scenario_id: "; ".join(one.reasons) for one in found.candidate.samples if not one.passed}
    changed = [(kind, one) for kind in ("broke", "flipped", "fixed") for one in getattr(found, kind)]
    if changed:
        yield ""
        rows = ((kind, name, reasons.get(name, "")) for kind, name in changed[:_MOST_ROWS])
        yield from _table(["change", "scenario", "why"], rows)
        yield from _more(len(changed))
    unmatched = len(found.only_in_baseline) + len(found.only_in_candidate)
    if unmatched:
        yield f"\n{unmatched} scenarios are in one run only and do not count."


def _more(count: int) -> Iterator[str]:
    if count > _MOST_ROWS:
        yield f"\n... and {count - _MOST_ROWS} more."


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    """Return the text in one line, without what Markdown, or whom it would notify, could make of it."""
    text = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    text = text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}..."
    return re.sub(r"([\\`*_{}\[\]<>#|~!])", r"\\\1", text.replace("&", "&amp;")).replace("@", "@\u200b")
