"""Store the run of `Eval` on a platform, with its rows as a dataset."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Protocol

from .._json import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ashr_labs_types import Dataset, Run

__all__ = ["RowClient", "store_rows"]


class RowClient(Protocol):
    """The methods of a client that `Eval` calls."""

    def create_dataset(
        self,
        name: str,
        dataset_source: Mapping[str, Any],
        description: str | None = None,
    ) -> Dataset:
        """Store a dataset."""
        ...

    def create_run(self, dataset_id: int, result: Mapping[str, Any]) -> Run:
        """Store a run."""
        ...


def store_rows(client: RowClient, name: str, scenarios: Mapping[str, Any], result: Mapping[str, Any]) -> int:
    """Store the rows of a run, and the run; return its id."""
    source = {"runs": as_json(dict(scenarios))}
    content = json.dumps(source, sort_keys=True)
    description = f"{len(scenarios)} rows of Eval, sha256 {hashlib.sha256(content.encode()).hexdigest()[:16]}"
    dataset = client.create_dataset(name, source, description)
    return client.create_run(dataset["id"], dict(result))["id"]
