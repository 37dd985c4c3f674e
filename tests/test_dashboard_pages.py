"""Tests of what the pages of the dashboard show."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ashr_labs._http.sse import SSEDecoder
from ashr_labs.local import open_platform
from ashr_labs.local.dashboard.budget import Budget
from ashr_labs.local.dashboard.exchange import PageResponse, safe_target
from ashr_labs.local.dashboard.pages.repeats import pass_hat
from ashr_labs.local.dashboard.site import Dashboard
from ashr_labs.local.dashboard.trace_tree import tree_of
from ashr_labs.local.dashboard.word_marks import marked
from ashr_labs.results import compare, read_run
from ashr_labs.results.reports.text import format_difference
from support.dashboard import Browser, Site, fill, opened_site, refund_test, result, trace_record, visible_text
from support.local_api import Api, database_with_tenants

MAX_PAGE = 300_000


@pytest.fixture(name="site", scope="module")
def _site() -> Generator[tuple[Site, dict[str, int]]]:
    with opened_site() as site:
        yield site, fill(site.api)


Filled = tuple[Site, dict[str, int]]

PAGES: list[tuple[str, list[str]]] = [
    ("", ["Overview", "Newest runs", "2 with errors", "small-2", "refund_order 2 100.0 %"]),
    ("runs", ["Runs", "Support refunds", "66.7 %", "small-3 · 3f2a91c", "5.32 s", "$0.0252"]),
    ("runs?dataset=1", ["66.7 %"]),
    ("runs/{after}", ["Run {after}", "4 of 6 passed", "KeyError", "ashr-labs-rules", "1–6 of 6 tests"]),
    ("runs/{after}?show=failed", ["1–2 of 2 tests"]),
    ("runs/{after}?show=errors", ["the test did not run to its end"]),
    ("runs/{after}?q=900", ["1–1 of 1 tests"]),
    ("runs/{after}?show=unchecked", ["No test matches"]),
    ("runs/{after}?tag=refunds&sort=failed+first", ["tag refunds ×"]),
    (
        "runs/{before}/test?id=d",
        ["refund_order partial", "amount 90 900", "First wrong step", "It thanks the customer."],
    ),
    ("runs/{before}/test?id=d&events=wrong", ["2 of 2 steps"]),
    ("runs/{before}/test?id=d&events=calls", ["find_order", "R-7"]),
    ("runs/{after}/test?id=f", ["KeyError: 'order'", "bot.py", "line 12"]),
    ("runs/{repeated}/test?id=a&repeat=2", ["a[2]", "All repeats"]),
    ("runs/{repeated}/repeats", ["53.3 %", "Flaky scenarios", "pass^k"]),
    ("compare", ["Baseline", "Candidate"]),
    ("compare?baseline={before}&candidate={after}", ["cannot be told apart", "regressed 1", "fixed 2"]),
    ("compare?baseline={before}&candidate={after}&show=regressed", ["c A refund of a paid order"]),
    ("compare/scenario?baseline={before}&candidate={after}&id=c", ["Baseline: run {before} passed", "failed"]),
    ("traces", ["refund request", "order status", "u-17", "2 traces"]),
    ("traces?q=order+status", ["1 traces"]),
    ("traces?user=u-17&errors=with+errors", ["user u-17 ×", "1 traces"]),
    ("traces/view?id=trace-1", ["refund_order", "timeout after 3 s", "2,560", "run {before}, d", "First error"]),
    ("traces/view?id=trace-1&show=generations", ["1–2 of 2 observations"]),
    ("datasets", ["Support refunds", "Refunds of paid orders"]),
    ("datasets/1", ["6 scenarios"]),
    ("agents", ["Support bot", "find_order"]),
    ("prompts", ["support", "2"]),
    ("prompts/view?slug=support", ["Changes since version 1", "Never promise a date."]),
    ("labels?run={before}", ["0 of 6 tests", "To label next", "politeness 0.8 passed"]),
    ("experiments", ["No experiments yet"]),
    ("sandboxes", ["No sandbox runs"]),
    ("sessions", ["No sessions yet"]),
]


@pytest.mark.parametrize(("target", "texts"), PAGES, ids=[target or "overview" for target, _ in PAGES])
def test_pages_show_what_operations_answer(site: Filled, target: str, texts: list[str]) -> None:
    """Each page shows the values of its operations, and none is larger than 300 kB."""
    opened, runs = site

    page = opened.signed_in().page(f"/app/{target.format(**runs)}")

    text = visible_text(page)
    assert [] == [one for one in (text_.format(**runs) for text_ in texts) if one not in text]
    assert len(page) < MAX_PAGE


def test_links_of_every_kind_of_page_lead_to_pages(site: Filled) -> None:
    """No page has a link to something that is not there; of links that differ in values only, two are followed."""
    opened, _ = site
    browser = opened.signed_in()
    waiting, seen = ["/app/"], Counter[str]()
    while waiting:
        target = waiting.pop().partition("#")[0]
        kind = re.sub(r"\d+|=[^&]*", "", target)
        if not target or "/static/" in target or seen[kind] == 2:
            continue
        seen[kind] += 1
        answer = browser.get(target)
        assert 200 == answer.status, target
        if "html" in answer.headers["content-type"] and "content-disposition" not in answer.headers:
            waiting += map(html.unescape, re.findall(r'href="(/[^"]*)"', answer.content.decode()))

    assert len(seen) > 40


@pytest.mark.parametrize(
    ("target", "status", "message"),
    [
        ("runs/99", 404, "there is no run 99"),
        ("runs/x", 404, "there is no run 'x'"),
        ("runs/1/test?id=missing", 404, "run 1 has no test 'missing'"),
        ("runs/1/test", 404, "must have its `id`"),
        ("runs/1?show=faild", 400, "did you mean 'failed'?"),
        ("runs/1?sort=x", 400, "`sort` must be one of order, failed first"),
        ("runs/1?from=-1", 400, "`from` must be an integer >= 0, got '-1'"),
        ("runs?before=99999999999999999999", 400, "`before` must be an integer >= 1"),
        (f"runs/1?q={'x' * 300}", 400, "at most 200 characters, got 300"),
        ("traces/view?id=nothing", 404, "there is no trace 'nothing'"),
        ("traces?after=x", 422, "list_observability_traces: cursor"),
        ("prompts/view?slug=nothing", 404, "nothing"),
        ("prompts/view?slug=support&version=9", 404, "there is no version 9"),
        ("datasets/99", 404, "there is no dataset 99"),
        ("nowhere", 404, "there is no such page"),
        ("static/nothing.css", 404, "there is no such file"),
        ("static/..%2fsite.py", 404, "there is no such file"),
        ("&".join(["runs?a=1"] * 60), 400, "at most 50 fields"),
    ],
)
def test_errors_are_pages_with_the_reason(site: Filled, target: str, status: int, message: str) -> None:
    """An unknown page, id or value is answered with its status and a page that names the reason."""
    opened, _ = site

    page = opened.signed_in().page(f"/app/{target}", status)

    assert message in visible_text(page)


def test_search_finds_text_of_transcripts(site: Filled) -> None:
    """A test is found by words of its messages, in any order and case."""
    opened, runs = site

    found = visible_text(opened.signed_in().page(f"/app/runs/{runs['after']}?q=MONTH+refund"))

    assert "1–1 of 1 tests" in found


def test_neighbours_follow_the_filters_of_the_run(site: Filled) -> None:
    """The next failed test of a page is the next failed test of the list that it was opened from."""
    opened, runs = site

    page = opened.signed_in().page(f"/app/runs/{runs['before']}/test?id=d&show=failed&sort=scenario")

    assert 'data-key="n j"' in page
    assert f"/app/runs/{runs['before']}/test?id=e&amp;show=failed&amp;sort=scenario" in page


def test_raw_json_is_the_record(site: Filled) -> None:
    """The raw JSON of a test is its record, as JSON that browsers do not take for anything else."""
    opened, runs = site

    answer = opened.signed_in().get(f"/app/runs/{runs['before']}/test.json?id=d")

    assert "d" == json.loads(answer.content)["test_id"]
    assert ("application/json", "nosniff") == (answer.headers["content-type"], answer.headers["x-content-type-options"])


def test_filtered_tests_are_downloaded(site: Filled) -> None:
    """The tests that a page lists are a CSV or a JSON file, with the labels."""
    opened, runs = site
    browser = opened.signed_in()
    api, run_id = opened.api, runs["after"]
    api.send("PUT", "/v1/labels", {"run_id": run_id, "test_id": "c", "verdict": "passed", "comment": "=1+1"})

    table = browser.get(f"/app/runs/{run_id}/tests.csv?show=failed&sort=scenario")
    rows = list(csv.DictReader(io.StringIO(table.content.decode())))
    listed = json.loads(browser.get(f"/app/runs/{run_id}/tests.json?show=failed&sort=scenario").content)

    assert ["c", "f"] == [row["scenario_id"] for row in rows] == [row["scenario_id"] for row in listed]
    assert ("passed", "'=1+1") == (rows[0]["label.verdict"], rows[0]["label.comment"])
    assert ("passed", "=1+1", None) == (
        listed[0]["label.verdict"],
        listed[0]["label.comment"],
        listed[1]["label.verdict"],
    )
    assert f'attachment; filename="run-{run_id}-tests.csv"' == table.headers["content-disposition"]


@pytest.mark.parametrize(
    "target", ["runs/{before}/report.html", "compare/report.html?baseline={before}&candidate={after}"]
)
def test_reports_need_no_server(site: Filled, target: str) -> None:
    """A run and a comparison are saved as a page that loads nothing and has every transcript."""
    opened, runs = site

    answer = opened.signed_in().get(f"/app/{target.format(**runs)}")
    page = answer.content.decode()

    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "Your refund of 900 euros is on its way" in page
    assert [] == re.findall(r'(?:src|href)="(?!#|data:,")[^"]*"', page)


def test_comparison_is_that_of_the_command(site: Filled) -> None:
    """The page has the numbers that `compare()` gives for the same runs."""
    opened, runs = site
    before, after = (opened.api("get_run", run_id=runs[side])["run"] for side in ("before", "after"))

    page = visible_text(opened.signed_in().page(f"/app/compare?baseline={runs['before']}&candidate={runs['after']}"))

    for one in compare(read_run(before), read_run(after)).differences:
        assert format_difference(one.metric, one.difference, one.interval) in page


def test_run_is_followed_by_events() -> None:
    """The events of a run reach the page of a signed-in browser, behind the last one that it has read."""
    with opened_site() as site:
        run_id = site.api("start_run", tenant_id=1, dataset_id=site.api.dataset(), tests_total=1)["run"]["id"]
        site.api("append_run_tests", run_id=run_id, tests=[refund_test("a", False)])
        site.api("finish_run", run_id=run_id, result=result(refund_test("a", False)))
        site.api.settled_run(run_id)
        browser = site.signed_in()

        answers = [browser.get(f"/app/runs/{run_id}/events", **headers) for headers in ({}, {"last_event_id": "2"})]
        events = [[one.event for one in SSEDecoder().feed(b"".join(read(answer)))] for answer in answers]

        assert ["progress", "test_finished", "ended"] == events[0]
        assert ["ended"] == events[1]
        assert "text/event-stream" in answers[0].headers["content-type"]
        assert "default-src 'none'" in answers[0].headers["content-security-policy"]
        assert 404 == browser.get("/app/runs/99/events").status


def read(answer: PageResponse) -> Iterator[bytes]:
    assert answer.stream is not None
    return answer.stream.parts()


def test_run_in_progress_has_provisional_verdicts_and_can_be_cancelled() -> None:
    """A run that is played shows its tests so far, is read again by the page, and is stopped by a form."""
    with opened_site() as site:
        dataset = site.api.dataset()
        run_id = site.api("start_run", tenant_id=1, dataset_id=dataset, tests_total=4)["run"]["id"]
        test = {name: value for name, value in refund_test("a", False).items() if not name.startswith("verdict")}
        site.api("append_run_tests", run_id=run_id, tests=[test])
        browser = site.signed_in()

        shown = browser.page(f"/app/runs/{run_id}")
        answer = browser.post(f"/app/runs/{run_id}/cancel", {"csrf": browser.token()})
        after = visible_text(browser.page(f"/app/runs/{run_id}"))

    assert "Running: 1 of 4 tests played" in visible_text(shown)
    assert "data-reload" in shown
    assert (303, f"/app/runs/{run_id}") == (answer.status, answer.headers["location"])
    assert "the player was asked to stop" in after


def hostile_tests() -> list[dict[str, Any]]:
    long = "<&\"'" * 3_000
    wide = {f"argument {number}": long[:1000] for number in range(60)}
    action = {
        "actor": "agent",
        "action_type": "tool_call",
        "tool_calls": [
            {
                "expected": {"name": "f", "arguments": wide},
                "actual": {"name": "f", "arguments": wide, "result": long[:9000]},
            }
        ]
        * 6,
    }
    deep: Any = "x"
    for _ in range(150):
        deep = [deep]
    return [
        refund_test(
            "many steps", False, action_results=[{"actor": "user", "action_type": "text", "text": long[:2000]}] * 400
        ),
        refund_test("wide call", False, action_results=[action] * 3),
        refund_test(
            "deep",
            False,
            action_results=[
                {"actor": "user", "text": deep},
                7,
                None,
                {
                    "actor": "agent",
                    "action_type": "tool_call",
                    "tool_calls": [1, {"actual": {"name": ["x"], "arguments": deep}}],
                },
            ],
        ),
        refund_test(
            "reasons",
            False,
            verdict_reasons=[long] * 100,
            scores={str(number): {"value": 1, "reason": long} for number in range(100)},
        ),
        refund_test(
            "odd",
            False,
            title=7,
            tags=[1, None],
            turns=[3, {"action_index": {}}],
            usage=[1],
            scores=[1],
            error={"kind": 3, "message": {"a": 1}},
        ),
    ]


def test_pages_of_hostile_tests_are_small_and_whole() -> None:
    """Whatever is in a test, its pages are answered, and are smaller than 300 kB."""
    with opened_site() as site:
        for number, test in enumerate(hostile_tests()):
            run_id = site.api.run(site.api.dataset(), result(test))
            site.api.settled_run(run_id)
            browser = site.signed_in()
            for target in (
                f"runs/{run_id}",
                f"runs/{run_id}/test?id={test['test_id']}",
                f"compare?baseline={run_id}&candidate={run_id}",
                f"compare/scenario?baseline={run_id}&candidate={run_id}&id={test['test_id']}",
                f"runs/{run_id}/repeats",
            ):
                size = len(browser.page(f"/app/{target.replace(' ', '+')}").encode())
                assert size < MAX_PAGE, (number, target, size)


def test_page_of_a_large_trace_is_small() -> None:
    """A trace of thousands of observations with long texts is shown in pages smaller than 300 kB."""
    with opened_site() as site:
        one = trace_record("t")["observations"][0]
        many = [
            {**one, "id": f"o{number}", "parent_observation_id": f"o{number - 1}", "input": "<b>" * 4000}
            for number in range(900)
        ]
        site.api("ingest_observability_trace", trace=trace_record("t", observations=many))

        page = site.signed_in().page("/app/traces/view?id=t")

    assert "1–150 of 900 observations" in visible_text(page)
    assert len(page) < MAX_PAGE


def test_another_tenants_things_are_not_found(tmp_path: Path) -> None:
    """A key of another tenant gets 404 for ids of this one, and sees none of its texts in lists."""
    keys = database_with_tenants(tmp_path / "ashr.db")
    platform = open_platform(tmp_path / "ashr.db")
    dashboard = Dashboard(platform)
    with closing(platform):
        runs = fill(Api(platform, keys[0], 1))
        other = Browser(dashboard).sign_in(keys[1])

        for target in (
            f"runs/{runs['after']}",
            f"runs/{runs['after']}/test?id=d",
            f"runs/{runs['after']}/test.json?id=d",
            f"runs/{runs['repeated']}/repeats",
            f"compare?baseline={runs['before']}&candidate={runs['after']}",
            "datasets/1",
            "traces/view?id=trace-1",
            "traces/view.json?id=trace-1",
            "prompts/view?slug=support",
        ):
            other.page(f"/app/{target}", 404)
        for target in ("", "runs", "traces", "datasets", "agents", "prompts", "compare"):
            assert "efund" not in visible_text(other.page(f"/app/{target}"))
        answer = other.post(f"/app/runs/{runs['after']}/cancel", {"csrf": other.token()})

    assert 404 == answer.status


def test_budget_cuts_texts_to_what_is_left() -> None:
    """Texts are cut to their limit, and to beginnings when the page is full; what is left out is counted."""
    budget = Budget(1_000)

    assert ("x" * 300, 200) == tuple(budget.cut("x" * 500, 300))
    assert ("é" * 250, 0) == tuple(budget.cut("é" * 250))
    assert ("y" * 40, 60) == tuple(budget.cut("y" * 100))
    assert budget.is_used_up


def test_marks_are_the_words_that_differ() -> None:
    """Only the words that are not in the other text are marked."""
    expected, actual = marked("You get 90 euros.", "You get 900 euros.")

    assert (["90"], ["900"]) == (
        [one.text for one in expected if one.differs],
        [one.text for one in actual if one.differs],
    )
    assert "You get 900 euros." == "".join(one.text for one in actual)


def test_pass_hat_is_the_chance_that_all_repeats_pass() -> None:
    """pass^k is the share of the choices of k repeats that all passed, over the scenarios with k repeats."""
    assert pytest.approx((0.5 + 1) / 2) == pass_hat([(1, 2), (3, 3)], 1)
    assert pytest.approx((0 + 1) / 2) == pass_hat([(1, 2), (3, 3)], 2)
    assert pytest.approx(1) == pass_hat([(1, 2), (3, 3)], 3)
    assert pass_hat([(1, 2)], 3) is None


def test_tree_has_each_observation_once() -> None:
    """Observations in cycles, with missing parents or without ids are in the tree, too."""
    given = [
        {"id": "a", "parent_observation_id": "b"},
        {"id": "b", "parent_observation_id": "a"},
        {"id": "c", "parent_observation_id": "missing"},
        {"id": "d", "parent_observation_id": "d"},
        {"id": "e", "parent_observation_id": "c", "start_time": "x"},
        {},
    ]

    nodes = tree_of(given)

    assert sorted(map(id, given)) == sorted(id(node.observation) for node in nodes)
    assert [("c", 0), ("e", 1)] == [(node.observation.get("id"), node.depth) for node in nodes[:2]]


@pytest.mark.parametrize(
    ("target", "safe"),
    [
        ("/app/runs/7?show=failed", "/app/runs/7?show=failed"),
        ("", "/app/"),
        ("https://example.com/", "/app/"),
        ("//example.com/app/", "/app/"),
        ("/app/\\\\example.com", "/app/"),
        ("/app/x\r\nset-cookie: a=b", "/app/"),
        ("/app/sign-out", "/app/"),
        ("/v1/prompts", "/app/"),
        ("javascript:alert(1)", "/app/"),
    ],
)
def test_sign_in_leads_to_own_pages_only(target: str, safe: str) -> None:
    """After sign-in a browser is sent to a page of the dashboard, whatever the address asks for."""
    assert safe == safe_target(target)
