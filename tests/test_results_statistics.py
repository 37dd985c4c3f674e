"""Tests of the statistics: against scipy and statsmodels, and by simulation."""

from __future__ import annotations

import math
from importlib.util import find_spec
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashr_labs.results import (
    bootstrap_interval,
    compare,
    holm_adjusted,
    mcnemar_p_value,
    sign_flip_p_value,
    wilson_interval,
)
from ashr_labs.results.statistics import expanded_confidence
from support.graded_runs import graded_run, graded_test
from support.timing import cpu_seconds

needs_scipy = pytest.mark.skipif(not find_spec("scipy"), reason="scipy is not installed: pip install scipy")
needs_statsmodels = pytest.mark.skipif(not find_spec("statsmodels"), reason="statsmodels is not installed")

DRAWS = 2_000
NOISE = 3 * math.sqrt(0.95 * 0.05 / DRAWS)
"""Three standard errors of a share of 95 % of the draws: a right share is outside once in 370 times."""


@needs_statsmodels
@pytest.mark.parametrize(
    ("passed", "tests"), [(0, 1), (1, 1), (0, 20), (20, 20), (3, 7), (12, 25), (499, 500), (1, 5000)]
)
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_wilson_agrees_with_statsmodels(passed: int, tests: int, confidence: float) -> None:
    """Wilson's interval is that of statsmodels."""
    from statsmodels.stats.proportion import proportion_confint

    expected = proportion_confint(passed, tests, alpha=1 - confidence, method="wilson")

    assert expected == pytest.approx(wilson_interval(passed, tests, confidence), abs=1e-12)


@needs_statsmodels
@pytest.mark.parametrize(("fixed", "broke"), [(0, 0), (1, 0), (0, 5), (6, 0), (4, 7), (20, 20), (300, 240), (0, 3000)])
def test_mcnemar_agrees_with_statsmodels(fixed: int, broke: int) -> None:
    """The exact p-value of McNemar's test is that of statsmodels, in either direction."""
    from statsmodels.stats.contingency_tables import mcnemar

    expected = mcnemar([[9, broke], [fixed, 9]], exact=True).pvalue

    assert expected == pytest.approx(mcnemar_p_value(fixed, broke), rel=1e-9, abs=1e-300)
    assert mcnemar_p_value(fixed, broke) == mcnemar_p_value(broke, fixed)


@needs_statsmodels
@settings(max_examples=8)  # statsmodels takes 50 ms for each
@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1), min_size=1, max_size=8))
def test_holm_agrees_with_statsmodels(p_values: dict[str, float]) -> None:
    """Holm's adjusted p-values are those of statsmodels, for any p-values."""
    from statsmodels.stats.multitest import multipletests

    expected = multipletests(list(p_values.values()), method="holm")[1]

    assert list(expected) == pytest.approx(list(holm_adjusted(p_values).values()), abs=1e-12)


@needs_scipy
@pytest.mark.parametrize("size", [3, 8, 12, 13, 40, 200])
def test_sign_flips_agree_with_scipy(size: int) -> None:
    """The permutation p-value is exact for few scenarios, and within the noise of drawing for more."""
    import numpy
    from scipy.stats import permutation_test

    random = Random(size)
    differences = [random.gauss(0.2, 1) for _ in range(size)]
    found = permutation_test(
        (numpy.array(differences),), numpy.mean, permutation_type="samples", n_resamples=20_000, rng=1
    ).pvalue

    assert found == pytest.approx(sign_flip_p_value(differences), abs=1e-9 if size <= 12 else 0.02)


@needs_scipy
@pytest.mark.parametrize("size", [12, 50, 300])
@pytest.mark.parametrize("skew", [False, True])
def test_bootstrap_agrees_with_scipy(size: int, skew: bool) -> None:
    """The BCa interval is scipy's at the expanded confidence, within the noise of drawing."""
    import numpy
    from scipy.stats import bootstrap

    random = Random(size)
    values = [random.expovariate(1) if skew else random.choice((-1, 0, 0, 1)) for _ in range(size)]
    expected = bootstrap(
        (numpy.array(values),),
        numpy.mean,
        confidence_level=expanded_confidence(0.95, size),
        method="BCa",
        n_resamples=10_000,
        rng=1,
    ).confidence_interval
    width = expected.high - expected.low

    assert expected.low == pytest.approx(bootstrap_interval(values).low, abs=0.06 * width)
    assert expected.high == pytest.approx(bootstrap_interval(values).high, abs=0.06 * width)


@needs_scipy
@pytest.mark.parametrize("size", [5, 10, 25, 100])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_expanded_confidence_matches_student(size: int, confidence: float) -> None:
    """The expanded confidence is the one at which a normal interval of the bootstrap is as wide as Student's."""
    from scipy.stats import norm, t

    expected = t.ppf((1 + confidence) / 2, size - 1) * math.sqrt(size / (size - 1))

    assert expected == pytest.approx(norm.ppf((1 + expanded_confidence(confidence, size)) / 2), rel=0.02)


def drawn(kind: str, seed: int) -> list[float]:
    random = Random(seed)
    if kind == "outcomes":
        return random.choices((-1.0, 0.0, 1.0), (0.1, 0.65, 0.25), k=50)
    return [random.gauss(0.15, 1) for _ in range(50)]


