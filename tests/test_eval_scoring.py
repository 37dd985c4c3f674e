"""Scores in runs: scorers of a run, checks of a dataset, journals, and scoring of recorded runs."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import AshrLabsClient, Eval, EvalRunner, RunBuilder, grade, tool
from ashr_labs.errors import ConfigurationError, DatasetError
from ashr_labs.eval import rescore
from ashr_labs.results import Gates, RunResults, compare, read_run
from ashr_labs.results.usage import usage_of
from ashr_labs.scorers import Contains, Score, Scorer, ScorerContext

SOURCE = {
    "runs": {
        name: {
            "actions": [{"actor": "user", "content": f"Refund {name}"}, {"actor": "agent", "content": ""}],
            "metadata": {"order": name},
        }
        for name in ("A1", "B2", "C3")
    }
}


class Refunder:
    def respond(self, message: str) -> str:
        order = message.rpartition(" ")[2]
        if order == "C3":
            raise KeyError(order)
        return f"refunded {order}"

    def reset(self) -> None: ...


@Scorer
def names_order(context: ScorerContext) -> Score:
    found = context.parameters["order"] in context.agent_output
    return Score("", float(found), found, "named" if found else "not named")


@Scorer(gate=True)
async def is_short(output: str) -> bool:
    await asyncio.sleep(0)
    return len(output) < 12


class Judge(Contains):
    """A scorer that waits, as a judge does."""

    is_pure = False


def with_executor(**options: Any) -> RunBuilder:
    with ThreadPoolExecutor(2) as executor:
        return EvalRunner(SOURCE).run(Refunder, executor=executor, **options)


DRIVERS: dict[str, Callable[..., RunBuilder]] = {
    "one thread": lambda **options: EvalRunner(SOURCE).run(Refunder, **options),
    "threads": lambda **options: EvalRunner(SOURCE).run(Refunder, max_workers=3, **options),
    "tasks": lambda **options: asyncio.run(EvalRunner(SOURCE).arun(Refunder, max_workers=2, **options)),
    "executor": with_executor,
}


@pytest.mark.parametrize("driver", DRIVERS)
def test_scores_are_in_the_tests_on_every_driver(driver: str) -> None:
    """Each test that ran to its end has the score of each scorer; one that failed has none."""
    result = DRIVERS[driver](scorers=[names_order, is_short, Judge("A1"), lambda output: 0.25]).build()

    first, second, failed = result["tests"]
    assert {"value": 1.0, "passed": True, "reason": "named"} == first["scores"]["names_order"]
    assert {"value": 1.0, "passed": True, "reason": "", "gate": True} == first["scores"]["is_short"]
    assert [1.0, 0.0] == [test["scores"]["contains"]["value"] for test in (first, second)]
    assert {"names_order", "is_short", "contains", "<lambda>"} == set(second["scores"])
    assert "scores" not in failed


def test_asynchronous_scorers_share_one_loop() -> None:
    """All asynchronous scorers of a run are awaited in one event loop, that of `arun()` if there is one."""
    loops: set[int] = set()

    @Scorer
    async def note(output: str) -> bool:
        loops.add(id(asyncio.get_running_loop()))
        return True

    async def main() -> int:
        await EvalRunner(SOURCE).arun(Refunder, scorers=[note])
        return id(asyncio.get_running_loop())

    DRIVERS["threads"](scorers=[note])
    assert 1 == len(loops)
    loops.clear()
    assert {asyncio.run(main())} == loops


def test_a_scorer_that_fails_loses_nothing_else() -> None:
    """An exception, NaN, a string or a coroutine that fails is a score without a value, with the reason."""

    async def fails(output: str) -> bool:
        raise ConnectionError("no route")

    scorers = {
        "raises": lambda output: 1 / 0,
        "nan": lambda output: float("nan"),
        "text": lambda output: "good",
        "async": fails,
        "right": lambda output: 1.0,
    }
    run = DRIVERS["threads"](scorers=[Scorer(name=name)(function) for name, function in scorers.items()])

    [scores, _] = [test["scores"] for test in run.build()["tests"] if "scores" in test]
    assert {"raises": None, "nan": None, "text": None, "async": None, "right": 1.0} == {
        name: score["value"] for name, score in scores.items()
    }
    assert "ZeroDivisionError: division by zero" == scores["raises"]["reason"]
    assert "ConnectionError: no route" == scores["async"]["reason"]
    assert "must be a number from 0 to 1" in scores["nan"]["reason"]


def test_gates_decide_and_other_scores_are_compared() -> None:
    """A scorer that is a gate fails the test; the mean of each score can be gated and compared."""
    low = RunResults.of(grade(DRIVERS["one thread"](scorers=[Contains("B2", gate=True), names_order]).build()))
    high = RunResults.of(grade(DRIVERS["one thread"](scorers=[names_order]).build()))

    assert ["failed", "passed", "error"] == [sample.outcome for sample in low.samples]
    assert "contains scored 0" in low.samples[0].reasons[0]
    assert [] != Gates(min_scores={"contains": 0.9}).failures(low)
    assert [] == Gates(min_scores={"names_order": 0.9}).failures(high)
    assert ["names_order"] == [one.metric for one in compare(high, low, metrics=["names_order"]).differences]


@pytest.mark.parametrize(
    ("scorers", "message"),
    [
        ([Contains("a"), Contains("b")], "different names, got 'contains' twice"),
        ([Contains], "must be an instance, got the class Contains"),
        ("contains:a", "scorers must be a list"),
        ([3], "must be a scorer or a function"),
    ],
)
def test_unusable_scorers_are_refused_before_anything_runs(scorers: Any, message: str) -> None:
    """Two scorers of one name, a class, a string or a number are an error of the configuration."""
    with pytest.raises(ConfigurationError, match=message):
        EvalRunner(SOURCE).run(Refunder, scorers=scorers)


def checked(scenario: list[Any] | None = None, action: list[Any] | None = None) -> dict[str, Any]:
    reply: dict[str, Any] = {"actor": "agent"}
    fields: dict[str, Any] = {"actions": [{"actor": "user", "content": "Refund A1"}, reply]}
    if action is not None:
        reply["checks"] = action
    if scenario is not None:
        fields["checks"] = scenario
    return {"runs": {"a": fields}}


def test_checks_of_a_dataset_are_gates() -> None:
    """Checks of a scenario and of an action are scored, and fail the test if they do not pass."""
    source = checked(
        [{"type": "contains", "value": "refunded"}, {"type": "contains", "value": "sorry", "name": "apology"}],
        [{"type": "regex", "value": "[A-Z][0-9]"}, {"type": "starts_with", "value": "x", "gate": False}],
    )

    [test] = grade(EvalRunner(source).run(Refunder).build())["tests"]

    values = {name: (score["value"], score.get("gate")) for name, score in test["scores"].items()}
    assert {
        "contains": (1.0, True),
        "apology": (0.0, True),
        "actions[1].regex": (1.0, True),
        "actions[1].starts_with": (0.0, None),
    } == values
    assert ("failed", 1) == (test["verdict"], len(test["verdict_reasons"]))


def test_a_check_of_an_action_scores_that_reply() -> None:
    """The output of an action's check is the reply that the action expects, that of a scenario's check is the last."""
    actions = [
        {"actor": "user", "content": "Refund A1"},
        {"actor": "agent", "checks": [{"type": "contains", "value": "A1"}]},
        {"actor": "user", "content": "Refund B2"},
        {"actor": "agent", "checks": [{"type": "contains", "value": "B2"}]},
    ]
    source = {"runs": {"a": {"actions": actions, "checks": [{"type": "exact_match", "value": "refunded B2"}]}}}

    [test] = grade(EvalRunner(source).run(Refunder).build())["tests"]

    assert ("passed", 3) == (test["verdict"], len(test["scores"]))


@pytest.mark.parametrize(
    ("source", "path", "message"),
    [
        (checked([{"type": "contians", "value": "a"}]), "runs.a.checks[0].type", "did you mean 'contains'"),
        (checked([{"type": "contains", "valeu": "a"}]), "runs.a.checks[0].valeu", "did you mean"),
        (checked({"type": "contains"}), "runs.a.checks", "must be a list"),  # type: ignore[arg-type]
        (checked(None, [{"type": "regex", "value": "("}]), "runs.a.actions[1].checks[0]", "unterminated"),
    ],
)
def test_malformed_checks_fail_the_scenario_before_the_agent_is_called(source: Any, path: str, message: str) -> None:
    """A check that cannot be read is an error of the dataset, with its path; the agent is not called."""
    called: list[str] = []

    [test] = EvalRunner(source).run(lambda message: called.append(message) or "x").build()["tests"]

    assert ("dataset", path, []) == (test["error"]["kind"], test["error"]["path"], called)
    assert message in test["error"]["message"]


async def _respond_async(message: str) -> str:
    return message


@pytest.mark.parametrize("respond", [lambda message: message, _respond_async], ids=["sync", "async"])
def test_waiting_scorers_do_not_hold_up_the_players(respond: Any) -> None:
    """Scenarios are played while others are scored, and the run ends when everything is scored."""
    played = threading.Barrier(3, timeout=20)

    def judge(output: str) -> bool:
        played.wait()  # all three tests are scored at the same time, though one worker played them
        return True

    run = EvalRunner(SOURCE).run(respond, scorers=[Scorer(name="judge")(judge)])

    assert [True] * 3 == [test["scores"]["judge"]["passed"] for test in run.build()["tests"]]


def test_an_exception_of_a_callback_after_scoring_ends_the_run() -> None:
    """`on_result` is called with the scores, and what it raises is raised by the run."""

    def on_result(result: Any) -> None:
        raise RuntimeError(sorted(result["scores"]))

    for driver in ("threads", "tasks"):
        with pytest.raises(RuntimeError, match="contains"):
            DRIVERS[driver](scorers=[Judge("A1")], on_result=on_result, limit=1)


def test_scores_are_in_the_journal_and_added_when_scorers_are_new(tmp_path: Path) -> None:
    """A resumed run keeps scores, and scores what was played without a scorer, without playing it again."""
    journal = tmp_path / "run.jsonl"
    DRIVERS["one thread"](journal=journal, scorers=[Contains("A1")])

    played: list[str] = []
    resumed = EvalRunner(SOURCE).run(
        lambda message: played.append(message) or "x",
        journal=journal,
        resume=True,
        scorers=[Contains("A1"), names_order],
    )

    scores = [sorted(test.get("scores", {})) for test in resumed.build()["tests"]]
    assert ([], [["contains", "names_order"]] * 2 + [[]]) == (played, scores)
    stored = [sorted(sample.record.get("scores", {})) for sample in read_run(journal).samples]
    assert scores == stored


def test_recorded_runs_are_scored_without_playing(tmp_path: Path) -> None:
    """`rescore` takes a result, a stored run or a journal, and leaves the run as it is."""
    journal = tmp_path / "run.jsonl"
    result = DRIVERS["one thread"](journal=journal).build()
    before = repr(result)

    rescored = [rescore(run, [names_order, Contains("A1")], dataset_source=SOURCE) for run in (result, journal)]
    rescored.append(rescore({"id": 1, "result": rescored[0]}, [Contains("B2")]))

    assert before == repr(result)
    for one in rescored[:2]:
        assert [1.0, 1.0, None] == [test.get("scores", {}).get("names_order", {}).get("value") for test in one["tests"]]
    assert [0.0, 1.0] == [test["scores"]["contains"]["value"] for test in rescored[2]["tests"][:2]]


def test_scorers_see_calls_spans_and_usage() -> None:
    """A function sees the calls with their results, the spans, the conversation and the metadata of the scenario."""
    seen: list[ScorerContext] = []
    refund = tool("refund", lambda order: f"refunded {order}")

    def note(context: ScorerContext) -> None:
        seen.append(context)

    EvalRunner(SOURCE).run(lambda message: refund(message[-2:]), scorers=[note], limit=1)

    [context] = seen
    assert ("Refund A1", "refunded A1", {"order": "A1"}, "A1") == (
        context.input,
        context.output,
        context.parameters,
        context.test_id,
    )
    [call] = context.calls
    assert ("refund", {"order": "A1"}, "refunded A1") == (call["name"], call["arguments"], call["result"])
    assert ["tool:refund"] == [span["name"] for span in context.spans]
    assert ["user", "tool", "assistant"] == [one["role"] for one in context.messages]


def test_the_platform_grades_by_scores() -> None:
    """A stored run keeps its scores, and the verdict of the platform follows the gates."""
    with AshrLabsClient.local() as client:
        dataset = client.create_dataset("D", SOURCE)
        run = EvalRunner(SOURCE).run_and_deploy(
            Refunder, client, dataset["id"], scorers=[Contains("A1", gate=True)], filter=["A1", "B2"]
        )
        graded = client.poll_run(run["id"])["result"]

    assert ["passed", "failed"] == [test["verdict"] for test in graded["tests"]]
    assert [1.0, 0.0] == [test["scores"]["contains"]["value"] for test in graded["tests"]]


def test_the_cost_of_judges_is_counted() -> None:
    """Tokens and costs of the models that score a test are in the test, in the progress and in the usage of the run."""
    record = {"model": "m", "input_tokens": 10, "output_tokens": 2, "cost_usd": 0.25}

    def judge(output: str) -> Score:
        return Score("", 1.0, metadata={"judge": record})

    costs: list[float | None] = []
    run = EvalRunner(SOURCE).run(
        Refunder,
        scorers=[Scorer(name="one")(judge), Scorer(name="two")(judge)],
        progress=lambda progress: costs.append(progress.cost_usd),
    )

    result = run.build()
    assert {"input_tokens": 20, "output_tokens": 4, "cost_usd": 0.5} == result["tests"][0]["judge_usage"]
    assert 1.0 == costs[-1]
    assert 0.5 == usage_of(RunResults.of(result)).judge_cost_usd


def test_a_dataset_with_a_malformed_check_is_not_stored() -> None:
    """A check that cannot be read is refused where the dataset is stored, with its path and a suggestion."""
    source = checked([{"type": "contians", "value": "a"}], [{"type": "regex", "value": "("}])

    with AshrLabsClient.local() as client, pytest.raises(DatasetError) as caught:
        client.create_dataset("D", source)

    assert "runs.a.checks[0].type" == caught.value.path
    assert "did you mean 'contains'" in str(caught.value)
    assert "runs.a.actions[1].checks[0]" in str(caught.value)


@dataclasses.dataclass
class Named:
    """A score as Braintrust's library has it."""

    name: str
    score: Any
    metadata: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])


