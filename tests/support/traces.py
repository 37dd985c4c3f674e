"""Platforms and processes for tests of the delivery of traces."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from ashr_labs.tracing.export.spool import read_lines

from .scripted_server import Answer, ScriptedServer

KEY = "tp_for_the_traces_0123456789"
INGEST = "ingest_observability_trace"


class Stored:
    """Takes traces as a platform does: once by id, with answers that a test may set."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.names: list[str] = []
        """Of the traces that were accepted, in order of their arrival."""
        self.ids: list[str] = []
        self._lock = threading.Lock()
        server.on(INGEST, self.accept)

    def accept(self, body: dict[str, Any]) -> Answer:
        with self._lock:
            self.names.append(body["trace"]["name"])
            self.ids.append(body["trace"]["id"])
        return Answer.of({"status": "ok", "trace_id": body["trace"]["id"]})

    def refuse(self, status: int, **headers: str) -> None:
        self.server.on(INGEST, Answer.of({"status": "error", "message": "no"}, status, **headers))

    def recover(self) -> None:
        self.server.on(INGEST, self.accept)


@dataclass(frozen=True)
class RealPlatform:
    """An embedded platform over HTTP."""

    url: str
    platform: Any

    def names(self) -> list[str]:
        """Return the names of all traces, oldest first."""
        from ashr_labs import AshrLabsClient

        with AshrLabsClient(KEY, self.url) as client:
            traces: list[dict[str, Any]] = []
            while page := client.list_observability_traces(limit=100, page=len(traces) // 100 + 1)["traces"]:
                traces += page  # type: ignore[arg-type]
                if len(page) < 100:
                    break
        return [trace["name"] for trace in reversed(traces)]

    @classmethod
    @contextmanager
    def running(cls) -> Generator[RealPlatform]:
        platform = open_platform()
        platform.bootstrap(KEY)
        with running_server(platform) as url:
            yield cls(url, platform)
        platform.close()


def run_process(url: str, code: str, *, timeout: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a new process that has a `client`."""
    return subprocess.run(
        [sys.executable, "-c", PREAMBLE + code],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env={**os.environ, "ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": url, **environment},
    )


PREAMBLE = """
import os, signal, sys, threading, time
from ashr_labs import AshrLabsClient
client = AshrLabsClient.from_env()
def make(prefix, number):
    for n in range(number):
        with client.trace(f"{prefix}{n}") as trace, trace.span("s") as span:
            span.end(output=n)
"""


def spooled(folder: Path | None = None) -> int:
    """Return how many traces wait on disk."""
    root = folder or Path(os.environ["ASHR_LABS_SPOOL_DIR"])
    return sum(len(read_lines(path.read_bytes())) for path in root.rglob("*.spool"))
