"""Benchmark of calls compared with httpx; run it with `python benchmarks/client.py [--peer FOLDER]`.

Everything is measured in one run on loopback, as the median of rounds in which the candidates take turns: read the
ratios, not the times. `--peer` names a folder to import another version of `ashr_labs` from, to compare with.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from ashr_labs import AshrLabsClient, AsyncAshrLabsClient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

KEY = "tp_0123456789abcdef0123456789abcdef"
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
ASKED = b'{"function": "get_run", "run_id": 7}'
RUN = {"status": "ok", "run": {"id": 7, "dataset_id": 1, "result": {"aggregate_metrics": {"tests_passed": 3}}}}
LARGE_ASKED = json.dumps(
    {"function": "get_dataset", "dataset_id": 1, "include_signed_urls": False, "url_expires_seconds": 3600}
).encode()
Measured = dict[str, float]
"""Seconds by the candidate's name."""


def main() -> None:
    """Measure everything and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", help="folder to import another version of ashr_labs from")
    parser.add_argument("--certificate", help=argparse.SUPPRESS)
    parser.add_argument("--serve", nargs="*", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve is not None:
        asyncio.run(serve(*arguments.serve))
    elif arguments.certificate:
        measure(arguments.certificate, arguments.peer)
    else:
        with tempfile.TemporaryDirectory() as folder:  # both httpx and urllib trust what this variable names
            certificate = new_certificate(Path(folder))
            again = [sys.executable, *sys.argv, "--certificate", certificate]
            environment = os.environ | {"SSL_CERT_FILE": certificate}
            sys.exit(subprocess.run(again, env=environment, check=False).returncode)  # noqa: S603


def measure(certificate: str, peer: str | None) -> None:
    """Measure each goal against a server of its own."""
    with running() as url, running(certificate) as secure_url:
        report("a small call", small_call(url), "httpx", 1.0)
        report("a small call over HTTPS", small_call(secure_url, peer), "peer", 1 / 3.5)
        report("a new client and its first call", new_client(url), "httpx", 0.2)
        for tasks, limit in ((10, 1 / 0.9), (100, 0.2)):
            report(f"{tasks} concurrent calls", asyncio.run(concurrent(url, tasks)), "httpx", limit)
        report("a dataset of 5 MB", large(url), "httpx", 1.1)
        report("its memory", memory(url), "httpx", 1.1, unit="MB", scale=1e-6)
    ours = "from ashr_labs import AshrLabsClient, EvalRunner"
    report("import of client and runner", imports("import httpx", ours), "import httpx", 1.3)
    bare = imports("pass", "import ashr_labs")
    extra = 1000 * (bare["ours"] - bare["pass"])
    print(f"{'import ashr_labs over bare Python':34}{extra:10.1f} ms; limit 30: {'holds' if extra < 30 else 'MISSED'}")


def report(what: str, measured: Measured, against: str, limit: float, unit: str = "us", scale: float = 1e6) -> None:
    """Print one comparison: what each candidate took, ours relative to the other, and the limit set for it."""
    for name, value in measured.items():
        print(f"{what:34}{value * scale:10.1f} {unit} {name}")
    if against in measured:
        ratio = measured["ours"] / measured[against]
        verdict = "holds" if ratio <= limit else "MISSED"
        print(f"{what:34}{ratio:10.2f} times {against}; limit {limit:.2f}: {verdict}")


def interleaved(candidates: dict[str, Callable[[], object]], rounds: int, repeats: int) -> Measured:
    """Return each candidate's median seconds per call, measured in turns."""
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(rounds + 2):
        for name, candidate in candidates.items():
            start = time.perf_counter()
            for _ in range(repeats):
                candidate()
            if turn >= 2:  # the first turns only warm up
                taken[name].append((time.perf_counter() - start) / repeats)
    return {name: statistics.median(times) for name, times in taken.items()}


def small_call(url: str, peer: str | None = None) -> Measured:
    """Measure one call after the other over a kept connection."""
    with httpx.Client(headers=HEADERS) as raw, AshrLabsClient(KEY, url) as client:
        candidates: dict[str, Callable[[], object]] = {
            "httpx": lambda: raw.post(url, content=ASKED).json(),
            "ours": lambda: client.get_run(7),
        }
        if peer:
            theirs = peer_client(peer, url)
            candidates["peer"] = lambda: theirs.get_run(7)
        return interleaved(candidates, rounds=25, repeats=40)


