"""Datasets of records of the embedded platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import ConfigurationError, ResponseFormatError
from ...records import SpanRecords, check_mode
from .._outgoing import resource
from .._records import batches, tags_text
from ._pages import each_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from ashr_labs_types import AddedRecords, DatasetRecord, NewDatasetRecord
    from ashr_labs_types import RecordDataset as DatasetAnswer

    from ...records import RecordsFromTraces, RecordSource
    from ._transport import SyncRetryTransport

    RecordDatasets: TypeAlias = list["RecordDataset"]
    # In the class, `list` is a method.
    Records: TypeAlias = list["DatasetRecord"]

__all__ = ["RecordDataset", "RecordMethods"]

_PAGE = 1000
_SPANS = 500


class RecordDataset:
    """A dataset of records, as it was when it was fetched; iterating over it gives its records.

    Example:
        >>> dataset = client.records.create("refunds")  # doctest: +SKIP
        >>> dataset.add([{"input": "Refund order 7", "expected": "refunded"}])  # doctest: +SKIP
    """

    def __init__(self, methods: RecordMethods, answer: DatasetAnswer, rows: Records | None = None) -> None:
        self._methods = methods
        self.info: DatasetAnswer = answer
        """The record of the platform."""
        self.id: str = answer["id"]
        self.name: str = answer["name"]
        self.description: str = answer.get("description", "")
        self.version: int = answer.get("version", 1)
        """Its newest version."""
        self.record_count: int = answer.get("record_count", 0)
        """The records of the newest version."""
        self.created_at: str = answer.get("created_at", "")
        """When it was created, in ISO 8601."""
        self.rows: Records | None = rows
        """The records, if `client.records.get()` has fetched them."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} {self.name!r}, version {self.version}, {self.record_count} records>"

    def __iter__(self) -> Iterator[DatasetRecord]:
        """Iterate over the records.

        Raises:
            ConfigurationError: The dataset was not fetched by `client.records.get()`.
        """
        if self.rows is None:
            raise ConfigurationError(
                f"the records of {self.id} are not here; fetch them: client.records.get({self.id!r})"
            )
        return iter(self.rows)

    def add(self, records: Sequence[NewDatasetRecord], *, replace: bool = False) -> AddedRecords:
        """Add records, as `client.records.add()` does."""
        return self._methods.add(self.id, records, replace=replace)

    def records(self, *, version: int | None = None, tags: Sequence[str] | None = None) -> Records:
        """Fetch the records of a version, as `client.records.records()` does."""
        return self._methods.records(self.id, version=version, tags=tags)

    def remove(self, record_id: str) -> None:
        """Leave a record out of the next version."""
        self._methods.remove(self.id, record_id)

    def delete(self) -> None:
        """Delete the dataset with all its versions."""
        self._methods.delete(self.id)


