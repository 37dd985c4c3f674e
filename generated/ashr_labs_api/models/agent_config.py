from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.behavior_rule import BehaviorRule
    from ..models.grading_config import GradingConfig
    from ..models.json_object import JsonObject
    from ..models.tool_definition import ToolDefinition


T = TypeVar("T", bound="AgentConfig")


@_attrs_define
class AgentConfig:
    """How datasets for an agent are generated and its runs graded.

    Attributes:
        tool_definitions (list[ToolDefinition] | Unset):
        behavior_rules (list[BehaviorRule] | Unset):
        grading_config (GradingConfig | Unset):
        form_data (JsonObject | Unset): A free-form object; it round-trips untouched.
        metadata (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    tool_definitions: list[ToolDefinition] | Unset = UNSET
    behavior_rules: list[BehaviorRule] | Unset = UNSET
    grading_config: GradingConfig | Unset = UNSET
    form_data: JsonObject | Unset = UNSET
    metadata: JsonObject | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tool_definitions: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.tool_definitions, Unset):
            tool_definitions = []
            for tool_definitions_item_data in self.tool_definitions:
                tool_definitions_item = tool_definitions_item_data.to_dict()
                tool_definitions.append(tool_definitions_item)

        behavior_rules: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.behavior_rules, Unset):
            behavior_rules = []
            for behavior_rules_item_data in self.behavior_rules:
                behavior_rules_item = behavior_rules_item_data.to_dict()
                behavior_rules.append(behavior_rules_item)

        grading_config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.grading_config, Unset):
            grading_config = self.grading_config.to_dict()

        form_data: dict[str, Any] | Unset = UNSET
        if not isinstance(self.form_data, Unset):
            form_data = self.form_data.to_dict()

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if tool_definitions is not UNSET:
            field_dict["tool_definitions"] = tool_definitions
        if behavior_rules is not UNSET:
            field_dict["behavior_rules"] = behavior_rules
        if grading_config is not UNSET:
            field_dict["grading_config"] = grading_config
        if form_data is not UNSET:
            field_dict["form_data"] = form_data
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.behavior_rule import BehaviorRule  # noqa: PLC0415
        from ..models.grading_config import GradingConfig  # noqa: PLC0415
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.tool_definition import ToolDefinition  # noqa: PLC0415

        d = dict(src_dict)
        _tool_definitions = d.pop("tool_definitions", UNSET)
        tool_definitions: list[ToolDefinition] | Unset = UNSET
        if _tool_definitions is not UNSET:
            tool_definitions = []
            for tool_definitions_item_data in _tool_definitions:
                tool_definitions_item = ToolDefinition.from_dict(
                    tool_definitions_item_data
                )

                tool_definitions.append(tool_definitions_item)

        _behavior_rules = d.pop("behavior_rules", UNSET)
        behavior_rules: list[BehaviorRule] | Unset = UNSET
        if _behavior_rules is not UNSET:
            behavior_rules = []
            for behavior_rules_item_data in _behavior_rules:
                behavior_rules_item = BehaviorRule.from_dict(behavior_rules_item_data)

                behavior_rules.append(behavior_rules_item)

        _grading_config = d.pop("grading_config", UNSET)
        grading_config: GradingConfig | Unset
        if isinstance(_grading_config, Unset):
            grading_config = UNSET
        else:
            grading_config = GradingConfig.from_dict(_grading_config)

        _form_data = d.pop("form_data", UNSET)
        form_data: JsonObject | Unset
        if isinstance(_form_data, Unset):
            form_data = UNSET
        else:
            form_data = JsonObject.from_dict(_form_data)

        _metadata = d.pop("metadata", UNSET)
        metadata: JsonObject | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = JsonObject.from_dict(_metadata)

        agent_config = cls(
            tool_definitions=tool_definitions,
            behavior_rules=behavior_rules,
            grading_config=grading_config,
            form_data=form_data,
            metadata=metadata,
        )

        agent_config.additional_properties = d
        return agent_config

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
