"""How each library records the same ten spans in a trace: programs for processes that measure when they are told to.

A program defines `begin()`, `span(trace)` and `finish(trace)`; only `span` is measured.
"""

from __future__ import annotations

__all__ = ["HARNESS", "PROGRAMS"]

HARNESS = """
import sys, time
for _ in sys.stdin:
    total = 0.0
    for _ in range(100):
        trace = begin()
        start = time.perf_counter()
        for _ in range(10):
            span(trace)
        total += time.perf_counter() - start
        finish(trace)
    print(total / 1000 * 1e6, flush=True)
"""

OURS = """
from types import SimpleNamespace
from ashr_labs.tracing import Trace
from ashr_labs.tracing.settings import Settings
sink = SimpleNamespace(settings=Settings(), enqueue=lambda item: None, wake=lambda: None, open_traces={})
tracing = SimpleNamespace(_sink=sink)
def begin():
    sink.open_traces.clear()
    return Trace("t", tracing=tracing)
def span(trace):
    trace.span("tool:search", input={"q": "refunds"}).end(output={"hits": 3})
def finish(trace):
    trace.end()
"""

PUBLIC_PACKAGE = """
from ashr_labs.tracing import Trace
def begin():
    return Trace(None, "t")
def span(trace):
    trace.span("tool:search", input={"q": "refunds"}).end(output={"hits": 3})
def finish(trace):
    pass
"""

OTEL = """
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import set_span_in_context
tracer = TracerProvider(shutdown_on_exit=False).get_tracer("t")
def begin():
    root = tracer.start_span("t")
    return root, set_span_in_context(root)
def span(trace):
    made = tracer.start_span("tool:search", trace[1], attributes={"input": '{"q": "refunds"}'})
    made.set_attribute("output", '{"hits": 3}')
    made.end()
def finish(trace):
    trace[0].end()
"""

OTEL_TO_US = (
    OTEL
    + """
import os
os.environ["ASHR_LABS_TRACING_SPOOL"] = "false"
from ashr_labs import AshrLabsClient
from ashr_labs.otel import SpanProcessor
from opentelemetry.sdk.trace import TracerProvider
provider = TracerProvider(shutdown_on_exit=False)
client = AshrLabsClient("tp_0123456789abcdef0123456789abcdef", "http://127.0.0.1:9")
client.tracing.configure(exit_timeout=0, max_queue_items=100)
provider.add_span_processor(SpanProcessor(client, keep=lambda spans: True))
tracer = provider.get_tracer("t")
"""
)

LANGFUSE = """
import logging, os
logging.disable(logging.CRITICAL)
from langfuse import Langfuse
client = Langfuse(public_key="pk-lf-x", secret_key="sk-lf-x", host="http://127.0.0.1:9")
def begin():
    return client.start_observation(name="t")
def span(trace):
    trace.start_observation(name="tool:search", input={"q": "refunds"}).update(output={"hits": 3}).end()
def finish(trace):
    trace.end()
"""

LANGSMITH = """
import logging
logging.disable(logging.CRITICAL)
from langsmith import Client
from langsmith.run_trees import RunTree
client = Client(api_url="http://127.0.0.1:9", api_key="lsv2_x", info={})
def begin():
    root = RunTree(name="t", run_type="chain", inputs={}, ls_client=client)
    root.post()
    return root
def span(trace):
    made = trace.create_child("tool:search", run_type="tool", inputs={"q": "refunds"})
    made.post()
    made.end(outputs={"hits": 3})
    made.patch()
def finish(trace):
    trace.end(outputs={})
    trace.patch()
"""

LOGFIRE = """
import logfire
logfire.configure(send_to_logfire=False, console=False, inspect_arguments=False)
def begin():
    root = logfire.span("t")
    root.__enter__()
    return root
def span(trace):
    with logfire.span("tool:search", input={"q": "refunds"}) as made:
        made.set_attribute("output", {"hits": 3})
def finish(trace):
    trace.__exit__(None, None, None)
"""

MLFLOW = """
import logging, os, tempfile
logging.disable(logging.CRITICAL)
os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "true"
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
import mlflow
mlflow.set_tracking_uri("http://127.0.0.1:9")
def begin():
    return mlflow.start_span_no_context("t", experiment_id="0")
def span(trace):
    made = mlflow.start_span_no_context("tool:search", parent_span=trace, inputs={"q": "refunds"})
    made.end(outputs={"hits": 3})
def finish(trace):
    pass
"""

OPIK = """
import logging, os
logging.disable(logging.CRITICAL)
os.environ["OPIK_URL_OVERRIDE"] = "http://127.0.0.1:9"
import opik
client = opik.Opik(project_name="t", _use_batching=True)
def begin():
    return client.trace(name="t")
def span(trace):
    trace.span(name="tool:search", input={"q": "refunds"}).end(output={"hits": 3})
def finish(trace):
    trace.end()
"""

BRAINTRUST = """
import logging
logging.disable(logging.CRITICAL)
from braintrust import init_logger
logger = init_logger(project="t", project_id="00000000-0000-0000-0000-000000000000", api_key="sk-x",
                     app_url="http://127.0.0.1:9", async_flush=True, set_current=False)
def begin():
    return logger.start_span("t")
def span(trace):
    made = trace.start_span("tool:search", input={"q": "refunds"})
    made.log(output={"hits": 3})
    made.end()
def finish(trace):
    trace.end()
"""

PROGRAMS = {
    "OpenTelemetry SDK, no processor": OTEL,
    "OpenTelemetry SDK, to Ashr": OTEL_TO_US,
    "langfuse": LANGFUSE,
    "langsmith": LANGSMITH,
    "logfire": LOGFIRE,
    "mlflow-tracing": MLFLOW,
    "opik": OPIK,
    "braintrust": BRAINTRUST,
}
"""Of the libraries that may be there or not."""
