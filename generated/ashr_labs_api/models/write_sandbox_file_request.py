from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="WriteSandboxFileRequest")


@_attrs_define
class WriteSandboxFileRequest:
    """
    Attributes:
        path (str):
        content (str | Unset): The content as text, which is stored as UTF-8.
        content_base64 (str | Unset): The content as bytes, in place of `content`.
        mode (int | Unset): Permission bits; by default kept, or 0o644.
    """

    path: str
    content: str | Unset = UNSET
    content_base64: str | Unset = UNSET
    mode: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        path = self.path

        content = self.content

        content_base64 = self.content_base64

        mode = self.mode

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "path": path,
            }
        )
        if content is not UNSET:
            field_dict["content"] = content
        if content_base64 is not UNSET:
            field_dict["content_base64"] = content_base64
        if mode is not UNSET:
            field_dict["mode"] = mode

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        path = d.pop("path")

        content = d.pop("content", UNSET)

        content_base64 = d.pop("content_base64", UNSET)

        mode = d.pop("mode", UNSET)

        write_sandbox_file_request = cls(
            path=path,
            content=content,
            content_base64=content_base64,
            mode=mode,
        )

        return write_sandbox_file_request
