from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="OtlpRequest")


@_attrs_define
class OtlpRequest:
    """An `ExportTraceServiceRequest` by the JSON rules of OTLP.

    Attributes:
        resource_spans (list[JsonObject] | None | Unset):
    """

    resource_spans: list[JsonObject] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        resource_spans: list[dict[str, Any]] | None | Unset
        if isinstance(self.resource_spans, Unset):
            resource_spans = UNSET
        elif isinstance(self.resource_spans, list):
            resource_spans = []
            for resource_spans_type_0_item_data in self.resource_spans:
                resource_spans_type_0_item = resource_spans_type_0_item_data.to_dict()
                resource_spans.append(resource_spans_type_0_item)

        else:
            resource_spans = self.resource_spans

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if resource_spans is not UNSET:
            field_dict["resourceSpans"] = resource_spans

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_resource_spans(data: object) -> list[JsonObject] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                resource_spans_type_0 = []
                _resource_spans_type_0 = data
                for resource_spans_type_0_item_data in _resource_spans_type_0:
                    resource_spans_type_0_item = JsonObject.from_dict(
                        resource_spans_type_0_item_data
                    )

                    resource_spans_type_0.append(resource_spans_type_0_item)

                return resource_spans_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[JsonObject] | None | Unset, data)

        resource_spans = _parse_resource_spans(d.pop("resourceSpans", UNSET))

        otlp_request = cls(
            resource_spans=resource_spans,
        )

        otlp_request.additional_properties = d
        return otlp_request

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
