"""Scoring rules score a share of the traces that come in, within a budget, and count what they skip."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.llm import openai_client, set_default_llm_client
from ashr_labs.local import open_platform
from ashr_labs.local.jobs.score_trace import OUTCOMES, SCORE
from ashr_labs.local.online.context import context_of_trace
from ashr_labs.local.online.rules import is_sampled
from ashr_labs.local.otlp.answers import PROTOBUF_TYPE
from ashr_labs.local.settings import Settings
from support.chat_server import KEY, model
from support.local_api import Api, Place, database_with_tenants
from support.otlp import otlp_request, otlp_span

DAY = 86_400
NOON = 1_900_000_800.0 // DAY * DAY + DAY / 2


class Clock:
    """A clock controlled by a test."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="api")
def _api(place: Place, clock: Clock) -> Generator[Api]:
    platform = open_platform(place, settings=Settings(score_delay=0.0), now=clock)
    try:
        yield Api(platform, platform.bootstrap())
    finally:
        platform.close()


def create(api: Api, kind: str = "contains", config: Any = None, online: Any = None, **fields: Any) -> dict[str, Any]:
    """Create a rule that must be accepted."""
    body = {
        "name": kind,
        "type": kind,
        "config": {"value": "refund"} if config is None else config,
        "online": online or {},
        **fields,
    }
    answer = api.send("POST", "/v1/score-rules", body)
    assert answer.status == 201, answer.body
    return answer.body


def trace(number: int, output: str = "Your refund is on its way.", **fields: Any) -> dict[str, Any]:
    """Return a trace whose agent answered once."""
    span = {"id": f"{number + 1:016x}", "type": "span", "name": "agent", "input": "Where is it?", "output": output}
    return {"id": f"{number + 1:032x}", "name": "support", "observations": [span], **fields}


def ingest(api: Api, *traces: dict[str, Any]) -> None:
    for one in traces:
        api("ingest_observability_trace", trace=one)


def wait_until(condition: Callable[[], bool], *, timeout: float = 20.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def summary(api: Api, rule: dict[str, Any], traces: int) -> dict[str, Any]:
    """Return the summary of a rule as soon as it has decided about this many traces."""

    def decided() -> int:
        found = api.got(f"/v1/score-rules/{rule['id']}/summary")
        return found["scored"] + sum(found["skipped"].values())

    wait_until(lambda: decided() >= traces)
    found: dict[str, Any] = api.got(f"/v1/score-rules/{rule['id']}/summary")
    return found


@dataclass(frozen=True)
class Seen:
    """The server of a judge, and the requests that it got."""

    url: str
    requests: list[Any]

    def __len__(self) -> int:
        return len(self.requests)

    def __str__(self) -> str:
        return json.dumps(self.requests)


@contextmanager
def judge(
    verdict: Any = None, *, cost: float | None = 0.25, before: Callable[[], object] = lambda: None
) -> Generator[Seen]:
    """Make judges ask a server that always gives the same verdict; yield the requests that it got."""
    content = json.dumps({"score": 0.75, "passed": True, "reason": "fine"} if verdict is None else verdict)
    reply = {"model": "judge-1", "choices": [{"message": {"role": "assistant", "content": content}}]}

    def answering(_: Any) -> tuple[int, bytes]:
        before()
        return 200, json.dumps({**reply, "usage": {"prompt_tokens": 10, "completion_tokens": 5}}).encode()

    with model(answering) as (url, requests):
        set_default_llm_client(
            openai_client("judge-1", base_url=url, api_key=KEY, cache=None, price=lambda name, usage: cost)
        )
        try:
            yield Seen(url, requests)
        finally:
            set_default_llm_client(None)


def test_rules_are_kept(api: Api) -> None:
    """A rule is created, listed, read, changed field by field, and deleted."""
    online = {"sampling_rate": 0.5, "filter": {"tags": ["prod"]}, "daily_budget_usd": 2.0, "mask": False}
    rule = create(api, online=online)

    assert (online, True) == (rule["online"], rule["is_active"])
    assert [rule] == api.got("/v1/score-rules")
    changed = api.send("PATCH", f"/v1/score-rules/{rule['id']}", {"is_active": False, "name": "polite"}).body
    assert {**rule, "is_active": False, "name": "polite", "updated_at": changed["updated_at"]} == changed
    assert changed == api.got(f"/v1/score-rules/{rule['id']}")
    assert 204 == api.send("DELETE", f"/v1/score-rules/{rule['id']}").status
    assert [] == api.got("/v1/score-rules")
    assert 404 == api.send("GET", f"/v1/score-rules/{rule['id']}").status


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"type": "contain"}, "did you mean 'contains'?"),
        ({"config": {"valeu": "x"}}, "did you mean 'value'?"),
        ({"type": "regex", "config": {"pattern": "("}}, "`pattern` must be a regular expression"),
        ({"type": "regex", "config": {"pattern": r"(?=a)"}}, "without look-around and back-references"),
        ({"type": "custom"}, "its scorer is code of the client"),
        ({"type": "command_exits", "config": {"value": "ls"}}, "traces have no files and services"),
        ({"online": {"sampling_rate": 1.5}}, "online.sampling_rate: 1.5 is greater than the maximum of 1"),
        ({"online": {"smapling_rate": 1}}, "smapling_rate"),
        ({"online": {"daily_budget_usd": -1}}, "daily_budget_usd"),
        ({"online": {"filter": {"tag": "x"}}}, "tag"),
        ({"name": ""}, "name"),
    ],
)
def test_rules_that_cannot_score_are_refused(api: Api, body: dict[str, Any], reason: str) -> None:
    """A rule is refused where it is stored, with what is wrong and what was probably meant."""
    rule = {"name": "n", "type": "contains", "config": {"value": "x"}, "online": {}, **body}

    answer = api.send("POST", "/v1/score-rules", rule)

    assert 422 == answer.status
    assert reason in answer.body["error"]


