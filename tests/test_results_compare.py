"""Tests of comparisons and gates: what is paired, what is concluded, and what passes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import AshrLabsClient, ConfigurationError, EvalRunner, RunBuilder, compare, grade
from ashr_labs.results import Gates, RunResults, html_report, junit_xml, markdown_report, read_run
from ashr_labs.results.reports import write_report
from ashr_labs.results.reports.text import comparison_lines, summary_text
from ashr_labs.results.statistics import mcnemar_p_value
from support.graded_runs import graded_run, graded_test, rewarded_run
from support.replay import DATA, WHY_SKIPPED, reference_runs, replayed

with_data = pytest.mark.skipif(not DATA.is_dir(), reason=WHY_SKIPPED)


@pytest.mark.parametrize(
    ("fixed", "regressed", "same", "verdict"),
    [
        (0, 0, 0, "cannot tell"),
        (0, 0, 20, "cannot tell"),
        (5, 0, 0, "cannot tell"),  # p = 0.0625
        (6, 0, 0, "better"),  # p = 0.031
        (6, 0, 100, "better"),
        (0, 6, 100, "worse"),
        (6, 6, 0, "cannot tell"),
        (30, 10, 60, "better"),
    ],
)
def test_verdict_follows_changed_scenarios(fixed: int, regressed: int, same: int, verdict: str) -> None:
    """A difference counts once it is unlikely to be chance."""
    before = [False] * fixed + [True] * regressed + [True] * same
    after = [True] * fixed + [False] * regressed + [True] * same

    found = compare(graded_run(before), graded_run(after))

    assert verdict == found.verdict
    assert (fixed, regressed, 0) == (len(found.fixed), len(found.regressed), len(found.flaky))
    assert all(one.interval.low <= one.difference <= one.interval.high for one in found.differences)


def test_scenarios_are_paired_by_id() -> None:
    """The order of tests does not matter, and what only one run has is listed and does not count."""
    before = graded_run({"a": [True], "b": [False], "gone": [True]})
    after = graded_run({"new": [False], "b": [True], "a": [True]})

    found = compare(before, after)

    assert (("b",), ("gone",), ("new",)) == (found.fixed, found.only_in_baseline, found.only_in_candidate)
    assert (0.5, 1.0, 2) == (
        found.differences[0].baseline,
        found.differences[0].candidate,
        found.differences[0].scenarios,
    )


def test_repeats_of_a_scenario_are_one_observation() -> None:
    """Ten repeats of three scenarios are three observations, which cannot tell anything."""
    before = graded_run({name: [False] * 10 for name in "abc"})
    after = graded_run({name: [True] * 10 for name in "abc"})

    found = compare(before, after)

    assert ("cannot tell", "sign flip", 3) == (
        found.verdict,
        found.differences[0].test,
        found.differences[0].scenarios,
    )
    assert 0.25 == found.differences[0].p_value


def test_repeats_that_disagree_are_flaky() -> None:
    """A scenario that both passes and fails in a run is neither fixed nor regressed."""
    found = compare(
        graded_run({"a": [True, False], "b": [True, True]}), graded_run({"a": [True] * 2, "b": [False] * 2})
    )

    assert (("a",), ("b",)) == (found.flaky, found.regressed)


def test_comparison_is_antisymmetric() -> None:
    """Exchanging the runs exchanges better and worse, fixed and regressed."""
    one, other = graded_run([True] * 15 + [False]), graded_run([False] * 15 + [True])

    there, back = compare(one, other), compare(other, one)

    assert ("worse", "better") == (there.verdict, back.verdict)
    assert (there.fixed, there.regressed) == (back.regressed, back.fixed)
    assert there.differences[0].p_value == back.differences[0].p_value


def test_scores_are_compared_and_corrected_together() -> None:
    """Each score that both runs have is a metric of its own, and every p-value is corrected for their number."""

    def run(passed: bool, tone: float) -> dict[str, Any]:
        return {"tests": [graded_test(str(n), passed, scores={"tone": tone + n / 100}) for n in range(7)]}

    found = compare(run(False, 0.2), run(True, 0.9))

    assert ["pass_rate", "tone"] == [one.metric for one in found.differences]
    assert [2 / 128, 2 / 128] == [one.p_value for one in found.differences]
    assert [4 / 128, 4 / 128] == [one.adjusted_p for one in found.differences]
    assert ["tone"] == [one.metric for one in compare(run(False, 0), run(True, 1), metrics=["tone"]).differences]
    assert "better" == compare(run(False, 0.2), run(False, 0.9), metrics=["tone"]).verdict


@pytest.mark.parametrize("options", [{"metrics": ["charm"]}, {"confidence": 1}, {"confidence": 95}, {"resamples": 0}])
def test_invalid_options_are_rejected(options: dict[str, Any]) -> None:
    """An unknown metric and an impossible confidence are errors that say what would do."""
    with pytest.raises(ConfigurationError, match=r"pass_rate|such as 0\.95|integer >= 1"):
        compare(graded_run([True]), graded_run([True]), **options)


def test_runs_are_read_from_object_result_and_file(tmp_path: Path, local_client: AshrLabsClient) -> None:
    """A run of the platform, its result, and a file with either are the same run."""
    builder = RunBuilder().start()
    builder.add_test("only").start().complete()
    dataset = local_client.create_dataset("one", {"runs": {}})
    stored = local_client.poll_run(builder.complete().deploy(local_client, dataset["id"])["id"])
    (tmp_path / "run.json").write_text(json.dumps(stored), "utf-8")
    (tmp_path / "result.json").write_text(json.dumps(stored["result"]), "utf-8")

    runs = [read_run(one) for one in (stored, stored["result"], tmp_path / "run.json", str(tmp_path / "result.json"))]

    assert 1 == len({run.samples[0].passed for run in runs})
    assert ["run 1", "run", "run.json", "result.json"] == [run.label for run in runs]


def test_run_without_verdicts_is_graded() -> None:
    """A result of `RunBuilder` can be compared without a platform."""
    builder = RunBuilder().start()
    builder.add_test("fine").start().add_agent_response({"text": "Hi"}, {"text": "Hi"}, "pending").complete()
    builder.add_test("broken").start().fail({"kind": "agent", "type": "KeyError", "message": "no key"})
    result = builder.complete().build()

    run = read_run(result)

    assert [True, False] == [one.passed for one in run.samples] == [one.has_run for one in run.samples]
    assert 1 == run.errors
    assert run.by_scenario.keys() == read_run(grade(result)).by_scenario.keys()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"id": 3, "grading_status": "pending", "result": {"tests": []}}, "run 3 is not graded"),
        ({"score": 3}, "has no list of tests"),
    ],
)
def test_ungraded_run_is_rejected_with_reason(content: dict[str, Any], words: str) -> None:
    """A run that cannot be judged says why."""
    with pytest.raises(ConfigurationError, match=words):
        read_run(content)


@pytest.mark.parametrize("content", ["{", "[]"])
def test_file_without_run_is_rejected(tmp_path: Path, content: str) -> None:
    """The error names the file."""
    path = tmp_path / "run.json"
    path.write_text(content, "utf-8")

    with pytest.raises(ConfigurationError, match=r"run\.json"):
        read_run(path)
    with pytest.raises(ConfigurationError, match="cannot read"):
        read_run(tmp_path / "absent.json")


def journalled(path: Path, texts: dict[str, str]) -> Path:
    """Play scenarios that expect these texts, and keep a journal."""
    runs = {
        name: {"actions": [{"actor": "user", "content": name}, {"actor": "agent", "content": text}]}
        for name, text in texts.items()
    }
    EvalRunner({"runs": runs}).run(lambda message: f"the answer to {message}", journal=str(path))
    return path


def test_journals_are_read_as_runs(tmp_path: Path) -> None:
    """A journal that the runner kept is compared as the run's result is, whatever its name."""
    names = [f"question {number}" for number in range(8)]
    good = journalled(tmp_path / "good.jsonl", {name: f"the answer to {name}" for name in names})
    bad = journalled(tmp_path / "bad.json", dict.fromkeys(names, "something else entirely"))

    found = compare(str(bad), good)

    assert ("better", 8, "bad.json") == (found.verdict, len(found.fixed), found.baseline.label)
    assert [name for name, _ in sorted(read_run(good).means().items())] == names


