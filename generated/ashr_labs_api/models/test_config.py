from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.generation_strategy import GenerationStrategy
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.complexity_distribution import ComplexityDistribution
    from ..models.coverage import Coverage


T = TypeVar("T", bound="TestConfig")


@_attrs_define
class TestConfig:
    """
    Attributes:
        num_variations (int | Unset): How many scenarios; defaults to 5.
        strategy (GenerationStrategy | Unset):
        coverage (Coverage | Unset): Which kinds of scenario to generate.
        complexity_distribution (ComplexityDistribution | Unset): Shares that sum to 1.
        focus_areas (list[str] | Unset):
        exclude (list[str] | Unset):
    """

    num_variations: int | Unset = UNSET
    strategy: GenerationStrategy | Unset = UNSET
    coverage: Coverage | Unset = UNSET
    complexity_distribution: ComplexityDistribution | Unset = UNSET
    focus_areas: list[str] | Unset = UNSET
    exclude: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        num_variations = self.num_variations

        strategy: str | Unset = UNSET
        if not isinstance(self.strategy, Unset):
            strategy = self.strategy.value

        coverage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.coverage, Unset):
            coverage = self.coverage.to_dict()

        complexity_distribution: dict[str, Any] | Unset = UNSET
        if not isinstance(self.complexity_distribution, Unset):
            complexity_distribution = self.complexity_distribution.to_dict()

        focus_areas: list[str] | Unset = UNSET
        if not isinstance(self.focus_areas, Unset):
            focus_areas = self.focus_areas

        exclude: list[str] | Unset = UNSET
        if not isinstance(self.exclude, Unset):
            exclude = self.exclude

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if num_variations is not UNSET:
            field_dict["num_variations"] = num_variations
        if strategy is not UNSET:
            field_dict["strategy"] = strategy
        if coverage is not UNSET:
            field_dict["coverage"] = coverage
        if complexity_distribution is not UNSET:
            field_dict["complexity_distribution"] = complexity_distribution
        if focus_areas is not UNSET:
            field_dict["focus_areas"] = focus_areas
        if exclude is not UNSET:
            field_dict["exclude"] = exclude

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.complexity_distribution import ComplexityDistribution  # noqa: PLC0415
        from ..models.coverage import Coverage  # noqa: PLC0415

        d = dict(src_dict)
        num_variations = d.pop("num_variations", UNSET)

        _strategy = d.pop("strategy", UNSET)
        strategy: GenerationStrategy | Unset
        if isinstance(_strategy, Unset):
            strategy = UNSET
        else:
            strategy = GenerationStrategy(_strategy)

        _coverage = d.pop("coverage", UNSET)
        coverage: Coverage | Unset
        if isinstance(_coverage, Unset):
            coverage = UNSET
        else:
            coverage = Coverage.from_dict(_coverage)

        _complexity_distribution = d.pop("complexity_distribution", UNSET)
        complexity_distribution: ComplexityDistribution | Unset
        if isinstance(_complexity_distribution, Unset):
            complexity_distribution = UNSET
        else:
            complexity_distribution = ComplexityDistribution.from_dict(
                _complexity_distribution
            )

        focus_areas = cast(list[str], d.pop("focus_areas", UNSET))

        exclude = cast(list[str], d.pop("exclude", UNSET))

        test_config = cls(
            num_variations=num_variations,
            strategy=strategy,
            coverage=coverage,
            complexity_distribution=complexity_distribution,
            focus_areas=focus_areas,
            exclude=exclude,
        )

        test_config.additional_properties = d
        return test_config

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