def peer_client(folder: str, url: str) -> Any:
    """Return a client of the other version, imported beside ours."""
    mine = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "ashr_labs"}
    sys.path.insert(0, folder)
    try:
        from ashr_labs import AshrLabsClient as PeerClient  # noqa: PLC0415 - it is another package of this name

        return PeerClient(KEY, url)
    finally:
        sys.path.remove(folder)
        for name in [name for name in sys.modules if name.partition(".")[0] == "ashr_labs"]:
            del sys.modules[name]
        sys.modules.update(mine)


def new_client(url: str) -> Measured:
    """Measure making a client that trusts the usual authorities, its first call, and closing it."""

    def ours() -> None:
        with AshrLabsClient(KEY, url) as client:
            client.get_run(7)

    def raw() -> None:
        with httpx.Client(headers=HEADERS) as client:
            client.post(url, content=ASKED).json()

    chosen = {name: os.environ.pop(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ}
    try:
        return interleaved({"httpx": raw, "ours": ours}, rounds=11, repeats=3)
    finally:
        os.environ |= chosen


async def concurrent(url: str, tasks: int) -> Measured:
    """Measure concurrent calls, per call."""
    calls = 2000 // tasks
    taken: dict[str, list[float]] = {"httpx": [], "ours": []}

    async def one_round(call: Callable[[], Awaitable[object]]) -> float:
        async def task() -> None:
            for _ in range(calls):
                await call()

        start = time.perf_counter()
        await asyncio.gather(*(task() for _ in range(tasks)))
        return (time.perf_counter() - start) / (calls * tasks)

    async with httpx.AsyncClient(headers=HEADERS) as raw, AsyncAshrLabsClient(KEY, url) as client:

        async def post() -> object:
            return (await raw.post(url, content=ASKED)).json()

        for turn in range(8):
            for name, call in (("httpx", post), ("ours", partial(client.get_run, 7))):
                seconds = await one_round(call)
                taken[name] += [seconds] if turn else []
    return {name: statistics.median(times) for name, times in taken.items()}


def fetching(raw: httpx.Client, client: AshrLabsClient, url: str) -> dict[str, Callable[[], object]]:
    """Return the two ways to fetch the large dataset."""
    return {
        "httpx": lambda: json.loads(raw.post(url, content=LARGE_ASKED).content),
        "ours": lambda: client.get_dataset(1),
    }


def large(url: str) -> Measured:
    """Measure fetching a dataset of 5 MB."""
    with httpx.Client(headers=HEADERS) as raw, AshrLabsClient(KEY, url) as client:
        return interleaved(fetching(raw, client, url), rounds=11, repeats=1)


def memory(url: str) -> Measured:
    """Return the most bytes that are in use while the dataset is fetched."""
    peaks: Measured = {}
    with httpx.Client(headers=HEADERS) as raw, AshrLabsClient(KEY, url) as client:
        for name, fetch in fetching(raw, client, url).items():
            fetch()
            tracemalloc.start()
            fetch()
            peaks[name] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    return peaks


def imports(other: str, ours: str) -> Measured:
    """Measure fresh interpreters."""

    def fresh(statement: str) -> None:
        subprocess.run([sys.executable, "-c", statement], check=True)  # noqa: S603

    return interleaved({other: partial(fresh, other), "ours": partial(fresh, ours)}, rounds=15, repeats=1)


def new_certificate(folder: Path) -> str:
    """Make a certificate for 127.0.0.1 that vouches for itself, with its key in the file beside it."""
    path = str(folder / "server.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, "-keyout", path + ".key", "-out", path], check=True, capture_output=True)  # noqa: S603
    return path


@contextmanager
def running(certificate: str = "") -> Generator[str]:
    """Run the server in another process; yield its URL."""
    command = [sys.executable, __file__, "--serve", *([certificate] if certificate else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        port = process.stdout.readline().strip() if process.stdout else ""
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}/api"
        process.terminate()


async def serve(certificate: str = "") -> None:
    """Answer every call as fast as Python can; print the port."""
    scenario = {"title": "Refund", "actions": [{"actor": "user", "content": "x" * 400, "expected_response": None}] * 4}
    source = {"runs": {f"run_{number}": scenario for number in range(2500)}}
    dataset = {"status": "ok", "dataset": {"id": 1, "dataset_source": source}}
    answers = {False: answer_bytes(RUN), True: answer_bytes(dataset)}

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport: Any = transport
            self.received = b""

        def data_received(self, data: bytes) -> None:
            self.received += data
            head, end, body = self.received.partition(b"\r\n\r\n")
            if end and len(body) >= int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]):
                self.received = b""
                self.transport.write(answers[b'"get_dataset"' in body])

    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate + ".key")
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0, ssl=context, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def answer_bytes(body: object) -> bytes:
    """Return a whole HTTP answer."""
    content = json.dumps(body).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
    return head + content


if __name__ == "__main__":
    main()