@pytest.mark.parametrize("count", [1, 3])
def test_report_rows_are_read_as_a_run(tmp_path: Path, count: int) -> None:
    """The rows that `report` writes as JSON lines hold all that a comparison needs."""
    tests = [
        graded_test(str(n), n > 0, tags=["t"], scores={"tone": n / 9}, usage={"cost_usd": n}, verdict_reasons=["why"])
        for n in range(count)
    ]
    tests.append(graded_test("crash", False, error={"kind": "agent", "message": "boom"}))
    run = read_run({"tests": tests[-count:]})
    path = tmp_path / "rows.jsonl"
    write_report(path, run)

    found = read_run(path)

    for metric in ("pass_rate", "tone"):
        assert run.means(metric) == found.means(metric)
    kept = [(one.reasons, one.tags, one.has_run, one.cost_usd) for one in run.samples]
    assert kept == [(one.reasons, one.tags, one.has_run, one.cost_usd) for one in found.samples]
    assert "cannot tell" == compare(path, run).verdict


def test_truncated_journal_is_read(tmp_path: Path) -> None:
    """An incomplete line is ignored, the label says how much there is, and a later attempt counts."""
    path = journalled(tmp_path / "run.journal", {"a": "the answer to a", "b": "no"})
    header, first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(header + first + second[:-20])

    assert ("run.journal (1 of 2 played)", 1) == ((run := read_run(path)).label, len(run))
    again = second.replace(b'"scenario":"b"', b'"scenario":"a"')
    path.write_bytes(header + first + again)
    assert 1 == len(read_run(path))
    path.write_bytes(header + b"{}\n" + second)
    with pytest.raises(ConfigurationError, match="line 2 of the journal"):
        read_run(path)


