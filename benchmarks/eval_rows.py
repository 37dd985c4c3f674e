"""How long `Eval` takes for rows whose task does nothing, beside the row evaluations of others.

    python benchmarks/eval_rows.py --peers-python PYTHON

Each library evaluates 1,000 rows with one scorer, offline as it allows: braintrust with `no_send_logs=True`,
pydantic-evals with `Dataset.evaluate_sync()`, langsmith with `upload_results=False`, langfuse with tracing off.
PYTHON is an interpreter that has some of them. What is absent is named and left out. Each candidate is a process of its
own, warmed up once; they take turns, so read the ratios, not the times.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from eval_loop import Candidate, compare, installed

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = 1_000
GOAL = "0.67 of the fastest: 1.5 times as fast"

TASKS = """
import asyncio, gc, io, json, logging, os, sys, time

def rows(number):
    return [{"input": f"question {n}", "expected": f"question {n}"} for n in range(number)]

def echo(input):
    return input

async def aecho(input):
    return input
"""

OURS = """
from ashr_labs import Eval
def same(output, expected):
    return output == expected
def play(kind, number, seconds, workers):
    task = echo if kind == "sync" else aecho
    result = Eval("p", data=rows(number), task=task, scores=[same], max_concurrency=workers)
    assert result.summary["same"].mean == 1
"""

_PYDANTIC_EVALS = """
from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import EqualsExpected
def play(kind, number, seconds, workers):
    cases = [Case(inputs=row["input"], expected_output=row["expected"]) for row in rows(number)]
    dataset = Dataset(name="d", cases=cases, evaluators=[EqualsExpected()])
    report = dataset.evaluate_sync(echo if kind == "sync" else aecho, max_concurrency=workers, progress=False)
    assert report.averages().assertions == 1
"""

_BRAINTRUST = """
os.environ["BRAINTRUST_API_KEY"] = "x"
logging.disable(logging.CRITICAL)
import braintrust
sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
def same(input, output, expected):
    return output == expected
def play(kind, number, seconds, workers):
    task = echo if kind == "sync" else aecho
    result = braintrust.Eval(
        "p", data=rows(number), task=task, scores=[same], max_concurrency=workers, no_send_logs=True
    )
    assert result.summary.scores["same"].score == 1
"""

_LANGSMITH = """
import uuid
os.environ.update(LANGSMITH_API_KEY="x", LANGSMITH_ENDPOINT="http://127.0.0.1:9", LANGSMITH_TRACING="false")
logging.disable(logging.CRITICAL)
from datetime import datetime, timezone
from langsmith import Client, evaluate
from langsmith.schemas import Example
client = Client(auto_batch_tracing=False)
sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
def same(outputs, reference_outputs):
    return outputs == reference_outputs
def play(kind, number, seconds, workers):
    if kind == "async":
        sys.stderr = sys.__stderr__
        sys.exit("its asynchronous evaluation waits for its platform")
    now, dataset = datetime.now(timezone.utc), uuid.uuid4()
    examples = [
        Example(id=uuid.uuid4(), dataset_id=dataset, created_at=now, inputs={"all": row["input"]},
                outputs={"all": row["expected"]})
        for row in rows(number)
    ]
    done = list(evaluate(
        lambda inputs: {"all": echo(inputs["all"])}, data=examples, evaluators=[same], upload_results=False,
        max_concurrency=workers, client=client,
    ))
    assert len(done) == number
"""

_LANGFUSE = """
logging.disable(logging.CRITICAL)
from langfuse import Evaluation, Langfuse
client = Langfuse(public_key="x", secret_key="x", base_url="http://127.0.0.1:9", tracing_enabled=False)
def same(*, output, expected_output, **others):
    return Evaluation(name="same", value=float(output == expected_output))
def task(*, item, **others):
    return echo(item["input"])
async def atask(*, item, **others):
    return await aecho(item["input"])
def play(kind, number, seconds, workers):
    data = [{"input": row["input"], "expected_output": row["expected"]} for row in rows(number)]
    done = client.run_experiment(
        name="p", data=data, task=task if kind == "sync" else atask, evaluators=[same], max_concurrency=workers
    )
    assert sum(item.evaluations[0].value for item in done.item_results) == number
"""

PEERS = {
    "pydantic-evals": ("pydantic_evals", _PYDANTIC_EVALS, 1),
    "braintrust": ("braintrust", _BRAINTRUST, 1),
    "langsmith": ("langsmith", _LANGSMITH, 4),
    "langfuse": ("langfuse", _LANGFUSE, 1),
}
"""By the name to install: the module that must be there, the program, and by how much fewer rows it plays."""


def compare_rows(pythons: Sequence[str], rounds: int) -> None:
    """Compare synchronous and asynchronous tasks, 4 and 8 at a time."""
    found = list(installed(PEERS, pythons, TASKS))
    for kind in ("sync", "async"):
        for workers in (4, 8):
            others = [one.fresh() for one in found]
            title = f"{ROWS:,} rows, {kind} task, {workers} at a time"
            compare(
                title,
                (kind, ROWS, 0, workers),
                Candidate("Eval()", OURS, setup=TASKS),
                others,
                rounds,
                GOAL,
                (1, "row"),
            )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers-python", action="append", default=[], help="an interpreter with other libraries")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    compare_rows(options.peers_python or [sys.executable], options.rounds)


if __name__ == "__main__":
    main()
