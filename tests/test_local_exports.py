"""Lists of scenarios and spans, exports of experiments, and their deletion."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any

import pytest

from ashr_labs.experiments import RunResults, shown_statuses
from ashr_labs.experiments.totals import Finished
from ashr_labs.local import open_platform
from ashr_labs.local.exchange import PlatformRequest
from support.local_api import Api, Place, database_on, database_with_tenants
from support.stored_experiments import store_experiment

OUTCOMES = [
    ("a", "pass"),
    ("a", "fail"),
    ("b", "pass"),
    ("b", "pass"),
    ("c", "error"),
    ("c", "fail"),
    ("d", "cancelled"),
]


@pytest.fixture(name="tenants", scope="module")
def _tenants(module_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Generator[list[Api]]:
    """Yield tenants that have the same two experiments with results."""
    place = module_place or tmp_path_factory.mktemp("exports") / "tenants.db"
    keys = database_with_tenants(place, 5)
    with closing(database_on(place)) as database, database.write() as connection:
        for tenant_id, _ in enumerate(keys, 1):
            store_experiment(connection, OUTCOMES, tenant_id=tenant_id)
            store_experiment(connection, [("a", "pass")], name="exp-2", tenant_id=tenant_id)
    platform = open_platform(place)
    yield [Api(platform, key, tenant_id) for tenant_id, key in enumerate(keys, 1)]
    platform.close()


@pytest.fixture(name="api")
def _api(tenants: list[Api]) -> Api:
    return tenants[0]


def pages(api: Api, target: str, between: Callable[[], object] = lambda: None) -> list[dict[str, Any]]:
    """Return the items of all pages; something happens after each of them."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = api.got(f"{target}{cursor}")
        found += page["items"]
        if not page["next_cursor"]:
            return found
        assert re.fullmatch("[A-Za-z0-9_-]+", page["next_cursor"])
        cursor = f"&cursor={page['next_cursor']}"
        between()


def report(api: Api, sandbox: str, count: int, *, start: int = 0, root: str = "root") -> None:
    """Store the spans of a sandbox, in requests of 1,000."""
    for first in range(start, start + count, 1000):
        events = [
            {
                "span_id": f"{sandbox}-{root}-{number:06}",
                "root_span_id": f"{sandbox}-{root}",
                "event_type": "tool_call",
                "tool": "step",
                "ts": f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}Z",
            }
            for number in range(first, min(first + 1000, start + count))
        ]
        answer = api.send("POST", f"/v1/sandboxes/{sandbox}/trace", {"events": events})
        assert 200 == answer.status, answer.body


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def test_scenarios_of_all_experiments_are_listed(api: Api) -> None:
    """Pages have the scenarios of each experiment of the tenant once, oldest first, as the results have them."""
    listed = pages(api, "/v1/scenarios?limit=3")

    assert [*["exp-1"] * 7, "exp-2"] == [one["experiment_id"] for one in listed]
    assert {1} == {one["run"] for one in listed}
    results = api.got("/v1/experiments/exp-1")["scenarios"]
    assert results == [{key: one[key] for key in one if key not in ("experiment_id", "run")} for one in listed[:7]]
    assert shown_statuses([Finished(*one) for one in OUTCOMES]) == [one["status"] for one in listed[:7]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("experiment_id=exp-1&status=fail", ["c-r2"]),
        ("experiment_id=exp-1&status=failed", ["c-r2"]),
        ("status=passed", ["b-r1", "b-r2", "a-r1"]),
        ("status=flaky", ["a-r1", "a-r2"]),
        ("status=cancelled", ["d-r1"]),
        ("scenario_id=a-r1", ["a-r1", "a-r1"]),
        ("experiment_id=exp-3", []),
    ],
)
def test_scenarios_are_filtered(api: Api, query: str, expected: list[str]) -> None:
    """Filters choose scenarios by experiment, id, and status, which may be `passed` and `failed`, too."""
    assert expected == [one["scenario_id"] for one in pages(api, f"/v1/scenarios?limit=2&{query}")]


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/v1/scenarios?status=failing", "status"),
        ("/v1/scenarios?cursor=abc", "cursor"),
        ("/v1/scenarios?limit=1001", "limit"),
        ("/v1/experiments/exp-1/export?format=csv", "format"),
    ],
)
def test_invalid_queries_are_refused_by_name(api: Api, target: str, path: str) -> None:
    """Unknown statuses, formats and cursors are refused."""
    answer = api.send("GET", target)

    assert (True, path) == (answer.status in {400, 422}, answer.body["path"])


def test_spans_of_an_experiment_are_those_of_its_sandboxes(tenants: list[Api]) -> None:
    """The filter by experiment finds the spans that its sandboxes have reported, and no others."""
    first, second = tenants[:2]
    for api in (first, second):
        for sandbox in ("sb-exp-1-0", "sb-exp-1-3", "sb-exp-2-0"):
            report(api, sandbox, 2)

    found = pages(first, "/v1/traces?limit=3&experiment_id=exp-1")
    assert {"sb-exp-1-0-root": 2, "sb-exp-1-3-root": 2} == {
        root: sum(one["trace_id"] == root for one in found) for root in {one["trace_id"] for one in found}
    }
    assert ["sb-exp-2-0-root"] * 2 == [one["trace_id"] for one in pages(second, "/v1/traces?experiment_id=exp-2")]


