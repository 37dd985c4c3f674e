from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PairedVerdict")


@_attrs_define
class PairedVerdict:
    """The pass rates of the parameters that both experiments have a verdict for.

    Attributes:
        verdict (str): `better`, `worse` or `cannot tell`.
        pairs (int):
        difference (float | Unset):
        low (float | Unset): The bounds of the 95 % interval of the difference.
        high (float | Unset):
        p_value (float | Unset):
        improved (list[str] | Unset): Those that pass more often.
        regressed (list[str] | Unset): Those that pass less often.
    """

    verdict: str
    pairs: int
    difference: float | Unset = UNSET
    low: float | Unset = UNSET
    high: float | Unset = UNSET
    p_value: float | Unset = UNSET
    improved: list[str] | Unset = UNSET
    regressed: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        verdict = self.verdict

        pairs = self.pairs

        difference = self.difference

        low = self.low

        high = self.high

        p_value = self.p_value

        improved: list[str] | Unset = UNSET
        if not isinstance(self.improved, Unset):
            improved = self.improved

        regressed: list[str] | Unset = UNSET
        if not isinstance(self.regressed, Unset):
            regressed = self.regressed

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "verdict": verdict,
                "pairs": pairs,
            }
        )
        if difference is not UNSET:
            field_dict["difference"] = difference
        if low is not UNSET:
            field_dict["low"] = low
        if high is not UNSET:
            field_dict["high"] = high
        if p_value is not UNSET:
            field_dict["p_value"] = p_value
        if improved is not UNSET:
            field_dict["improved"] = improved
        if regressed is not UNSET:
            field_dict["regressed"] = regressed

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        verdict = d.pop("verdict")

        pairs = d.pop("pairs")

        difference = d.pop("difference", UNSET)

        low = d.pop("low", UNSET)

        high = d.pop("high", UNSET)

        p_value = d.pop("p_value", UNSET)

        improved = cast(list[str], d.pop("improved", UNSET))

        regressed = cast(list[str], d.pop("regressed", UNSET))

        paired_verdict = cls(
            verdict=verdict,
            pairs=pairs,
            difference=difference,
            low=low,
            high=high,
            p_value=p_value,
            improved=improved,
            regressed=regressed,
        )

        paired_verdict.additional_properties = d
        return paired_verdict

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
