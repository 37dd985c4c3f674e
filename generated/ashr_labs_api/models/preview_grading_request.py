from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="PreviewGradingRequest")


@_attrs_define
class PreviewGradingRequest:
    """
    Attributes:
        config (JsonObject): A free-form object; it round-trips untouched.
    """

    config: JsonObject

    def to_dict(self) -> dict[str, Any]:
        config = self.config.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "config": config,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        config = JsonObject.from_dict(d.pop("config"))

        preview_grading_request = cls(
            config=config,
        )

        return preview_grading_request
