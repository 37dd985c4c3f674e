"""Tests of what is misspelt: it is refused with a suggestion, or it changes the verdict, but never passes unnoticed."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import AshrLabsClient, ConfigurationError, DatasetError, EvalRunner, ValidationError
from ashr_labs._format import missing_key, suggestion
from ashr_labs_api.api.datasets import create_dataset
from ashr_labs_api.models import CreateDatasetRequest, JsonObject
from support.eval_data import ScriptedAgent, agent, call, reply, source, user

KNOWN = ("name", "text", "tool_calls", "arguments", "error", "runs", "content", "is_error", "usage")

MISSPELT = [
    ("nmae", "name"),
    ("nme", "name"),
    ("names", "name"),
    ("anme", "name"),
    ("Text", "text"),
    ("toolCalls", "tool_calls"),
    ("tool-calls", "tool_calls"),
    ("tolcals", "tool_calls"),
    ("argumnets", "arguments"),
    ("erorr", "error"),
    ("run", "runs"),
    ("isError", "is_error"),
    ("sage", "usage"),
]


@pytest.mark.parametrize(("given", "meant"), MISSPELT)
def test_a_misspelt_name_is_recognized(given: str, meant: str) -> None:
    """A name with another case or separator, or with a wrong, missing, extra or swapped letter, is a misspelt one."""
    assert f"; did you mean {meant!r}?" == suggestion(given, KNOWN, only_misspelt=True) == suggestion(given, KNOWN)


@pytest.mark.parametrize("given", ["next", "game", "session_id", "state", "id", "content_type", "", "x" * 201, None, 3])
def test_another_name_is_not_misspelt(given: object) -> None:
    """A name of its own is not taken for a misspelt one, even if it rhymes."""
    assert "" == suggestion(given, KNOWN, only_misspelt=True)


def test_where_every_other_name_is_wrong_similar_ones_are_suggested() -> None:
    """Without `only_misspelt`, the most similar name is suggested, however it came about."""
    assert "; did you mean 'tool_calls'?" == suggestion("tools_called", KNOWN)
    assert "" == suggestion("zebra", KNOWN)


def test_a_missing_key_is_found_among_the_given_ones() -> None:
    """A required key that is missing is suggested for the key that is a misspelt one of it."""
    assert "; did you mean 'name' by 'nmae'?" == missing_key("name", ["arguments", 3, "nmae"])
    assert "" == missing_key("name", ["arguments"])


DATASETS: list[tuple[Any, str]] = [
    ({"run": {}}, "runs: is missing; the dataset has ['run']; did you mean 'runs' by 'run'?"),
    ({"dataset_sorce": {"runs": {}}}, "did you mean 'dataset_source' by 'dataset_sorce'?"),
    ({"runs": {}, "run": {}}, "run: must not be a key of a dataset; did you mean 'runs'?"),
    ({"runs": {}, "descripton": ""}, "descripton: must not be a key of a dataset; did you mean 'description'?"),
]


@pytest.mark.parametrize(("given", "problem"), DATASETS)
def test_a_misspelt_key_of_a_dataset_is_refused(given: Any, problem: str) -> None:
    """A dataset with a misspelt key cannot be played; keys that a platform adds are accepted."""
    with pytest.raises(DatasetError) as caught:
        EvalRunner(given)

    assert problem in str(caught.value)
    assert "scenarios=1" in repr(EvalRunner({**source(s=[user()]), "dataset_type": "multi_run", "version": 3}))


SCENARIOS: list[tuple[Any, str]] = [
    ({"tags": "smoke", "actions": [user()]}, "tags: must be a list of strings, got 'smoke'"),
    ({"tags": [1], "actions": [user()]}, "tags: must be a list of strings, got [1]"),
    ({"title": 3, "actions": [user()]}, "title: must be a string, got 3"),
    ({"description": ["a"], "actions": [user()]}, "description: must be a string, got ['a']"),
    ({"metadata": "a", "actions": [user()]}, "metadata: must be an object, got 'a'"),
    ({"actions": [user(metadata=3)]}, "actions[0].metadata: must be an object, got 3"),
    ({"actions": [{"acter": "user", "content": "a"}]}, "did you mean 'actor' by 'acter'?"),
    ({"actions": [user(), agent("", {"nmae": "f"})]}, "tool_calls[0].name: must be the tool's name, got None; did you"),
    ({"actions": [user(), agent("", {"name": "f", "argz": {}})]}, "did you mean 'args'?"),
    ({"actions": [user(), agent("", {"name": "f", "arguments": {"a": 1}, "erorr": "x"})]}, "did you mean 'error'?"),
    ({"actions": [user(actor="system")]}, "what the agent is instructed belongs to the agent"),
    ({"actions": [user(actor="developer")]}, "keep it in the scenario's 'metadata'"),
    ({"actions": [user(actor="tool")]}, "a tool's result belongs to its call as 'result'"),
    ({"actions": [user(actor="function")]}, "an event to the actor 'environment'"),
    ({"actions": [user(actor="env")]}, "use 'environment'"),
    ({"actions": [user(actor="AI")]}, "did you mean 'ai'?"),
]


@pytest.mark.parametrize(("raw", "problem"), SCENARIOS)
def test_a_part_of_a_scenario_that_is_not_understood_fails_it(raw: Any, problem: str) -> None:
    """A wrong type, a misspelt key and an actor who does not speak fail the scenario, with the path and the way out."""
    [test] = EvalRunner({"runs": {"s": raw}}).run(ScriptedAgent()).build()["tests"]

    assert "failed" == test["status"]
    assert problem in test["error"]["message"]


@pytest.mark.parametrize("actor", ["assistant", "ai", "bot", "model"])
def test_other_names_of_the_agent_are_understood(actor: str) -> None:
    """Actions under the names that other tools have for the agent are expectations."""
    player = ScriptedAgent()
    [test] = EvalRunner(source(s=[user("hi"), {**agent("hi"), "actor": actor}])).run(player).build()["tests"]

    assert ["(reset)", "hi"] == player.heard
    assert ["user", "agent"] == [action["actor"] for action in test["action_results"]]


OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"resume": "no", "journal": "j"}, "resume must be True or False, got 'no'"),
    ({"rerun_failed": 1, "journal": "j"}, "rerun_failed must be True or False, got 1"),
    ({"keep_results": "no"}, "keep_results must be True or False, got 'no'"),
    ({"teacher_forcing": "no"}, "teacher_forcing must be True or False, got 'no'"),
    *(
        ({name: "x"}, f"{name} must be a function or None, got 'x'")
        for name in ("on_scenario", "on_action", "on_environment", "on_result")
    ),
    ({"journal": 3}, "journal must be a path or None, got 3"),
    ({"retry_on": ["TimeoutErorr"]}, "got 'TimeoutErorr'; did you mean 'TimeoutError'?"),
    ({"retry_on": ["timeout"]}, "got 'timeout'; did you mean 'TimeoutError'?"),
    ({"retry_on": ["openai.RateLimitError"]}, "did you mean 'RateLimitError'?"),
    ({"retry_on": ["no such"]}, "got 'no such'; write it as 'TimeoutError'"),
    ({"filter": "refnd"}, "filter 'refnd' selects none of 1 scenario, such as 'refund'; did you mean 'refund'?"),
    ({"filter": ["tag:smok"]}, "did you mean 'tag:smoke'?"),
    ({"filter": lambda *_: False}, "selects none of 1 scenario"),
    ({"repeats": {"refnd": 2}}, "scenario 'refnd' is unknown or not selected; did you mean 'refund'?"),
]


@pytest.mark.parametrize(("options", "problem"), OPTIONS)
def test_an_option_of_a_run_that_would_be_ignored_is_refused(options: Any, problem: str) -> None:
    """A value that does nothing, or something else than it says, is refused by name before anything runs."""
    player = ScriptedAgent()
    with pytest.raises(ConfigurationError) as caught:
        EvalRunner({"runs": {"refund": {"tags": ["smoke"], "actions": [user()]}}}).run(player, **options)

    assert problem in str(caught.value)
    assert [] == player.heard


def test_an_error_class_that_may_be_imported_later_is_warned_about() -> None:
    """A name in `retry_on` that no class has so far, and that does not end as errors do, is a warning."""
    with pytest.warns(UserWarning, match="no exception class is named 'Overlooaded'") as caught:
        EvalRunner(source(s=[user()])).run(ScriptedAgent(), retry_on=["Overlooaded", "LaterError"])

    assert [__file__] == [one.filename for one in caught]


RUNNERS: list[tuple[dict[str, Any], str]] = [
    ({"tool_mode": "anyorder"}, "tool_mode must be one of .*; did you mean 'any_order'"),
    ({"tool_scope": "turns"}, "tool_scope must be one of .*; did you mean 'turn'"),
    ({"similarity_thresholds": {"exat": 0.7}}, "got 'exat'; did you mean 'exact'"),
    ({"similarity_thresholds": 0.7}, "similarity_thresholds must be an object with exact and similar, got 0.7"),
    ({"tool_comparator": "f"}, "tool_comparator must be a function or None, got 'f'"),
    ({"text_comparator": 3}, "text_comparator must be a function or None, got 3"),
    ({"argument_rules": {"f": {"a": "ignroe"}}}, "^argument_rules.f.a: .*; did you mean 'ignore'"),
    ({"argument_modes": {"f": "exac"}}, "^argument_modes.f must be .*; did you mean 'exact'"),
]


@pytest.mark.parametrize(("options", "problem"), RUNNERS)
def test_an_option_of_a_runner_that_cannot_work_is_refused(options: Any, problem: str) -> None:
    """Creating a runner with it is a ConfigurationError that names the option and suggests the right value."""
    with pytest.raises(ConfigurationError, match=problem):
        EvalRunner(source(s=[user()]), **options)


REPLIES: list[tuple[Any, str]] = [
    ({"txt": "a"}, "did you mean 'text' by 'txt'?"),
    ({"Tool_Calls": []}, "did you mean 'tool_calls' by 'Tool_Calls'?"),
    ({"text": "a", "usge": {}}, "did you mean 'usage'?"),
    ({"text": "a", "tool_calls": [{"nme": "f"}]}, "did you mean 'name' by 'nme'?"),
    ({"text": "a", "tool_calls": [{"name": "f", "arguments": {"a": 1}, "erorr": "x"}]}, "did you mean 'error'?"),
    ({"text": "a", "tool_calls": [{"name": "f", "arguments": {"a": 1}, "reslt": 1}]}, "did you mean 'result'?"),
]


@pytest.mark.parametrize(("given", "problem"), REPLIES)
def test_a_misspelt_key_of_a_reply_fails_the_test(given: Any, problem: str) -> None:
    """A part of a reply under a misspelt key would be lost, so the test fails and says what was meant."""
    [test] = EvalRunner(source(s=[user(), agent("a", call("f", a=1))])).run(lambda _: given).build()["tests"]

    assert problem in test["error"]["message"]


def test_a_reply_may_hold_more() -> None:
    """Keys of an agent's own are accepted."""
    mine = {**reply("a"), "next": None, "session_id": 3, "state": {}}
    [test] = EvalRunner(source(s=[user(), agent("a")])).run(lambda _: mine).build()["tests"]

    assert "completed" == test["status"]


