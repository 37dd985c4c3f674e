"""The pure part of experiments: scenarios of a spec, verdicts, totals, and scores of the client."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.errors import ConfigurationError
from ashr_labs.experiments import (
    MAX_SCENARIOS,
    Finished,
    ForbiddenCheckResult,
    InvariantResult,
    RunResults,
    ScenarioResult,
    filled_prompt,
    metrics_of,
    scenarios_of,
    shown_statuses,
    variables_of,
    verdict_of,
    with_scores,
)
from ashr_labs.scorers import Contains, FileExists, Score
from ashr_labs.specs import Parallelism, Spec


def spec(replicas: int = 1, **matrix: Any) -> Spec:
    return Spec("demo", parallelism=Parallelism(replicas, {name: tuple(values) for name, values in matrix.items()}))


def invariant(score: float, **fields: Any) -> InvariantResult:
    """Return the result of an invariant that passes with 1."""
    return InvariantResult(**{"name": "x", "score": score, "passed": score == 1, "weight": 1.0, **fields})


def test_spec_without_parallelism_has_one_scenario() -> None:
    """A spec without `parallelism` is played once, under a fixed id."""
    (only,) = scenarios_of(spec())

    assert ("default-r1", "default", 1, {}) == (only.id, only.point, only.replica, only.parameters)


def test_scenarios_are_the_matrix_times_the_replicas() -> None:
    """Each combination is there as often as there are replicas, each under an id of its own."""
    found = scenarios_of(spec(2, MODEL=["a", "b"], SIZE=[1, 2, 3]))

    assert 12 == len({one.id for one in found})
    assert 6 == len({one.point for one in found})
    assert [("a", 1, 1), ("a", 1, 2), ("a", 2, 1)] == [
        (one.parameters["MODEL"], one.parameters["SIZE"], one.replica) for one in found[:3]
    ]


def test_ids_and_seeds_do_not_depend_on_other_scenarios() -> None:
    """More values and more replicas leave the ids and seeds of the others as they are."""
    before = {one.id: one.seed for one in scenarios_of(spec(1, MODEL=["a", "b"]), 7)}
    after = {one.id: one.seed for one in scenarios_of(spec(3, MODEL=["c", "a", "b"]), 7)}

    assert before.items() <= after.items()
    assert set(after.values()) != {one.seed for one in scenarios_of(spec(3, MODEL=["c", "a", "b"]), 8)}


@given(st.dictionaries(st.sampled_from("ABC"), st.lists(st.integers() | st.text(max_size=3) | st.none(), min_size=1)))
def test_scenarios_are_all_different_or_refused(matrix: dict[str, list[Any]]) -> None:
    """Whatever the matrix holds: all scenarios have different ids, or the matrix is refused."""
    try:
        found = scenarios_of(spec(2, **matrix))
    except ConfigurationError:
        return

    assert len(found) == len({one.id for one in found})


@pytest.mark.parametrize(
    ("parallelism", "only", "message"),
    [
        (spec(1000, A=[1, 2, 3]), None, "makes 3,000 scenarios, at most 2,000 are possible"),
        (spec(A=["x", "y", "x"]), None, "`parallelism.matrix.A` has the value 'x' more than once; use `replicas`"),
        (spec(), [], "`scenario_ids` must name at least one"),
        (
            spec(),
            ["defualt-r1"],
            "1 scenario of `scenario_ids` is not in the spec: defualt-r1; did you mean",
        ),
    ],
)
def test_unusable_scenarios_are_refused(parallelism: Spec, only: list[str] | None, message: str) -> None:
    """Too many scenarios, repeated values and unknown ids are refused, with what to do."""
    assert 2000 == MAX_SCENARIOS
    with pytest.raises(ConfigurationError, match=message.replace("(", r"\(")):
        scenarios_of(parallelism, only=only)


def test_equal_values_of_other_types_are_different() -> None:
    """1, 1.0, true and "1" are four values."""
    assert 4 == len(scenarios_of(spec(A=[1, 1.0, True, "1"])))


def test_chosen_scenarios_keep_id_and_seed() -> None:
    """A scenario that is played alone is the same as with all others."""
    every = scenarios_of(spec(2, A=[1, 2]), 3)

    assert (every[2],) == scenarios_of(spec(2, A=[1, 2]), 3, only=[every[2].id])


def test_parameters_are_variables() -> None:
    """Parameters are variables of the agent: texts as they are, others as JSON."""
    (one,) = scenarios_of(spec(MODEL=["gpt"], OPTIONS=[{"b": 1, "a": None}], N=[2]))

    assert {
        "MODEL": "gpt",
        "OPTIONS": '{"a": null, "b": 1}',
        "N": "2",
        "SCENARIO_ID": one.id,
        "SCENARIO_SEED": str(one.seed),
    } == variables_of(one)


def test_prompt_takes_parameters() -> None:
    """A prompt names parameters; their values are not looked at again, and unknown names are refused."""
    values = {"CITY": "{{ parameters.OTHER }}", "N": 3}

    assert "Ask 3 times about {{ parameters.OTHER }}." == filled_prompt(
        "Ask {{ parameters.N }} times about {{parameters.CITY}}.", values
    )
    with pytest.raises(ConfigurationError, match="uses the parameter 'TOWN', which is not in"):
        filled_prompt("{{ parameters.TOWN }}", values)


BROKEN = ForbiddenCheckResult("file_writes_outside", violated=True)
KEPT = ForbiddenCheckResult("secrets_in_logs", violated=False)
UNKNOWN = invariant(0, error="the judge did not answer", name="judge")


@pytest.mark.parametrize(
    ("invariants", "forbidden", "threshold", "exit_code", "expected"),
    [
        # No invariants: the exit code decides.
        ([], [], None, 0, ("pass", 1.0)),
        ([], [], None, 1, ("fail", 0.0)),
        ([invariant(0, weight=0)], [], None, 0, ("pass", 1.0)),
        # The outcome decides, and not the exit code.
        ([invariant(1)], [KEPT], None, 1, ("pass", 1.0)),
        # The weighted mean, against the threshold.
        ([invariant(1, weight=3), invariant(0)], [], 0.75, 0, ("pass", 0.75)),
        ([invariant(1, weight=3), invariant(0)], [], 0.8, 0, ("fail", 0.75)),
        ([invariant(1, weight=0.1), invariant(1, weight=0.2), invariant(1, weight=0.7)], [], 1.0, 0, ("pass", 1.0)),
        # Without a threshold all have to pass.
        ([invariant(1, weight=3), invariant(0)], [], None, 0, ("fail", 0.75)),
        ([invariant(0.6, passed=True)], [], None, 0, ("pass", 0.6)),
        # A gate, whatever the threshold and the weight.
        ([invariant(0, gate=True), invariant(1, weight=9)], [], 0.1, 0, ("fail", 0.9)),
        ([invariant(0, gate=True, weight=0), invariant(1)], [], 0.1, 0, ("fail", 1.0)),
        ([invariant(1, gate=True, weight=0)], [], None, 0, ("pass", 1.0)),
        # A broken rule, whatever holds otherwise.
        ([invariant(1)], [KEPT, BROKEN], 0.0, 0, ("fail", 0.0)),
        # What is not known is an error, unless something else has failed already.
        ([invariant(1), UNKNOWN], [], None, 0, ("error", 1.0)),
        ([invariant(0, gate=True), UNKNOWN], [], None, 0, ("fail", 0.0)),
        ([UNKNOWN], [BROKEN], None, 0, ("fail", 0.0)),
        ([invariant(1), invariant(0, weight=0, error="no")], [], None, 0, ("pass", 1.0)),
    ],
)
def test_verdicts(invariants: Any, forbidden: Any, threshold: float | None, exit_code: int, expected: Any) -> None:
    """Broken rules, gates, missing results, and the composite score decide, in this order."""
    verdict = verdict_of(invariants, forbidden, pass_threshold=threshold, exit_code=exit_code)

    assert (expected[0], pytest.approx(expected[1])) == verdict[:2]
    assert bool(verdict.error) is (verdict.status == "error")


@given(st.lists(st.builds(invariant, st.floats(0, 1), weight=st.floats(0, 1e6), gate=st.booleans())))
def test_composite_is_between_the_scores(invariants: list[InvariantResult]) -> None:
    """The composite score of any invariants is between 0 and 1, and no worse score gives a better one."""
    verdict = verdict_of(invariants)
    worse = verdict_of([InvariantResult(**{**vars(one), "score": one.score / 2}) for one in invariants])

    assert 0 <= verdict.composite <= 1 + 1e-9
    assert worse.composite <= verdict.composite + 1e-9


def test_replicas_that_disagree_are_flaky() -> None:
    """Scenarios of the same parameters that pass and fail are flaky; errors do not disagree with anything."""
    seen = [("a", "pass"), ("a", "fail"), ("b", "pass"), ("b", "error"), ("c", "fail"), ("c", "running")]

    assert ["flaky", "flaky", "pass", "error", "fail", "running"] == shown_statuses([Finished(*one) for one in seen])


def test_metrics_of_a_run() -> None:
    """Rates are of all finished scenarios; times, calls and tokens are of those whose agent ran."""
    found = metrics_of(
        [
            Finished("a", "pass", 100, 4, 1, 1000, 0.25, 0),
            Finished("b", "fail", 300, 0, 0, 0, 0.25, 2),
            Finished("c", "error", 9999, 9, 9, 9, 0.5, 0),
            Finished("d", "running"),
            Finished("e", "cancelled"),
        ]
    )

    assert {
        "pass_rate": 0.25,
        "mean_wall_ms": 200,
        "p95_wall_ms": 300,
        "mean_tool_calls": 2.0,
        "mean_tokens": 500,
        "total_cost_usd": 1.0,
        "mean_cost_per_run_usd": 0.5,
        "tool_success_rate": 0.75,
        "side_effect_violations": 2,
    } == found


def test_metrics_of_nothing_are_zero() -> None:
    """A run without finished scenarios has metrics, and no division fails."""
    assert {0.0, 1.0} == set(metrics_of([]).values())
    assert 1.0 == metrics_of([])["tool_success_rate"]


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_p95_is_one_of_the_times(times: list[int]) -> None:
    """At least 95 % of the times are not longer than the 95th percentile, which is one of them."""
    p95 = metrics_of([Finished("a", "pass", time) for time in times])["p95_wall_ms"]

    assert p95 in times
    assert sum(time <= p95 for time in times) >= 0.95 * len(times)


def results(*outputs: str, **fields: Any) -> RunResults:
    scenarios = [
        ScenarioResult(f"default-r{number}", status="pass", outcome="pass", agent_output=output, composite_score=1.0)
        for number, output in enumerate(outputs, 1)
    ]
    return RunResults(total_scenarios=len(outputs), passed=len(outputs), scenarios=scenarios, **fields)


def test_client_scores_change_status_composite_and_counts() -> None:
    """Scores of the client count by weight and gate; replicas that disagree now are flaky."""
    found = with_scores(results("refund done", "no"), [Contains("refund", weight=2, gate=True)])

    assert (0, 0, 2, 0) == (found.passed, found.failed, found.flaky, found.errors)
    assert [("flaky", "pass", 1.0), ("flaky", "fail", 0.0)] == [
        (one.status, one.outcome, one.composite_score) for one in found.scenarios
    ]
    added = found.scenarios[1].invariants[0]
    assert (2.0, True, False) == (added.weight, added.gate, added.passed)
    assert 0.5 == found.metrics.pass_rate


def test_client_scores_meet_the_threshold_of_the_spec() -> None:
    """The threshold of the spec holds for composite scores with those of the client."""
    half = results("a", pass_threshold=0.5)

    assert "pass" == with_scores(half, [Contains("a", name="1"), Contains("b", name="2")]).scenarios[0].status
    assert "fail" == with_scores(half, [Contains("a", name="1"), Contains("b", weight=3)]).scenarios[0].status


def test_client_scorer_that_raises_is_an_error() -> None:
    """A scorer that raises leaves no verdict; one that does not apply is left out; scenarios in error stay."""

    def broken(_: Any) -> Score:
        raise ValueError("no idea")

    def absent(_: Any) -> None:
        return None

    given = results("a")
    given.scenarios[0].status = given.scenarios[0].outcome = "error"

    failed, left_out = with_scores(results("a"), [broken]), with_scores(results("a"), [absent])
    assert ("error", 1) == (failed.scenarios[0].status, failed.errors)
    assert "ValueError: no idea" in failed.scenarios[0].error
    assert ([], 1) == (left_out.scenarios[0].invariants, left_out.passed)
    assert [] == with_scores(given, [Contains("a")]).scenarios[0].invariants


def test_scorers_of_the_sandbox_are_refused() -> None:
    """A scorer that needs the sandbox is refused, with the way to use it; it is never left out silently."""
    with pytest.raises(ConfigurationError, match="needs the sandbox, which has ended; put it into the spec's"):
        with_scores(results("a"), [FileExists("a.txt")])


def test_failed_checks_name_what_did_not_hold() -> None:
    """A result lists each broken rule and each failed invariant with its message."""
    one = ScenarioResult(
        invariants=[
            InvariantResult("kept", passed=True),
            InvariantResult("tests", message="exit code 1, not 0"),
            UNKNOWN,
        ],
        forbidden_checks=[KEPT, ForbiddenCheckResult("file_writes_outside", violated=True, details="a was added")],
    )

    assert [
        "file_writes_outside: a was added",
        "tests: exit code 1, not 0",
        "judge: the judge did not answer",
    ] == one.failed_checks
