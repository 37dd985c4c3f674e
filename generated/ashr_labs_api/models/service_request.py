from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.sandbox_strings import SandboxStrings


T = TypeVar("T", bound="ServiceRequest")


@_attrs_define
class ServiceRequest:
    """A request that an HTTP mock got.

    Attributes:
        method (str):
        path (str): Without the query.
        query (str):
        headers (SandboxStrings): Strings by name.
        body (str): Its first 65,536 characters.
        status (int): Of the answer.
        time (float): Seconds since the epoch.
    """

    method: str
    path: str
    query: str
    headers: SandboxStrings
    body: str
    status: int
    time: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        method = self.method

        path = self.path

        query = self.query

        headers = self.headers.to_dict()

        body = self.body

        status = self.status

        time = self.time

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "method": method,
                "path": path,
                "query": query,
                "headers": headers,
                "body": body,
                "status": status,
                "time": time,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sandbox_strings import SandboxStrings  # noqa: PLC0415

        d = dict(src_dict)
        method = d.pop("method")

        path = d.pop("path")

        query = d.pop("query")

        headers = SandboxStrings.from_dict(d.pop("headers"))

        body = d.pop("body")

        status = d.pop("status")

        time = d.pop("time")

        service_request = cls(
            method=method,
            path=path,
            query=query,
            headers=headers,
            body=body,
            status=status,
            time=time,
        )

        service_request.additional_properties = d
        return service_request

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
