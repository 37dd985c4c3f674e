"""Benchmark of decoding server-sent events; run it with `python benchmarks/sse.py [--peer FOLDER]`.

The floor splits the stream on blank lines, and takes the fields by their prefixes, which is right for streams of this
platform only. `--peer` names a folder to import `httpx_sse` from, to compare with. The median of rounds in which the
candidates take turns: read the ratios, not the times.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

from ashr_labs._http.sse import SSEDecoder, encode_event

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 16 * 1024
"""Bytes that arrive at once."""
ROUNDS = 15


def streams() -> dict[str, tuple[bytes, int]]:
    """Return the streams and their numbers of events."""
    delta = json.dumps({"delta": "some words of an answer, "})
    message = json.dumps({"type": "assistant", "content": "x" * 2000})
    return {
        "20,000 short events": (b"".join(encode_event("text_delta", delta, id=str(n)) for n in range(20_000)), 20_000),
        "5,000 events of 2 kB": (b"".join(encode_event("message", message, id=str(n)) for n in range(5_000)), 5_000),
        "10 events of 1 MB": (b"".join(encode_event("message", "x" * 1_000_000) for _ in range(10)), 10),
    }


def ours(chunks: list[bytes]) -> int:
    """Decode with `SSEDecoder`."""
    decoder = SSEDecoder()
    return sum(len(decoder.feed(chunk)) for chunk in chunks)


def floor(chunks: list[bytes]) -> int:
    """Split on blank lines."""
    events, rest = [], b""
    for chunk in chunks:
        *frames, rest = (rest + chunk).split(b"\n\n")
        for frame in frames:
            fields = {"id": "", "event": "message", "data": ""}
            for line in frame.decode().split("\n"):
                name, _, value = line.partition(": ")
                fields[name] = value
            events.append(fields)
    return len(events)


def httpx_sse_decoder() -> Callable[[list[bytes]], int]:
    """Return a function that decodes with `httpx_sse`."""
    from httpx_sse._decoders import SSEDecoder as TheirDecoder  # noqa: PLC0415
    from httpx_sse._decoders import SSELineDecoder  # noqa: PLC0415

    def decode(chunks: list[bytes]) -> int:
        decoder, lines, count = TheirDecoder(), SSELineDecoder(), 0
        for chunk in chunks:
            for line in lines.decode(chunk.decode("utf-8", "replace")):
                count += decoder.decode(line.rstrip("\n")) is not None
        return count

    return decode


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="a folder with the package httpx_sse")
    peer = parser.parse_args().peer
    candidates: dict[str, Callable[[list[bytes]], int]] = {"ours": ours, "floor": floor}
    if peer:
        sys.path.insert(0, peer)
        candidates["httpx-sse"] = httpx_sse_decoder()
    for name, (stream, count) in streams().items():
        chunks = [stream[start : start + CHUNK] for start in range(0, len(stream), CHUNK)]
        times: dict[str, list[float]] = {candidate: [] for candidate in candidates}
        for _ in range(ROUNDS):
            for candidate, decode in candidates.items():
                start = time.perf_counter()
                found: Any = decode(chunks)
                times[candidate].append(time.perf_counter() - start)
                if found != count:
                    raise SystemExit(f"{candidate}: {found} of {count} events")
        seconds = {candidate: statistics.median(measured) for candidate, measured in times.items()}
        shown = ", ".join(f"{candidate} {taken / seconds['ours']:.2f}" for candidate, taken in seconds.items())
        print(f"{name}: {len(stream) / seconds['ours'] / 1e6:.0f} MB/s; time in relation to ours: {shown}")


if __name__ == "__main__":
    main()