def test_rules_of_other_clients_are_kept(api: Api) -> None:
    """Rules that only a client can run are kept, as long as they do not score incoming traces."""
    judging = {"criteria": "polite", "rubric": {"pass": "p"}, "model": "m"}
    for kind, config in (("custom", {"anything": 1}), ("llm_as_judge", judging)):
        assert 201 == api.send("POST", "/v1/score-rules", {"name": kind, "type": kind, "config": config}).status


def test_scores_are_shown_with_their_traces(api: Api) -> None:
    """A trace has its scores in its details and in lists; analytics have the totals of each rule."""
    rule = create(api)
    ingest(api, trace(1), trace(2, "No."))
    found = summary(api, rule, 2)

    assert (2, 0.5, 0.5, {}) == (found["scored"], found["mean"], found["pass_rate"], found["skipped"])
    [score] = api("get_observability_trace", trace_id=trace(2)["id"])["scores"]
    assert (rule["id"], "contains", 0.0, False, 0.0) == tuple(
        score[name] for name in ("rule_id", "name", "score", "passed", "cost_usd")
    )
    listed = api("list_observability_traces")["traces"]
    assert [0.0, 1.0] == sorted(one["scores"][0]["score"] for one in listed)
    assert [found] == api("get_observability_analytics")["score_rules"]


def test_share_is_sampled_by_trace_id(api: Api) -> None:
    """With a rate of 0.2, the share of 1,000 traces is within the binomial bounds, and stable by trace id."""
    rule = create(api, online={"sampling_rate": 0.2})
    traces = [trace(number) for number in range(1_000)]
    ingest(api, *traces)
    found = summary(api, rule, 1_000)

    chosen = {one["id"] for one in traces if is_sampled(one["id"], 0.2)}
    assert 151 <= len(chosen) <= 251  # four standard deviations
    assert (len(chosen), {"not_sampled": 1_000 - len(chosen)}) == (found["scored"], found["skipped"])
    scored = {one["id"] for page in (1, 2) for one in listed(api, page) if "scores" in one}
    assert chosen & {one["id"] for page in (1, 2) for one in listed(api, page)} == scored
    assert not any(is_sampled(one["id"], 0.0) for one in traces)
    assert all(is_sampled(one["id"], 1.0) for one in traces)


