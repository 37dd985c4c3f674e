"""Scores of experiments: by rules, by other scorers of the platform, and by clients."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Any

import pytest

from ashr_labs.local import open_platform
from support.experiments import wait_until
from support.local_api import Api, Place, database_on, database_with_tenants
from support.stored_experiments import store_experiment

EXPERIMENTS = [f"exp-{number}" for number in range(1, 10)]


@pytest.fixture(name="tenants", scope="module")
def _tenants(module_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Generator[list[Api]]:
    """Yield two tenants with the same experiments, each of three scenarios of which two have a verdict."""
    place = module_place or tmp_path_factory.mktemp("scores") / "tenants.db"
    keys = database_with_tenants(place)
    with closing(database_on(place)) as database, database.write() as connection:
        for tenant_id, _ in enumerate(keys, 1):
            for name in EXPERIMENTS:
                store_experiment(
                    connection, [("a", "pass"), ("b", "fail"), ("c", "error")], name=name, tenant_id=tenant_id
                )
    platform = open_platform(place)
    yield [Api(platform, key, tenant_id) for tenant_id, key in enumerate(keys, 1)]
    platform.close()


@pytest.fixture(name="api")
def _api(tenants: list[Api]) -> Api:
    return tenants[0]


def rule(api: Api, kind: str, config: dict[str, Any], name: str = "rule") -> str:
    made = api.send("POST", "/v1/score-rules", {"name": name, "type": kind, "config": config})
    assert 201 == made.status, made.body
    found: str = made.body["id"]
    return found


def scored(api: Api, experiment: str, **body: Any) -> list[dict[str, Any]]:
    """Ask for scores, and return all scores of the experiment when they are there."""
    answer = api.send("POST", f"/v1/experiments/{experiment}/score", body)
    assert 202 == answer.status, answer.body
    target = f"/v1/experiments/{experiment}/scores"
    wait_until(lambda: all(one["status"] != "queued" for one in api.got(target)), timeout=20)
    found: list[dict[str, Any]] = api.got(target)
    return found


def shown(scores: list[dict[str, Any]], *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(one[field] for field in fields) for one in scores]


def test_rules_score_the_scenarios_that_have_a_verdict(api: Api) -> None:
    """Each rule scores each scenario that passed or failed, with the weight and the gate of its options."""
    is_a = rule(api, "contains", {"text": "by a-r1", "weight": 3, "gate": True}, "is a")
    answer = api.send("POST", "/v1/experiments/exp-1/score", {"rule_ids": [is_a]})

    assert ({"status": "queued", "queued": 2, "stored": 0}, 202) == (answer.body, answer.status)
    found = scored(api, "exp-1", rule_ids=[is_a])
    assert [("a-r1", is_a, "is a", 1.0, True, 3.0, True), ("b-r1", is_a, "is a", 0.0, False, 3.0, True)] == shown(
        found, "scenario_id", "rule_id", "name", "score", "passed", "weight", "gate"
    )
    assert [("scored", "exp-1", 1, "")] * 2 == shown(found, "status", "experiment_id", "run", "trace_id")
    assert "does not contain" in found[1]["message"]


def test_scorers_see_parameters_prompt_and_spans(api: Api) -> None:
    """Scorers get the parameters, the filled prompt, and the tool calls that the sandbox has reported."""
    events = [
        {"span_id": "root", "event_type": "agent", "tool": "turn"},
        {
            "span_id": "call",
            "parent_span_id": "root",
            "root_span_id": "root",
            "event_type": "tool_call",
            "tool": "look",
        },
    ]
    assert 200 == api.send("POST", "/v1/sandboxes/sb-exp-2-0/trace", {"events": events}).status
    scorers = [
        {"name": "point", "type": "exact_match", "config": {"expected_key": "POINT"}},
        {"name": "looked", "type": "trajectory", "config": {"called": ["look"]}},
    ]

    found = scored(api, "exp-2", scorers=scorers)

    assert {("a-r1", "point"): 0.0, ("b-r1", "point"): 0.0, ("a-r1", "looked"): 1.0, ("b-r1", "looked"): 0.0} == {
        (one["scenario_id"], one["name"]): one["score"] for one in found
    }
    assert {"a-r1": "root", "b-r1": ""} == {one["scenario_id"]: one["trace_id"] for one in found}
    assert {""} == {one["rule_id"] for one in found}


def test_scores_without_a_value_say_why(api: Api) -> None:
    """A judge without a model, code of the client and a missing expectation do not give a score of 0."""
    custom, judge = rule(api, "custom", {"anything": 1}), rule(api, "llm_as_judge", {"criteria": "It is polite."})
    expected = {"name": "missing", "type": "exact_match", "config": {"expected_key": "nothing"}}

    found = scored(api, "exp-3", rule_ids=[custom, judge], scorers=[expected])

    statuses = {one["rule_id"] or one["name"]: (one["status"], one["score"], one["passed"]) for one in found}
    assert {
        custom: ("not_applicable", None, None),
        judge: ("not_judged", None, None),
        "missing": ("not_applicable", None, None),
    } == statuses
    assert all(one["message"] for one in found)


def test_clients_add_their_own_scores(api: Api) -> None:
    """Scores of clients are stored at once, with weight and gate; without `passed` 0.5 is enough."""
    scores = [
        {"scenario_id": "a-r1", "name": "mine", "score": 0.5, "weight": 0.25, "gate": True, "message": "well"},
        {"scenario_id": "b-r1", "name": "mine", "score": 0.9, "passed": False},
        {"scenario_id": "a-r1", "name": "raised", "score": None, "failed": True, "message": "ValueError: x"},
        {"scenario_id": "a-r1", "name": "absent", "score": None},
    ]
    answer = api.send("POST", "/v1/experiments/exp-4/score", {"scores": scores})

    assert {"status": "completed", "queued": 0, "stored": 4} == answer.body
    assert [
        ("mine", 0.5, True, 0.25, True, "scored", "well"),
        ("mine", 0.9, False, 1.0, False, "scored", ""),
        ("raised", None, None, 1.0, False, "failed", "ValueError: x"),
        ("absent", None, None, 1.0, False, "not_applicable", ""),
    ] == shown(
        api.got("/v1/experiments/exp-4/scores"), "name", "score", "passed", "weight", "gate", "status", "message"
    )


def test_scoring_again_replaces_the_scores_of_the_same_scorers(api: Api) -> None:
    """Scores of the same rule, renamed or not, and of scorers with the same name are replaced, and others stay."""
    first = rule(api, "contains", {"text": "a-r1"}, "first")
    scorer = {"name": "other", "type": "contains", "config": {"text": "b-r1"}}
    scored(api, "exp-5", rule_ids=[first], scorers=[scorer], scores=[{"scenario_id": "a-r1", "name": "m", "score": 1}])
    assert 200 == api.send("PATCH", f"/v1/score-rules/{first}", {"name": "renamed", "config": {"text": "b-r1"}}).status

    found = scored(api, "exp-5", rule_ids=[first, first], scores=[{"scenario_id": "b-r1", "name": "m", "score": 0}])

    assert [
        ("other", "a-r1", 0.0), ("other", "b-r1", 1.0), ("m", "a-r1", 1.0),
        ("renamed", "a-r1", 0.0), ("renamed", "b-r1", 1.0), ("m", "b-r1", 0.0),
    ] == shown(found, "name", "scenario_id", "score")  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({}, 422, "at least one scorer"),
        ({"rule_ids": ["rule_x"]}, 404, "no scoring rule 'rule_x'"),
        ({"scorers": [{"name": "a", "type": "contain"}]}, 422, "did you mean 'contains'?"),
        ({"scorers": [{"name": "a", "type": "contains", "config": {"tex": "x"}}]}, 422, "config.tex"),
        ({"scorers": [{"name": "a", "type": "file_exists", "config": {"path": "x"}}]}, 422, "needs the sandbox"),
        ({"scorers": [{"name": "a", "type": "json_validity"}] * 2}, 422, "different names"),
        ({"scorers": [{"name": "a", "type": "regex", "config": {"pattern": "(a)\\1"}}]}, 422, "back-references"),
        ({"scores": [{"scenario_id": "c-r1", "name": "x", "score": 1}]}, 422, "scores[0].scenario_id"),
        ({"scores": [{"scenario_id": "a-r1", "name": "x", "score": 2}]}, 422, "scores[0].score"),
        ({"rules": []}, 422, "rules"),
    ],
)
def test_invalid_requests_are_refused(api: Api, body: dict[str, Any], status: int, text: str) -> None:
    """Unknown rules, types, options and scenarios are refused, and nothing is stored."""
    answer = api.send("POST", "/v1/experiments/exp-6/score", body)

    assert (status, True) == (answer.status, text in answer.body["error"]), answer.body
    assert [] == api.got("/v1/experiments/exp-6/scores")


def test_number_of_scorers_is_limited(api: Api) -> None:
    """A run has the scores of at most 50 scorers, 20 of them at once."""

    def send(count: int, start: int) -> int:
        scorers = [{"name": f"s{number}", "type": "json_validity"} for number in range(start, start + count)]
        return api.send("POST", "/v1/experiments/exp-7/score", {"scorers": scorers}).status

    assert [202, 202, 422, 202, 202] == [send(20, 0), send(20, 20), send(20, 40), send(10, 40), send(20, 0)]


def test_draft_cannot_be_scored(api: Api) -> None:
    """An experiment that has not ended is a conflict."""
    spec = b"{id: s, agent: {type: cli, command: 'true'}}"
    assert 201 == api.send("POST", "/v1/specs", spec, content_type="application/x-yaml").status
    draft = api.send("POST", "/v1/experiments", {"name": "x", "spec_id": "s"}).body["id"]

    answer = api.send("POST", f"/v1/experiments/{draft}/score", {"rule_ids": ["rule_x"]})

    assert (409, True) == (answer.status, "its status is draft" in answer.body["error"])
    assert [] == api.got(f"/v1/experiments/{draft}/scores")


def test_scores_of_tenants_and_of_traces_are_listed(tenants: list[Api]) -> None:
    """The list has the tenant's scores of experiments, then those that rules have given to traces; filters choose."""
    first, second = tenants
    scored(first, "exp-8", scores=[{"scenario_id": name, "name": "m", "score": 1} for name in ("a-r1", "b-r1")])
    ours = rule(second, "contains", {"text": "said"})
    scored(second, "exp-8", rule_ids=[ours], scores=[{"scenario_id": "a-r1", "name": "m", "score": 1}])
    online = {"name": "online", "type": "contains", "config": {"text": "x"}, "online": {}}
    live = second.send("POST", "/v1/score-rules", online).body["id"]
    for name in ("t1", "t2"):
        second("ingest_observability_trace", trace={"id": name, "name": "t", "output": "x"})
    wait_until(lambda: len(second("get_observability_trace", trace_id="t2")["scores"]) == 1, timeout=20)
    wait_until(lambda: len(second("get_observability_trace", trace_id="t1")["scores"]) == 1, timeout=20)

    listed = pages(second, "/v1/scores?limit=2")
    assert [("exp-8", ours), ("exp-8", ours), ("exp-8", ""), ("", live), ("", live)] == shown(
        listed, "experiment_id", "rule_id"
    )
    assert ["t1", "t2"] == [one["trace_id"] for one in pages(second, f"/v1/scores?limit=1&rule_id={live}")]
    assert listed[:2] == pages(second, f"/v1/scores?limit=1&rule_id={ours}&experiment_id=exp-8")
    assert 2 == len(pages(first, "/v1/scores?experiment_id=exp-8"))
    assert 404 == second.send("POST", "/v1/experiments/exp-8/score", {"rule_ids": [rule(first, "custom", {})]}).status
    exported = second.got("/v1/experiments/exp-8/export")
    assert listed[:3] == exported["scores"]


def pages(api: Api, target: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = api.got(f"{target}{cursor}")
        found += page["items"]
        if not page["next_cursor"]:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def test_deleted_experiment_takes_its_scores_along(api: Api) -> None:
    """Scores, queued ones too, go with their experiment."""
    scorers = [{"name": f"s{number}", "type": "contains", "config": {"text": "x"}} for number in range(5)]
    assert 202 == api.send("POST", "/v1/experiments/exp-9/score", {"scorers": scorers}).status

    assert 204 == api.send("DELETE", "/v1/experiments/exp-9").status

    assert [] == api.got("/v1/scores?experiment_id=exp-9")["items"]
    assert 404 == api.send("GET", "/v1/experiments/exp-9/scores").status
