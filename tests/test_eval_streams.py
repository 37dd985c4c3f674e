"""Tests of scenarios that come one by one: read when they are played, and played like those of a dict."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import ConfigurationError, DatasetError, EvalRunner
from ashr_labs.eval import Progress
from support.eval_data import ScriptedAgent, agent, entries, source, user

MANY = source(**{f"s{n}": [user(f"message {n}"), agent(f"message {n}")] for n in range(30)})
ITEMS = list(MANY["runs"].items())


class Reader:
    """Gives the scenarios, and counts those that were wanted."""

    def __init__(self, items: Any = ITEMS) -> None:
        self.items = items
        self.read = 0
        self.has_ended = False

    def __iter__(self) -> Iterator[Any]:
        for item in self.items:
            self.read += 1
            yield item
        self.has_ended = True

    async def later(self) -> AsyncIterator[Any]:
        for item in self.items:
            self.read += 1
            await asyncio.sleep(0)
            yield item
        self.has_ended = True


def echo(message: str) -> str:
    return message


async def echo_later(message: str) -> str:
    await asyncio.sleep(0)
    return message


def timeless(run: Any) -> list[Any]:
    changing = {"started_at", "completed_at", "duration_ms", "turns"}
    return [{key: value for key, value in test.items() if key not in changing} for test in run.build()["tests"]]


def ids(run: Any) -> list[Any]:
    return [(test["test_id"], test.get("repeat")) for test in run.build()["tests"]]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_workers": 4},
        {"max_workers": 4, "timeout": 30},
        {"repeats": 2, "limit": 7},
        {"filter": "s1*", "limit": 3},
    ],
    ids=str,
)
def test_iterator_and_dict_give_equal_results(options: Any) -> None:
    """Scenarios of a generator, or of an asynchronous one, are recorded like those of a dict, in their order."""
    expected = timeless(EvalRunner(MANY).run(echo, **options))
    streamed = EvalRunner(Reader()).run(ScriptedAgent, **options)
    awaited = asyncio.run(EvalRunner(Reader().later()).arun(echo_later, **options))
    helped = asyncio.run(EvalRunner(Reader().later()).arun(echo, **options))
    mixed = EvalRunner(iter(ITEMS)).run(echo_later, **options)

    assert [expected] * 4 == [timeless(run) for run in (streamed, awaited, helped, mixed)]


@pytest.mark.parametrize("pattern", ["s99", ["tag:smoke"], lambda *_: False], ids=["id", "tag", "function"])
@pytest.mark.parametrize("options", [{}, {"max_workers": 4}, {"timeout": 30}], ids=str)
def test_filter_that_selects_nothing_is_an_error_at_the_end(pattern: Any, options: Any) -> None:
    """If no scenario of an iterator passes the filter, the error is that of a dict."""
    problem = f"selects none of {len(ITEMS)} scenarios"
    with pytest.raises(ConfigurationError, match=problem):
        EvalRunner(MANY).run(echo, filter=pattern, **options)
    with pytest.raises(ConfigurationError, match=problem):
        EvalRunner(iter(ITEMS)).run(echo, filter=pattern, **options)
    with pytest.raises(ConfigurationError, match=problem):
        asyncio.run(EvalRunner(Reader().later()).arun(echo_later, filter=pattern, **options))
    assert [] == EvalRunner(iter([])).run(echo, filter=pattern, **options).build()["tests"]


def test_executor_plays_iterator_scenarios() -> None:
    """Scenarios of an iterator travel to an executor like others."""
    with ThreadPoolExecutor(3) as executor:
        assert timeless(EvalRunner(MANY).run(echo)) == timeless(EvalRunner(iter(ITEMS)).run(echo, executor=executor))


@pytest.mark.parametrize("workers", [1, 4])
def test_scenarios_are_read_lazily(workers: int) -> None:
    """When an agent is asked, no more scenarios were read than are done or at work."""
    reader = Reader()
    ahead = list[int]()
    done = list[str]()

    def answer(message: str) -> str:
        ahead.append(reader.read - len(done))
        return message

    EvalRunner(reader).run(answer, max_workers=workers, on_result=lambda test: done.append(test["test_id"]))

    assert 30 == len(ahead)
    assert 1 <= max(ahead) <= workers


def test_async_scenarios_are_read_lazily() -> None:
    """The same holds for tasks, but for the two that an asynchronous iterator may be ahead."""
    reader = Reader()
    ahead = list[int]()
    done = list[str]()

    async def answer(message: str) -> str:
        ahead.append(reader.read - len(done))
        await asyncio.sleep(0)
        return message

    runner = EvalRunner(reader.later())
    asyncio.run(runner.arun(answer, max_workers=4, on_result=lambda test: done.append(test["test_id"])))

    assert 30 == len(ahead)
    assert max(ahead) <= 4 + 2


@pytest.mark.parametrize("options", [{"limit": 5}, {"fail_on_error": 5}])
def test_unplayed_scenarios_are_not_read(options: Any) -> None:
    """A limit, or too many failures, ends the reading as well."""

    def refuse(message: str) -> str:
        raise ValueError

    reader = Reader()
    asked = Reader()
    EvalRunner(reader).run(refuse, **options)
    asyncio.run(EvalRunner(asked.later()).arun(refuse, **options))

    assert (5, False) == (reader.read, reader.has_ended)
    assert 5 <= asked.read <= (5 if "limit" in options else 7)
    assert not asked.has_ended


def test_iterator_plays_once_and_iterable_repeatedly() -> None:
    """An iterator that was read is refused; what gives a new one each time can be played as often as one likes."""
    spent = EvalRunner(iter(ITEMS))
    spent.run(echo)
    again = EvalRunner(Reader())

    with pytest.raises(ConfigurationError, match="an earlier run has read"):
        spent.run(echo)
    assert timeless(again.run(echo)) == timeless(again.run(echo))


def test_rejected_run_reads_nothing(tmp_path: Path) -> None:
    """A run that cannot start leaves the iterator to the next one."""
    runner = EvalRunner(iter(ITEMS))
    (tmp_path / "j").write_text("something\n")

    with pytest.raises(ConfigurationError, match="exists"):
        runner.run(echo, journal=tmp_path / "j")
    assert 30 == len(runner.run(echo).build()["tests"])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"shuffle": 3}, "shuffle, and repeats by id"),
        ({"repeats": {"s1": 2}}, "shuffle, and repeats by id"),
        ({"fail_on_error": 0.5}, "fail_on_error as a share"),
    ],
)
def test_options_needing_all_scenarios_are_rejected(options: Any, problem: str) -> None:
    """Options that need all scenarios are refused before the first one is read."""
    reader = Reader()

    with pytest.raises(ConfigurationError, match=problem):
        EvalRunner(reader).run(echo, **options)
    with pytest.raises(ConfigurationError, match=problem):
        asyncio.run(EvalRunner(reader.later()).arun(echo, **options))
    assert 0 == reader.read


def test_async_iterator_requires_arun() -> None:
    """An asynchronous iterator needs an event loop, and cannot feed an executor."""
    with pytest.raises(ConfigurationError, match=r"use arun\(\)"):
        EvalRunner(Reader().later()).run(echo)
    with ThreadPoolExecutor(1) as executor, pytest.raises(ConfigurationError, match="executor does not support"):
        asyncio.run(EvalRunner(Reader().later()).arun(echo, executor=executor))


@pytest.mark.parametrize(
    ("third", "path", "problem"),
    [
        ({"actions": []}, "dataset_source[2]", "must be a pair"),
        ("s2", "dataset_source[2]", "must be a pair"),
        (("s2", {}, 3), "dataset_source[2]", "must be a pair"),
        ((2, {}), "dataset_source[2]", "must be a pair of an id, a string"),
        (None, "dataset_source[2]", "must be a pair"),
        (("s1", {"actions": []}), "dataset_source[2]", "must have a unique id, got 's1'"),
    ],
)
@pytest.mark.parametrize("workers", [1, 3])
def test_invalid_and_duplicate_items_are_reported(third: Any, path: str, problem: str, workers: int) -> None:
    """Something else than a pair, or an id that came already, ends the run with its place."""
    items = [*ITEMS[:2], third, *ITEMS[3:]]

    with pytest.raises(DatasetError, match=problem) as raised:
        EvalRunner(iter(items)).run(echo, max_workers=workers)
    assert path == raised.value.path
    with pytest.raises(DatasetError, match=problem):
        asyncio.run(EvalRunner(Reader(items).later()).arun(echo, max_workers=workers))


def test_malformed_scenario_fails_alone() -> None:
    """A pair whose scenario cannot be played is a failed test, one without actions is skipped, as in a dict."""
    actions: dict[str, Any] = {"a": [user()], "broken": 3, "empty": [], "b": [user()]}
    runs = {name: {"actions": listed} for name, listed in actions.items()}

    assert timeless(EvalRunner({"runs": runs}).run(echo)) == timeless(EvalRunner(iter(runs.items())).run(echo))


@pytest.mark.parametrize("workers", [1, 3])
def test_iterator_exception_propagates(workers: int, tmp_path: Path) -> None:
    """The user's iterator may fail; the run raises that, leaves no thread, and the journal keeps what was done."""

    def failing() -> Iterator[Any]:
        yield from ITEMS[:10]
        raise LookupError("the file is gone")

    with pytest.raises(LookupError, match="the file is gone"):
        EvalRunner(failing()).run(echo, max_workers=workers, journal=tmp_path / "j")
    assert [] == [thread.name for thread in threading.enumerate() if thread.name.startswith("ashr-eval")]

    player = ScriptedAgent()
    EvalRunner(iter(ITEMS)).run(player, journal=tmp_path / "j", resume=True)
    assert 20 <= len([said for said in player.heard if said != "(reset)"]) <= 20 + workers


