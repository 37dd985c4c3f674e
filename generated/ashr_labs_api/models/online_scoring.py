from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.trace_filter import TraceFilter


T = TypeVar("T", bound="OnlineScoring")


@_attrs_define
class OnlineScoring:
    """How a rule scores the traces that come in.

    Attributes:
        sampling_rate (float | Unset):
        filter_ (TraceFilter | Unset): The traces that a rule is for; all where empty.
        daily_budget_usd (float | None | Unset):
        mask (bool | Unset):
    """

    sampling_rate: float | Unset = UNSET
    filter_: TraceFilter | Unset = UNSET
    daily_budget_usd: float | None | Unset = UNSET
    mask: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        sampling_rate = self.sampling_rate

        filter_: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filter_, Unset):
            filter_ = self.filter_.to_dict()

        daily_budget_usd: float | None | Unset
        if isinstance(self.daily_budget_usd, Unset):
            daily_budget_usd = UNSET
        else:
            daily_budget_usd = self.daily_budget_usd

        mask = self.mask

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if sampling_rate is not UNSET:
            field_dict["sampling_rate"] = sampling_rate
        if filter_ is not UNSET:
            field_dict["filter"] = filter_
        if daily_budget_usd is not UNSET:
            field_dict["daily_budget_usd"] = daily_budget_usd
        if mask is not UNSET:
            field_dict["mask"] = mask

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.trace_filter import TraceFilter  # noqa: PLC0415

        d = dict(src_dict)
        sampling_rate = d.pop("sampling_rate", UNSET)

        _filter_ = d.pop("filter", UNSET)
        filter_: TraceFilter | Unset
        if isinstance(_filter_, Unset):
            filter_ = UNSET
        else:
            filter_ = TraceFilter.from_dict(_filter_)

        def _parse_daily_budget_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        daily_budget_usd = _parse_daily_budget_usd(d.pop("daily_budget_usd", UNSET))

        mask = d.pop("mask", UNSET)

        online_scoring = cls(
            sampling_rate=sampling_rate,
            filter_=filter_,
            daily_budget_usd=daily_budget_usd,
            mask=mask,
        )

        online_scoring.additional_properties = d
        return online_scoring

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