class RecordMethods:
    """Datasets of records of the tenant: `client.records`.

    Example:
        >>> dataset = client.records.create("refunds")  # doctest: +SKIP
        >>> added = client.records.add(dataset.id, [{"input": "Refund order 7"}])  # doctest: +SKIP
        >>> [record["input"] for record in client.records.get(dataset.id)]  # doctest: +SKIP
        ['Refund order 7']
    """

    def __init__(self, transport: SyncRetryTransport) -> None:
        self._transport = transport

    def create(self, name: str, description: str = "") -> RecordDataset:
        """Create a dataset without records; several may have the same name."""
        body: dict[str, object] = {"name": name, "description": description}
        return RecordDataset(self, self._transport.request(resource("create_record_dataset", body=body)), [])

    def list(self, *, name: str | None = None) -> RecordDatasets:
        """List datasets without their records, newest first.

        Args:
            name: Only datasets of this name.
        """
        found: dict[str, RecordDataset] = {}
        before: str | None = None
        while True:
            outgoing = resource("list_record_datasets", {}, {"name": name, "before": before})
            page = [RecordDataset(self, one) for one in self._transport.request(outgoing, list)]
            if not (new := [one for one in page if one.id not in found]):
                return [*found.values()]
            found.update((one.id, one) for one in new)
            before = new[-1].id

    def get(self, dataset_id: str, *, version: int | None = None, tags: Sequence[str] | None = None) -> RecordDataset:
        """Get a dataset with its records, over which `Eval` can go: `Eval(data=client.records.get(...), ...)`.

        Args:
            dataset_id: Its id, such as `ds_7`.
            version: The version of the records; defaults to the newest one.
            tags: Only records that have all of these.

        Raises:
            NotFoundError: If there is no such dataset or version.
        """
        answer: DatasetAnswer = self._transport.request(resource("get_record_dataset", {"dataset": dataset_id}))
        wanted = answer["version"] if version is None else version
        return RecordDataset(self, answer, self.records(dataset_id, version=wanted, tags=tags))

    def records(self, dataset_id: str, *, version: int | None = None, tags: Sequence[str] | None = None) -> Records:
        """Fetch the records of a version, in the order in which they were added.

        Args:
            dataset_id: The id of the dataset.
            version: Defaults to the newest one.
            tags: Only records that have all of these.

        Raises:
            NotFoundError: If there is no such dataset or version.
        """
        query: dict[str, object] = {"version": version, "tags": tags_text(tags), "limit": _PAGE}
        found: Records = []
        while True:
            outgoing = resource("list_dataset_records", {"dataset": dataset_id}, query)
            page: Records = self._transport.request(outgoing, list)
            found += page
            last = page[-1].get("id") if page else None
            if last is None:  # the end, or a platform without pages
                return found
            if query.get("after") == last:
                raise ResponseFormatError("list_dataset_records: the platform repeats a page", 200)
            query["after"] = last

    def add(self, dataset_id: str, records: Sequence[NewDatasetRecord], *, replace: bool = False) -> AddedRecords:
        """Add records, which makes a version; those whose `id` the newest version has already are skipped.

        More than 1,000 records, or 8 MB, are sent in several requests, each of which makes a version.

        Args:
            dataset_id: The id of the dataset.
            records: Objects with `input` and, where known, `expected`, `metadata`, `tags` and `id`.
            replace: Whether to leave all other records out of the new version.

        Raises:
            ConfigurationError: If they have another shape; nothing is sent then.
            NotFoundError: If there is no such dataset.
            ValidationError: If the dataset would have more than 100,000 records.
        """
        total: AddedRecords = {"added": 0, "skipped": 0}
        for batch in batches(records):
            body: dict[str, object] = {"records": batch, "replace": replace}
            outgoing = resource("add_dataset_records", {"dataset": dataset_id}, body=body)
            one: AddedRecords = self._transport.request(outgoing)
            added, skipped = total["added"] + one["added"], total.get("skipped", 0) + one.get("skipped", 0)
            total = {**one, "added": added, "skipped": skipped}
            replace = False
        return total

    def remove(self, dataset_id: str, record_id: str) -> None:
        """Leave a record out of the next version.

        Raises:
            NotFoundError: If the newest version has no such record.
        """
        path: dict[str, object] = {"dataset": dataset_id, "record_id": record_id}
        self._transport.request(resource("delete_dataset_record", path), None)

    def delete(self, dataset_id: str) -> None:
        """Delete a dataset with all its versions.

        Raises:
            NotFoundError: If there is no such dataset.
        """
        self._transport.request(resource("delete_record_dataset", {"dataset": dataset_id}), None)

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
    ) -> RecordsFromTraces:
        """Make records of the spans of traces; a span becomes one record, however often it is asked for.

        Args:
            name: The name of the dataset: the newest one of this name, or else a new one.
            filter: Which spans, as `client.export.spans()` takes it: `trace_id`, `tool`, `event_type`, `since`, ...
            input_from: Where the input of a span is: a dotted path such as `metadata.question`, or a function of the
                span; defaults to `metadata.input` and the like, else the input that was recorded.
            expected_from: The same for what is expected; defaults to `metadata.output` and the like, else the output.
            mode: `append`, or `replace` to leave all other records out of the new version.
            dry_run: Whether to store nothing, and only to return what was found.
            description: The description of a new dataset.

        Raises:
            ConfigurationError: If an argument has another form.
            ValidationError: If the filter has a field that spans do not have.

        Example:
            >>> found = client.records.from_traces(  # doctest: +SKIP
            ...     name="answers", filter={"event_type": "llm_call"}, dry_run=True
            ... )
        """
        check_mode(mode)
        found = SpanRecords(input_from, expected_from)
        for page in each_page(self._transport, "list_traces", {"limit": _SPANS, **(filter or {})}):
            for span in page:
                found.add(span)
        if dry_run:
            return found.result("", name)
        named = self.list(name=name)
        dataset = named[0] if named else self.create(name, description)
        added = dataset.add(found.records, replace=mode == "replace")
        return found.result(dataset.id, name, added["added"])
