"""`Eval`: rows, tasks, scores, summaries, errors, journals and stored runs."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import AshrLabsClient, AsyncAshrLabsClient, Eval, aeval, tool
from ashr_labs.errors import ConfigurationError, DatasetError, NotFoundError
from ashr_labs.results import Gates, compare, html_report
from ashr_labs.scorers import Contains, ExactMatch, JSONDiff, Levenshtein, Scorer, Trajectory

ROWS = [{"input": number, "expected": number * number} for number in range(20)]


def square(number: int) -> int:
    return number * number


async def async_square(number: int) -> int:
    await asyncio.sleep(0)
    return number * number


@pytest.mark.parametrize("task", [square, async_square])
@pytest.mark.parametrize("workers", [1, 8])
def test_each_expected_value_stays_with_its_row(task: Any, workers: int) -> None:
    """Twenty right rows and a scorer that takes its time have the mean 1.0 of 20 rows, however many are concurrent."""

    @Scorer
    def slow(output: int, expected: int) -> bool:
        time.sleep(0.01)
        return output == expected

    result = Eval("squares", data=ROWS, task=task, scores=[slow, ExactMatch()], max_concurrency=workers)

    assert [(1.0, 20), (1.0, 20)] == [(one.mean, one.count) for one in result.summary.values()]
    assert [row["expected"] for row in ROWS] == [row["output"] for row in result.rows]
    assert ["passed"] * 20 == [test["verdict"] for test in result.result["tests"]]


def test_thousand_rows_and_three_scorers_count_everything_once() -> None:
    """No error is lost and none counted twice: of tasks, of scorers, and of scorers that do not apply."""

    def task(number: int) -> int:
        if number % 10 == 0:
            raise ValueError(f"row {number}")
        return number

    def fails(output: int) -> bool:
        if output % 3 == 0:
            raise KeyError(output)
        return True

    def sometimes(output: int) -> bool | None:
        return None if output % 2 else True

    rows = [{"input": number} for number in range(1000)]
    result = Eval("many", data=rows, task=task, scores=[fails, sometimes, lambda output: 0.5], max_concurrency=8)

    fine = [number for number in range(1000) if number % 10]
    assert 100 == len(result.errors)
    assert "ValueError: row 0" == result.rows[0]["error"]
    assert {} == result.rows[0]["scores"]
    assert sum(1 for number in fine if number % 3) == result.summary["fails"].count
    assert sum(1 for number in fine if number % 2 == 0) == result.summary["sometimes"].count
    assert (900, 0.5, 100) == tuple(result.summary["<lambda>"][key] for key in ("count", "mean", "missing"))
    assert [1000] * 3 == [one.count + one.missing for one in result.summary.values()]
    assert "KeyError: 3" == result.rows[3]["scorer_errors"]["fails"]


def test_summaries_have_percentiles_and_an_interval() -> None:
    """Percentiles are interpolated linearly, the interval is Wilson's, and a score without values has zeros."""
    values = iter([0.0, 0.25, 0.5, 1.0])
    result = Eval(
        "p",
        data=[{"input": n} for n in range(4)],
        task=square,
        scores=[Scorer(name="v")(lambda output: next(values)), Scorer(name="none")(lambda output: None)],
        max_concurrency=1,
    )

    found = result.summary["v"]
    assert (0.4375, 0.375, 0.925, 4) == (found.mean, found.p50, round(found.p95, 3), found.count)
    assert found.interval[0] < found.mean < found.interval[1]
    assert (0.0, 0, 4) == tuple(result.summary["none"].to_dict()[key] for key in ("mean", "count", "missing"))


def test_outputs_of_any_type_reach_the_scorers() -> None:
    """Scorers get the output itself; dataclasses and structures are recorded as JSON."""

    @dataclass
    class Answer:
        text: str

    seen: list[Any] = []

    def note(output: Any) -> None:
        seen.append(output)

    rows = [{"input": {"q": 1}, "expected": {"a": 1}}]
    kept = Eval("objects", data=rows, task=lambda given: Answer(str(given)), scores=[note])
    same = Eval("json", data=rows, task=lambda given: {"a": 1.0}, scores=[JSONDiff()])

    assert ["Answer"] == [type(one).__name__ for one in seen]
    assert {"text": "{'q': 1}"} == kept.rows[0]["output"]
    assert 1.0 == same.summary["json_diff"].mean
    [test] = same.result["tests"]
    assert ({"q": 1}, {"a": 1}, {"a": 1.0}) == (test["input"], test["expected"], test["output"])


