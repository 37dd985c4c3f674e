"""Exports of experiments, and all traces, spans, scenarios and scores of the tenant."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, overload

from ...errors import ResponseFormatError
from .._outgoing import resource
from ._pages import each_page

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from ashr_labs_types import ExperimentExport, ExperimentScore, ScenarioResult, TraceEvent, TraceSpans

    from ._transport import SyncRetryTransport

__all__ = ["ExportMethods"]

_PAGE = 100


class ExportMethods:
    """Everything that the tenant has stored, however much it is: `client.export`.

    Lists are fetched page by page while they are gone through. Each item that is there at the beginning comes once,
    also if others are added meanwhile.

    Example:
        >>> for span in client.export.spans(event_type="llm_call"):  # doctest: +SKIP
        ...     print(span["tool"], span["cost"])
    """

    def __init__(self, transport: SyncRetryTransport) -> None:
        self._transport = transport

    @overload
    def experiment(self, experiment_id: str, format: Literal["json"] = "json") -> ExperimentExport: ...
    @overload
    def experiment(self, experiment_id: str, format: Literal["ndjson"]) -> str: ...
    def experiment(self, experiment_id: str, format: str = "json") -> ExperimentExport | str:  # noqa: A002 - the documented name
        """Fetch the last run of an experiment with its scenarios, spans and scores, at once.

        Args:
            experiment_id: The experiment.
            format: `json` for an object with `experiment`, `result`, `scenarios`, `traces` and `scores`, or `ndjson`
                for text with one object per line, as `iter_bytes()` yields it.

        Raises:
            NotFoundError: If there is no such experiment.
            ValidationError: If there is no such format.
            APIConnectionError: If the answer breaks off.
        """
        with closing(self.iter_bytes(experiment_id, format=format)) as parts:
            content = b"".join(list(parts))
        if format != "json":
            return content.decode()
        try:
            exported: ExperimentExport = json.loads(content)
        except ValueError as error:
            message = "export_experiment: the response must be JSON"
            raise ResponseFormatError(message, 200, operation="export_experiment") from error
        return exported

    def iter_bytes(self, experiment_id: str, *, format: str = "ndjson") -> Generator[bytes]:  # noqa: A002 - as above
        """Yield the same as bytes while the platform sends it, so that an export of any size takes little memory.

        An iteration that ends without an error was complete.

        Args:
            experiment_id: The experiment.
            format: `ndjson`: a line for each object, `{"type": ..., "data": ...}`, with the types `experiment`,
                `result`, `scenario`, `span`, `score` and `end`; or `json`.

        Raises:
            NotFoundError: If there is no such experiment.
            ValidationError: If there is no such format.
            APIConnectionError: If the answer breaks off.

        Example:
            >>> with open("run.ndjson", "wb") as file:  # doctest: +SKIP
            ...     for part in client.export.iter_bytes("exp-7"):
            ...         file.write(part)
        """
        outgoing = resource("export_experiment", {"experiment_id": experiment_id}, {"format": format})
        with closing(self._transport.download(replace(outgoing, is_download=True))) as parts:
            yield from parts

    def traces(
        self,
        *,
        limit: int = _PAGE,
        experiment_id: str | None = None,
        sandbox_id: str | None = None,
        trace_id: str | None = None,
        agent: str | None = None,
        event_type: str | None = None,
        tool: str | None = None,
        since: str | None = None,
    ) -> Iterator[TraceEvent]:
        """Iterate over the spans of traces as events, newest traces first.

        Args:
            limit: How many to fetch at a time, at most 1,000.
            experiment_id: Only those of the sandboxes of an experiment's last run.
            sandbox_id: Only those of a sandbox.
            trace_id: Only those of a trace.
            agent: Only those of an agent.
            event_type: Only those of a type, such as `llm_call`.
            tool: Only those of a tool or span with this name.
            since: Only those that began at this time or later, in ISO 8601.

        Raises:
            ValidationError: If `since` is not a time.
        """
        query = {
            "limit": limit,
            "experiment_id": experiment_id,
            "sandbox_id": sandbox_id,
            "trace_id": trace_id,
            "agent": agent,
            "event_type": event_type,
            "tool": tool,
            "since": since,
        }
        return self._items("list_traces", query)

    def spans(
        self,
        *,
        limit: int = _PAGE,
        trace_id: str | None = None,
        span_id: str | None = None,
        parent_span_id: str | None = None,
        root_span_id: str | None = None,
        tool: str | None = None,
        event_type: str | None = None,
    ) -> Iterator[TraceEvent]:
        """Iterate over spans as events, newest traces first.

        Args:
            limit: How many to fetch at a time, at most 1,000.
            trace_id: Only those of a trace.
            span_id: Only those with this id.
            parent_span_id: Only the children of a span.
            root_span_id: The same as `trace_id`.
            tool: Only those of a tool or span with this name.
            event_type: Only those of a type, such as `llm_call`.
        """
        query = {
            "limit": limit,
            "trace_id": trace_id,
            "span_id": span_id,
            "parent_span_id": parent_span_id,
            "root_span_id": root_span_id,
            "tool": tool,
            "event_type": event_type,
        }
        return self._items("list_spans", query)

    def scenarios(
        self,
        *,
        limit: int = _PAGE,
        experiment_id: str | None = None,
        status: str | None = None,
        scenario_id: str | None = None,
    ) -> Iterator[ScenarioResult]:
        """Iterate over the scenarios of the last run of each experiment, oldest first.

        Args:
            limit: How many to fetch at a time, at most 1,000; a page has fewer if they are large.
            experiment_id: Only those of an experiment.
            status: Only those with a status, such as `fail`.
            scenario_id: Only those with this id.

        Raises:
            ValidationError: If there is no such status.
        """
        query = {"limit": limit, "experiment_id": experiment_id, "status": status, "scenario_id": scenario_id}
        return self._items("list_scenarios", query)

    def scores(
        self, *, limit: int = _PAGE, experiment_id: str | None = None, rule_id: str | None = None
    ) -> Iterator[ExperimentScore]:
        """Iterate over the scores of experiments, oldest first, and then over those of traces.

        Args:
            limit: How many to fetch at a time, at most 1,000.
            experiment_id: Only those of an experiment's last run.
            rule_id: Only those by a stored rule.
        """
        return self._items("list_scores", {"limit": limit, "experiment_id": experiment_id, "rule_id": rule_id})

    def trace(self, trace_id: str) -> TraceSpans:
        """Fetch the spans of a trace as events.

        Raises:
            NotFoundError: If there is no such trace.
        """
        spans: TraceSpans = self._transport.request(resource("get_trace", {"trace_id": trace_id}))
        return spans

    def _items(self, operation: str, query: Mapping[str, object]) -> Iterator[Any]:
        for page in each_page(self._transport, operation, query):
            yield from page
