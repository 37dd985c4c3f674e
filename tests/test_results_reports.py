"""Tests of the reports: the page in a real browser, JUnit, Markdown, tables."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import AshrLabsClient, ConfigurationError, EvalRunner, traced
from ashr_labs.results import (
    compare,
    csv_text,
    html_report,
    jsonl_text,
    junit_xml,
    markdown_report,
    read_run,
    to_pandas,
)
from ashr_labs.results.reports import SUFFIXES, write_report
from ashr_labs.results.reports.html import html_test
from ashr_labs.results.reports.text import comparison_lines, format_value, pass_rate_text, sample_text
from support.browser import in_browser, open_page
from support.cli import Workspace
from support.eval_data import agent, user
from support.graded_runs import graded_test

EVIL = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">&<!--${1}"


TITLED = {"runs": {"late": {"title": "A late refund", "actions": [user("Hi"), agent("Your refund is on its way")]}}}


class Tracing:
    """Records a span, and replies wrongly."""

    def reset(self) -> None: ...

    def respond(self, message: str) -> str:
        with traced("look up"):
            return "No"


def refund(test_id: str, passed: bool = False, amount: Any = 12, **more: Any) -> dict[str, Any]:
    """Return a test with a message, a tool call and a reply."""
    call = {"name": "refund", "tool_name": "refund", "arguments": {"order": 7, "amount": 10}}
    actual = {**call, "arguments": {"order": 7, "amount": amount}}
    return graded_test(
        test_id,
        passed,
        verdict_reasons=[] if passed else [f"action 1: refund: amount: expected 10, got {amount!r}"],
        started_at="2026-05-17T10:00:00Z",
        completed_at="2026-05-17T10:00:02Z",
        action_results=[
            {"actor": "user", "action_type": "text", "action_index": 0, "text": "My money back, please"},
            {
                "actor": "agent",
                "action_type": "tool_call",
                "action_index": 1,
                "tool_calls": [{"expected": call, "actual": actual, "match_status": "partial"}],
            },
            {
                "actor": "agent",
                "action_type": "text",
                "action_index": 1,
                "expected_response": {"text": "It is on its way."},
                "actual_response": {"text": "Sure, a heron told me."},
                "match_status": "divergent",
                "semantic_similarity": 0.2,
            },
        ],
        **more,
    )


TURNS = [{"action_index": 0, "latency_ms": 340.4, "usage": {"cost_usd": 0.25}}]
RUN = {
    "tests": [
        refund("wrong_amount", tags=["money"], usage={"cost_usd": 0.25}, turns=TURNS),
        refund("right_amount", True, 10),
        {**refund("crash"), "error": {"kind": "agent", "type": "KeyError", "message": "no key", "traceback": "line 3"}},
        refund(EVIL, amount=EVIL),
    ]
}

SHOWN = (
    "[...document.querySelectorAll('details')].filter(one => !one.hidden)"
    ".map(one => one.querySelector('.name').textContent)"
)


def html_of(value: Any) -> str:
    """Return what a notebook shows."""
    shown = value._repr_html_()
    assert isinstance(shown, str)
    return shown


def written(folder: Path, page: str) -> str:
    path = folder / "report.html"
    path.write_text(page, "utf-8")
    return path.as_uri()


def test_page_is_self_contained() -> None:
    """The page has no address of anything, and what it shows cannot end its script."""
    page = html_report(read_run(RUN))

    assert "http://" not in page
    assert "https://" not in page
    assert EVIL not in page
    assert 3 == page.count("</script>")


@in_browser
def test_page_in_browser(tmp_path: Path) -> None:
    """It filters and searches, shows expected beside actual, complains about nothing and asks the network nothing."""
    with open_page(tmp_path, written(tmp_path, html_report(read_run(RUN), "Refunds"))) as page:
        assert ["crash", "wrong_amount", EVIL, "right_amount"] == page.run(SHOWN)
        assert "Refunds" == page.run("document.title")

        page.run("document.querySelector('[data-kind=error]').click()")
        assert ["crash"] == page.run(SHOWN)
        page.run("document.querySelector('[data-kind=error]').click()")

        page.run("tags.value = 'money'; tags.dispatchEvent(new Event('change'))")
        assert ["wrong_amount"] == page.run(SHOWN)
        page.run("tags.value = ''; tags.dispatchEvent(new Event('change'))")

        typed = "search.value = '{}'; search.dispatchEvent(new Event('input'))"
        page.run(typed.format("HERON wrong"))
        page.run("new Promise(done => setTimeout(done, 300))")
        assert ["wrong_amount"] == page.run(SHOWN)
        assert "1 of 4" == page.run("document.getElementById('count').textContent")

        visible = "[...document.querySelectorAll('details')].find(one => one.offsetParent)"
        page.run(f"{visible}.open = true")
        page.run("new Promise(done => setTimeout(done, 100))")
        opened = page.run(f"{visible}.innerText")
        assert ["10", "12"] == page.run("[...document.querySelectorAll('mark')].map(one => one.textContent)")
        assert all(text in opened for text in ("expected", "It is on its way.", "a heron told me", "2 s", "$0.2500"))
        assert "answered in 340 ms · $0.2500" in opened
        assert "median latency\t340 ms" in page.run("document.querySelector('header').innerText")
        assert [] == page.complaints
        assert [] == [url for url in page.requests if not url.startswith(("file:", "data:"))]


def test_page_summarizes_the_run() -> None:
    """The head of the page has the facts of the run, the pass rate as a bar, tokens, and a row for each tag."""
    usage = {"input_tokens": 1200, "output_tokens": 34, "cost_usd": 0.5}
    tests = [refund("a", True, tags=["money"], usage=usage), refund("b", tags=["<slow>"], title="A late refund")]
    metadata = {
        "agent": "bots:Refunds",
        "commit": "0123456789ab",
        "dataset": "refunds",
        "model": "m-1",
        "max_workers": 4,
    }
    page = html_report(read_run({"tests": tests, "metadata": metadata, "started_at": "2026-05-17T10:00:00Z"}))

    for cells in (
        ("date", "2026-05-17T10:00:00Z"),
        ("agent", "bots:Refunds"),
        ("commit", "0123456789ab"),
        ("dataset", "refunds"),
        ("model", "m-1"),
        ("max workers", "4"),
        ("input tokens", "1,200"),
        ("text similarity", "0.2"),
        ("money", "1 of 1 passed, 100.0 % (20.7 to 100.0)"),
        ("&lt;slow&gt;", "0 of 1 passed, 0.0 % (0.0 to 79.3)"),
    ):
        assert "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" in page
    assert 'aria-label="pass rate 50.0 %, 95 % interval 9.5 to 90.5"' in page
    assert page.index('"id":"b","title":"A late refund"') < page.index('"id":"a"')


@in_browser
def test_comparison_page_in_browser(tmp_path: Path) -> None:
    """Regressions come first, with both transcripts side by side."""
    slow = [{"action_index": 0, "latency_ms": 510}]
    cost = {"cost_usd": 0.5}
    before = {
        "tests": [refund("a", True, turns=TURNS, usage=cost), refund("b", True), refund("gone", True, turns=slow)]
    }
    after = {"tests": [refund("a", True, turns=slow, usage=cost), refund("b"), refund("new")]}
    found = compare(read_run(before, "main"), read_run(after, "branch"))

    with open_page(tmp_path, written(tmp_path, html_report(found))) as page:
        assert ["b", "a", "new", "gone"] == page.run(SHOWN)
        assert "branch against main" == page.run("document.title")
        header = page.run("document.querySelector('header').innerText")
        assert "median latency\t340 ms\t510 ms\t+50 %" in header
        assert "cost per test\t$0.5000\t$0.5000\t+0 %" in header
        page.run("document.querySelector('details').open = true")
        page.run("new Promise(done => setTimeout(done, 100))")
        assert 2 == page.run("document.querySelectorAll('details .sides > div').length")
        assert [] == page.complaints


@in_browser
def test_page_of_five_thousand_scenarios_is_usable(tmp_path: Path) -> None:
    """A page of 5,000 scenarios is ready within 2 seconds, and filters and searches without a wait that is felt."""
    run = read_run({"tests": [refund(f"scenario_{number}", number % 3 == 0) for number in range(5_000)]})
    url = written(tmp_path, html_report(run))

    with open_page(tmp_path, url) as page:
        ready = page.run("performance.getEntriesByType('navigation')[0].domComplete")
        begin = time.perf_counter()
        page.run("search.value = 'scenario_4999 heron'; search.dispatchEvent(new Event('input'))")
        look = "const look = () => count.textContent.startsWith('1 ') ? done() : setTimeout(look, 10)"
        page.run(f"new Promise(done => {{ {look}; look() }})")
        searched = time.perf_counter() - begin
        assert ["scenario_4999"] == page.run(SHOWN)

    assert ready < 2_000
    assert searched < 2


@in_browser
@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_page_follows_colour_scheme(tmp_path: Path, scheme: str, is_dark: bool) -> None:
    """The background is dark where the reader prefers it."""
    with open_page(tmp_path, written(tmp_path, html_report(read_run(RUN))), prefers_color_scheme=scheme) as page:
        red = int(re.findall(r"\d+", page.run("getComputedStyle(document.body).backgroundColor"))[0])

    assert is_dark == (red < 128)


def test_titles_and_traces_of_stored_runs_are_in_every_report(local_client: AshrLabsClient) -> None:
    """Tests keep the title of their scenario and their trace, so that reports of `get_run()` show them."""
    dataset_id = local_client.create_dataset(name="D", dataset_source=TITLED)["id"]
    run_id = EvalRunner(TITLED).run(Tracing(), timeout=30).deploy(local_client, dataset_id)["id"]
    local_client.poll_run(run_id)
    run = read_run(local_client.get_run(run_id))
    trace_id = run.samples[0].record["trace_id"]
    [case] = ElementTree.fromstring(junit_xml(run))[0]

    assert {"title": "A late refund", "trace_id": trace_id}.items() <= {
        one.get("name"): one.get("value") for one in case.iter("property")
    }.items()
    for text in (sample_text(run.samples[0]), markdown_report(run), html_report(run), html_test(run.samples[0])):
        assert "A late refund" in text
        assert trace_id in text


def test_junit_distinguishes_failures_and_errors() -> None:
    """A wrong answer is a failure, a crash an error, each with its reasons."""
    suite = ElementTree.fromstring(junit_xml(read_run(RUN)))[0]

    assert ("4", "2", "1", "8.000") == tuple(suite.get(key) for key in ("tests", "failures", "errors", "time"))
    assert ["failure", None, "error", "failure"] == [
        next((one.tag for one in case if one.tag != "properties"), None) for case in suite
    ]
    assert EVIL == suite[3].get("name")
    failure = suite[0].find("failure")
    assert failure is not None
    assert "action 1: refund: amount: expected 10, got 12" == failure.get("message")
    assert "- said It is on its way.\n+ said Sure, a heron told me." in str(failure.text)


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_junit_is_always_valid_xml(text: str) -> None:
    """Control characters and lone surrogates are replaced, so that every parser can read it."""
    test = graded_test(text, False, verdict_reasons=[text])

    document = junit_xml(read_run({"tests": [test]}, label=text or "run"))

    assert "testsuites" == ElementTree.fromstring(document.encode()).tag


def test_markdown_is_short_and_escaped() -> None:
    """Failures are rows of a table in which nothing is markup, and there are at most 50."""
    many = markdown_report(read_run({"tests": [refund(f"s{number}") for number in range(70)]}))
    hostile = markdown_report(read_run({"tests": [refund("a", amount="</details> @team")]}))
    evil = markdown_report(read_run({"tests": [graded_test("a|b\n@team", False, verdict_reasons=["<b>x</b>"])]}))

    assert 50 + 2 == sum(line.startswith("|") for line in many.splitlines())
    assert "\n... and 20 more.\n" in many
    assert 10 == many.count("<details>") == many.count("\n</details>")
    assert "- called refund(order=7, amount=10)" in many
    assert 1 == hostile.count("</details>")
    assert "@team" not in hostile
    assert "| a\\|b @\u200bteam |  | \\<b\\>x\\</b\\> |" in evil


def test_markdown_of_a_comparison_lists_regressions() -> None:
    """The verdict is in the heading, and each changed scenario has a row with the reason."""
    text = markdown_report(compare({"tests": [refund("a", True)]}, {"tests": [refund("a")]}))

    assert text.startswith("### run against run: **cannot tell**\n")
    assert "| regressed | a | action 1: refund: amount: expected 10, got 12 |" in text


def test_tables_have_a_row_for_each_test() -> None:
    """CSV and JSON lines have the same rows, and no cell of the CSV is a formula."""
    run = read_run({"tests": [*RUN["tests"], graded_test("=1+1", True, tags=["a;=2", "+3"])]})

    rows = [json.loads(line) for line in jsonl_text(run).splitlines()]
    cells = list(csv.DictReader(io.StringIO(csv_text(run))))

    assert [one.scenario_id for one in run.samples] == [row["scenario_id"] for row in rows]
    assert [str(row["passed"]) for row in rows] == [row["passed"] for row in cells]
    assert "'=1+1" == cells[-1]["scenario_id"]
    assert "a;'=2;' +3" == cells[-1]["tags"]
    assert "scenario_id\n" == csv_text(read_run({"tests": []}))


@pytest.mark.skipif(not find_spec("pandas"), reason="pandas is not installed")
def test_pandas_gets_the_same_rows() -> None:
    """The frame has a row for each test and a column for each score."""
    frame = to_pandas(read_run(RUN))

    assert [False, True, False, False] == frame["passed"].tolist()
    assert 0.2 == pytest.approx(frame["score.text_similarity"].mean())


def timed(latency: float, cost: float | None, *, scenario: str = "a") -> dict[str, Any]:
    usage = {} if cost is None else {"usage": {"cost_usd": cost}}
    turns = [{"action_index": number, "latency_ms": latency * (1 + number)} for number in range(3)]
    return graded_test(scenario, True, turns=turns, **usage)


def test_comparison_includes_latency_and_cost() -> None:
    """Latency and cost are compared over the scenarios of both runs, if both measured them."""
    before = {"tests": [timed(100, 0.02), timed(9_000, 5, scenario="gone")]}
    after = {"tests": [timed(150, 0.01), graded_test("b", True)]}

    found = compare(before, after)

    assert [
        ("median latency", "200 ms", "300 ms", "+50 %"),
        ("p95 latency", "300 ms", "450 ms", "+50 %"),
        ("cost per test", "$0.0200", "$0.0100", "-50 %"),
    ] == found.usage_changes()
    assert "median latency: 200 ms -> 300 ms (+50 %)" in comparison_lines(found)
    assert "| cost per test | $0.0200 | $0.0100 | -50 % |" in markdown_report(found)
    assert 0.02 == found.document()["usage"]["baseline"]["cost_usd"]
    assert [] == compare(before, {"tests": [graded_test("a", True)]}).usage_changes()
    assert "median latency: 300 ms, p95 latency: 450 ms, cost per test: $0.0100" in markdown_report(read_run(after))


@pytest.mark.parametrize(("latency", "words"), [(0.005, "0.01 ms"), (3, "6 ms"), (800, "1600 ms"), (30_000, "60.0 s")])
def test_durations_have_suitable_units(latency: float, words: str) -> None:
    """Microseconds of a stub and minutes of a slow model are both readable."""
    assert f"median latency: {words}" in markdown_report(read_run({"tests": [timed(latency, None)]}))


def test_test_result_repr_and_html() -> None:
    """A test has a short plain representation, and in notebooks its transcript with what differs marked."""
    wrong, right, crash, evil = read_run(RUN).samples

    assert "Sample('right_amount', 'passed')" == repr(right)
    assert "Sample('wrong_amount', 'failed', 'action 1: refund: amount: expected 10, got 12')" == repr(wrong)
    assert "'error'" in repr(crash)
    shown = html_of(wrong)
    assert "<strong>wrong_amount</strong>: failed (2 s · median latency 340 ms · cost per test $0.2500)" in shown
    assert "<mark>refund({&quot;order&quot;: 7, &quot;amount&quot;: 12})</mark>" in shown
    assert "<mark>It is on its way.</mark>" in shown
    assert "ended with an error" in html_of(crash)
    assert "<script" not in html_of(evil)
    long = {"actor": "user", "text": "x" * 3_000}
    assert (
        len(html_of(read_run({"tests": [graded_test("a", True, action_results=[long] * 900)]}).samples[0])) < 2_000_000
    )


HOSTILE = (
    "=HYPERLINK(1)",
    "  +1",
    "＝1",
    "@SUM(1)",
    "-1",
    "\t=1",
    "\r\n=1",
    "a\0b",
    "\x1b[31mred",
    "\ud83d",
    "\u202eabc",
    "a|b",
    "| --- |",
    "`x`",
    "</script>",
    "<!--",
    "]]>",
    "&lt;b&gt;",
    "\u2028",
    "[x](javascript:alert(1))",
    "@everyone",
    "",
)


@pytest.mark.parametrize("ending", [".html", ".md", ".xml", ".csv", ".jsonl", ".json"])
def test_reports_of_any_run_are_valid(tmp_path: Path, ending: str) -> None:
    """Ids, reasons, tags and labels may hold anything, and every format is still UTF-8 that its readers read."""
    tests = [graded_test(text, False, verdict_reasons=[text], tags=[text], scores={text or "s": 1}) for text in HOSTILE]
    run = read_run({"tests": tests}, "".join(HOSTILE))
    path = tmp_path / f"report{ending}"

    write_report(path, run, compare(run, run) if ending in {".html", ".md"} else None)

    text = path.read_bytes().decode()
    match ending:
        case ".csv":
            cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
            assert [] == [
                cell for cell in cells if cell.strip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
            ]
            assert "\0" not in text
        case ".md":
            rows = [line for line in text.splitlines() if line.startswith("|")]
            assert {7} == {len(re.findall(r"(?<!\\)\|", line)) for line in rows[:3]}
            assert not re.search("[\0\x1b\u202e]|@everyone|</script>|&lt;", text)
        case ".xml":
            assert len(HOSTILE) == len(ElementTree.fromstring(text.encode())[0])
        case ".html":
            assert 3 == text.count("</script>")
            assert "<!--" not in text
        case ".jsonl":
            assert len(HOSTILE) == len([json.loads(line) for line in text.split("\n") if line])
        case _:
            assert len(HOSTILE) == len(read_run(path))


def test_transcript_marks_each_kind_of_step() -> None:
    """A transcript shows calls with their result or error, similar replies, and entries that cannot be read."""
    call = {"name": "refund", "arguments": {"order": 7}}
    steps = [
        {"actor": "operator", "action_type": "text", "content": "Please"},
        {
            "actor": "agent",
            "action_type": "tool_call",
            "tool_calls": [
                {"expected": call, "actual": {**call, "result": {"ok": True}}, "match_status": "exact"},
                {"expected": None, "actual": {**call, "error": "too late"}, "match_status": "mismatch"},
                "refund",
            ],
        },
        {
            "actor": "agent",
            "action_type": "text",
            "expected_response": {"text": "Done."},
            "actual_response": {"text": "It is done."},
            "match_status": "similar",
        },
    ]
    [sample] = read_run({"tests": [graded_test("a", True, action_results=steps)]}).samples

    assert sample_text(sample).splitlines()[2:] == [
        "operator: Please",
        "  called refund(order=7)",
        '    -> {"ok": true}',
        "+ called refund(order=7)",
        "    error: too late",
        "+ called refund",
        "agent: It is done.",
        "  similar to: Done.",
    ]


def test_page_of_malformed_records_is_complete() -> None:
    """Calls without a name and entries that are not objects are shown, and a run without checks has no bar."""
    calls = ["refund", {"expected": None, "actual": {"arguments": {}}}, {"expected": {"name": "NOT_CALLED"}}]
    record = {
        "test_id": "a",
        "status": "completed",
        "verdict": "unchecked",
        "action_results": [7, {"tool_calls": calls}],
    }
    run = read_run({"tests": [record]})
    page = html_report(run)

    assert 'class="bar"' not in page
    assert '{"tool_calls":["refund",' in page
    assert "?({})" in html_of(run.samples[0])
    assert "\N{EN DASH}" in html_of(run.samples[0])


def test_missing_measurements_have_words() -> None:
    """A metric without a value is a dash, and a run without tests says so."""
    assert format_value("latency", float("nan")) == "-"
    assert pass_rate_text(read_run({"tests": []})) == "no tests"


def test_html_representation_escapes_names() -> None:
    """Runs and comparisons have a representation as HTML, in which names are escaped."""
    run = read_run(RUN, label="<run>")

    assert "1 of 4 passed" in html_of(run)
    assert "&lt;run&gt;" in html_of(compare(run, run))
    assert "RunResults('<run>', scenarios=4, passed=1 of 4)" == repr(run)


def test_command_writes_requested_formats(tmp_path: Path) -> None:
    """`ashr-labs report` writes every format that is asked for, and Markdown to stdout otherwise."""
    workspace = Workspace.at(tmp_path)
    workspace.write("run.json", RUN)
    names = ["page.html", "junit.xml", "comment.md", "rows.csv", "rows.jsonl"]
    outputs = [part for name in names for part in ("--output", name)]

    assert 0 == workspace.run("report", "run.json", "--baseline", "run.json", *outputs).code
    assert "### run.json: 1 of 4 passed" in workspace.run("report", "run.json").out
    assert "cannot tell" in (tmp_path / "comment.md").read_text("utf-8")
    assert all((tmp_path / name).stat().st_size for name in names)
    assert "must end with one of" in workspace.run("report", "run.json", "--output", "page.pdf").error(2)
    assert "below 50.0 %" in workspace.run("report", "run.json", "--min-pass-rate", "0.5").error(1)


def test_reports_of_something_else_are_refused(tmp_path: Path) -> None:
    """A subject that is neither a run nor a comparison is named in the error."""
    to_files = [partial(write_report, tmp_path / f"x{suffix}") for suffix in SUFFIXES.split(", ")]
    makers: list[Any] = [html_report, markdown_report, *to_files]
    for make in makers:
        with pytest.raises(ConfigurationError, match=r"what read_run\(\) or compare\(\) returned, got 3"):
            make(3)
