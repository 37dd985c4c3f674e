from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define

from .. import types
from ..types import File

T = TypeVar("T", bound="UploadSnapshotForm")


@_attrs_define
class UploadSnapshotForm:
    """
    Attributes:
        metadata (str): JSON of the schema `SnapshotMetadata`.
        bundle (File): A tar archive that is compressed by gzip.
    """

    metadata: str
    bundle: File

    def to_dict(self) -> dict[str, Any]:
        metadata = self.metadata

        bundle = self.bundle.to_tuple()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "metadata": metadata,
                "bundle": bundle,
            }
        )

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("metadata", (None, str(self.metadata).encode(), "text/plain")))

        files.append(("bundle", self.bundle.to_tuple()))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        metadata = d.pop("metadata")

        bundle = File(payload=BytesIO(d.pop("bundle")))

        upload_snapshot_form = cls(
            metadata=metadata,
            bundle=bundle,
        )

        return upload_snapshot_form
