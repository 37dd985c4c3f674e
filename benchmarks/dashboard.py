"""Time the pages of the dashboard over many runs and over a large run.

python benchmarks/dashboard.py [RUNS] [TESTS]
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from ashr_labs.local import open_platform
from ashr_labs.local.dashboard.exchange import PageRequest
from ashr_labs.local.dashboard.site import Dashboard

ORIGIN = "http://127.0.0.1:8787"
TIMES = 9


def test_of(number: int, *, passed: bool) -> dict[str, object]:
    """Return a test with two tool calls and a reply."""
    call = {"name": "refund", "arguments": {"order": f"A-{number}", "amount": 90}}
    actual = call if passed else {**call, "arguments": {"order": f"A-{number}", "amount": 900}}
    calls = [{"expected": call, "actual": actual, "match_status": "exact" if passed else "partial"}] * 2
    said = {"text": "Your refund is on its way. " * 8}
    reply = {"actor": "agent", "action_type": "text", "expected_response": said, "actual_response": said}
    return {
        "test_id": f"scenario-{number}",
        "status": "completed",
        "verdict": "passed" if passed else "failed",
        "verdict_reasons": [] if passed else ["action 1: refund: amount: expected 90, got 900"],
        "action_results": [
            {"actor": "user", "action_type": "text", "text": "I would like my money back. " * 8},
            {"actor": "agent", "action_type": "tool_call", "tool_calls": calls},
            {**reply, "match_status": "exact"},
        ],
        "usage": {"input_tokens": 900, "output_tokens": 90, "cost_usd": 0.004},
        "tags": [f"tag {number % 7}"],
        "duration_ms": 900.0,
    }


def result_of(tests: int, change: int = 0) -> dict[str, object]:
    """Return the result of a run."""
    found = [test_of(number, passed=(number + change) % 5 > 0) for number in range(tests)]
    metrics = {"total_tests": tests, "tests_passed": tests - tests // 5, "tests_failed": tests // 5}
    return {"tests": found, "status": "completed", "aggregate_metrics": metrics, "metadata": {"model": "small"}}


def main(runs: int, tests: int) -> None:
    """Fill a platform and print the median time and the size of each page."""
    with tempfile.TemporaryDirectory() as folder, closing(open_platform(Path(folder) / "ashr.db")) as platform:
        for number in range(runs):
            platform.store_graded(result_of(5, number), "small")
        large = [platform.store_graded(result_of(tests, change), "large") for change in (0, 1)]
        dashboard = Dashboard(platform)
        link = urlsplit(dashboard.sign_in_link(ORIGIN))
        entered = dashboard.answer(PageRequest("GET", link.path, link.query, {}, b"", ORIGIN, "127.0.0.1"))
        headers = {"cookie": entered.cookies[0].partition(";")[0]}
        before, after = large
        targets = [
            ("runs, newest", "runs", ""),
            ("runs, in the middle", "runs", f"before={runs // 2}"),
            ("run", f"runs/{after}", ""),
            ("run, failed", f"runs/{after}", "show=failed"),
            ("run, search", f"runs/{after}", "q=money+900"),
            ("test", f"runs/{after}/test", "id=scenario-4"),
            ("repeats", f"runs/{after}/repeats", ""),
            ("comparison", "compare", f"baseline={before}&candidate={after}"),
            ("overview", "", ""),
        ]
        for name, path, query in targets:
            times: list[float] = []
            size = 0
            for _ in range(TIMES):
                begin = time.perf_counter()
                answer = dashboard.answer(PageRequest("GET", f"/app/{path}", query, headers, b"", ORIGIN, "127.0.0.1"))
                times.append(1000 * (time.perf_counter() - begin))
                size = len(answer.content)
            print(
                f"{name:22} first {times[0]:7.0f} ms, median {statistics.median(times):6.0f} ms, {size / 1000:4.0f} kB"
            )
        print(json.dumps({"runs": runs, "tests": tests}))


if __name__ == "__main__":
    main(*(int(one) for one in [*sys.argv[1:], "10000", "5000"][:2]))
