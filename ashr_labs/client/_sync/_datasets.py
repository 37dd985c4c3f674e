"""Calls for datasets: the scenarios that an agent is tested against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._pagination import Walk
from .._validation import object_of
from ._base import Calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ashr_labs_types import (
        Confirmation,
        CreateDatasetRequest,
        Dataset,
        DeleteDatasetRequest,
        GetDatasetRequest,
        ListDatasetsRequest,
        ListDatasetsResponse,
        MediaUpload,
        UpdateDatasetRequest,
    )

__all__ = ["DatasetCalls"]


class DatasetCalls(Calls):
    """Calls for datasets."""

    def create_dataset(
        self,
        name: str,
        dataset_source: Mapping[str, Any],
        description: str | None = None,
        agent_id: int | None = None,
        media: Sequence[MediaUpload] | None = None,
    ) -> Dataset:
        """Store a dataset; the hosted platform makes datasets from requests instead (`generate_dataset`).

        Args:
            name: Its name.
            dataset_source: Its scenarios, an object with `runs`; stored as it is.
            description: What it tests.
            agent_id: The agent to link it to.
            media: Files that belong to the scenarios; `include_signed_urls` lends URLs to them later.
        """
        request: CreateDatasetRequest = {
            "function": "create_dataset",
            "name": name,
            "dataset_source": object_of(dataset_source, "dataset_source"),
        }
        if description is not None:
            request["description"] = description
        if agent_id is not None:
            request["agent_id"] = agent_id
        if media is not None:
            request["media"] = list(media)
        dataset: Dataset = self._call(request, "dataset")
        return dataset

    def get_dataset(
        self, dataset_id: int, include_signed_urls: bool = False, url_expires_seconds: int = 3600
    ) -> Dataset:
        """Get a dataset by id.

        Args:
            dataset_id: Its id.
            include_signed_urls: Whether to add signed URLs to its media.
            url_expires_seconds: How many seconds those URLs work.

        Raises:
            NotFoundError: If there is none, or not for this key.
        """
        request: GetDatasetRequest = {
            "function": "get_dataset",
            "dataset_id": dataset_id,
            "include_signed_urls": include_signed_urls,
            "url_expires_seconds": url_expires_seconds,
        }
        dataset: Dataset = self._call(request, "dataset")
        return dataset

    def list_datasets(
        self,
        tenant_id: int | None = None,
        limit: int = 50,
        cursor: int | None = None,
        include_signed_urls: bool = False,
        url_expires_seconds: int = 3600,
        *,
        offset: int | None = None,
    ) -> ListDatasetsResponse:
        """List datasets, newest first.

        Args:
            tenant_id: The tenant; the key's own unless given.
            limit: How many to return at most.
            cursor: The `next_cursor` of the page before.
            include_signed_urls: Whether to add signed URLs to their media.
            url_expires_seconds: How many seconds those URLs work.
            offset: How many to skip; a cursor stays right while datasets are added.
        """
        request: ListDatasetsRequest = {
            "function": "list_datasets",
            "tenant_id": self._tenant(tenant_id),
            "limit": limit,
            "include_signed_urls": include_signed_urls,
            "url_expires_seconds": url_expires_seconds,
        }
        if cursor is not None:
            request["cursor"] = cursor
        if offset is not None:
            request["offset"] = offset
        page: ListDatasetsResponse = self._call(request)
        return page

    def iter_datasets(
        self,
        tenant_id: int | None = None,
        *,
        page_size: int = 100,
        include_signed_urls: bool = False,
        url_expires_seconds: int = 3600,
    ) -> Iterator[Dataset]:
        """Go through all datasets, newest first, fetching page after page as needed.

        Args:
            tenant_id: The tenant; the key's own unless given.
            page_size: How many to fetch at a time, at most 100.
            include_signed_urls: Whether to add signed URLs to their media.
            url_expires_seconds: How many seconds those URLs work.

        Example:
            >>> names = [dataset["name"] for dataset in client.iter_datasets()]  # doctest: +SKIP
        """
        walk = Walk("list_datasets", "datasets", page_size)
        while walk.goes_on:
            page = self.list_datasets(
                tenant_id, page_size, walk.cursor, include_signed_urls, url_expires_seconds, offset=walk.offset
            )
            yield from walk.new_rows(page)

    def update_dataset(
        self,
        dataset_id: int,
        name: str | None = None,
        description: str | None = None,
        dataset_source: Mapping[str, Any] | None = None,
    ) -> Dataset:
        """Change what is given of a dataset (embedded platform)."""
        request: UpdateDatasetRequest = {"function": "update_dataset", "dataset_id": dataset_id}
        if name is not None:
            request["name"] = name
        if description is not None:
            request["description"] = description
        if dataset_source is not None:
            request["dataset_source"] = object_of(dataset_source, "dataset_source")
        dataset: Dataset = self._call(request, "dataset")
        return dataset

    def delete_dataset(self, dataset_id: int) -> Confirmation:
        """Delete a dataset; its runs stay (embedded platform)."""
        request: DeleteDatasetRequest = {"function": "delete_dataset", "dataset_id": dataset_id}
        confirmation: Confirmation = self._call(request)
        return confirmation