def several(output: str) -> list[Any]:
    return [Named("length", len(output) / 10), {"name": "shout", "score": output.isupper()}, Score("bad", 0.25), *extra]


async def several_later(output: str) -> list[Any]:
    return several(output)


extra = [Named("unknown", None), Named("broken", 7)]


@pytest.mark.parametrize("function", [several, several_later])
def test_a_list_of_scores_is_several_scores(function: Any, tmp_path: Path) -> None:
    """A function may return a list of scores: each is a score of its own name, one that is unusable loses no other."""
    journal = tmp_path / "j.jsonl"
    scorer = Scorer(function, name="several", weight=2, threshold=0.5)
    result = Eval("x", data=[{"input": "HELLO"}], task=str, scores=[scorer], journal=journal)

    [row] = result.rows
    assert {"length": 0.5, "shout": 1.0, "bad": 0.25} == row.scores
    assert {"unknown", "broken"} == row.scorer_errors.keys()
    assert "must be a number from 0 to 1, got 7" in row.scorer_errors["broken"]
    scores = result.run["tests"][0]["scores"]
    assert {"length": True, "shout": True, "bad": False} == {name: scores[name]["passed"] for name in row.scores}
    assert {(2, "several")} == {(score["weight"], score["metadata"]["scorer"]) for score in scores.values()}
    assert 1.0 == result.summary["shout"].mean
    assert {"length", "shout", "bad", "unknown", "broken"} == result.summary.keys()

    played: list[str] = []
    scored: list[str] = []
    again = Scorer(lambda output: scored.append(output) or 1.0, name="several")
    Eval("x", data=[{"input": "HELLO"}], task=played.append, scores=[again], journal=journal, resume=True)
    assert ([], []) == (played, scored)
