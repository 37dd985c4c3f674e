from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AggregateMetrics")


@_attrs_define
class AggregateMetrics:
    """Totals of a run; before grading `tests_passed` counts the tests that ran to their end.

    Attributes:
        total_tests (int):
        tests_passed (int | None): Null until graded.
        tests_failed (int | None):
        average_similarity_score (float | None): 0..1.
        total_tool_call_divergence (int | None):
        total_response_divergence (int | None):
        tests_unchecked (int | Unset): Set by grading.
    """

    total_tests: int
    tests_passed: int | None
    tests_failed: int | None
    average_similarity_score: float | None
    total_tool_call_divergence: int | None
    total_response_divergence: int | None
    tests_unchecked: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        total_tests = self.total_tests

        tests_passed: int | None
        tests_passed = self.tests_passed

        tests_failed: int | None
        tests_failed = self.tests_failed

        average_similarity_score: float | None
        average_similarity_score = self.average_similarity_score

        total_tool_call_divergence: int | None
        total_tool_call_divergence = self.total_tool_call_divergence

        total_response_divergence: int | None
        total_response_divergence = self.total_response_divergence

        tests_unchecked = self.tests_unchecked

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "total_tests": total_tests,
                "tests_passed": tests_passed,
                "tests_failed": tests_failed,
                "average_similarity_score": average_similarity_score,
                "total_tool_call_divergence": total_tool_call_divergence,
                "total_response_divergence": total_response_divergence,
            }
        )
        if tests_unchecked is not UNSET:
            field_dict["tests_unchecked"] = tests_unchecked

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        total_tests = d.pop("total_tests")

        def _parse_tests_passed(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        tests_passed = _parse_tests_passed(d.pop("tests_passed"))

        def _parse_tests_failed(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        tests_failed = _parse_tests_failed(d.pop("tests_failed"))

        def _parse_average_similarity_score(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        average_similarity_score = _parse_average_similarity_score(
            d.pop("average_similarity_score")
        )

        def _parse_total_tool_call_divergence(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        total_tool_call_divergence = _parse_total_tool_call_divergence(
            d.pop("total_tool_call_divergence")
        )

        def _parse_total_response_divergence(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        total_response_divergence = _parse_total_response_divergence(
            d.pop("total_response_divergence")
        )

        tests_unchecked = d.pop("tests_unchecked", UNSET)

        aggregate_metrics = cls(
            total_tests=total_tests,
            tests_passed=tests_passed,
            tests_failed=tests_failed,
            average_similarity_score=average_similarity_score,
            total_tool_call_divergence=total_tool_call_divergence,
            total_response_divergence=total_response_divergence,
            tests_unchecked=tests_unchecked,
        )

        aggregate_metrics.additional_properties = d
        return aggregate_metrics

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