def test_crash_never_passes() -> None:
    """A test with an error does not pass, whatever verdict it carries."""
    crashed = graded_test("a", True, error={"kind": "agent", "message": "boom"})
    unfinished = graded_test("b", True) | {"status": "failed"}

    run = RunResults.of({"tests": [crashed, unfinished]})

    assert (0, 2) == (run.passed, run.errors)


GATED = {
    "tests": [
        graded_test("a", True, tags=["money"], scores={"tone": 0.5}),
        graded_test("b", False, tags=["money", "slow"]),
        graded_test("c", False, error={"kind": "timeout", "message": "late"}),
    ]
}


@pytest.mark.parametrize(
    ("gates", "failures"),
    [
        (Gates(), []),
        (Gates(min_pass_rate=1 / 3, max_errors=1), []),
        (Gates(min_pass_rate=0.5), ["pass_rate is 33.3 %, below 50.0 %"]),
        (Gates(max_errors=0), ["1 test ended with an error, more than 0"]),
        (Gates(min_scores={"tone": 0.6}), ["tone is 0.5, below 0.6"]),
        (Gates(min_scores={"charm": 0}), ["charm is unknown: no test has it"]),
        (Gates(min_tag_pass_rates={"money": 0.5}), []),
        (Gates(min_tag_pass_rates={"slow": 0.5}), ["pass_rate of tag slow is 0.0 %, below 50.0 %"]),
        (Gates(min_tag_pass_rates={"absent": 0}), ["pass_rate of tag absent is unknown: no test has it"]),
        (Gates(min_scenario_pass_rates={"b": 1}), ["pass_rate of scenario b is 0.0 %, below 100.0 %"]),
        (Gates(no_regression=True), ["no_regression needs a baseline"]),
    ],
)
def test_gates_list_missed_thresholds(gates: Gates, failures: list[str]) -> None:
    """Each threshold that is missed is one line, and what cannot be measured is missed."""
    assert failures == gates.failures(read_run(GATED))


def test_empty_run_passes_no_gate() -> None:
    """A run without tests, or in which none could be played, passes no gate, not even no gate at all."""
    crashed = graded_test("a", True, error={"kind": "agent", "message": "boom"})
    none = list[dict[str, Any]]()

    assert [["nothing ran"]] * 2 == [Gates().failures(read_run({"tests": tests})) for tests in (none, [crashed])]


def test_regression_gate_needs_significance() -> None:
    """The gate is closed by *worse*, not by *cannot tell*, and by runs that share no scenario."""
    gate = Gates(no_regression=True)
    good, bad, unsure = graded_run([True] * 9), graded_run([False] * 9), graded_run([True] * 8 + [False])

    def failures(candidate: Any) -> list[str]:
        return gate.failures(read_run(candidate), compare(good, candidate))

    assert [] == failures(unsure) == failures(good)
    assert ["pass_rate is -100.0 points (-100.0 to -40.2), p = 0.004: worse"] == failures(bad)
    assert ["no scenario has a verdict in both runs"] == failures(graded_run({"other": [True]}))


