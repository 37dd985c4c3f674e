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

T = TypeVar("T", bound="SetDatasetAgentRequest")


@_attrs_define
class SetDatasetAgentRequest:
    """
    Attributes:
        function (Literal['set_dataset_agent']):  Default: 'set_dataset_agent'.
        dataset_id (int):
        agent_id (int | None): Null unlinks.
    """

    dataset_id: int
    agent_id: int | None
    function: Literal["set_dataset_agent"] = "set_dataset_agent"
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        dataset_id = self.dataset_id

        agent_id: int | None
        agent_id = self.agent_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "function": function,
                "dataset_id": dataset_id,
                "agent_id": agent_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["set_dataset_agent"], d.pop("function"))
        if function != "set_dataset_agent":
            raise ValueError(
                f"function must match const 'set_dataset_agent', got '{function}'"
            )

        dataset_id = d.pop("dataset_id")

        def _parse_agent_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        agent_id = _parse_agent_id(d.pop("agent_id"))

        set_dataset_agent_request = cls(
            function=function,
            dataset_id=dataset_id,
            agent_id=agent_id,
        )

        set_dataset_agent_request.additional_properties = d
        return set_dataset_agent_request

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
