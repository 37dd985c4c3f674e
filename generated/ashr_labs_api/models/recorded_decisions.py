from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.recorded_scores import RecordedScores


T = TypeVar("T", bound="RecordedDecisions")


@_attrs_define
class RecordedDecisions:
    """What was decided about a test when it was labelled.

    Attributes:
        verdict (None | str): `passed`, `failed` or `unchecked`.
        scores (RecordedScores):
    """

    verdict: None | str
    scores: RecordedScores
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        verdict: None | str
        verdict = self.verdict

        scores = self.scores.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "verdict": verdict,
                "scores": scores,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.recorded_scores import RecordedScores  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_verdict(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        verdict = _parse_verdict(d.pop("verdict"))

        scores = RecordedScores.from_dict(d.pop("scores"))

        recorded_decisions = cls(
            verdict=verdict,
            scores=scores,
        )

        recorded_decisions.additional_properties = d
        return recorded_decisions

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
