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

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="CreateAgentRequest")


@_attrs_define
class CreateAgentRequest:
    """
    Attributes:
        function (Literal['create_agent']):  Default: 'create_agent'.
        name (str):
        description (str | Unset):
        config (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    name: str
    function: Literal["create_agent"] = "create_agent"
    description: str | Unset = UNSET
    config: JsonObject | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        name = self.name

        description = self.description

        config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.config, Unset):
            config = self.config.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "name": name,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if config is not UNSET:
            field_dict["config"] = config

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        function = cast(Literal["create_agent"], d.pop("function"))
        if function != "create_agent":
            raise ValueError(
                f"function must match const 'create_agent', got '{function}'"
            )

        name = d.pop("name")

        description = d.pop("description", UNSET)

        _config = d.pop("config", UNSET)
        config: JsonObject | Unset
        if isinstance(_config, Unset):
            config = UNSET
        else:
            config = JsonObject.from_dict(_config)

        create_agent_request = cls(
            function=function,
            name=name,
            description=description,
            config=config,
        )

        return create_agent_request