def listed(api: Api, page: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api("list_observability_traces", limit=100, page=page)["traces"]
    return found


def test_client_sampling_does_not_bias_the_share() -> None:
    """Of traces whose ids begin with low digits, as clients sample them, the same share is chosen."""
    chosen = sum(is_sampled(f"{number:032x}", 0.5) for number in range(1_000))

    assert 420 <= chosen <= 580


def test_filters_choose_traces(api: Api) -> None:
    """A rule scores the traces that its filter describes, and does not count the others."""
    wanted = {"name": "support", "tags": ["prod"], "has_errors": True}
    rule = create(api, online={"filter": wanted})
    failed = [{**trace(0)["observations"][0], "level": "ERROR"}]
    ingest(api, trace(1, tags=["prod"]), trace(2, tags=["prod"], observations=failed), trace(3, observations=failed))
    other = create(api, name="all", online={})
    ingest(api, trace(4))
    summary(api, other, 1)

    assert 1 == summary(api, rule, 1)["scored"]


def test_judge_is_asked_within_the_budget(api: Api, clock: Clock) -> None:
    """When the budget of a day is spent, traces are skipped and counted; the next day has a budget of its own."""
    with judge(cost=0.25) as seen:
        rule = create(api, "moderation", {}, {"daily_budget_usd": 0.5})
        for number in range(5):
            ingest(api, trace(number))
            summary(api, rule, number + 1)
        found = summary(api, rule, 5)
        clock.now += DAY
        ingest(api, trace(9))
        tomorrow = summary(api, rule, 6)

    assert (2, 0.75, 0.5, {"over_budget": 3}) == (found["scored"], found["mean"], found["cost_usd"], found["skipped"])
    assert (3, 3) == (tomorrow["scored"], len(seen))


def test_budget_needs_known_costs(api: Api) -> None:
    """Under a budget, a judge whose cost is not known is asked once; the other traces are skipped and counted."""
    with judge(cost=None) as seen:
        rule = create(api, "moderation", {}, {"daily_budget_usd": 10.0})
        for number in range(3):
            ingest(api, trace(number))
            summary(api, rule, number + 1)

    found = summary(api, rule, 3)
    assert (1, {"cost_unknown": 2}, 1) == (found["scored"], found["skipped"], len(seen))


@pytest.mark.parametrize("mask", [True, False])
def test_personal_data_is_masked_before_a_judge_sees_it(api: Api, mask: bool) -> None:
    """A judge sees traces without personal data, unless the rule says that it may see them; they are stored as sent."""
    with judge() as seen:
        rule = create(api, "moderation", {}, {"mask": mask})
        ingest(api, trace(1, "Write to ann@example.com"))
        summary(api, rule, 1)

    assert mask is ("ann@example.com" not in str(seen))
    assert mask is ("<email>" in str(seen))
    stored = api("get_observability_trace", trace_id=trace(1)["id"])["trace"]
    assert "Write to ann@example.com" == stored["observations"][0]["output"]


@pytest.mark.parametrize(
    ("config", "verdict", "task"),
    [
        ({"criteria": "polite", "model": "m"}, {"steps": ["Read it."], "score": 4, "reason": ""}, "polite"),
        ({"template_key": "humor"}, {"score": 0.75, "passed": True, "reason": ""}, "funny"),
    ],
)
def test_judges_of_rules_are_those_of_scorers(api: Api, config: dict[str, Any], verdict: Any, task: str) -> None:
    """A rule of the type `llm_as_judge` is a judge of its criteria, or the judge that `to_rule()` of it names."""
    with judge(verdict) as seen:
        rule = create(api, "llm_as_judge", config)
        ingest(api, trace(1))
        assert 0.75 == summary(api, rule, 1)["mean"]

    assert task in str(seen)


def test_reasons_without_a_score_are_counted(api: Api) -> None:
    """A judge that gives no verdict, and a scorer that does not apply, are counted by reason and get none."""
    with judge("no idea"):
        judged = create(api, "moderation", {})
        compared = create(api, "exact_match", {"case_sensitive": False})
        ingest(api, trace(1))
        reasons = [summary(api, judged, 1)["skipped"], summary(api, compared, 1)["skipped"]]

    assert [{"not_judged": 1}, {"not_applicable": 1}] == reasons
    assert {reason for one in reasons for reason in one} <= set(OUTCOMES)
    assert [] == api("get_observability_trace", trace_id=trace(1)["id"])["scores"]


def test_parts_of_a_trace_are_scored_as_a_whole(api: Api) -> None:
    """A trace that comes in parts is scored again when another part has come, and has one score."""
    rule = create(api, config={"value": "sunny"})
    for span in (otlp_span(2, parent=1), otlp_span(1, {"output.value": "It is sunny."})):
        body = otlp_request(span).SerializeToString()
        assert 200 == api.send("POST", "/otlp/v1/traces", body, content_type=PROTOBUF_TYPE).status

    wait_until(lambda: summary(api, rule, 1)["mean"] == 1.0)

    assert 1 == summary(api, rule, 1)["scored"]


def test_inactive_rules_score_nothing(api: Api) -> None:
    """A rule that is not active, and one without `online`, score nothing."""
    inactive = create(api, is_active=False)
    offline = api.send("POST", "/v1/score-rules", {"name": "o", "type": "contains", "config": {"value": "x"}}).body
    active = create(api)
    ingest(api, trace(1))
    summary(api, active, 1)

    assert [0, 0] == [summary(api, rule, 0)["scored"] for rule in (inactive, offline)]


def test_tenants_have_rules_of_their_own(place: Place, tmp_path: Path) -> None:
    """A rule scores the traces of its tenant only, and others cannot see, change or delete it."""
    where = place or tmp_path / "two.db"
    keys = database_with_tenants(where)
    platform = open_platform(where)
    api, other = (Api(platform, key, number) for number, key in enumerate(keys, 1))
    mine, theirs = create(api), create(other)
    ingest(api, trace(1))
    summary(api, mine, 1)

    assert 0 == summary(other, theirs, 0)["scored"]
    assert [theirs["id"]] == [rule["id"] for rule in other.got("/v1/score-rules")]
    path = f"/v1/score-rules/{mine['id']}"
    assert [404] * 4 == [
        other.send("GET", path).status,
        other.send("GET", f"{path}/summary").status,
        other.send("PATCH", path, {"name": "x"}).status,
        other.send("DELETE", path).status,
    ]
    platform.close()


def test_deleted_rules_leave_their_scores(api: Api) -> None:
    """Scores stay when their rule is deleted, and go with their trace."""
    rule = create(api)
    ingest(api, trace(1))
    summary(api, rule, 1)

    api.send("DELETE", f"/v1/score-rules/{rule['id']}")

    assert ["contains"] == [
        score["name"] for score in api("get_observability_trace", trace_id=trace(1)["id"])["scores"]
    ]


WATCHED = """
import json, sys, time
from pathlib import Path
from support.local_api import Api

with Api.opened(Path(sys.argv[1])) as api:
    rule = {"name": "ok", "type": "moderation", "online": {}}
    print(api.send("POST", "/v1/score-rules", rule).body["id"], flush=True)
    api("ingest_observability_trace", trace=json.loads(sys.argv[2]))
    time.sleep(60)
"""


def test_killed_process_does_not_score_twice(tmp_path: Path) -> None:
    """A trace whose process was killed while its judge was asked is scored by the next one, and has one score."""
    asked, killed = threading.Event(), threading.Event()

    def wait() -> None:
        asked.set()
        killed.wait(20)

    path = tmp_path / "p.db"
    with judge(before=wait) as seen:
        environment = {**os.environ, "ASHR_JUDGE_MODEL": "judge-1", "ASHR_JUDGE_BASE_URL": seen.url}
        command = [sys.executable, "-c", WATCHED, str(path), json.dumps(trace(1))]
        tests = Path(__file__).parent
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=tests) as process:
            assert process.stdout
            rule = {"id": process.stdout.readline().strip()}
            assert asked.wait(20)
            process.kill()
        killed.set()
        with Api.opened(path) as api:
            found = summary(api, rule, 1)
            [score] = api("get_observability_trace", trace_id=trace(1)["id"])["scores"]

    assert (1, 0.75, 2) == (found["scored"], score["score"], len(seen))


