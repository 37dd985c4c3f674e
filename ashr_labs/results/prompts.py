"""Versions of prompts that runs used: how many tests, and how many of them passed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, is_number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from .runs import RunResults, Sample

__all__ = ["PromptUse", "prompt_changes", "prompts_of"]


@dataclass(frozen=True, slots=True)
class PromptUse:
    """The samples of a run whose model calls name a version of a prompt; a sample may use several."""

    prompt: str
    """The slug."""
    version: int
    calls: int
    """Number of model calls."""
    samples: int
    """Number of samples with one of these calls, those with nothing to check left out."""
    passed: int
    """How many of the samples passed."""
    cost_usd: float | None
    """Cost of the calls, as far as it is known."""

    def document(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self)


def prompts_of(run: RunResults, scenario_ids: Collection[str] | None = None) -> list[PromptUse]:
    """Return the prompt versions of a run over some scenarios, or all of them; by slug and version."""
    found: dict[tuple[str, int], list[tuple[Sample, list[float | None]]]] = {}
    for sample in run.samples:
        if scenario_ids is None or sample.scenario_id in scenario_ids:
            for key, costs in _calls_of(sample).items():
                found.setdefault(key, []).append((sample, costs))
    return [_use(slug, version, uses) for (slug, version), uses in sorted(found.items())]


def prompt_changes(before: Sequence[PromptUse], after: Sequence[PromptUse]) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, both values and the change of the pass rate of each prompt that both runs used, formatted."""
    for slug in dict.fromkeys(one.prompt for one in before):
        earlier, later = ([one for one in uses if one.prompt == slug] for uses in (before, after))
        if later:
            yield f"prompt {slug}", _described(earlier), _described(later), _change(earlier, later)


def _calls_of(sample: Sample) -> dict[tuple[str, int], list[float | None]]:
    """Return the costs of the model calls of a sample by prompt version."""
    calls: dict[tuple[str, int], list[float | None]] = {}
    for span in as_list(sample.record.get("spans")) or ():
        observation = as_object(span) or {}
        prompt = as_object((as_object(observation.get("metadata")) or {}).get("prompt")) or {}
        slug, version = prompt.get("slug"), prompt.get("version")
        if observation.get("type") == "generation" and isinstance(slug, str) and type(version) is int:
            calls.setdefault((slug, version), []).append(_cost(observation))
    return calls


def _cost(observation: Mapping[str, Any]) -> float | None:
    usage = as_object(observation.get("usage")) or {}
    given = (usage.get("cost"), observation.get("cost"))
    return next((float(cost) for cost in given if is_number(cost) and cost >= 0), None)


def _use(slug: str, version: int, uses: Sequence[tuple[Sample, list[float | None]]]) -> PromptUse:
    costs = [cost for _, calls in uses for cost in calls]
    known = [cost for cost in costs if cost is not None]
    checked = [sample for sample, _ in uses if sample.is_checked]
    return PromptUse(
        slug,
        version,
        calls=len(costs),
        samples=len(checked),
        passed=sum(sample.passed for sample in checked),
        cost_usd=sum(known) if known else None,
    )


def _described(uses: Sequence[PromptUse]) -> str:
    return ", ".join(f"v{one.version}: {one.passed} of {one.samples} passed" for one in uses)


def _change(before: Sequence[PromptUse], after: Sequence[PromptUse]) -> str:
    """Return the change of the share of samples that passed, in per cent points; `-` with several versions."""
    if len(before) != 1 or len(after) != 1 or not (before[0].samples and after[0].samples):
        return "-"
    earlier, later = (one.passed / one.samples for one in (before[0], after[0]))
    return f"{100 * (later - earlier):+.0f} points"
