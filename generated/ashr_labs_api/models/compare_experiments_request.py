from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="CompareExperimentsRequest")


@_attrs_define
class CompareExperimentsRequest:
    """
    Attributes:
        baseline_id (str):
        candidate_id (str):
    """

    baseline_id: str
    candidate_id: str

    def to_dict(self) -> dict[str, Any]:
        baseline_id = self.baseline_id

        candidate_id = self.candidate_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "baseline_id": baseline_id,
                "candidate_id": candidate_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        baseline_id = d.pop("baseline_id")

        candidate_id = d.pop("candidate_id")

        compare_experiments_request = cls(
            baseline_id=baseline_id,
            candidate_id=candidate_id,
        )

        return compare_experiments_request
