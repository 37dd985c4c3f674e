"""Jobs for processes that are forked beforehand, each job a trace, as with Celery.

Run `python examples/tracing_worker.py` beside `ashr-labs serve`. The trace of each job names the trace that it was
submitted in, which travels in the job's headers; and each process delivers its traces before it ends.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from ashr_labs import AshrLabsClient, current_span, traced

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.queues import Queue

WORKERS = 2
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Job:
    """A unit of work and its customer."""

    name: str
    arguments: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@traced(kind="tool")
def summarize(text: str) -> str:
    """Return the first words; `tool:summarize` in the trace."""
    return " ".join(text.split()[:3]) + " ..."


def divide(amount: int, by: int) -> float:
    """Divide, or fail."""
    return amount / by


TASKS: dict[str, Callable[..., Any]] = {"summarize": summarize, "divide": divide}


def submit(queue: Queue[Job | None], name: str, **arguments: Any) -> None:
    """Put a job on the queue, with the current span in its headers."""
    span = current_span()
    queue.put(Job(name, arguments, {} if span is None else {"traceparent": span.traceparent}))


def work(queue: Queue[Job | None], client: AshrLabsClient) -> None:
    """Do jobs until there are no more or SIGTERM comes, and deliver what is left of their traces."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        while (job := queue.get()) is not None:
            do(job, client)
    finally:
        client.tracing.shutdown(timeout=5)


def do(job: Job, client: AshrLabsClient) -> None:
    """Do a job; one that fails costs only itself."""
    try:
        with client.trace(job.name, traceparent=job.headers.get("traceparent"), metadata=job.arguments) as trace:
            trace.end(output=TASKS[job.name](**job.arguments))
    except Exception as error:
        print(f"{job.name} failed: {error!r}", file=sys.stderr)


def main() -> None:
    """Fork the workers, let them do some jobs, and wait for them."""
    client = AshrLabsClient.from_env()  # made before the fork: each process delivers what is its own
    queue: Queue[Job | None] = _FORK.Queue()
    workers = [_FORK.Process(target=work, args=(queue, client)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()

    with client.trace("submit jobs"):
        for number in range(4):
            submit(queue, "summarize", text=f"Letter number {number} from a customer")
        submit(queue, "divide", amount=1, by=0)
    for _ in workers:
        queue.put(None)
    for worker in workers:
        worker.join()
    print(client.tracing.flush())
    client.close()


def _leave(_number: int, _frame: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    main()