def test_async_iterator_exception_propagates() -> None:
    """The same in an event loop, where no task is left."""

    async def failing() -> AsyncIterator[Any]:
        yield ITEMS[0]
        raise LookupError("the server is gone")

    async def run() -> int:
        with pytest.raises(LookupError, match="the server is gone"):
            await EvalRunner(failing()).arun(echo_later, max_workers=3)
        return len(asyncio.all_tasks())

    assert 1 == asyncio.run(run())


def test_slow_iterator_does_not_delay_running_scenarios() -> None:
    """While the next scenario is awaited, those that are there are played, and tried again."""
    released = asyncio.Event()
    asked = list[str]()

    async def slow() -> AsyncIterator[Any]:
        yield ITEMS[0]
        yield ITEMS[1]
        await asyncio.wait_for(released.wait(), 30)
        yield ITEMS[2]

    async def answer(message: str) -> str:
        asked.append(message)
        if asked.count("message 1") == 1 and message == "message 1":
            error = TimeoutError("not now")
            error.retry_after = 0  # type: ignore[attr-defined]
            raise error
        if {"message 0", "message 1"} <= set(asked):
            released.set()
        return message

    run = asyncio.run(EvalRunner(slow()).arun(answer, max_workers=2, retries=1))

    assert [f"message {n}" for n in range(3)] == [entries(test)[-1][3] for test in run.build()["tests"]]