def test_rows_carry_parameters_tags_and_ids() -> None:
    """Other keys of a row and its metadata are parameters of scorers; a task may take the metadata."""
    rows = [{"id": "first", "input": "x", "context": "c", "metadata": {"k": 1}, "tags": ["t"]}]

    result = Eval(
        "p",
        data=lambda: rows,
        task=lambda given, metadata: f"{given}{metadata['k']}{metadata['context']}",
        scores=[lambda metadata: metadata["context"] == "c", Contains("x1c")],
        metadata={"model": "m"},
    )

    assert ("first", {"<lambda>": 1.0, "contains": 1.0}) == (result.rows[0]["id"], result.rows[0]["scores"])
    assert (["t"], "m") == (result.result["tests"][0]["tags"], result.result["metadata"]["model"])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("text", "data: must be rows"),
        ({"input": 1}, "data: must be rows"),
        (3, "data: must be rows"),
        ([{"expected": 1}], r"data\[0\]: must be a mapping with `input`"),
        ([{"input": 1, "expcted": 2}], r"data\[0\].expcted: must not be a key of a row; did you mean 'expected'"),
        ([{"input": 1, "id": "a"}, {"input": 2, "id": "a"}], r"data\[1\].id: must differ"),
        ([{"input": 1, "metadata": 3}], r"data\[0\].metadata: must be a mapping"),
    ],
)
def test_malformed_rows_are_refused_by_path(data: Any, message: str) -> None:
    """A row that cannot be read is an error before the first call."""
    with pytest.raises(DatasetError, match=message):
        Eval("x", data=data, task=square)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scorers": []}, "unknown option 'scorers'; use 'scores'"),
        ({"max_workers": 2}, "use 'max_concurrency'"),
        ({"tiemout": 2}, "did you mean 'timeout'"),
        ({"task": 3}, "task must be a function"),
        ({"max_concurrency": 0}, "must be an integer >= 1"),
        ({"metadata": "m"}, "`metadata` must be a mapping of names to values, got 'm'"),
        ({"client": 3}, "`client` must be a synchronous AshrLabsClient or None, got int"),
        ({"client": AsyncAshrLabsClient(api_key="tp_x")}, "`client` must be a synchronous AshrLabsClient or None"),
    ],
)
def test_unusable_options_are_refused(options: dict[str, Any], message: str) -> None:
    """An option of another name, a misspelt one, or one out of range starts nothing."""
    with pytest.raises(ConfigurationError, match=message):
        Eval("x", **{"data": ROWS, "task": square, **options})


class Unreadable:
    def __repr__(self) -> str:
        raise RuntimeError("no text")


def test_values_without_text_lose_no_row() -> None:
    """An input, an output or a fact that has no text is recorded by its type."""
    result = Eval(
        "x",
        data=[{"input": Unreadable()}, {"input": 2, "expected": 2}],
        task=lambda given: given,
        scores=[ExactMatch(), Contains("Unreadable")],
        metadata={"model": Unreadable()},
    )

    assert [{"contains": 1.0}, {"exact_match": 1.0, "contains": 0.0}] == [row.scores for row in result.rows]
    assert "Unreadable" in result.run["metadata"]["model"]


def test_tools_may_be_called() -> None:
    """Rows do not say which tools may be called: calls are recorded and scored, and fail no test, here and stored."""

    @tool
    def refund(order: int) -> str:
        return f"refunded {order}"

    with AshrLabsClient.local() as client:
        result = Eval("x", data=[{"input": 7}], task=refund, scores=[Trajectory(called=["refund"])], client=client)
        [stored] = client.poll_run(int(result.experiment_id or 0))["result"]["tests"]

    [test] = result.result["tests"]
    [call] = [call["actual"] for action in test["action_results"] for call in action.get("tool_calls", ())]
    assert ("refund", {"order": 7}, "refunded 7") == (call["name"], call["arguments"], call["result"])
    assert ("passed", "passed", 1.0) == (test["verdict"], stored["verdict"], result.summary["trajectory"].mean)
    assert "unchecked" == Eval("x", data=[{"input": 7}], task=refund).result["tests"][0]["verdict"]


def test_synchronous_tasks_run_in_parallel() -> None:
    """As many tasks as allowed run at the same time."""
    together = threading.Barrier(4, timeout=20)

    result = Eval("x", data=[{"input": n} for n in range(4)], task=lambda n: together.wait() * 0 + n, max_concurrency=4)

    assert [0, 1, 2, 3] == [row["output"] for row in result.rows]


def test_trials_play_each_row_several_times() -> None:
    """`trial_count` plays each row several times; each trial is a row of the result."""
    result = Eval("x", data=ROWS[:2], task=square, scores=[ExactMatch()], trial_count=3)

    assert [("row-1", 0), ("row-1", 1), ("row-1", 2), ("row-2", 0), ("row-2", 1), ("row-2", 2)] == [
        (row["id"], row["trial"]) for row in result.rows
    ]
    assert 6 == result.summary["exact_match"].count


