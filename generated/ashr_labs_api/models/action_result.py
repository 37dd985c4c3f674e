from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.action_type import ActionType
from ..models.match_status import MatchStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject
    from ..models.tool_call_result import ToolCallResult


T = TypeVar("T", bound="ActionResult")


@_attrs_define
class ActionResult:
    """What happened at one action. A user's text has `text`, a user's file `file_path`; an agent's tool calls stand
    together in `tool_calls`, its text in `expected_response` and `actual_response`.

        Attributes:
            action_index (int):
            actor (str): `user` or `agent`.
            action_type (ActionType | str):
            description (str | Unset):
            text (str | Unset):
            file_path (str | Unset):
            input_provided (bool | Unset):
            tool_calls (list[ToolCallResult] | Unset):
            expected_response (JsonObject | Unset): A free-form object; it round-trips untouched.
            actual_response (JsonObject | Unset): A free-form object; it round-trips untouched.
            match_status (MatchStatus | str | Unset):
            semantic_similarity (float | Unset): 0..1.
            divergence_notes (None | str | Unset):
    """

    action_index: int
    actor: str
    action_type: ActionType | str
    description: str | Unset = UNSET
    text: str | Unset = UNSET
    file_path: str | Unset = UNSET
    input_provided: bool | Unset = UNSET
    tool_calls: list[ToolCallResult] | Unset = UNSET
    expected_response: JsonObject | Unset = UNSET
    actual_response: JsonObject | Unset = UNSET
    match_status: MatchStatus | str | Unset = UNSET
    semantic_similarity: float | Unset = UNSET
    divergence_notes: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        action_index = self.action_index

        actor = self.actor

        action_type: str
        if isinstance(self.action_type, ActionType):
            action_type = self.action_type.value
        else:
            action_type = self.action_type

        description = self.description

        text = self.text

        file_path = self.file_path

        input_provided = self.input_provided

        tool_calls: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.tool_calls, Unset):
            tool_calls = []
            for tool_calls_item_data in self.tool_calls:
                tool_calls_item = tool_calls_item_data.to_dict()
                tool_calls.append(tool_calls_item)

        expected_response: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expected_response, Unset):
            expected_response = self.expected_response.to_dict()

        actual_response: dict[str, Any] | Unset = UNSET
        if not isinstance(self.actual_response, Unset):
            actual_response = self.actual_response.to_dict()

        match_status: str | Unset
        if isinstance(self.match_status, Unset):
            match_status = UNSET
        elif isinstance(self.match_status, MatchStatus):
            match_status = self.match_status.value
        else:
            match_status = self.match_status

        semantic_similarity = self.semantic_similarity

        divergence_notes: None | str | Unset
        if isinstance(self.divergence_notes, Unset):
            divergence_notes = UNSET
        else:
            divergence_notes = self.divergence_notes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "action_index": action_index,
                "actor": actor,
                "action_type": action_type,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if text is not UNSET:
            field_dict["text"] = text
        if file_path is not UNSET:
            field_dict["file_path"] = file_path
        if input_provided is not UNSET:
            field_dict["input_provided"] = input_provided
        if tool_calls is not UNSET:
            field_dict["tool_calls"] = tool_calls
        if expected_response is not UNSET:
            field_dict["expected_response"] = expected_response
        if actual_response is not UNSET:
            field_dict["actual_response"] = actual_response
        if match_status is not UNSET:
            field_dict["match_status"] = match_status
        if semantic_similarity is not UNSET:
            field_dict["semantic_similarity"] = semantic_similarity
        if divergence_notes is not UNSET:
            field_dict["divergence_notes"] = divergence_notes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.tool_call_result import ToolCallResult  # noqa: PLC0415

        d = dict(src_dict)
        action_index = d.pop("action_index")

        actor = d.pop("actor")

        def _parse_action_type(data: object) -> ActionType | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                action_type_type_0 = ActionType(data)

                return action_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ActionType | str, data)

        action_type = _parse_action_type(d.pop("action_type"))

        description = d.pop("description", UNSET)

        text = d.pop("text", UNSET)

        file_path = d.pop("file_path", UNSET)

        input_provided = d.pop("input_provided", UNSET)

        _tool_calls = d.pop("tool_calls", UNSET)
        tool_calls: list[ToolCallResult] | Unset = UNSET
        if _tool_calls is not UNSET:
            tool_calls = []
            for tool_calls_item_data in _tool_calls:
                tool_calls_item = ToolCallResult.from_dict(tool_calls_item_data)

                tool_calls.append(tool_calls_item)

        _expected_response = d.pop("expected_response", UNSET)
        expected_response: JsonObject | Unset
        if isinstance(_expected_response, Unset):
            expected_response = UNSET
        else:
            expected_response = JsonObject.from_dict(_expected_response)

        _actual_response = d.pop("actual_response", UNSET)
        actual_response: JsonObject | Unset
        if isinstance(_actual_response, Unset):
            actual_response = UNSET
        else:
            actual_response = JsonObject.from_dict(_actual_response)

        def _parse_match_status(data: object) -> MatchStatus | str | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                match_status_type_0 = MatchStatus(data)

                return match_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MatchStatus | str | Unset, data)

        match_status = _parse_match_status(d.pop("match_status", UNSET))

        semantic_similarity = d.pop("semantic_similarity", UNSET)

        def _parse_divergence_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        divergence_notes = _parse_divergence_notes(d.pop("divergence_notes", UNSET))

        action_result = cls(
            action_index=action_index,
            actor=actor,
            action_type=action_type,
            description=description,
            text=text,
            file_path=file_path,
            input_provided=input_provided,
            tool_calls=tool_calls,
            expected_response=expected_response,
            actual_response=actual_response,
            match_status=match_status,
            semantic_similarity=semantic_similarity,
            divergence_notes=divergence_notes,
        )

        action_result.additional_properties = d
        return action_result

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
