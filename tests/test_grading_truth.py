"""Verdicts against the truth: the benchmarks' own rewards of real models' runs."""

from __future__ import annotations

from typing import Any

import pytest

from support.benchmark_truth import agreement
from support.replay import DATA, WHY_SKIPPED

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=WHY_SKIPPED)

ANY_ORDER = {"return_delivered_order_items": {"item_ids": "unordered"}}


@pytest.mark.parametrize(
    ("domain", "rules", "same_effects"),
    [
        ("tau_airline", {}, 0.94),
        ("tau2_airline", {}, 0.87),
        ("tau2_retail", ANY_ORDER, 0.87),
        ("tau2_telecom", {}, 0.68),
    ],
)
def test_verdicts_agree_with_the_benchmark(domain: str, rules: Any, same_effects: float) -> None:
    """Pass and fail agree with the reward more often than asking for the same side effects does."""
    found = agreement(domain, rules)

    print(  # noqa: T201 (the numbers are what a reader wants)
        f"{domain}: {len(found.runs)} runs, agreement {found.share:.1%}, area under the curve {found.area:.3f}"
    )
    assert found.share > same_effects
    assert found.area > 0.7
