"""The service `Keystone.export`: experiments as a whole, and lists of what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..client._outgoing import resource
from ..client._sync._export import ExportMethods
from ..client._sync._pages import each_page
from .errors import as_keystone_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._connection import Connection

__all__ = ["ExportService"]

_PAGE = 100


class ExportService:
    """Exports of the owner of the key: `ks.export`; each error of a request is a `KeystoneError`.

    The filters of the lists are those of `client.export`; those that are None are left out, and unknown ones refused.
    """

    def __init__(self, http: Connection) -> None:
        self._http = http

    @as_keystone_error
    def experiment(self, experiment_id: str, *, format: str = "json") -> dict[str, Any] | str:  # noqa: A002 - the documented name
        """Return the last run of an experiment with its scenarios, spans and scores.

        Args:
            experiment_id: The experiment.
            format: `json` for a dict, `ndjson` for text with one object per line.
        """
        methods = ExportMethods(self._http.transport)
        if format == "ndjson":
            return methods.experiment(experiment_id, "ndjson")
        if format == "json":
            return {**methods.experiment(experiment_id)}
        return b"".join(methods.iter_bytes(experiment_id, format=format)).decode()

    def traces(self, *, limit: int = _PAGE, **filters: Any) -> Iterator[dict[str, Any]]:
        """Iterate over the spans of traces as events.

        Args:
            limit: How many to fetch at a time.
            filters: `experiment_id`, `sandbox_id`, `trace_id`, `agent`, `event_type`, `tool` and `since`.
        """
        return self._items("list_traces", limit, filters)

    def spans(self, *, limit: int = _PAGE, **filters: Any) -> Iterator[dict[str, Any]]:
        """Iterate over spans as events.

        Args:
            limit: How many to fetch at a time.
            filters: `trace_id`, `span_id`, `parent_span_id`, `root_span_id`, `tool` and `event_type`.
        """
        return self._items("list_spans", limit, filters)

    def scenarios(self, *, limit: int = _PAGE, **filters: Any) -> Iterator[dict[str, Any]]:
        """Iterate over the scenarios of experiments.

        Args:
            limit: How many to fetch at a time.
            filters: `experiment_id`, `status` and `scenario_id`.
        """
        return self._items("list_scenarios", limit, filters)

    def scores(self, *, limit: int = _PAGE, **filters: Any) -> Iterator[dict[str, Any]]:
        """Iterate over the scores of experiments, and then over those of traces.

        Args:
            limit: How many to fetch at a time.
            filters: `experiment_id` and `rule_id`.
        """
        return self._items("list_scores", limit, filters)

    @as_keystone_error
    def trace(self, trace_id: str) -> dict[str, Any]:
        """Return the spans of a trace."""
        found: dict[str, Any] = self._http.transport.request(resource("get_trace", {"trace_id": trace_id}))
        return found

    def _items(self, operation: str, limit: int, filters: dict[str, Any]) -> Iterator[dict[str, Any]]:
        pages = each_page(self._http.transport, operation, {"limit": limit, **filters})
        following = as_keystone_error(lambda: next(pages, None))
        while (page := following()) is not None:
            yield from page
