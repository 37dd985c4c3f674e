from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

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

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        dataset_id = self.dataset_id

        agent_id: int | None
        agent_id = self.agent_id

        field_dict: dict[str, Any] = {}

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

        return set_dataset_agent_request
