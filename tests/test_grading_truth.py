"""Verdicts and the known outcome of real runs: the rewards that benchmarks gave them."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from support.replay import DATA, WHY_SKIPPED

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=WHY_SKIPPED)


@cache
def benchmark() -> Any:
    """Return the script that measures the agreement."""
    path = Path(__file__).resolve().parent.parent / "benchmarks" / "verdicts.py"
    spec = importlib.util.spec_from_file_location("benchmark_verdicts", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@cache
def counts() -> dict[str, dict[str, Any]]:
    """Return the agreement of each kind of verdict with the rewards, by benchmark."""
    measured: dict[str, dict[str, Any]] = benchmark().measure(benchmark().load(DATA))
    return measured


NAMES = ["tau airline", "tau2 airline", "tau2 retail", "tau2 telecom", "tau retail (assisted)", "WorkBench"]


@pytest.mark.parametrize("name", NAMES)
def test_declared_tools_agree_better_than_the_baselines(name: str) -> None:
    """With declared tools, verdicts agree with the reward at least as often as the best baseline of the same run."""
    found = dict(counts()[name])
    ours = found.pop("tools declared")
    found.pop("no configuration")
    best = max(found.values(), key=lambda one: one.agreement)

    assert ours.agreement >= best.agreement
    assert ours.false_passes <= best.false_passes


def test_defaults_agree_with_rewards() -> None:
    """Without configuration, at least 88 % of all verdicts agree, with fewer false passes than the best baseline."""
    total = {
        kind: benchmark().pooled([found[kind] for found in counts().values()])
        for kind in ("no configuration", "same side effects", "every gold call")
    }

    assert total["no configuration"].agreement >= 0.88
    assert total["no configuration"].false_passes <= total["same side effects"].false_passes


def test_rules_hold_on_both_halves_of_the_tasks() -> None:
    """Verdicts without any configuration agree about as often on each half of the tasks."""
    halves = benchmark().measure_halves(benchmark().load(DATA))

    assert abs(halves[0].agreement - halves[1].agreement) < 0.02


def test_contradictions_are_detected_without_failing_good_runs() -> None:
    """At least 95 % of made contradictions fail or warn, and at least 95 % of successful runs keep their verdict."""
    found = benchmark().measure_texts(DATA)

    assert found.contradictions == 500
    assert found.reported >= 0.95 * found.contradictions
    assert found.kept >= 0.95 * found.successful
