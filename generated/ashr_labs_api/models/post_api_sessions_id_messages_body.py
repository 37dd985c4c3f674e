from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.ash_content_block import AshContentBlock
    from ..models.ash_output_format import AshOutputFormat
    from ..models.ash_thinking import AshThinking


T = TypeVar("T", bound="PostApiSessionsIdMessagesBody")


@_attrs_define
class PostApiSessionsIdMessagesBody:
    """A message to an agent.

    Attributes:
        content (list[AshContentBlock] | str): Text, or a list of blocks.
        include_partial_messages (bool | Unset):
        model (str | Unset):
        max_turns (int | Unset):
        max_budget_usd (float | Unset):
        effort (str | Unset):
        thinking (AshThinking | Unset): How much the model thinks.
        output_format (AshOutputFormat | Unset): The format of the answer.
    """

    content: list[AshContentBlock] | str
    include_partial_messages: bool | Unset = UNSET
    model: str | Unset = UNSET
    max_turns: int | Unset = UNSET
    max_budget_usd: float | Unset = UNSET
    effort: str | Unset = UNSET
    thinking: AshThinking | Unset = UNSET
    output_format: AshOutputFormat | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        content: list[dict[str, Any]] | str
        if isinstance(self.content, list):
            content = []
            for content_type_1_item_data in self.content:
                content_type_1_item = content_type_1_item_data.to_dict()
                content.append(content_type_1_item)

        else:
            content = self.content

        include_partial_messages = self.include_partial_messages

        model = self.model

        max_turns = self.max_turns

        max_budget_usd = self.max_budget_usd

        effort = self.effort

        thinking: dict[str, Any] | Unset = UNSET
        if not isinstance(self.thinking, Unset):
            thinking = self.thinking.to_dict()

        output_format: dict[str, Any] | Unset = UNSET
        if not isinstance(self.output_format, Unset):
            output_format = self.output_format.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "content": content,
            }
        )
        if include_partial_messages is not UNSET:
            field_dict["includePartialMessages"] = include_partial_messages
        if model is not UNSET:
            field_dict["model"] = model
        if max_turns is not UNSET:
            field_dict["maxTurns"] = max_turns
        if max_budget_usd is not UNSET:
            field_dict["maxBudgetUsd"] = max_budget_usd
        if effort is not UNSET:
            field_dict["effort"] = effort
        if thinking is not UNSET:
            field_dict["thinking"] = thinking
        if output_format is not UNSET:
            field_dict["outputFormat"] = output_format

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ash_content_block import AshContentBlock  # noqa: PLC0415
        from ..models.ash_output_format import AshOutputFormat  # noqa: PLC0415
        from ..models.ash_thinking import AshThinking  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_content(data: object) -> list[AshContentBlock] | str:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                content_type_1 = []
                _content_type_1 = data
                for content_type_1_item_data in _content_type_1:
                    content_type_1_item = AshContentBlock.from_dict(
                        content_type_1_item_data
                    )

                    content_type_1.append(content_type_1_item)

                return content_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[AshContentBlock] | str, data)

        content = _parse_content(d.pop("content"))

        include_partial_messages = d.pop("includePartialMessages", UNSET)

        model = d.pop("model", UNSET)

        max_turns = d.pop("maxTurns", UNSET)

        max_budget_usd = d.pop("maxBudgetUsd", UNSET)

        effort = d.pop("effort", UNSET)

        _thinking = d.pop("thinking", UNSET)
        thinking: AshThinking | Unset
        if isinstance(_thinking, Unset):
            thinking = UNSET
        else:
            thinking = AshThinking.from_dict(_thinking)

        _output_format = d.pop("outputFormat", UNSET)
        output_format: AshOutputFormat | Unset
        if isinstance(_output_format, Unset):
            output_format = UNSET
        else:
            output_format = AshOutputFormat.from_dict(_output_format)

        post_api_sessions_id_messages_body = cls(
            content=content,
            include_partial_messages=include_partial_messages,
            model=model,
            max_turns=max_turns,
            max_budget_usd=max_budget_usd,
            effort=effort,
            thinking=thinking,
            output_format=output_format,
        )

        post_api_sessions_id_messages_body.additional_properties = d
        return post_api_sessions_id_messages_body

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
