from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.argument_modes import ArgumentModes
    from ..models.argument_rules import ArgumentRules
    from ..models.tool_flags import ToolFlags
    from ..models.tool_strictness import ToolStrictness


T = TypeVar("T", bound="GradingConfig")


@_attrs_define
class GradingConfig:
    """
    Attributes:
        tool_strictness (ToolStrictness | Unset): Strictness by the tool's name.
        text_similarity_threshold (float | Unset): Text below it is divergent; defaults to 0.40.
        side_effects (ToolFlags | Unset): A yes or no by the tool's name.
        forgive_retries (bool | Unset): Without effect; calls that failed are always forgiven.
        argument_rules (ArgumentRules | Unset): Rules by the tool's name and the argument's path, such as `{"book":
            {"date": "date"}}`.
        argument_modes (ArgumentModes | Unset): By the tool's name, or * for every tool: whether arguments may be
            missing (subset), be additional (superset, the default), neither (exact), or do not count (ignore).
    """

    tool_strictness: ToolStrictness | Unset = UNSET
    text_similarity_threshold: float | Unset = UNSET
    side_effects: ToolFlags | Unset = UNSET
    forgive_retries: bool | Unset = UNSET
    argument_rules: ArgumentRules | Unset = UNSET
    argument_modes: ArgumentModes | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tool_strictness: dict[str, Any] | Unset = UNSET
        if not isinstance(self.tool_strictness, Unset):
            tool_strictness = self.tool_strictness.to_dict()

        text_similarity_threshold = self.text_similarity_threshold

        side_effects: dict[str, Any] | Unset = UNSET
        if not isinstance(self.side_effects, Unset):
            side_effects = self.side_effects.to_dict()

        forgive_retries = self.forgive_retries

        argument_rules: dict[str, Any] | Unset = UNSET
        if not isinstance(self.argument_rules, Unset):
            argument_rules = self.argument_rules.to_dict()

        argument_modes: dict[str, Any] | Unset = UNSET
        if not isinstance(self.argument_modes, Unset):
            argument_modes = self.argument_modes.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if tool_strictness is not UNSET:
            field_dict["tool_strictness"] = tool_strictness
        if text_similarity_threshold is not UNSET:
            field_dict["text_similarity_threshold"] = text_similarity_threshold
        if side_effects is not UNSET:
            field_dict["side_effects"] = side_effects
        if forgive_retries is not UNSET:
            field_dict["forgive_retries"] = forgive_retries
        if argument_rules is not UNSET:
            field_dict["argument_rules"] = argument_rules
        if argument_modes is not UNSET:
            field_dict["argument_modes"] = argument_modes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.argument_modes import ArgumentModes  # noqa: PLC0415
        from ..models.argument_rules import ArgumentRules  # noqa: PLC0415
        from ..models.tool_flags import ToolFlags  # noqa: PLC0415
        from ..models.tool_strictness import ToolStrictness  # noqa: PLC0415

        d = dict(src_dict)
        _tool_strictness = d.pop("tool_strictness", UNSET)
        tool_strictness: ToolStrictness | Unset
        if isinstance(_tool_strictness, Unset):
            tool_strictness = UNSET
        else:
            tool_strictness = ToolStrictness.from_dict(_tool_strictness)

        text_similarity_threshold = d.pop("text_similarity_threshold", UNSET)

        _side_effects = d.pop("side_effects", UNSET)
        side_effects: ToolFlags | Unset
        if isinstance(_side_effects, Unset):
            side_effects = UNSET
        else:
            side_effects = ToolFlags.from_dict(_side_effects)

        forgive_retries = d.pop("forgive_retries", UNSET)

        _argument_rules = d.pop("argument_rules", UNSET)
        argument_rules: ArgumentRules | Unset
        if isinstance(_argument_rules, Unset):
            argument_rules = UNSET
        else:
            argument_rules = ArgumentRules.from_dict(_argument_rules)

        _argument_modes = d.pop("argument_modes", UNSET)
        argument_modes: ArgumentModes | Unset
        if isinstance(_argument_modes, Unset):
            argument_modes = UNSET
        else:
            argument_modes = ArgumentModes.from_dict(_argument_modes)

        grading_config = cls(
            tool_strictness=tool_strictness,
            text_similarity_threshold=text_similarity_threshold,
            side_effects=side_effects,
            forgive_retries=forgive_retries,
            argument_rules=argument_rules,
            argument_modes=argument_modes,
        )

        grading_config.additional_properties = d
        return grading_config

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