@pytest.mark.parametrize("limit", [3, 7])
def test_pages_of_spans_are_stable_while_spans_are_added(tenants: list[Api], limit: int) -> None:
    """Each span is on one page, though earlier and later spans join its trace, and newer traces come."""
    api = tenants[2]
    report(api, "sb-exp-1-0", 10, start=100)
    report(api, "sb-exp-1-0", 10, start=100, root="second")
    expected = {f"sb-exp-1-0-{root}-{number:06}" for root in ("root", "second") for number in range(100, 110)}
    added = iter(range(4))

    def between() -> None:
        if (number := next(added, None)) is None:
            return
        for root in ("root", "second", f"newer{number}"):
            report(api, "sb-exp-1-0", 2, start=2 * number, root=root)
            report(api, "sb-exp-1-0", 1, start=200 + number, root=root)

    found = [one["span_id"] for one in pages(api, f"/v1/spans?limit={limit}", between)]

    assert len(found) == len(set(found))
    assert expected <= set(found)


def test_export_has_everything_of_the_last_run(tenants: list[Api]) -> None:
    """Both formats have the experiment, its totals, scenarios and spans, and nothing of other experiments."""
    api = tenants[3]
    report(api, "sb-exp-1-0", 1200)
    report(api, "sb-exp-1-2", 3)
    report(api, "sb-exp-2-0", 3)

    exported = api.send("GET", "/v1/experiments/exp-1/export")
    whole = exported.body
    assert ("application/json", "exp-1", "completed") == (
        exported.headers["content-type"], whole["experiment"]["id"], whole["experiment"]["status"],
    )  # fmt: skip
    totals = RunResults.from_dict(whole["result"])
    assert (7, 2, 1) == (totals.total_scenarios, totals.passed, totals.failed)
    assert pages(api, "/v1/scenarios?experiment_id=exp-1") == whole["scenarios"]
    spans = pages(api, "/v1/traces?limit=1000&experiment_id=exp-1")
    assert 1203 == len(whole["traces"])
    assert sorted(one["span_id"] for one in spans) == sorted(one["span_id"] for one in whole["traces"])
    assert spans[0] in whole["traces"]

    answer = api.send("GET", "/v1/experiments/exp-1/export?format=ndjson")
    found = lines(answer.content)
    assert "application/x-ndjson" == answer.headers["content-type"]
    assert ["experiment", "result", *["scenario"] * 7, *["span"] * 1203, "end"] == [one["type"] for one in found]
    assert {"scenarios": 7, "traces": 1203, "scores": 0} == found[-1]["data"]
    assert [whole["experiment"], whole["result"], *whole["scenarios"], *whole["traces"]] == [
        one["data"] for one in found[:-1]
    ]


def test_export_of_a_draft_is_empty(api: Api) -> None:
    """An experiment without a run is exported without scenarios."""
    spec = b"{id: s, agent: {type: cli, command: 'true'}}"
    assert 201 == api.send("POST", "/v1/specs", spec, content_type="application/x-yaml").status
    draft = api.send("POST", "/v1/experiments", {"name": "x", "spec_id": "s"}).body["id"]

    exported = api.got(f"/v1/experiments/{draft}/export")

    assert ("draft", [], [], []) == (
        exported["experiment"]["status"], exported["scenarios"], exported["traces"], exported["scores"],
    )  # fmt: skip


def test_deleted_experiment_is_gone_with_everything(tenants: list[Api]) -> None:
    """Results and scenarios go with an experiment, its traces stay, and experiments of others do not change."""
    first, second = tenants[4], tenants[0]
    report(first, "sb-exp-1-0", 2)

    assert 204 == first.send("DELETE", "/v1/experiments/exp-1").status

    assert [404, 404, 404] == [
        first.send(method, f"/v1/experiments/exp-1{rest}").status
        for method, rest in (("GET", ""), ("GET", "/export"), ("DELETE", ""))
    ]
    assert ["exp-2"] == [one["id"] for one in first.got("/v1/experiments")]
    assert ["exp-2"] == [one["experiment_id"] for one in pages(first, "/v1/scenarios?")]
    assert 2 == len(pages(first, "/v1/traces?sandbox_id=sb-exp-1-0"))
    assert 2 == second.got("/v1/experiments/exp-1")["passed"]


def test_export_of_a_deleted_experiment_breaks_off(tenants: list[Api]) -> None:
    """An export whose experiment is deleted before its scenarios are read raises; it is not taken for complete."""
    api = tenants[4]
    headers = {"authorization": f"Bearer {api.key}"}
    answer = api.platform.answer(PlatformRequest("GET", "/v1/experiments/exp-2/export", headers=headers))
    assert answer.stream is not None
    assert 204 == api.send("DELETE", "/v1/experiments/exp-2").status

    with pytest.raises(Exception, match="deleted while it was exported"):
        b"".join(answer.stream.parts())
