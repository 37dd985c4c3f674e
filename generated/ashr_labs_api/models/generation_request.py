from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.request_status import RequestStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="GenerationRequest")


@_attrs_define
class GenerationRequest:
    """A request to generate a dataset.

    Attributes:
        id (int):
        created_at (str): ISO 8601.
        requestor_id (int):
        requestor_tenant (int):
        request_name (str):
        request_status (RequestStatus | str):
        request (JsonObject): A free-form object; it round-trips untouched.
        request_input_schema (JsonObject | None | Unset):
        error (None | str | Unset): Why it failed.
    """

    id: int
    created_at: str
    requestor_id: int
    requestor_tenant: int
    request_name: str
    request_status: RequestStatus | str
    request: JsonObject
    request_input_schema: JsonObject | None | Unset = UNSET
    error: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        id = self.id

        created_at = self.created_at

        requestor_id = self.requestor_id

        requestor_tenant = self.requestor_tenant

        request_name = self.request_name

        request_status: str
        if isinstance(self.request_status, RequestStatus):
            request_status = self.request_status.value
        else:
            request_status = self.request_status

        request = self.request.to_dict()

        request_input_schema: dict[str, Any] | None | Unset
        if isinstance(self.request_input_schema, Unset):
            request_input_schema = UNSET
        elif isinstance(self.request_input_schema, JsonObject):
            request_input_schema = self.request_input_schema.to_dict()
        else:
            request_input_schema = self.request_input_schema

        error: None | str | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        else:
            error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "created_at": created_at,
                "requestor_id": requestor_id,
                "requestor_tenant": requestor_tenant,
                "request_name": request_name,
                "request_status": request_status,
                "request": request,
            }
        )
        if request_input_schema is not UNSET:
            field_dict["request_input_schema"] = request_input_schema
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        created_at = d.pop("created_at")

        requestor_id = d.pop("requestor_id")

        requestor_tenant = d.pop("requestor_tenant")

        request_name = d.pop("request_name")

        def _parse_request_status(data: object) -> RequestStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                request_status_type_0 = RequestStatus(data)

                return request_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(RequestStatus | str, data)

        request_status = _parse_request_status(d.pop("request_status"))

        request = JsonObject.from_dict(d.pop("request"))

        def _parse_request_input_schema(data: object) -> JsonObject | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                request_input_schema_type_0 = JsonObject.from_dict(data)

                return request_input_schema_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JsonObject | None | Unset, data)

        request_input_schema = _parse_request_input_schema(
            d.pop("request_input_schema", UNSET)
        )

        def _parse_error(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        error = _parse_error(d.pop("error", UNSET))

        generation_request = cls(
            id=id,
            created_at=created_at,
            requestor_id=requestor_id,
            requestor_tenant=requestor_tenant,
            request_name=request_name,
            request_status=request_status,
            request=request,
            request_input_schema=request_input_schema,
            error=error,
        )

        generation_request.additional_properties = d
        return generation_request

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
