"""The service `Keystone.datasets`: datasets of records, in versions."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from ..client._outgoing import resource
from ..client._sync._records import RecordMethods
from ._info import Info
from .errors import as_keystone_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..records import RecordSource
    from ._connection import Connection

    Datasets: TypeAlias = list["DatasetInfo"]
    # In the class, `list` is a method.
    Records: TypeAlias = list[dict[str, Any]]

__all__ = ["DatasetInfo", "DatasetService"]


class DatasetInfo(Info):
    """A dataset of records: a read-only mapping whose keys are attributes too, such as `id`, `name` and `version`."""


class DatasetService:
    """Datasets of records of the owner of the key: `ks.datasets`; each error of a request is a `KeystoneError`."""

    def __init__(self, http: Connection) -> None:
        self._http = http

    @cached_property
    def _methods(self) -> RecordMethods:
        return RecordMethods(self._http.transport)

    @as_keystone_error
    def create(self, name: str, description: str = "") -> DatasetInfo:
        """Create a dataset without records."""
        return DatasetInfo(self._methods.create(name, description).info)

    @as_keystone_error
    def list(self) -> Datasets:
        """Return the datasets, newest first."""
        return [DatasetInfo(one) for one in self._http.get(resource("list_record_datasets").target) or ()]

    @as_keystone_error
    def get(self, dataset_id: str) -> DatasetInfo:
        """Return a dataset without its records."""
        outgoing = resource("get_record_dataset", {"dataset": dataset_id})
        return DatasetInfo(self._http.transport.request(outgoing))

    @as_keystone_error
    def delete(self, dataset_id: str) -> None:
        """Delete a dataset with all its versions."""
        self._methods.delete(dataset_id)

    @as_keystone_error
    def add_records(self, dataset_id: str, records: Sequence[Mapping[str, Any]]) -> dict[str, int]:
        """Add records, which makes a version.

        Args:
            dataset_id: The id of the dataset.
            records: Objects with `input` and, where known, `expected`, `metadata` and `tags`.

        Returns:
            `added`, and `skipped`: records whose `id` the dataset has already; and the new `version`.
        """
        added: Any = self._methods.add(dataset_id, records)  # type: ignore[arg-type]
        return dict(added)

    @as_keystone_error
    def get_records(self, dataset_id: str, *, version: int | None = None, tags: Sequence[str] | None = None) -> Records:
        """Return the records of a version, in the order in which they were added.

        Args:
            dataset_id: The id of the dataset.
            version: Defaults to the newest one.
            tags: Only records that have all of these.
        """
        return [{**one} for one in self._methods.records(dataset_id, version=version, tags=tags)]

    @as_keystone_error
    def from_traces(
        self,
        *,
        name: str,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - the documented name
        input_from: RecordSource = None,
        expected_from: RecordSource = None,
        mode: str = "append",
        dry_run: bool = False,
        description: str = "",
    ) -> dict[str, Any]:
        """Make records of the spans of traces; see `client.records.from_traces()`.

        Returns:
            `dataset_id`, `name`, `rows_added`, `rows_present`, `sample_rows`, and `skipped` with `count` and `reasons`.
        """
        found = self._methods.from_traces(
            name=name,
            filter=filter,
            input_from=input_from,
            expected_from=expected_from,
            mode=mode,
            dry_run=dry_run,
            description=description,
        )
        return {
            "dataset_id": found.dataset_id,
            "name": found.name,
            "rows_added": found.rows_added,
            "rows_present": found.rows_present,
            "sample_rows": found.sample_rows,
            "skipped": {"count": sum(found.skipped.values()), "reasons": found.skipped},
        }
