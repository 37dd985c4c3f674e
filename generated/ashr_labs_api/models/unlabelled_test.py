from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.recorded_scores import RecordedScores


T = TypeVar("T", bound="UnlabelledTest")


@_attrs_define
class UnlabelledTest:
    """
    Attributes:
        run_id (int):
        test_id (str):
        repeat (int | None):
        verdict (None | str): `passed`, `failed` or `unchecked`.
        scores (RecordedScores):
        title (str | Unset):
        reason (str | Unset): The first reason of its verdict.
    """

    run_id: int
    test_id: str
    repeat: int | None
    verdict: None | str
    scores: RecordedScores
    title: str | Unset = UNSET
    reason: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        run_id = self.run_id

        test_id = self.test_id

        repeat: int | None
        repeat = self.repeat

        verdict: None | str
        verdict = self.verdict

        scores = self.scores.to_dict()

        title = self.title

        reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "run_id": run_id,
                "test_id": test_id,
                "repeat": repeat,
                "verdict": verdict,
                "scores": scores,
            }
        )
        if title is not UNSET:
            field_dict["title"] = title
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.recorded_scores import RecordedScores  # noqa: PLC0415

        d = dict(src_dict)
        run_id = d.pop("run_id")

        test_id = d.pop("test_id")

        def _parse_repeat(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        repeat = _parse_repeat(d.pop("repeat"))

        def _parse_verdict(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        verdict = _parse_verdict(d.pop("verdict"))

        scores = RecordedScores.from_dict(d.pop("scores"))

        title = d.pop("title", UNSET)

        reason = d.pop("reason", UNSET)

        unlabelled_test = cls(
            run_id=run_id,
            test_id=test_id,
            repeat=repeat,
            verdict=verdict,
            scores=scores,
            title=title,
            reason=reason,
        )

        unlabelled_test.additional_properties = d
        return unlabelled_test

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