def test_it_runs_in_a_running_loop() -> None:
    """`aeval` is awaited; `Eval` works in code that an event loop runs."""

    async def main() -> list[float]:
        plain = Eval("x", data=ROWS, task=async_square, scores=[ExactMatch()])
        awaited = [await aeval("x", data=ROWS, task=task, scores=[ExactMatch()]) for task in (square, async_square)]
        return [one.summary["exact_match"].mean for one in (plain, *awaited)]

    assert [1.0] * 3 == asyncio.run(main())


def test_a_journal_resumes_and_keeps_scores(tmp_path: Path) -> None:
    """Rows in a journal are not played again, and keep outputs, errors and scores."""
    journal = tmp_path / "eval.jsonl"
    first = Eval("x", data=ROWS, task=square, scores=[ExactMatch()], journal=journal)

    played: list[int] = []
    again = Eval("x", data=ROWS, task=played.append, scores=[ExactMatch()], journal=journal, resume=True)

    assert [] == played
    assert [{**row, "duration_ms": 0} for row in first.rows] == [{**row, "duration_ms": 0} for row in again.rows]


def test_results_are_gated_compared_and_reported() -> None:
    """The result is a run: gates, comparisons and reports take it."""
    good = Eval("good", data=ROWS, task=square, scores=[ExactMatch()])
    bad = Eval("bad", data=ROWS, task=lambda n: n, scores=[ExactMatch(), Levenshtein(name="near")])

    assert [] == Gates(min_pass_rate=1, min_scores={"exact_match": 1}).failures(good.results)
    assert 2 == len(Gates(min_pass_rate=1, min_scores={"exact_match": 1}).failures(bad.results))
    assert "worse" == compare(good.results, bad.results).verdict
    assert "exact_match" in html_report(bad.results)


def lost(*_: object, **__: object) -> Any:
    raise NotFoundError("there is no such thing any more")


class Unreachable:
    """A client some of whose calls fail."""

    def __init__(self, client: AshrLabsClient, *lost: str) -> None:
        self._client = client
        self._lost = lost

    def __getattr__(self, name: str) -> Any:
        return lost if name in self._lost else getattr(self._client, name)

    def with_options(self, **_: Any) -> Unreachable:
        return self


@pytest.mark.parametrize("way", ["client", "live"])
def test_rows_are_kept_if_the_run_cannot_be_stored(caplog: pytest.LogCaptureFixture, way: str) -> None:
    """If the platform is lost while rows are played, the result is returned, and the error is logged."""
    with AshrLabsClient.local() as client:
        options: Any = {way: Unreachable(client, "create_run", "append_run_tests", "finish_run")}
        result = Eval("squares", data=ROWS, task=square, scores=[ExactMatch()], **options)

        assert (20, 1.0, None) == (len(result.rows), result.summary["exact_match"].mean, result.experiment_id)
        assert "could not be stored" in caplog.text
        [dataset] = client.list_datasets()["datasets"]
        assert client.create_run(dataset["id"], result.run)["id"]


@pytest.mark.parametrize("way", ["client", "live"])
def test_nothing_is_played_if_the_rows_cannot_be_stored(way: str) -> None:
    """A platform that refuses the rows, and options that exclude each other, are found before the first row."""
    played: list[int] = []
    with AshrLabsClient.local() as client:
        options: Any = {way: Unreachable(client, "create_dataset")}
        with pytest.raises(NotFoundError):
            Eval("x", data=ROWS, task=played.append, **options)
        with pytest.raises(ConfigurationError, match="leave one of them out"):
            Eval("x", data=ROWS, task=played.append, client=client, live=client)
        options = {way: client, "tiemout": 1}
        with pytest.raises(ConfigurationError, match="did you mean 'timeout'"):
            Eval("x", data=ROWS, task=played.append, **options)
        assert ([], []) == (played, client.list_datasets()["datasets"])


def test_traces_of_tasks_are_delivered() -> None:
    """With a client, the traces of tasks that record something are delivered, and name the stored run."""

    @tool
    def lookup(number: int) -> int:
        return number

    with AshrLabsClient.local() as client:
        result = Eval("x", data=[{"input": 7, "id": "seven"}], task=lookup, client=client)
        client.tracing.flush()
        [test] = client.get_run(int(result.experiment_id or 0))["result"]["tests"]
        found = client.get_observability_trace(test["trace_id"])

    assert [{"run_id": int(result.experiment_id or 0), "test_id": "seven"}] == found["runs"]


def test_a_stored_run_has_its_rows_as_dataset() -> None:
    """With a client, rows become a dataset, the run is stored, graded and readable."""
    with AshrLabsClient.local() as client:
        result = Eval("squares", data=ROWS, task=square, scores=[ExactMatch()], client=client)

        run = client.poll_run(int(result.experiment_id or 0))
        [dataset] = client.list_datasets()["datasets"]

    assert ("squares", 20) == (dataset["name"], len(dataset["dataset_source"]["runs"]))
    assert 20 == run["result"]["aggregate_metrics"]["tests_passed"]
    assert None is Eval("x", data=ROWS, task=square).experiment_id