def test_late_worker_does_not_store_its_score(place: Place, clock: Clock, tmp_path: Path) -> None:
    """A worker whose lease has ended while its judge was asked stores nothing; the job is still there."""
    asked, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        asked.set()
        go_on.wait(20)

    with judge(before=wait), Api.opened(place or tmp_path / "p.db", now=clock) as api:
        rule = create(api, "moderation", {})
        ingest(api, trace(1))
        assert asked.wait(20)
        with api.platform._database.write() as connection:
            connection.exec_driver_sql("UPDATE jobs SET version = version + 1")  # as another worker does
        go_on.set()
        wait_until(lambda: not api.platform._workers[SCORE]._current)

        assert 0 == summary(api, rule, 0)["scored"]
        with api.platform._database.read() as connection:
            assert 1 == connection.exec_driver_sql("SELECT count(*) FROM jobs").scalar()


def test_patterns_are_searched_in_linear_time(api: Api) -> None:
    """A pattern that takes forever elsewhere does not hold up the platform."""
    rule = create(api, "regex", {"pattern": "(a+)+$"})
    before = time.monotonic()
    ingest(api, trace(1, "a" * 5_000 + "!"))

    assert 0.0 == summary(api, rule, 1)["mean"]
    assert time.monotonic() - before < 10


def test_scorers_see_the_texts_of_a_trace() -> None:
    """Scorers get the question of the user, the answer, tool calls with results, and what retrievers have found."""
    messages = [{"role": "system", "content": "s"}, {"role": "user", "parts": [{"type": "text", "content": "Where?"}]}]
    answer = [{"role": "assistant", "parts": [{"type": "text", "content": "Here."}]}]
    spans = [
        {"id": "1", "type": "generation", "name": "chat", "input": messages, "output": answer},
        {"id": "2", "type": "span", "name": "tool:find", "parent_observation_id": "1", "input": {"q": 1}, "output": 2},
        {"id": "3", "type": "span", "name": "search", "output": ["doc"], "metadata": {"kind": "retriever"}},
        {"id": "4", "type": "event", "name": "seen"},
    ]
    context = context_of_trace({"id": "t", "metadata": {"lang": "en"}, "observations": spans})

    assert ("Where?", "Here.") == (context.input, context.output)
    assert [{"name": "find", "arguments": {"q": 1}, "result": 2}] == list(context.calls)
    assert {"lang": "en", "context": [["doc"]]} == context.parameters
    assert ["s", "Where?", "Here."] == [message["content"] for message in context.messages]
    assert 3 == len(context.spans)
