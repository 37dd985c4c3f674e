from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.scenario_map import ScenarioMap


T = TypeVar("T", bound="DatasetSource")


@_attrs_define
class DatasetSource:
    """Scenarios by their ids, in the order in which they run.

    Attributes:
        runs (ScenarioMap):
        dataset_type (str | Unset): Such as `multi_run_storyboard`.
    """

    runs: ScenarioMap
    dataset_type: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        runs = self.runs.to_dict()

        dataset_type = self.dataset_type

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "runs": runs,
            }
        )
        if dataset_type is not UNSET:
            field_dict["dataset_type"] = dataset_type

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.scenario_map import ScenarioMap  # noqa: PLC0415

        d = dict(src_dict)
        runs = ScenarioMap.from_dict(d.pop("runs"))

        dataset_type = d.pop("dataset_type", UNSET)

        dataset_source = cls(
            runs=runs,
            dataset_type=dataset_type,
        )

        dataset_source.additional_properties = d
        return dataset_source

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
