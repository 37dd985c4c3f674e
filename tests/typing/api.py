"""Uses every public name as a user would; it is type-checked, never run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from functools import partial
from typing import Any, Literal, assert_type, cast

import ashr_labs
from ashr_labs import (
    UNSET,
    Agent,
    APIConnectionError,
    APITimeoutError,
    AshrLabsClient,
    AshrLabsError,
    AsyncAshrLabsClient,
    AuthenticationError,
    AuthorizationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    ContextThreadPoolExecutor,
    DatasetError,
    EvalRunner,
    Generation,
    MissingAPIKeyError,
    NotFoundError,
    PollTimeoutError,
    RateLimitError,
    RawResponse,
    ResponseFormatError,
    RunBuilder,
    ServerError,
    Span,
    TestBuilder,
    Timeout,
    Trace,
    ValidationError,
    compare_args_structural,
    compare_tool_args,
    current_span,
    extract_tool_args,
    fuzzy_str_match,
    grade,
    keep_context,
    mask_personal_data,
    strip_markdown,
    text_similarity,
    tokenize,
    traced,
    types,
)
from ashr_labs.types import APIKey, Dataset, Run, SdkNote, Session


class MyAgent:
    def respond(self, message: str) -> dict[str, Any]:
        return {"text": message, "tool_calls": []}

    def reset(self) -> None: ...


def evaluate(client: AshrLabsClient) -> None:
    agent: Agent = MyAgent()
    dataset = client.create_dataset(name="D", dataset_source={"runs": {}})
    assert_type(dataset, Dataset)
    runner = EvalRunner.from_dataset(client, dataset_id=dataset["id"])
    run = runner.run(agent, max_workers=2)
    assert_type(run, RunBuilder)
    created = run.deploy(client, dataset_id=dataset["id"])
    graded = client.poll_run(created["id"])
    assert_type(graded, Run)
    print(graded["result"]["aggregate_metrics"])
    shapes(graded, dataset)
    print(runner.run_and_deploy(MyAgent, client)["id"])


def shapes(run: Run, dataset: Dataset) -> None:
    """Use the documented types of results and scenarios."""
    assert_type(run["result"], types.RunResult)
    assert_type(run["result"]["tests"], list[types.TestResult])
    assert_type(run["result"]["tests"][0]["action_results"][0]["actor"], str)
    assert_type(run["result"]["aggregate_metrics"]["total_tests"], int)
    run["result"]["testz"]  # type: ignore[typeddict-item]  # pyright: ignore
    source = dataset.get("dataset_source")
    assert source is not None
    assert_type(source["runs"], dict[str, types.Scenario])
    assert_type(source["runs"]["s"].get("actions", [])[0]["actor"], str)
    foreign = cast("dict[str, Any]", run["result"])
    print(grade(run["result"]), foreign["my_score"], EvalRunner(source))


def calls(client: AshrLabsClient) -> None:
    assert_type(client.init(), Session)
    assert_type(client.init()["user"]["id"], int)
    assert_type(client.notes, list[SdkNote])
    assert_type(client.list_datasets()["datasets"], list[Dataset])
    assert_type(client.list_runs()["runs"], list[Run])
    assert_type(client.list_api_keys(), list[APIKey])
    assert_type(client.generate_dataset("R", {}), tuple[int, dict[str, Any]])
    with AshrLabsClient.local() as local, AshrLabsClient.from_env() as remote:
        assert_type(local, AshrLabsClient)
        assert_type(remote, AshrLabsClient)


async def async_calls(client: AsyncAshrLabsClient) -> None:
    assert_type(await client.init(), Session)
    assert_type(client.notes, list[SdkNote])
    assert_type(await client.get_run(1), Run)
    assert_type(await client.poll_run(1, timeout=5), Run)
    assert_type(await client.generate_dataset("R", {}), tuple[int, dict[str, Any]])
    assert_type([dataset async for dataset in client.iter_datasets()], list[Dataset])
    async with AsyncAshrLabsClient.local() as local, AsyncAshrLabsClient.from_env() as remote:
        assert_type(local, AsyncAshrLabsClient)
        assert_type(remote.with_options(timeout=5), AsyncAshrLabsClient)


def options(client: AshrLabsClient) -> None:
    other = AshrLabsClient("tp_key", timeout=Timeout(30, total=60), max_retries=0, verify="ca.pem", proxy="http://p")
    assert_type(other.with_options(idempotency_key="k", default_headers={"X-Team": "a"}), AshrLabsClient)
    assert_type(other.with_options(timeout=None, default_headers=None, idempotency_key=None), AshrLabsClient)
    assert_type(other.with_options(timeout=UNSET), AshrLabsClient)
    assert_type(list(client.iter_runs(dataset_id=1)), list[Run])
    assert_type(client.api_key, str)
    assert_type(client.timeout, float | Timeout)
    client.update_agent(1, description=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def raw_responses(client: AshrLabsClient) -> None:
    answer = client.with_raw_response.get_run(run_id=1)
    assert_type(answer, RawResponse[Run])
    assert_type(answer.result, Run)
    assert_type(answer.status_code, int)
    assert_type(answer.headers, dict[str, str])
    assert_type(answer.request_id, str | None)
    assert_type(answer.body, dict[str, Any])
    assert_type(client.with_raw_response.list_api_keys(include_inactive=True).result, list[APIKey])
    # Each ignore fails if it is not needed: wrong arguments are seen as those of the plain method are.
    client.with_raw_response.get_run("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.with_raw_response.get_run(run=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.with_raw_response.iter_runs()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


async def async_raw_responses(client: AsyncAshrLabsClient) -> None:
    raw = client.with_raw_response
    assert_type(await raw.get_run(1), RawResponse[Run])
    assert_type((await raw.generate_dataset("R", {}, timeout=5)).result, tuple[int, dict[str, Any]])
    assert_type(await asyncio.create_task(raw.init()), RawResponse[Session])
    await raw.get_run("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def build() -> None:
    run = RunBuilder()
    test = run.start().add_test("t")
    assert_type(test, TestBuilder)
    test.start().add_user_text("Hi", "greeting").add_agent_response({"text": "a"}, {"text": "b"}, "similar", 0.5)
    result = run.complete().build()
    print(grade(result)["aggregate_metrics"])


def trace(client: AshrLabsClient) -> None:
    with client.trace("t") as trace:
        assert_type(trace, Trace)
        with trace.span("s") as span:
            assert_type(span, Span)
        with trace.generation("g", model="m") as generation:
            assert_type(generation, Generation)
            generation.score("helpful", 1.0, comment="c")
    print(trace.end(wait=True)["trace_id"], trace.traceparent)
    client.score_trace(trace.trace_id, "solved", True)
    client.tracing.configure(sample_rate=0.5, mask=mask_personal_data)
    assert_type(client.tracing.flush(1.0), dict[str, int])
    assert_type(client.tracing.shutdown(), dict[str, int])
    assert_type(client.tracing.stats(), dict[str, int])
    with ContextThreadPoolExecutor(2) as pool:
        assert_type(pool.submit(keep_context(len), "x").result(), int)
    current = current_span()
    if current is not None:
        current.event("e")


@traced
def add(a: int, b: int = 2, *, scale: float = 1.0) -> float:
    return (a + b) * scale


@traced("chat", kind="generation", model="m", capture=False)
async def chat(question: str) -> str:
    return question


@traced()
def count(to: int) -> Generator[int, str, bool]:
    yield to
    return True


@traced(capture_arguments=False, capture_result=True, metadata={"a": 1})
async def stream(to: int) -> AsyncGenerator[int]:
    yield to


class Traced:
    @traced
    def method(self, a: int) -> str:
        return str(a)

    @traced(kind="tool")
    @classmethod
    def outer_class(cls, a: int) -> str:
        return str(a)

    @classmethod
    @traced
    def inner_class(cls, a: int) -> str:
        return str(a)

    @traced
    @staticmethod
    def outer_static(a: int) -> str:
        return str(a)

    @staticmethod
    @traced("inner")
    def inner_static(a: int) -> str:
        return str(a)


async def trace_functions(client: AshrLabsClient, other: AsyncAshrLabsClient) -> None:
    assert_type(add(1, b=2, scale=0.5), float)
    add("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    add(1, c=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    answer: Coroutine[Any, Any, str] = chat("x")
    assert_type(await answer, str)
    assert_type(count(1), Generator[int, str, bool])
    assert_type([number async for number in stream(1)], list[int])
    one = Traced()
    assert_type(one.method(1), str)
    assert_type(Traced.outer_class(1) + one.outer_class(1) + Traced.inner_class(1) + one.inner_class(1), str)
    assert_type(Traced.outer_static(1) + one.outer_static(1) + Traced.inner_static(1) + one.inner_static(1), str)
    one.method("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(traced("bound", one.method)(1), str)
    assert_type(traced(one.method, client=client)(1), str)
    assert_type(traced(partial(add, 1), client=other)(), float)
    double: Callable[[int], int] = traced("double", lambda number: 2 * number)
    assert_type(double(2), int)
    with traced("step", input={"a": 1}, client=client) as span:
        assert_type(span, Span)
    async with traced("call", kind="generation", model="m") as generation:
        assert_type(generation, Generation)
    with traced("search", kind="tool") as tool:
        assert_type(tool.is_recorded, bool)
    traced("x", kind="nothing", client=7)  # type: ignore[call-overload]  # pyright: ignore
    client.tracing.set_default()


def compare() -> None:
    assert_type(strip_markdown("x"), str)
    assert_type(tokenize("x"), list[str])
    assert_type(fuzzy_str_match("a", "b"), bool)
    assert_type(text_similarity("a", "b"), float)
    assert_type(extract_tool_args({"arguments": {}}), dict[str, Any])
    status, notes = compare_tool_args({}, {})
    assert_type(status, Literal["exact", "partial", "mismatch"])
    assert_type(notes, str | None)
    print(compare_args_structural({}, {}), ashr_labs.__all__)


def modules(client: AshrLabsClient) -> None:
    try:
        client.get_run(1)
    except ashr_labs.errors.NotFoundError as error:
        assert_type(error.operation, str | None)
    assert_type(ashr_labs.comparators.tokenize("x"), list[str])
    run: ashr_labs.types.Run = client.get_run(1)
    assert_type(ashr_labs.results.read_run(run), ashr_labs.results.RunResults)
    print(ashr_labs.grading.grade, ashr_labs.eval.EvalRunner, ashr_labs.run_builder.RunBuilder, ashr_labs.tracing.Trace)
    print(ashr_labs.generation.generate)


ERRORS: list[type[AshrLabsError]] = [
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    AuthorizationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    DatasetError,
    MissingAPIKeyError,
    NotFoundError,
    PollTimeoutError,
    RateLimitError,
    ResponseFormatError,
    ServerError,
    ValidationError,
]