def test_progress_total_is_unknown() -> None:
    """The total of an iterator is unknown, and what is done is told all the same."""
    told = list[Progress]()
    runner = EvalRunner(iter(ITEMS))
    shown = repr(runner)
    runner.run(echo, progress=told.append)

    assert "EvalRunner(scenarios=?, dataset_id=None)" == shown
    assert {None} == {one.total for one in told}
    assert (30, True) == (told[-1].done, told[-1].has_ended)


@pytest.mark.parametrize("keep_results", [True, False])
def test_stream_journal_is_resumed(keep_results: bool, tmp_path: Path) -> None:
    """Scenarios in the journal of a stream are not played again, and the result is that of an uninterrupted run."""
    path = tmp_path / "j"
    even = EvalRunner(iter(ITEMS)).run(echo, journal=path, repeats=2)
    content = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(content[:20]) + content[20][:30])
    player = ScriptedAgent()
    runner = EvalRunner(iter(ITEMS))
    run = runner.run(player, journal=path, repeats=2, resume=True, keep_results=keep_results)

    assert 60 - 19 == len([said for said in player.heard if said != "(reset)"])
    assert timeless(even) == timeless(run)
    assert ids(even) == [(f"s{n}", repeat) for n in range(30) for repeat in range(2)]


def test_journal_of_other_stream_is_rejected(tmp_path: Path) -> None:
    """A scenario that changed, or another limit, is told, and nothing of it is played."""
    path = tmp_path / "j"
    EvalRunner(iter(ITEMS)).run(echo, journal=path, limit=20)
    changed = [*ITEMS[:3], ("s3", {"actions": [user("something else")]}), *ITEMS[4:]]
    player = ScriptedAgent()

    with pytest.raises(ConfigurationError, match="s3 has changed"):
        EvalRunner(iter(changed)).run(player, journal=path, resume=True, limit=20)
    with pytest.raises(ConfigurationError, match="belongs to other scenarios"):
        EvalRunner(iter(ITEMS)).run(player, journal=path, resume=True, limit=21)
    with pytest.raises(ConfigurationError, match="belongs to other scenarios"):
        EvalRunner(MANY).run(player, journal=path, resume=True, limit=20)
    assert [] == player.heard


@pytest.mark.parametrize("options", [{}, {"max_workers": 3}])
def test_keep_results_false_reads_results_from_journal(
    options: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With keep_results=False the run reads its results from the journal, wherever the process is by then."""
    monkeypatch.chdir(tmp_path)
    expected = EvalRunner(MANY).run(echo)
    run = EvalRunner(MANY).run(echo, journal="j", keep_results=False, **options)
    monkeypatch.chdir("/")

    assert timeless(expected) == timeless(run)
    assert expected.build()["aggregate_metrics"] == run.build()["aggregate_metrics"]
    assert [test["test_id"] for test in run.iter_tests()] == list(MANY["runs"])


def test_keep_results_false_requires_journal() -> None:
    """Without a journal, results cannot be left to it."""
    with pytest.raises(ConfigurationError, match="keep_results=False needs a journal"):
        EvalRunner(MANY).run(echo, keep_results=False)
