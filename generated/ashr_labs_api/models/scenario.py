from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.action import Action
    from ..models.check import Check
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="Scenario")


@_attrs_define
class Scenario:
    """A scripted conversation.

    Attributes:
        title (str | Unset):
        description (str | Unset):
        tags (list[str] | Unset):
        metadata (JsonObject | Unset): A free-form object; it round-trips untouched.
        actions (list[Action] | Unset):
        checks (list[Check] | Unset): Scorers of the whole scenario; their input is the last reply of the agent.
        expected_state (JsonObject | Unset): A free-form object; it round-trips untouched.
        invariants (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    title: str | Unset = UNSET
    description: str | Unset = UNSET
    tags: list[str] | Unset = UNSET
    metadata: JsonObject | Unset = UNSET
    actions: list[Action] | Unset = UNSET
    checks: list[Check] | Unset = UNSET
    expected_state: JsonObject | Unset = UNSET
    invariants: JsonObject | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        title = self.title

        description = self.description

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        actions: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.actions, Unset):
            actions = []
            for actions_item_data in self.actions:
                actions_item = actions_item_data.to_dict()
                actions.append(actions_item)

        checks: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.checks, Unset):
            checks = []
            for checks_item_data in self.checks:
                checks_item = checks_item_data.to_dict()
                checks.append(checks_item)

        expected_state: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expected_state, Unset):
            expected_state = self.expected_state.to_dict()

        invariants: dict[str, Any] | Unset = UNSET
        if not isinstance(self.invariants, Unset):
            invariants = self.invariants.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if title is not UNSET:
            field_dict["title"] = title
        if description is not UNSET:
            field_dict["description"] = description
        if tags is not UNSET:
            field_dict["tags"] = tags
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if actions is not UNSET:
            field_dict["actions"] = actions
        if checks is not UNSET:
            field_dict["checks"] = checks
        if expected_state is not UNSET:
            field_dict["expected_state"] = expected_state
        if invariants is not UNSET:
            field_dict["invariants"] = invariants

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.action import Action  # noqa: PLC0415
        from ..models.check import Check  # noqa: PLC0415
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        title = d.pop("title", UNSET)

        description = d.pop("description", UNSET)

        tags = cast(list[str], d.pop("tags", UNSET))

        _metadata = d.pop("metadata", UNSET)
        metadata: JsonObject | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = JsonObject.from_dict(_metadata)

        _actions = d.pop("actions", UNSET)
        actions: list[Action] | Unset = UNSET
        if _actions is not UNSET:
            actions = []
            for actions_item_data in _actions:
                actions_item = Action.from_dict(actions_item_data)

                actions.append(actions_item)

        _checks = d.pop("checks", UNSET)
        checks: list[Check] | Unset = UNSET
        if _checks is not UNSET:
            checks = []
            for checks_item_data in _checks:
                checks_item = Check.from_dict(checks_item_data)

                checks.append(checks_item)

        _expected_state = d.pop("expected_state", UNSET)
        expected_state: JsonObject | Unset
        if isinstance(_expected_state, Unset):
            expected_state = UNSET
        else:
            expected_state = JsonObject.from_dict(_expected_state)

        _invariants = d.pop("invariants", UNSET)
        invariants: JsonObject | Unset
        if isinstance(_invariants, Unset):
            invariants = UNSET
        else:
            invariants = JsonObject.from_dict(_invariants)

        scenario = cls(
            title=title,
            description=description,
            tags=tags,
            metadata=metadata,
            actions=actions,
            checks=checks,
            expected_state=expected_state,
            invariants=invariants,
        )

        scenario.additional_properties = d
        return scenario

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