def test_unchecked_scenarios_count_apart(tmp_path: Path) -> None:
    """A scenario with nothing to check neither passes nor fails, and every output counts it apart."""
    tests = [graded_test("a", True), graded_test("b", False), {**graded_test("c", False), "verdict": "unchecked"}]
    run = read_run({"tests": tests})
    write_report(path := tmp_path / "rows.jsonl", run)

    assert (1, 1, 1, 2) == (run.passed, run.failed, run.unchecked, run.checked)
    assert 0.5 == run.mean() == read_run(path).mean()
    assert "1 of 2 passed, 50.0 % (9.5 to 90.5); 1 unchecked, 1 failed" == summary_text(run)
    assert "unchecked" == read_run(path).samples[2].outcome
    assert 'failures="1" errors="0" skipped="1"' in junit_xml(run)
    assert "Unchecked, without an expectation: c" in markdown_report(run)
    assert "1 of 2 passed" in html_report(run)
    found = compare(run, run)
    assert (2, ("c",)) == (len(found.changes), found.unchecked)
    assert "unchecked: 1 (c)" == comparison_lines(found)[-1]


def test_run_without_expectations_passes_no_gate() -> None:
    """Where no scenario has an expectation nothing was checked, whatever the gates."""
    run = read_run({"tests": [{**graded_test("a", True), "verdict": "unchecked"}]})

    for gates in (Gates(), Gates(min_pass_rate=0), Gates(max_errors=3)):
        assert ["nothing was checked: no scenario has an expectation"] == gates.failures(run)


REGRESSED = graded_run([True] * 20 + [False] * 5)


@pytest.mark.parametrize(
    ("gates", "failures"),
    [
        (Gates(no_regression=True), []),  # 25/25 -> 20/25: p = 0.0625
        (Gates(max_regressed=5), []),
        (Gates(max_regressed=4), ["5 scenarios regressed, more than 4 (20, 21, 22, 23, 24)"]),
        (Gates(no_worse_than=0.4), []),
        (Gates(min_each=0), []),
        (Gates(min_each=0.5), ["5 scenarios below a pass_rate of 50.0 % (20, 21, 22, 23, 24)"]),
    ],
)
def test_insignificant_losses_can_be_rejected(gates: Gates, failures: list[str]) -> None:
    """Regressions can be counted, bounded by a margin, or refused for each scenario, significant or not."""
    found = compare(graded_run([True] * 25), REGRESSED)

    assert failures == gates.failures(found.candidate, found)


def test_non_inferiority_margin() -> None:
    """With a margin the burden is on the candidate: what is not ruled out fails, and few scenarios rule out little."""
    same = compare(graded_run([True] * 25), graded_run([True] * 25))
    worse = compare(graded_run([True] * 25), REGRESSED)

    assert [] == Gates(no_worse_than=0.2).failures(same.candidate, same)
    assert "points worse, more than 5.0" in Gates(no_worse_than=0.05).failures(same.candidate, same)[0]
    assert "pass_rate may be" in Gates(no_worse_than=0.2).failures(worse.candidate, worse)[0]
    assert ["no_worse_than needs a baseline"] == Gates(no_worse_than=0.2).failures(same.candidate)


def test_inconclusive_gate_names_detectable_loss() -> None:
    """Where the comparison cannot tell, the smallest loss that this many scenarios detect is named."""
    found = compare(graded_run([True] * 25), REGRESSED)
    few = compare(graded_run([True] * 3), graded_run([True] * 3))

    [note] = Gates(no_regression=True).notes(found)
    assert re.fullmatch(r"pass_rate cannot tell: a loss of less than \d+\.\d points .* 25 scenarios .* 80 %", note)
    assert "3 scenarios cannot detect any difference" in Gates(no_regression=True).notes(few)[0]
    assert [] == Gates(min_pass_rate=1).notes(found)


def test_gate_names_missing_scenarios() -> None:
    """A scenario of the baseline that was not played cannot regress, so gates on the baseline name it."""
    partial = compare(graded_run({"a": [True], "b": [True]}), graded_run({"a": [True]}))

    assert ["not in the candidate, so not compared: 1 scenario (b)"] == Gates(max_regressed=0).notes(partial)
    assert [] == Gates(min_pass_rate=1).notes(partial)


def test_disagreement_of_test_and_interval_is_explained() -> None:
    """One sentence says which of them does not rule out chance."""
    [one] = compare(graded_run([True] * 25), REGRESSED).differences

    assert "cannot tell" == one.verdict
    assert "the interval of pass_rate excludes 0, but the McNemar test does not rule out chance" in str(one.conflict)
    assert one.conflict in comparison_lines(compare(graded_run([True] * 25), REGRESSED))
    assert compare(graded_run([True] * 9), graded_run([False] * 9)).differences[0].conflict is None


