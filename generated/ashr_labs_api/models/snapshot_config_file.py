from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="SnapshotConfigFile")


@_attrs_define
class SnapshotConfigFile:
    """A file that is written before the agent starts.

    Attributes:
        path (str): Relative to the agent's files, or `~/...`.
        template (str): Its content, with `{{ secrets.NAME }}` for a secret.
    """

    path: str
    template: str

    def to_dict(self) -> dict[str, Any]:
        path = self.path

        template = self.template

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "path": path,
                "template": template,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        path = d.pop("path")

        template = d.pop("template")

        snapshot_config_file = cls(
            path=path,
            template=template,
        )

        return snapshot_config_file
