"""A platform that takes traces at once, for tests of what is recorded."""

from __future__ import annotations

import json
from typing import Any

from ashr_labs.tracing.export.item import QueuedTrace
from ashr_labs.tracing.settings import Settings
from ashr_labs.tracing.trace import Trace


class Recorded:
    """A trace sink in place of a client; it keeps the traces that end."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.traces: list[dict[str, Any]] = []
        self.open_traces: dict[str, Any] = {}

    @property
    def tracing(self) -> Recorded:
        return self

    def enqueue(self, item: QueuedTrace) -> None:
        item.serialize()
        self.traces.append(json.loads(item.read())["trace"])
        item.resolve({"status": "ok"})

    @property
    def _sink(self) -> Recorded:
        return self

    def wake(self) -> None:
        """Do nothing: everything is delivered already."""

    def trace(self, name: str = "t", **options: Any) -> Trace:
        return Trace(name, tracing=self, **options)

    @property
    def spans(self) -> list[dict[str, Any]]:
        """The observations of the only trace."""
        [trace] = self.traces
        observations: list[dict[str, Any]] = trace["observations"]
        return observations

    @property
    def span(self) -> dict[str, Any]:
        """The only observation of the only trace."""
        [span] = self.spans
        return span

    @property
    def parents(self) -> dict[str, str | None]:
        """The name of each observation's parent by its name."""
        names = {one["id"]: one["name"] for one in self.spans}
        return {one["name"]: names.get(one["parent_observation_id"] or "") for one in self.spans}
