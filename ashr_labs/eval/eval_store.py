"""Store the rows and the run of `Eval` on a platform."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any, Protocol

from .._json import as_json
from ..run_builder import RunClient
from ..run_builder.run import set_run_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ashr_labs_types import Dataset

    from ..run_builder import RunBuilder

__all__ = ["RowClient", "store_rows", "store_run"]

_log = logging.getLogger("ashr_labs.eval")


class RowClient(RunClient, Protocol):
    """The methods of a client that `Eval` calls."""

    def create_dataset(
        self,
        name: str,
        dataset_source: Mapping[str, Any],
        description: str | None = None,
    ) -> Dataset:
        """Store a dataset."""
        ...


def store_rows(client: RowClient, name: str, scenarios: Mapping[str, Any]) -> int:
    """Store the rows of a run as a dataset; return its id."""
    source = {"runs": as_json(dict(scenarios))}
    content = json.dumps(source, sort_keys=True)
    description = f"{len(scenarios)} rows of Eval, sha256 {hashlib.sha256(content.encode()).hexdigest()[:16]}"
    return client.create_dataset(name, source, description)["id"]


def store_run(client: RunClient, dataset_id: int, run: RunBuilder) -> None:
    """Store a run and set its id; log an error if it cannot be stored."""
    try:
        set_run_id(run, run.deploy(client, dataset_id)["id"])
    except Exception as error:  # of any client: the caller gets the rows whatever happens to their copy
        _log.error(
            "the run could not be stored: %s; store the `run` of the result with create_run(%d, run)", error, dataset_id
        )
