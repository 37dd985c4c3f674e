from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ListObservabilityTracesRequest")


@_attrs_define
class ListObservabilityTracesRequest:
    """
    Attributes:
        function (Literal['list_observability_traces']):  Default: 'list_observability_traces'.
        limit (int | Unset): 50 unless given.
        page (int | Unset): 1 unless given.
        user_id (str | Unset):
        session_id (str | Unset):
    """

    function: Literal["list_observability_traces"] = "list_observability_traces"
    limit: int | Unset = UNSET
    page: int | Unset = UNSET
    user_id: str | Unset = UNSET
    session_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        limit = self.limit

        page = self.page

        user_id = self.user_id

        session_id = self.session_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "function": function,
            }
        )
        if limit is not UNSET:
            field_dict["limit"] = limit
        if page is not UNSET:
            field_dict["page"] = page
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if session_id is not UNSET:
            field_dict["session_id"] = session_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["list_observability_traces"], d.pop("function"))
        if function != "list_observability_traces":
            raise ValueError(
                f"function must match const 'list_observability_traces', got '{function}'"
            )

        limit = d.pop("limit", UNSET)

        page = d.pop("page", UNSET)

        user_id = d.pop("user_id", UNSET)

        session_id = d.pop("session_id", UNSET)

        list_observability_traces_request = cls(
            function=function,
            limit=limit,
            page=page,
            user_id=user_id,
            session_id=session_id,
        )

        list_observability_traces_request.additional_properties = d
        return list_observability_traces_request

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