def test_durations_are_milliseconds(tmp_path: Path) -> None:
    """A recorded duration counts before the whole seconds of the times, and rows keep it."""
    times = {"started_at": "2026-05-17T10:00:00Z", "completed_at": "2026-05-17T10:00:02Z"}
    run = read_run({"tests": [graded_test("a", True, duration_ms=1234, **times), graded_test("b", True, **times)]})
    write_report(path := tmp_path / "rows.jsonl", run)

    assert [1.234, 2.0] == [one.seconds for one in run.samples] == [one.seconds for one in read_run(path).samples]
    assert 'name="a" time="1.234"' in junit_xml(run)


def test_deprecated_names_still_work() -> None:
    """Deprecated names of a comparison warn and give the same answer."""
    found = compare(graded_run({"a": [True], "b": [True]}), graded_run({"a": [False], "b": [True, False]}))

    with pytest.warns(DeprecationWarning, match="use Comparison.regressed"):
        assert ("a",) == found.broke
    with pytest.warns(DeprecationWarning, match="use Comparison.flaky"):
        assert ("b",) == found.flipped
    with pytest.warns(DeprecationWarning, match=r"use Comparison.usage\(\)"):
        assert found.usage() == found.effort()
    with pytest.warns(DeprecationWarning, match=r"use Comparison.usage_changes\(\)"):
        assert found.usage_changes() == found.effort_changes()
    with pytest.warns(DeprecationWarning, match=r"use mcnemar_p_value\(regressed=\)") as caught:
        assert mcnemar_p_value(3, 1) == mcnemar_p_value(fixed=3, broke=1)  # type: ignore[call-arg]
    assert [__file__] == [one.filename for one in caught]
    with pytest.warns(DeprecationWarning, match="use Change.status"):
        assert ["broke", "flipped"] == [one.kind for one in found.changes]


@pytest.mark.parametrize(("before", "after", "differs"), [(1, 8, True), (8, 8, False), (None, 8, False)])
def test_runs_of_different_concurrency_are_marked(before: int | None, after: int | None, differs: bool) -> None:
    """A comparison says in every report that the times of runs with another `max_workers` cannot be compared."""
    known = [{"metadata": {"max_workers": number}} if number else {} for number in (before, after)]
    found = compare(*({**graded_run([True]), **facts} for facts in known))
    line = "times are not comparable: max_workers was 1 in the baseline and 8 in the candidate"

    for text in ("\n".join(comparison_lines(found)), markdown_report(found), html_report(found)):
        assert differs == (line in text)
    assert differs == ("time_conflict" in found.document())


def test_a_run_records_its_concurrency() -> None:
    """The metadata of a run's result has its `max_workers`, and further facts that `describe()` adds."""
    run = EvalRunner({"runs": {"a": {"actions": [{"actor": "user", "content": "a"}]}}}).run(
        lambda message: message, max_workers=2
    )

    assert {"max_workers": 2, "model": "m"} == run.describe(model="m").build().get("metadata")


GATES: list[tuple[dict[str, Any], str]] = [
    ({"min_pass_rate": 90}, "`min_pass_rate` must be a number from 0 to 1, such as 0.9, got 90"),
    ({"min_pass_rate": "1"}, "`min_pass_rate` must be a number from 0 to 1, such as 0.9, got '1'"),
    ({"min_each": True}, "`min_each` must be a number from 0 to 1, such as 0.9, got True"),
    ({"no_worse_than": 5}, "`no_worse_than` must be a number from 0 to 1"),
    ({"max_errors": -1}, "`max_errors` must be an integer >= 0 or None, got -1"),
    ({"max_regressed": 1.5}, "`max_regressed` must be an integer >= 0 or None, got 1.5"),
    ({"no_regression": "no"}, "`no_regression` must be True or False, got 'no'"),
    ({"min_scores": 3}, "`min_scores` must be an object of thresholds by name, got 3"),
    ({"min_scores": {"a": "b"}}, "`min_scores['a']` must be a number, got 'b'"),
    ({"min_tag_pass_rates": {"a": 2}}, "`min_tag_pass_rates['a']` must be a number from 0 to 1"),
    ({"min_scenario_pass_rates": {"a": None}}, "`min_scenario_pass_rates['a']` must be a number from 0 to 1"),
]


@pytest.mark.parametrize(("thresholds", "problem"), GATES)
def test_threshold_that_cannot_work_is_refused(thresholds: Any, problem: str) -> None:
    """A threshold that no run, or every run, would meet is a ConfigurationError that names it."""
    with pytest.raises(ConfigurationError) as caught:
        Gates(**thresholds)

    assert problem in str(caught.value)