@pytest.mark.parametrize("kind", ["outcomes", "scores"])
def test_difference_intervals_have_nominal_coverage(kind: str) -> None:
    """Of 2,000 seeded experiments, 95 % have an interval that holds the true difference, which is 0.15."""
    intervals = [bootstrap_interval(drawn(kind, seed), resamples=250, seed=seed) for seed in range(DRAWS)]

    share = sum(low <= 0.15 <= high for low, high in intervals) / DRAWS

    assert 0.95 - NOISE <= share <= 0.95 + NOISE


def test_false_positive_rate_of_verdicts() -> None:
    """Of 2,000 seeded pairs of runs of the same agent, at most 5 % get a verdict other than *cannot tell*."""

    def false_alarm(seed: int) -> bool:
        random = Random(seed)
        hardness = [random.random() for _ in range(40)]
        runs = [graded_run(random.random() < one for one in hardness) for _ in range(2)]
        return compare(*runs, resamples=100, seed=seed).verdict != "cannot tell"

    share = sum(map(false_alarm, range(DRAWS))) / DRAWS

    assert 0.005 <= share <= 0.05 + NOISE


def test_wilson_intervals_have_nominal_coverage() -> None:
    """Of 2,000 seeded runs of 50 scenarios, 95 % have an interval of Wilson's that holds the true pass rate."""

    def holds(seed: int) -> bool:
        random = Random(seed)
        rate = random.uniform(0.05, 0.95)
        low, high = wilson_interval(sum(random.random() < rate for _ in range(50)), 50)
        return low <= rate <= high

    share = sum(map(holds, range(DRAWS))) / DRAWS

    assert 0.95 - NOISE <= share <= 0.95 + NOISE


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("repeats", [1, 4])
def test_false_positive_rate_with_many_metrics(repeats: int) -> None:
    """Of 2,000 seeded pairs of runs of one agent with three scores, at most 5 % differ in any metric."""

    def run(random: Random, hardness: list[float]) -> dict[str, Any]:
        def test(name: str, one: float) -> dict[str, Any]:
            scores = {metric: one + random.gauss(0, 0.2) for metric in ("tone", "brevity", "truth")}
            return graded_test(name, random.random() < one, scores=scores)

        return {"tests": [test(str(n), one) for n, one in enumerate(hardness) for _ in range(repeats)]}

    def false_alarm(seed: int) -> bool:
        random = Random(seed)
        hardness = [random.random() for _ in range(30)]
        found = compare(run(random, hardness), run(random, hardness), resamples=200, seed=seed)
        return any(one.verdict != "cannot tell" for one in found.differences)

    share = sum(map(false_alarm, range(DRAWS))) / DRAWS

    assert 0.005 <= share <= 0.05 + NOISE


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=1, max_size=40))
def test_mean_lies_within_its_interval(values: list[float]) -> None:
    """An interval is ordered and lies within the values; what all agree on is not in doubt."""
    low, high = bootstrap_interval(values, resamples=50)

    assert min(values) <= low <= high <= max(values)


def test_same_seed_gives_same_result() -> None:
    """Random numbers depend only on the seed."""
    values = drawn("scores", 1)

    assert bootstrap_interval(values, seed=3) == bootstrap_interval(values, seed=3)
    assert bootstrap_interval(values, seed=3) != bootstrap_interval(values, seed=4)
    assert sign_flip_p_value(values, seed=3) == sign_flip_p_value(values, seed=3)


def test_interval_without_values_is_unbounded() -> None:
    """Without data everything is possible."""
    assert (0, 1) == wilson_interval(0, 0)
    assert (-math.inf, math.inf) == bootstrap_interval([])
    assert 1 == sign_flip_p_value([]) == sign_flip_p_value([0.0, 0.0]) == mcnemar_p_value(0, 0)


def test_five_thousand_scenarios_are_compared_in_seconds() -> None:
    """The work is bounded: two runs of 5,000 scenarios take a few seconds."""
    random = Random(1)
    runs = [graded_run(random.random() < rate for _ in range(5_000)) for rate in (0.7, 0.75)]

    assert cpu_seconds(lambda: compare(*runs), times=1) < 5


def test_a_hundred_thousand_scenarios_are_compared_in_seconds() -> None:
    """The exact test and the bootstrap of single runs take time in proportion to the number of scenarios."""
    random = Random(1)
    runs = [graded_run(random.random() < rate for _ in range(100_000)) for rate in (0.7, 0.75)]

    assert cpu_seconds(lambda: compare(*runs), times=1) < 9


def test_resampling_counts_equals_resampling_values() -> None:
    """Drawing the numbers of ups and downs gives the same interval as drawing the values, within the noise."""
    random = Random(3)
    values = random.choices((-1.0, 0.0, 1.0), (0.2, 0.5, 0.3), k=2_000)

    by_counts = bootstrap_interval(values, resamples=10_000)
    by_values = bootstrap_interval(values, resamples=5_000)
    width = by_values.high - by_values.low

    assert by_values == pytest.approx(by_counts, abs=0.06 * width)
