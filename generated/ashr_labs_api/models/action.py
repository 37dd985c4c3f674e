from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.check import Check
    from ..models.expected_response import ExpectedResponse
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="Action")


@_attrs_define
class Action:
    """One step of a scenario.

    Attributes:
        actor (str): `agent`, `environment`, or the name of the speaker, mostly `user`.
        content (str | Unset): The user's message, the expected reply of the agent, or an event in the environment.
        parts (list[JsonObject] | Unset): The parts of a user message with images, audio or files, as the API of a model
            takes them; `content` is its text.
        name (str | Unset): A label of the action.
        expected_response (ExpectedResponse | Unset): The agent's expected behavior in this step.
        checks (list[Check] | Unset): Scorers of the reply that an action of the agent expects.
    """

    actor: str
    content: str | Unset = UNSET
    parts: list[JsonObject] | Unset = UNSET
    name: str | Unset = UNSET
    expected_response: ExpectedResponse | Unset = UNSET
    checks: list[Check] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        actor = self.actor

        content = self.content

        parts: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.parts, Unset):
            parts = []
            for parts_item_data in self.parts:
                parts_item = parts_item_data.to_dict()
                parts.append(parts_item)

        name = self.name

        expected_response: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expected_response, Unset):
            expected_response = self.expected_response.to_dict()

        checks: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.checks, Unset):
            checks = []
            for checks_item_data in self.checks:
                checks_item = checks_item_data.to_dict()
                checks.append(checks_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "actor": actor,
            }
        )
        if content is not UNSET:
            field_dict["content"] = content
        if parts is not UNSET:
            field_dict["parts"] = parts
        if name is not UNSET:
            field_dict["name"] = name
        if expected_response is not UNSET:
            field_dict["expected_response"] = expected_response
        if checks is not UNSET:
            field_dict["checks"] = checks

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.check import Check  # noqa: PLC0415
        from ..models.expected_response import ExpectedResponse  # noqa: PLC0415
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        actor = d.pop("actor")

        content = d.pop("content", UNSET)

        _parts = d.pop("parts", UNSET)
        parts: list[JsonObject] | Unset = UNSET
        if _parts is not UNSET:
            parts = []
            for parts_item_data in _parts:
                parts_item = JsonObject.from_dict(parts_item_data)

                parts.append(parts_item)

        name = d.pop("name", UNSET)

        _expected_response = d.pop("expected_response", UNSET)
        expected_response: ExpectedResponse | Unset
        if isinstance(_expected_response, Unset):
            expected_response = UNSET
        else:
            expected_response = ExpectedResponse.from_dict(_expected_response)

        _checks = d.pop("checks", UNSET)
        checks: list[Check] | Unset = UNSET
        if _checks is not UNSET:
            checks = []
            for checks_item_data in _checks:
                checks_item = Check.from_dict(checks_item_data)

                checks.append(checks_item)

        action = cls(
            actor=actor,
            content=content,
            parts=parts,
            name=name,
            expected_response=expected_response,
            checks=checks,
        )

        action.additional_properties = d
        return action

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
