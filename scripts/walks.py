"""Count how far four typical calls walk through the package: calls, files, and changes of file.

    python scripts/walks.py                                 # the installed checkout
    PYTHONPATH=OTHER:OTHER/generated python scripts/walks.py  # another checkout

A walk is recorded with `sys.setprofile` after a warm-up, in every thread that takes part in it. Counted are calls of
functions that are defined in `ashr_labs` (not in libraries, not comprehensions), the files that they are in, and how
often one of these calls is in another file than the call before it in the same thread. Of several rounds the shortest
one counts, since background threads also poll.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ashr_labs
from ashr_labs import AshrLabsClient, EvalRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

PACKAGE = str(Path(ashr_labs.__file__).parent)
KEY = "tp_0123456789abcdef0123456789abcdef"
ROUNDS = 5
ANSWERS = {
    "get_dataset": {"status": "ok", "dataset": {"id": 7, "name": "D", "dataset_source": {"runs": {}}}},
    "ingest_observability_trace": {"status": "ok", "trace_id": "t", "observations_count": 1},
}
SOURCE: dict[str, Any] = {
    "runs": {"a": {"actions": [{"actor": "user", "content": "Hi"}, {"actor": "agent", "content": "Hello"}]}}
}


class Recorder:
    """The files of the package's functions, in the order of their calls, by thread."""

    def __init__(self) -> None:
        self.walks: dict[int, list[str]] = {}
        self.is_on = False

    def profile(self, frame: FrameType, event: str, _argument: object) -> None:
        """Note one call; the hook of `sys.setprofile`."""
        code = frame.f_code
        if self.is_on and event == "call" and code.co_filename.startswith(PACKAGE) and code.co_name[0] != "<":
            self.walks.setdefault(threading.get_ident(), []).append(code.co_filename)

    def record(self, walk: Callable[[], object]) -> dict[str, list[str]]:
        """Return the files that the caller's thread and all other threads visit in a walk."""
        self.walks = {}
        self.is_on = True
        try:
            walk()
        finally:
            self.is_on = False
        own = self.walks.pop(threading.get_ident(), [])
        return {"caller": own, "other threads": [file for files in self.walks.values() for file in files]}


class Agent:
    """An agent that always says the same."""

    def reset(self) -> None:
        """Forget nothing."""

    def respond(self, _message: str) -> dict[str, Any]:
        """Return the expected text."""
        return {"text": "Hello", "tool_calls": []}


class Handler(BaseHTTPRequestHandler):
    """Answers each operation with a fixed body, over kept connections."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer by the name of the operation."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        content = json.dumps(ANSWERS[body["function"]]).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Log nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """Yield the URL of a server that answers with fixed bodies."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Print the figures of every walk."""
    recorder = Recorder()
    threading.setprofile(recorder.profile)
    sys.setprofile(recorder.profile)
    print(f"{'walk':58} {'calls':>6} {'files':>6} {'changes':>8}")
    with serving() as url, AshrLabsClient(KEY, base_url=url) as client, AshrLabsClient.local() as local:
        report(recorder, "HTTP call (get_dataset)", lambda: client.get_dataset(7))
        report(recorder, "evaluation of one scenario of one turn", evaluate)
        report(recorder, "trace with one span, to its delivery", lambda: trace(client))
        dataset = local.create_dataset("D", SOURCE)
        result: Any = EvalRunner(SOURCE).run(Agent()).build()
        report(recorder, "run from create_run to its verdict", lambda: grade(local, dataset["id"], result))
    sys.setprofile(None)
    threading.setprofile(None)


def evaluate() -> None:
    """Play the scenario."""
    EvalRunner(SOURCE).run(Agent())


def trace(client: AshrLabsClient) -> None:
    """Record a trace and wait for its delivery."""
    with client.trace("walk") as trace, trace.span("step") as span:
        span.end(output="done")
    client.tracing.flush()


def grade(client: AshrLabsClient, dataset: int, result: dict[str, Any]) -> None:
    """Store a run and wait for its verdict."""
    run = client.create_run(dataset, result)
    client.poll_run(run["id"])


def report(recorder: Recorder, name: str, walk: Callable[[], object]) -> None:
    """Print the figures of one walk."""
    walk()
    rounds = [recorder.record(walk) for _ in range(ROUNDS)]
    for thread in rounds[0]:
        files = min((done[thread] for done in rounds), key=len)
        if files:
            changes = sum(one != other for one, other in pairwise(files))
            print(f"{f'{name}: {thread}':58} {len(files):6} {len(set(files)):6} {changes:8}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASHR_LABS_SPOOL_DIR"] = folder
        main()
