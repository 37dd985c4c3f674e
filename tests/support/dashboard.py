"""A platform with runs, traces, a dataset, an agent and a prompt, and the pages about them."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from ashr_labs.local.dashboard.exchange import PageRequest, PageResponse
from ashr_labs.local.dashboard.site import Dashboard
from ashr_labs.local.settings import Settings
from support.local_api import Api

ORIGIN = "http://127.0.0.1:8787"


@dataclass
class Clock:
    """A clock that a test advances."""

    moment: float = 1_780_000_000.0

    def __call__(self) -> float:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += seconds


@dataclass
class Browser:
    """A browser without scripts: it keeps cookies and sends forms."""

    dashboard: Dashboard
    origin: str = ORIGIN
    address: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict[str, str])

    def get(self, target: str, **headers: str) -> PageResponse:
        return self._send("GET", target, b"", headers)

    def page(self, target: str, status: int = 200) -> str:
        """Return the text of a page that must have a status."""
        answer = self.get(target)
        assert answer.status == status, (target, answer.status, answer.content[-2000:])
        return answer.content.decode()

    def post(self, target: str, fields: Mapping[str, str], **headers: str) -> PageResponse:
        form = {"content-type": "application/x-www-form-urlencoded", "origin": self.origin, **headers}
        return self._send("POST", target, urlencode(fields).encode(), form)

    def token(self, target: str = "/app/") -> str:
        """Return the token of the forms of a page."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.page(target))
        assert found is not None
        return found[1]

    def sign_in(self, key: str) -> Browser:
        answer = self.post("/app/sign-in", {"key": key})
        assert answer.status == 303, answer.content
        return self

    def _send(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> PageResponse:
        path, _, query = target.partition("?")
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {name.replace("_", "-"): value for name, value in headers.items()} | (
            {"cookie": cookie} if cookie else {}
        )
        answer = self.dashboard.answer(PageRequest(method, path, query, given, body, self.origin, self.address))
        for one in answer.cookies:
            name, _, value = one.partition(";")[0].partition("=")
            if "Max-Age=0" in one:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer


@dataclass(frozen=True)
class Site:
    """A platform with its dashboard."""

    api: Api
    dashboard: Dashboard

    def browser(self, **options: Any) -> Browser:
        """Return a browser that is not signed in."""
        return Browser(self.dashboard, **options)

    def signed_in(self) -> Browser:
        """Return a browser that is signed in as the owner."""
        return self.browser().sign_in(self.api.key)

    def enter(self) -> tuple[Browser, str]:
        """Return a browser, and the target of a one-time link."""
        link = urlsplit(self.dashboard.sign_in_link(ORIGIN))
        return self.browser(), f"{link.path}?{link.query}"


@contextmanager
def opened_site(now: Callable[[], float] = time.time, settings: Settings | None = None) -> Generator[Site]:
    """Open a platform in memory with its dashboard."""
    with Api.opened(settings=settings, now=now) as api:
        yield Site(api, Dashboard(api.platform, now=now))


def call(name: str, arguments: Any, actual: Any = None, status: str = "exact", **more: Any) -> dict[str, Any]:
    """Return an entry of `tool_calls`; without other actual arguments it was called as expected."""
    return {
        "expected": {"name": name, "arguments": arguments},
        "actual": {"name": name, "arguments": arguments if actual is None else actual, **more},
        "match_status": status,
    }


def refund_test(scenario: str, passed: bool, text: str = "", **more: Any) -> dict[str, Any]:
    """Return a test about a refund: it fails by its arguments and its reply."""
    expected = "Your refund of 90 euros is on its way. You will have it within five days."
    actual = text or (expected if passed else "Your refund of 900 euros is on its way. You will have it in a month.")
    amount = 90 if passed else 900
    refund = call(
        "refund_order",
        {"order": "A-1041", "amount": 90, "currency": "EUR"},
        {"order": "A-1041", "amount": amount, "currency": "EUR"},
        "exact" if passed else "partial",
        result={"refund": "R-7", "state": "accepted"},
    )
    lookup = call("find_order", {"order": "A-1041"}, result={"order": "A-1041", "total": 90, "paid": True})
    actions = [
        {"actor": "user", "action_type": "text", "action_index": 0, "text": "I would like my money back for A-1041."},
        {"actor": "agent", "action_type": "tool_call", "action_index": 1, "tool_calls": [lookup, refund]},
        {
            "actor": "agent",
            "action_type": "text",
            "action_index": 1,
            "expected_response": {"text": expected},
            "actual_response": {"text": actual},
            "match_status": "exact" if passed else "divergent",
            "semantic_similarity": 1.0 if passed else 0.71,
        },
    ]
    reasons = [] if passed else ["action 1: refund_order: `amount` must be 90, got 900", "action 1: the text differs"]
    return {
        "test_id": scenario,
        "status": "completed",
        "verdict": "passed" if passed else "failed",
        "verdict_reasons": reasons,
        "action_results": actions,
        "turns": [{"action_index": 0, "latency_ms": 842.0, "usage": {"cost_usd": 0.0042}}],
        "usage": {"input_tokens": 1240, "output_tokens": 96, "cost_usd": 0.0042},
        "duration_ms": 1320.0,
        "scores": {"politeness": {"value": 0.8, "passed": True, "reason": "It thanks the customer."}},
        "tags": ["refunds", "money"],
        "title": "A refund of a paid order",
        **more,
    }


def result(*tests: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Return the result of a run."""
    metrics = {"total_tests": len(tests)}
    facts = {"model": "small-2", "commit": "3f2a91c", **metadata}
    return {
        "tests": list(tests),
        "status": "completed",
        "aggregate_metrics": metrics,
        "metadata": facts,
        "duration_ms": 5321.0,
    }


def trace_record(trace_id: str, name: str = "refund request", **more: Any) -> dict[str, Any]:
    """Return a trace: an agent that asks a model, and a tool that fails."""
    at = "2026-05-17T10:00:0{}Z".format

    def one(number: int, kind: str, name: str, begin: int, end: int, parent: int | None, **fields: Any) -> Any:
        place = {"parent_observation_id": None if parent is None else f"{trace_id}-{parent}"}
        return {
            "id": f"{trace_id}-{number}",
            "type": kind,
            "name": name,
            "start_time": at(begin),
            "end_time": at(end),
            **place,
            **fields,
        }

    usage = {"input_tokens": 1200, "output_tokens": 80}
    question = [{"role": "user", "content": "I would like my money back."}]
    return {
        "id": trace_id,
        "name": name,
        "user_id": "u-17",
        "session_id": "s-4",
        "tags": ["production"],
        "metadata": {"region": "eu"},
        "output": "Your refund is on its way.",
        "observations": [
            one(
                0, "span", "agent", 0, 9, None, input="I would like my money back.", output="Your refund is on its way."
            ),
            one(
                1,
                "generation",
                "plan",
                0,
                3,
                0,
                model="small-2",
                usage=usage,
                cost=0.0031,
                input=question,
                output="call refund_order",
            ),
            one(2, "span", "tool:find_order", 3, 4, 0, input={"order": "A-1041"}, output={"total": 90}),
            one(
                3,
                "span",
                "tool:refund_order",
                4,
                7,
                0,
                level="ERROR",
                status_message="timeout after 3 s",
                input={"order": "A-1041"},
            ),
            one(
                4,
                "generation",
                "answer",
                7,
                9,
                0,
                model="small-2",
                usage=usage,
                cost=0.0031,
                output="Your refund is on its way.",
            ),
        ],
        **more,
    }


def visible_text(page: str) -> str:
    """Return the text of a page without its elements."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def fill(api: Api) -> dict[str, int]:
    """Store a dataset, three runs, traces, an agent and a prompt; return the ids of the runs by their names."""
    scenarios = {
        name: {"title": "A refund", "tags": ["refunds"], "actions": [{"actor": "user", "content": "Hi"}]}
        for name in "abcdef"
    }
    dataset = api.dataset(
        name="Support refunds", description="Refunds of paid orders", dataset_source={"runs": scenarios}
    )
    api(
        "create_agent",
        name="Support bot",
        description="Answers customers",
        config={"grading_config": {"tool_strictness": {"find_order": "optional"}}},
    )
    for text in (
        "Be polite.\nAnswer in one sentence.\n",
        "Be polite and brief.\nAnswer in one sentence.\nNever promise a date.\n",
    ):
        api.send("POST", "/v1/prompts", {"slug": "support", "template": text})
    api("ingest_observability_trace", trace=trace_record("trace-1"))
    api("ingest_observability_trace", trace=trace_record("trace-2", "order status", user_id="u-3"))
    crash = {
        "kind": "agent",
        "type": "KeyError",
        "message": "'order'",
        "traceback": "File \"bot.py\", line 12, in respond\nKeyError: 'order'",
    }
    before = [refund_test(name, name in "abc", trace_id="trace-1") for name in "abcdef"]
    after = [refund_test(name, name in "abde") for name in "abcdef"]
    after[5] = {**after[5], "status": "failed", "error": crash, "action_results": after[5]["action_results"][:1]}
    repeated = [
        refund_test(name, (ord(name) + repeat) % 3 > 0, repeat=repeat) for name in "abcdef" for repeat in range(5)
    ]
    runs = {
        "before": api.run(dataset, result(*before)),
        "after": api.run(dataset, result(*after, model="small-3")),
        "repeated": api.run(dataset, result(*repeated)),
    }
    for run_id in runs.values():
        api.settled_run(run_id)
    return runs
