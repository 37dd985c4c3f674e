from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="CreateRequestRequest")


@_attrs_define
class CreateRequestRequest:
    """
    Attributes:
        function (Literal['create_request']):  Default: 'create_request'.
        tenant_id (int):
        requestor_id (int):
        request_name (str):
        request (JsonObject): A free-form object; it round-trips untouched.
        request_input_schema (JsonObject): A free-form object; it round-trips untouched.
    """

    tenant_id: int
    requestor_id: int
    request_name: str
    request: JsonObject
    request_input_schema: JsonObject
    function: Literal["create_request"] = "create_request"

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        tenant_id = self.tenant_id

        requestor_id = self.requestor_id

        request_name = self.request_name

        request = self.request.to_dict()

        request_input_schema = self.request_input_schema.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "tenant_id": tenant_id,
                "requestor_id": requestor_id,
                "request_name": request_name,
                "request": request,
                "request_input_schema": request_input_schema,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        function = cast(Literal["create_request"], d.pop("function"))
        if function != "create_request":
            raise ValueError(
                f"function must match const 'create_request', got '{function}'"
            )

        tenant_id = d.pop("tenant_id")

        requestor_id = d.pop("requestor_id")

        request_name = d.pop("request_name")

        request = JsonObject.from_dict(d.pop("request"))

        request_input_schema = JsonObject.from_dict(d.pop("request_input_schema"))

        create_request_request = cls(
            function=function,
            tenant_id=tenant_id,
            requestor_id=requestor_id,
            request_name=request_name,
            request=request,
            request_input_schema=request_input_schema,
        )

        return create_request_request
