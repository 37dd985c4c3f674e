"""Methods for datasets of scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._unset import UNSET
from .._pagination import Paginator
from .._validation import as_items, not_none
from .._validation import dataset_source as checked_source
from ._base import BaseClient

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

    from ..._unset import Unset

__all__ = ["DatasetMethods"]


class DatasetMethods(BaseClient):
    """Methods for datasets."""

    def create_dataset(
        self,
        name: str,
        dataset_source: Mapping[str, Any],
        description: str | None = None,
        agent_id: int | None = None,
        media: Sequence[MediaUpload] | None = None,
    ) -> Dataset:
        """Store a dataset (embedded platform); the hosted platform generates them (`generate_dataset`).

        Args:
            name: Its name.
            dataset_source: Its scenarios, an object with `runs`; stored unchanged.
            description: A description.
            agent_id: The agent to link it to.
            media: Files of the scenarios; `include_signed_urls` returns URLs for them later.

        Raises:
            DatasetError: A scenario cannot be played; nothing was sent.
        """
        request: CreateDatasetRequest = {
            "function": "create_dataset",
            "name": name,
            "dataset_source": checked_source(dataset_source),
        }
        if description is not None:
            request["description"] = description
        if agent_id is not None:
            request["agent_id"] = agent_id
        if media is not None:
            request["media"] = as_items(media, "media")
        dataset: Dataset = self._call(request, "dataset")
        return dataset

    def get_dataset(
        self, dataset_id: int, include_signed_urls: bool = False, url_expires_seconds: int = 3600
    ) -> Dataset:
        """Get a dataset by id.

        Args:
            dataset_id: Its id.
            include_signed_urls: Add signed URLs to its media.
            url_expires_seconds: Seconds until those URLs expire.

        Raises:
            NotFoundError: If it does not exist, or the key has no access to it.
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
        summary: bool = False,
    ) -> ListDatasetsResponse:
        """List datasets, newest first.

        Args:
            tenant_id: The tenant; defaults to the key's own.
            limit: Maximum number to return.
            cursor: The `next_cursor` of the previous page.
            include_signed_urls: Add signed URLs to their media.
            url_expires_seconds: Seconds until those URLs expire.
            offset: Number to skip; unlike a cursor, it shifts when datasets are added.
            summary: Leave out `dataset_source`.
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
        if summary is not False:
            request["summary"] = summary
        page: ListDatasetsResponse = self._call(request)
        return page

    def iter_datasets(
        self,
        tenant_id: int | None = None,
        *,
        page_size: int = 100,
        include_signed_urls: bool = False,
        url_expires_seconds: int = 3600,
        summary: bool = False,
    ) -> Iterator[Dataset]:
        """Iterate over all datasets, newest first, fetching pages as needed.

        Args:
            tenant_id: The tenant; defaults to the key's own.
            page_size: Number to fetch at a time, at most 100.
            include_signed_urls: Add signed URLs to their media.
            url_expires_seconds: Seconds until those URLs expire.
            summary: Leave out `dataset_source`.

        Example:
            >>> names = [dataset["name"] for dataset in client.iter_datasets()]  # doctest: +SKIP
        """
        pages = Paginator("list_datasets", "datasets", page_size)
        while pages.has_next:
            page = self.list_datasets(
                tenant_id,
                page_size,
                pages.cursor,
                include_signed_urls,
                url_expires_seconds,
                offset=pages.offset,
                summary=summary,
            )
            yield from pages.next_rows(page)

    def update_dataset(
        self,
        dataset_id: int,
        name: str | Unset = UNSET,
        description: str | Unset = UNSET,
        dataset_source: Mapping[str, Any] | Unset = UNSET,
    ) -> Dataset:
        """Change a dataset (embedded platform); fields that are not given are kept.

        Args:
            dataset_id: Its id.
            name: Another name.
            description: Another description; an empty string clears it.
            dataset_source: Other scenarios, which replace the present ones.

        Raises:
            ConfigurationError: If a field is None: the API has no null for it.
            DatasetError: A scenario cannot be played; nothing was sent.
        """
        request: UpdateDatasetRequest = {"function": "update_dataset", "dataset_id": dataset_id}
        if name is not UNSET:
            request["name"] = not_none(name, "name")
        if description is not UNSET:
            request["description"] = not_none(description, "description", clear="''")
        if dataset_source is not UNSET:
            request["dataset_source"] = checked_source(not_none(dataset_source, "dataset_source"))
        dataset: Dataset = self._call(request, "dataset")
        return dataset

    def delete_dataset(self, dataset_id: int) -> Confirmation:
        """Delete a dataset (embedded platform); its runs are kept."""
        request: DeleteDatasetRequest = {"function": "delete_dataset", "dataset_id": dataset_id}
        confirmation: Confirmation = self._call(request)
        return confirmation
