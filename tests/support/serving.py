"""`ashr-labs serve` as a process of its own, to be stopped or killed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from support.cli import PROGRAM

KEY = "tp_of_a_served_platform"


@dataclass(frozen=True)
class Served:
    """A serving process and its URL."""

    process: subprocess.Popen[str]
    url: str

    def client(self) -> httpx.Client:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        headers = {"authorization": f"Bearer {KEY}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, limits=limits, trust_env=False)


@contextmanager
def served(database: Path | str | None, **settings: str) -> Generator[Served]:
    """Serve a database until the end of the block, in a session of its own, with settings as variables."""
    command = [PROGRAM, "serve", "--database", str(database), "--port", "0", "--json"]
    environment = {**os.environ, "ASHR_LABS_BOOTSTRAP_KEY": KEY, **settings}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env=environment, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Served(process, json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()


def call(client: httpx.Client, function: str, **params: Any) -> Any:
    """Send a call that must succeed and return its answer."""
    answer = client.post("", json={"function": function, **params})
    assert 200 == answer.status_code, answer.text
    return answer.json()


def side_by_side(count: int, act: Callable[[int], list[int]]) -> list[int]:
    """Call a function in `count` threads at once; return all of their results."""
    with ThreadPoolExecutor(count) as pool:
        return [number for found in pool.map(act, range(count)) for number in found]
