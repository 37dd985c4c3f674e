from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.match_status import MatchStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.argument_comparison import ArgumentComparison
    from ..models.recorded_tool_call import RecordedToolCall


T = TypeVar("T", bound="ToolCallResult")


@_attrs_define
class ToolCallResult:
    """An expected tool call beside the actual one.

    Attributes:
        expected (RecordedToolCall): A tool call in both spellings of its fields. The name `NOT_CALLED` stands for an
            expected call that did not happen, `NONE_EXPECTED` for the counterpart of a call that nothing expected.
        actual (RecordedToolCall): A tool call in both spellings of its fields. The name `NOT_CALLED` stands for an
            expected call that did not happen, `NONE_EXPECTED` for the counterpart of a call that nothing expected.
        match_status (MatchStatus | str):
        divergence_notes (None | str | Unset):
        argument_comparison (ArgumentComparison | Unset): Arguments by how they compare, literally.
    """

    expected: RecordedToolCall
    actual: RecordedToolCall
    match_status: MatchStatus | str
    divergence_notes: None | str | Unset = UNSET
    argument_comparison: ArgumentComparison | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        expected = self.expected.to_dict()

        actual = self.actual.to_dict()

        match_status: str
        if isinstance(self.match_status, MatchStatus):
            match_status = self.match_status.value
        else:
            match_status = self.match_status

        divergence_notes: None | str | Unset
        if isinstance(self.divergence_notes, Unset):
            divergence_notes = UNSET
        else:
            divergence_notes = self.divergence_notes

        argument_comparison: dict[str, Any] | Unset = UNSET
        if not isinstance(self.argument_comparison, Unset):
            argument_comparison = self.argument_comparison.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "expected": expected,
                "actual": actual,
                "match_status": match_status,
            }
        )
        if divergence_notes is not UNSET:
            field_dict["divergence_notes"] = divergence_notes
        if argument_comparison is not UNSET:
            field_dict["argument_comparison"] = argument_comparison

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.argument_comparison import ArgumentComparison  # noqa: PLC0415
        from ..models.recorded_tool_call import RecordedToolCall  # noqa: PLC0415

        d = dict(src_dict)
        expected = RecordedToolCall.from_dict(d.pop("expected"))

        actual = RecordedToolCall.from_dict(d.pop("actual"))

        def _parse_match_status(data: object) -> MatchStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                match_status_type_0 = MatchStatus(data)

                return match_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MatchStatus | str, data)

        match_status = _parse_match_status(d.pop("match_status"))

        def _parse_divergence_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        divergence_notes = _parse_divergence_notes(d.pop("divergence_notes", UNSET))

        _argument_comparison = d.pop("argument_comparison", UNSET)
        argument_comparison: ArgumentComparison | Unset
        if isinstance(_argument_comparison, Unset):
            argument_comparison = UNSET
        else:
            argument_comparison = ArgumentComparison.from_dict(_argument_comparison)

        tool_call_result = cls(
            expected=expected,
            actual=actual,
            match_status=match_status,
            divergence_notes=divergence_notes,
            argument_comparison=argument_comparison,
        )

        tool_call_result.additional_properties = d
        return tool_call_result

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