def test_gate_on_an_unknown_name_suggests_a_known_one() -> None:
    """A gate on a tag, score or scenario that no test has fails, and suggests the name that was meant."""
    run = RunResults.of({"tests": [graded_test("refund", True, tags=["smoke"], scores={"style": 1})]})
    gates = Gates(min_tag_pass_rates={"smok": 1}, min_scenario_pass_rates={"refnd": 1}, min_scores={"styl": 1})

    assert ["style", "smoke", "refund"] == [line.split("'")[-2] for line in gates.failures(run)]


COMPARISONS: list[tuple[dict[str, Any], str]] = [
    ({"confidence": 95}, "confidence must be between 0 and 1, such as 0.95, got 95"),
    ({"confidence": "x"}, "confidence must be between 0 and 1, such as 0.95, got 'x'"),
    ({"resamples": True}, "resamples must be an integer >= 1, got True"),
    ({"seed": "x"}, "seed must be an integer, got 'x'"),
    ({"metrics": "pass_rate"}, "metrics must be a list of names, got 'pass_rate'"),
    ({"metrics": ["passrate"]}, "did you mean 'pass_rate'?"),
]


@pytest.mark.parametrize(("options", "problem"), COMPARISONS)
def test_option_of_a_comparison_that_cannot_work_is_refused(options: Any, problem: str) -> None:
    """An invalid option is a ConfigurationError that names it and suggests the right value."""
    with pytest.raises(ConfigurationError) as caught:
        compare(graded_run([True]), graded_run([True]), **options)

    assert problem in str(caught.value)


def test_comparison_as_text() -> None:
    """The verdict comes first, then the runs with their intervals, then what changed."""
    lines = comparison_lines(compare(graded_run([True, False]), graded_run([False, False])))

    assert "verdict: cannot tell" == lines[0]
    assert "baseline: run, 1 of 2 passed, 50.0 % (9.5 to 90.5)" == lines[1]
    assert "regressed: 1 (0)" == lines[-1]


@with_data
def test_trials_of_one_model_do_not_differ() -> None:
    """Trials 0 and 1 of gpt-4o on the airline tasks differ by 12 points of reward, which is chance."""
    found = compare(rewarded_run("tau_airline", "gpt-4o", 0), rewarded_run("tau_airline", "gpt-4o", 1))

    assert ("cannot tell", 4, 7) == (found.verdict, len(found.fixed), len(found.regressed))
    assert -0.12 == pytest.approx(found.differences[0].difference)


@with_data
def test_model_comparison_agrees_with_rewards() -> None:
    """On the shared tasks gpt-4.1 has twice the reward of qwen2.5-7b, and 11 tasks are too few to tell."""
    found = compare(rewarded_run("tau2_airline", "gpt-4.1"), rewarded_run("tau2_airline", "qwen2.5-7b"))
    one = found.differences[0]

    assert (11, 4 / 11, 2 / 11) == (one.scenarios, one.baseline, one.candidate)
    assert "cannot tell" == found.verdict
    assert 14 == len(found.only_in_candidate)


@with_data
def test_replayed_model_comparison_agrees_with_rewards() -> None:
    """Our own grading of the two models' conversations agrees with the rewards of the benchmark."""
    chosen = [run for run in reference_runs() if run.dataset == "tau2_airline_dialogs" and run.policy == "align"]
    runs = {run.agent: run for run in chosen}
    large, small = (grade(replayed(runs[f"{model}/trial0"]).build()) for model in ("gpt-4.1", "qwen2.5-7b"))

    graded = compare(large, small)
    rewarded = compare(rewarded_run("tau2_airline", "gpt-4.1"), rewarded_run("tau2_airline", "qwen2.5-7b"))

    assert rewarded.verdict == graded.verdict
    assert rewarded.differences[0].difference < 0 > graded.differences[0].difference
    assert {one.scenario_id for one in rewarded.changes} == {one.scenario_id for one in graded.changes}


@with_data
def test_clear_model_difference_is_detected() -> None:
    """On 25 airline tasks with rewards 18 and 5 the smaller model is worse."""
    found = compare(
        rewarded_run("tau2_airline", "nemotron-orchestrator-8b"), rewarded_run("tau2_airline", "qwen2.5-7b")
    )

    assert "worse" == found.verdict
    assert (18 / 25, 5 / 25) == (found.differences[0].baseline, found.differences[0].candidate)
