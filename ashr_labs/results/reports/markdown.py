"""Markdown, for a comment on a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..._format import counted, one_line, truncate
from ..comparison import Comparison, check_subject
from ..usage import usage_of, usage_rows
from .text import (
    escape_surrogates,
    format_difference,
    format_p_value,
    format_value,
    pass_rate_text,
    sample_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..runs import RunResults, Sample

__all__ = ["markdown_report"]

_MAX_ROWS = 50
_MAX_CELL = 300
_MAX_TRANSCRIPTS = 10
_MAX_TRANSCRIPT = 3_000


def markdown_report(subject: RunResults | Comparison) -> str:
    """Return a run or a comparison as Markdown: the numbers, then up to 50 rows of failures or changes.

    Raises:
        ConfigurationError: The subject is something else.
    """
    check_subject(subject)
    lines = _comparison_lines(subject) if isinstance(subject, Comparison) else _run_lines(subject)
    return escape_surrogates("\n".join(lines) + "\n")


def _run_lines(run: RunResults) -> Iterator[str]:
    yield f"### {_cell(run.label)}: {pass_rate_text(run)}"
    if run.errors:
        yield f"\n{counted(run.errors, 'test')} ended with an error."
    if usage := ", ".join(f"{name}: {text}" for name, text in usage_rows(usage_of(run))):
        yield f"\n{usage}"
    failed = [one for one in run.samples if one.outcome in {"failed", "error"}]
    yield from _failure_rows(failed)
    yield from _transcripts(failed)
    if unchecked := [one.name for one in run.samples if not one.is_checked]:
        yield f"\nUnchecked, without an expectation: {_cell(', '.join(unchecked))}"


def _comparison_lines(found: Comparison) -> Iterator[str]:
    yield f"### {_cell(found.candidate.label)} against {_cell(found.baseline.label)}: **{found.verdict}**\n"
    metrics = (
        (
            one.metric,
            format_value(one.metric, one.baseline),
            format_value(one.metric, one.candidate),
            format_difference(one.metric, one.difference, one.interval),
            format_p_value(one.adjusted_p),
            one.verdict,
        )
        for one in found.differences
    )
    yield from _table(["metric", "baseline", "candidate", "difference", "p-value", "verdict"], metrics)
    if conflict := found.time_conflict:
        yield from ("", conflict)
    if usage := found.usage_changes():
        yield ""
        yield from _table(["usage", "baseline", "candidate", "difference"], usage)
    reasons = {one.scenario_id: "; ".join(one.reasons) for one in found.candidate.samples if not one.passed}
    changed = [(status, one) for status in ("regressed", "flaky", "fixed") for one in getattr(found, status)]
    if changed:
        yield ""
        rows = ((status, name, reasons.get(name, "")) for status, name in changed[:_MAX_ROWS])
        yield from _table(["change", "scenario", "why"], rows)
        yield from _more(len(changed))
    regressed = set(found.regressed)
    yield from _transcripts([one for one in found.candidate.samples if one.scenario_id in regressed])
    unmatched = len(found.only_in_baseline) + len(found.only_in_candidate)
    if unmatched:
        yield f"\nOnly in one run, not compared: {counted(unmatched, 'scenario')}."


def _failure_rows(failed: Sequence[Sample]) -> Iterator[str]:
    if failed:
        yield ""
        rows = ((one.name, one.title, "; ".join(dict.fromkeys(one.reasons))) for one in failed[:_MAX_ROWS])
        yield from _table(["scenario", "title", "why"], rows)
        yield from _more(len(failed))


def _transcripts(samples: Sequence[Sample]) -> Iterator[str]:
    """Yield collapsed transcripts, as code in which nothing is markup or a mention."""
    for sample in samples[:_MAX_TRANSCRIPTS]:
        lines = truncate(sample_text(sample), _MAX_TRANSCRIPT).splitlines()
        yield f"\n<details><summary>{_cell(sample.name)}</summary>\n"
        # Indented code ends at the margin, so that no line of it can close the block.
        yield "\n".join(f"    {_code(line)}" for line in lines)
        yield "\n</details>"


def _code(line: str) -> str:
    return re.sub("([@<&])", "\\1\u200b", "".join(one if one.isprintable() else " " for one in line))


def _more(count: int) -> Iterator[str]:
    if count > _MAX_ROWS:
        yield f"\n... and {count - _MAX_ROWS} more."


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    """Return the text on one line, without markup or mentions."""
    text = truncate(one_line(text), _MAX_CELL)
    return re.sub(r"([\\`*_{}\[\]<>#|~!])", r"\\\1", text.replace("&", "&amp;")).replace("@", "@\u200b")
