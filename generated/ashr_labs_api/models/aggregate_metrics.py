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
        total_tests (int | Unset):
        tests_passed (int | None | Unset): Null until graded.
        tests_failed (int | None | Unset):
        tests_unchecked (int | Unset): Set by grading.
        average_similarity_score (float | None | Unset): 0..1.
        total_tool_call_divergence (int | None | Unset):
        total_response_divergence (int | None | Unset):
    """

    total_tests: int | Unset = UNSET
    tests_passed: int | None | Unset = UNSET
    tests_failed: int | None | Unset = UNSET
    tests_unchecked: int | Unset = UNSET
    average_similarity_score: float | None | Unset = UNSET
    total_tool_call_divergence: int | None | Unset = UNSET
    total_response_divergence: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        total_tests = self.total_tests

        tests_passed: int | None | Unset
        if isinstance(self.tests_passed, Unset):
            tests_passed = UNSET
        else:
            tests_passed = self.tests_passed

        tests_failed: int | None | Unset
        if isinstance(self.tests_failed, Unset):
            tests_failed = UNSET
        else:
            tests_failed = self.tests_failed

        tests_unchecked = self.tests_unchecked

        average_similarity_score: float | None | Unset
        if isinstance(self.average_similarity_score, Unset):
            average_similarity_score = UNSET
        else:
            average_similarity_score = self.average_similarity_score

        total_tool_call_divergence: int | None | Unset
        if isinstance(self.total_tool_call_divergence, Unset):
            total_tool_call_divergence = UNSET
        else:
            total_tool_call_divergence = self.total_tool_call_divergence

        total_response_divergence: int | None | Unset
        if isinstance(self.total_response_divergence, Unset):
            total_response_divergence = UNSET
        else:
            total_response_divergence = self.total_response_divergence

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if total_tests is not UNSET:
            field_dict["total_tests"] = total_tests
        if tests_passed is not UNSET:
            field_dict["tests_passed"] = tests_passed
        if tests_failed is not UNSET:
            field_dict["tests_failed"] = tests_failed
        if tests_unchecked is not UNSET:
            field_dict["tests_unchecked"] = tests_unchecked
        if average_similarity_score is not UNSET:
            field_dict["average_similarity_score"] = average_similarity_score
        if total_tool_call_divergence is not UNSET:
            field_dict["total_tool_call_divergence"] = total_tool_call_divergence
        if total_response_divergence is not UNSET:
            field_dict["total_response_divergence"] = total_response_divergence

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        total_tests = d.pop("total_tests", UNSET)

        def _parse_tests_passed(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        tests_passed = _parse_tests_passed(d.pop("tests_passed", UNSET))

        def _parse_tests_failed(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        tests_failed = _parse_tests_failed(d.pop("tests_failed", UNSET))

        tests_unchecked = d.pop("tests_unchecked", UNSET)

        def _parse_average_similarity_score(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        average_similarity_score = _parse_average_similarity_score(
            d.pop("average_similarity_score", UNSET)
        )

        def _parse_total_tool_call_divergence(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        total_tool_call_divergence = _parse_total_tool_call_divergence(
            d.pop("total_tool_call_divergence", UNSET)
        )

        def _parse_total_response_divergence(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        total_response_divergence = _parse_total_response_divergence(
            d.pop("total_response_divergence", UNSET)
        )

        aggregate_metrics = cls(
            total_tests=total_tests,
            tests_passed=tests_passed,
            tests_failed=tests_failed,
            tests_unchecked=tests_unchecked,
            average_similarity_score=average_similarity_score,
            total_tool_call_divergence=total_tool_call_divergence,
            total_response_divergence=total_response_divergence,
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
