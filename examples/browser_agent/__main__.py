"""Test an agent that uses a browser, and keep what its browser did with each test.

The browser is a small one, so that the example runs anywhere: it loads pages of a shop on this machine and submits
forms. With a hosted browser, its provider's log takes the same place.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import httpx

from ashr_labs import AshrLabsClient, RunBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORM = '<h1>Returns</h1><form action="/returns" method="post"><input name="order"></form>'


class _Shop(BaseHTTPRequestHandler):
    """A shop with one form; it refuses orders that were not delivered."""

    def do_GET(self) -> None:
        """Show the form."""
        self._show(200, _FORM)

    def do_POST(self) -> None:
        """Accept or refuse a return."""
        order = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode()).get("order", [""])[0]
        known = order == "ORD-1001"
        self._show(200 if known else 422, f"<h1>{'Return accepted' if known else 'Not delivered yet'}</h1>")

    def _show(self, status: int, page: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class Browser:
    """Loads pages and submits forms; its log has the shape of `vm_stream`."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=base_url)
        self._started = time.monotonic()
        self.logs: list[dict[str, Any]] = []

    def open(self, path: str) -> str:
        """Load a page, and return its heading."""
        return self._shown("navigation", {"url": path}, self._http.get(path))

    def submit(self, path: str, **fields: str) -> str:
        """Submit a form, and return the heading of the page behind it."""
        return self._shown("action", {"action": "submit", "url": path, **fields}, self._http.post(path, data=fields))

    def close(self) -> int:
        """Close the browser, and return for how many milliseconds it was open."""
        self._http.close()
        return self._now()

    def _shown(self, kind: str, data: dict[str, Any], response: httpx.Response) -> str:
        self.logs.append({"ts": self._now(), "type": kind, "data": data})
        if response.is_error:
            self.logs.append({"ts": self._now(), "type": "error", "data": {"status": response.status_code}})
        found = re.search("<h1>(.*?)</h1>", response.text)
        return found[1] if found else ""

    def _now(self) -> int:
        return round((time.monotonic() - self._started) * 1000)


@contextmanager
def shop() -> Iterator[str]:
    """Serve the shop, and yield its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """Return two orders in the browser, store the run, and print each test with the log of its browser."""
    builder = RunBuilder()
    builder.start()
    with shop() as url:
        for order in ("ORD-1001", "ORD-1003"):
            play(builder, url, order)
    builder.complete()

    with AshrLabsClient.local() as client:
        dataset = client.create_dataset(name="Returns", dataset_source={"runs": {}})
        created = builder.deploy(client, dataset_id=dataset["id"])
        for test in client.poll_run(created["id"])["result"]["tests"]:
            print(f"{test['test_id']}: {test['verdict']}")
            for entry in test["vm_stream"]["logs"]:
                print(f"  {entry['type']:<12}{entry['data']}")


def play(builder: RunBuilder, url: str, order: str) -> None:
    """Let the agent return an order, and record what it said, did and saw."""
    test = builder.add_test(order)
    test.start()
    test.add_user_text(f"Please return {order}.", "The customer asks for a return.")
    browser = Browser(url)
    browser.open("/returns")
    heading = browser.submit("/returns", order=order)
    call = {"name": "return_order", "arguments": {"order": order}}
    test.add_tool_call(expected=call, actual=call, match_status="exact")
    test.add_agent_response(
        {"text": "Return accepted"}, {"text": heading}, match_status="exact" if "accepted" in heading else "divergent"
    )
    test.set_vm_stream("local", session_id=order, duration_ms=browser.close(), logs=browser.logs)
    test.complete()


if __name__ == "__main__":
    main()
