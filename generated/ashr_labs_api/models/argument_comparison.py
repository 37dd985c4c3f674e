from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.argument_pairs import ArgumentPairs


T = TypeVar("T", bound="ArgumentComparison")


@_attrs_define
class ArgumentComparison:
    """Arguments by how they compare, literally.

    Attributes:
        matching (ArgumentPairs):
        different (ArgumentPairs):
        missing (ArgumentPairs):
        extra (ArgumentPairs):
    """

    matching: ArgumentPairs
    different: ArgumentPairs
    missing: ArgumentPairs
    extra: ArgumentPairs
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        matching = self.matching.to_dict()

        different = self.different.to_dict()

        missing = self.missing.to_dict()

        extra = self.extra.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "matching": matching,
                "different": different,
                "missing": missing,
                "extra": extra,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.argument_pairs import ArgumentPairs  # noqa: PLC0415

        d = dict(src_dict)
        matching = ArgumentPairs.from_dict(d.pop("matching"))

        different = ArgumentPairs.from_dict(d.pop("different"))

        missing = ArgumentPairs.from_dict(d.pop("missing"))

        extra = ArgumentPairs.from_dict(d.pop("extra"))

        argument_comparison = cls(
            matching=matching,
            different=different,
            missing=missing,
            extra=extra,
        )

        argument_comparison.additional_properties = d
        return argument_comparison

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
