"""Programs in which each library plays the same scenarios; processes run them on request.

A scenario is three messages, each answered with text and a tool call. A program defines `play(agent, number, seconds,
workers)`, where `agent` is `sync` or `async`: it plays `number` scenarios with an agent that takes
`seconds` for a reply, `workers` at a time, and compares actual with expected results.
"""

from __future__ import annotations

__all__ = ["BARE", "HARNESS", "OURS", "OURS_BUILT", "PEERS", "SCENARIOS"]

SCENARIOS = """
import asyncio, gc, json, sys, time

def scenario(n):
    said = [{"actor": "user", "content": f"message {n} {turn}", "name": "asks"} for turn in range(3)]
    call = {"name": "look", "arguments_json": json.dumps({"order": n})}
    heard = [{"actor": "agent", "content": "It has shipped.", "expected_response": {"tool_calls": [call]}}] * 3
    return {"title": "T", "actions": [action for pair in zip(said, heard) for action in pair]}

def source(number):
    return {"runs": {f"s{n}": scenario(n) for n in range(number)}}

def messages(number):
    return [[f"message {n} {turn}" for turn in range(3)] for n in range(number)]

def expected(number):
    calls = [[{"name": "look", "arguments": {"order": n}}] for n in range(number)]
    return [[{"text": "It has shipped.", "tool_calls": call}] * 3 for call in calls]

class Agent:
    def __init__(self, seconds):
        self.seconds = seconds
    def reset(self): ...
    def respond(self, message):
        if self.seconds:
            time.sleep(self.seconds)
        return {"text": "It has shipped.", "tool_calls": [{"name": "look", "arguments": {"order": 1}}]}

class AsyncAgent(Agent):
    async def reset(self): ...
    async def respond(self, message):
        if self.seconds:
            await asyncio.sleep(self.seconds)
        return {"text": "It has shipped.", "tool_calls": [{"name": "look", "arguments": {"order": 1}}]}

def talk(said):
    agent = Agent(SECONDS)
    return [agent.respond(message) for message in said]

async def atalk(said):
    agent = AsyncAgent(SECONDS)
    return [await agent.respond(message) for message in said]
"""

HARNESS = """
sys.__stdout__.write("ready" + chr(10))
sys.__stdout__.flush()
for line in sys.stdin:
    agent, number, SECONDS, workers = json.loads(line)
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    play(agent, number, SECONDS, workers)
    sys.__stdout__.write(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]) + chr(10))
    sys.__stdout__.flush()
"""

BARE = """
from concurrent.futures import ThreadPoolExecutor
async def gathered(number, workers):
    gate = asyncio.Semaphore(workers)
    async def one(said):
        async with gate:
            await atalk(said)
    await asyncio.gather(*map(one, messages(number)))
def play(agent, number, seconds, workers):
    if agent == "async":
        return asyncio.run(gathered(number, workers))
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(talk, messages(number)))
"""

OURS = """
from functools import partial
from ashr_labs import EvalRunner
SOURCES = {}
def play(agent, number, seconds, workers):
    made = Agent(seconds) if agent == "sync" else partial(AsyncAgent, seconds)
    return EvalRunner(SOURCES.setdefault(number, source(number))).run(made, max_workers=workers)
"""
"""The public package's program as well."""

OURS_BUILT = (
    OURS
    + """
recorded = play
def play(*arguments):
    recorded(*arguments).build()
"""
)

_PYDANTIC_EVALS = """
from dataclasses import dataclass
from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import EqualsExpected
DATASETS = {}
def dataset(number):
    if number not in DATASETS:
        pairs = enumerate(zip(messages(number), expected(number)))
        cases = [Case(name=f"s{n}", inputs=said, expected_output=wanted) for n, (said, wanted) in pairs]
        DATASETS[number] = Dataset(name="d", cases=cases, evaluators=[EqualsExpected()])
    return DATASETS[number]
def play(agent, number, seconds, workers):
    task = talk if agent == "sync" else atalk
    return dataset(number).evaluate_sync(task, max_concurrency=workers, progress=False)
"""

_BRAINTRUST = """
import io, logging, os
os.environ["BRAINTRUST_API_KEY"] = "x"
logging.disable(logging.CRITICAL)
import braintrust
sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
def same(input, output, expected):
    return output == expected
def play(agent, number, seconds, workers):
    pairs = zip(messages(number), expected(number))
    data = [{"input": said, "expected": wanted} for said, wanted in pairs]
    task = talk if agent == "sync" else atalk
    async def main():
        await braintrust.EvalAsync(
            "p", data=data, task=task, scores=[same], max_concurrency=workers, no_send_logs=True
        )
    asyncio.run(main())
"""

_INSPECT = """
import os, tempfile
os.environ["INSPECT_LOG_DIR"] = tempfile.mkdtemp()
from inspect_ai import Task, eval as evaluate
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import CORRECT, INCORRECT, Score, accuracy, scorer
from inspect_ai.solver import solver
@scorer(metrics=[accuracy()])
def same():
    async def score(state, target):
        return Score(value=CORRECT if state.output.completion == target.text else INCORRECT)
    return score
@solver
def speaker():
    async def solve(state, generate):
        state.output.completion = json.dumps(await atalk(state.metadata["said"]))
        return state
    return solve
def play(agent, number, seconds, workers):
    if agent == "sync":
        raise SystemExit("asynchronous only")
    pairs = zip(messages(number), expected(number))
    samples = [Sample(said[0], target=json.dumps(wanted), metadata={"said": said}) for said, wanted in pairs]
    task = Task(dataset=MemoryDataset(samples), solver=speaker(), scorer=same())
    [log] = evaluate(task, model="mockllm/model", display="none", max_samples=workers, log_level="error")
    assert log.status == "success"
"""

_LANGSMITH = """
import io, logging, os, uuid
os.environ.update(LANGSMITH_API_KEY="x", LANGSMITH_ENDPOINT="http://127.0.0.1:9", LANGSMITH_TRACING="false")
logging.disable(logging.CRITICAL)
from datetime import datetime, timezone
from langsmith import Client, evaluate
from langsmith.schemas import Example
client = Client(auto_batch_tracing=False)
sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
def same(outputs, reference_outputs):
    return outputs == reference_outputs
def play(agent, number, seconds, workers):
    dataset = uuid.uuid4()
    now = datetime.now(timezone.utc)
    examples = [
        Example(id=uuid.uuid4(), dataset_id=dataset, created_at=now, inputs={"said": said}, outputs={"all": wanted})
        for said, wanted in zip(messages(number), expected(number))
    ]
    common = dict(data=examples, evaluators=[same], upload_results=False, max_concurrency=workers, client=client)
    if agent == "sync":
        return list(evaluate(lambda inputs: {"all": talk(inputs["said"])}, **common))
    sys.stderr = sys.__stderr__
    sys.exit("its asynchronous evaluation waits for its platform, however far away")
"""

PEERS = {
    "pydantic-evals": ("pydantic_evals", _PYDANTIC_EVALS, 1),
    "braintrust": ("braintrust", _BRAINTRUST, 1),
    "langsmith": ("langsmith", _LANGSMITH, 1),
    "inspect-ai": ("inspect_ai", _INSPECT, 20),
}
"""By the name to install: the module that must be there, the program, and by how much fewer scenarios it plays.

Times of fewer scenarios are multiplied; one that takes seconds for a hundred would hold up everything else."""