def broken(**parts: Any) -> dict[str, Any]:
    return {"runs": {"good": {"actions": [user()]}, "bad": {"actions": [user(), *({"actor": "agent", **parts},) * 7]}}}


DOORS: list[tuple[Any, str]] = [
    (broken(contnt="a"), "runs.bad.actions[1].contnt: must not be a key of an action; did you mean 'content'?"),
    (broken(contnt="a"), "runs.bad.actions[5].contnt: must not be a key of an action; did you mean 'content'?; and 2"),
    (source(s={"action": [user()]}), "runs.s.action: must not be a key of a scenario; did you mean 'actions'?"),
    ({"run": {"s": {"actions": [user()]}}}, "runs: is missing; did you mean 'runs' by 'run'?"),
    ({"runs": {}, "descripton": "D"}, "descripton: must not be a key of a dataset; did you mean 'description'?"),
]


@pytest.mark.parametrize(("given", "problem"), DOORS)
def test_no_place_stores_a_dataset_that_cannot_be_played(
    given: Any, problem: str, local_client: AshrLabsClient
) -> None:
    """The client and the platform refuse it with the same faults, and store nothing."""
    stored = local_client.create_dataset("D", {"runs": {}})["id"]
    stores = (
        lambda: local_client.create_dataset("D", given),
        lambda: local_client.update_dataset(stored, dataset_source=given),
    )
    for store in stores:
        with pytest.raises(DatasetError) as caught:
            store()
        assert problem in str(caught.value)
    body = CreateDatasetRequest(name="D", dataset_source=JsonObject.from_dict(given))
    with pytest.raises(ValidationError) as refused:
        create_dataset.sync(client=local_client.api, body=body)

    assert problem in str(refused.value)
    assert [stored] == [one["id"] for one in local_client.list_datasets()["datasets"]]
    assert {"runs": {}} == local_client.get_dataset(stored).get("dataset_source")


@pytest.mark.parametrize("other", [{}, {"runs": [{"file": "a"}]}, {"runs": None, "dataset_type": "multi_run_3d"}])
def test_datasets_of_other_types_are_stored_unchanged(other: Any, local_client: AshrLabsClient) -> None:
    """A dataset whose runs are not an object is not one of conversations, and is stored as it is."""
    assert other == local_client.create_dataset("D", other).get("dataset_source")
