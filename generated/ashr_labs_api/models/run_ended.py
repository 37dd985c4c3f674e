from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.grading_status import GradingStatus
from ..types import UNSET, Unset

T = TypeVar("T", bound="RunEnded")


@_attrs_define
class RunEnded:
    """A run that was played and graded, or that could not be graded.

    Attributes:
        grading_status (GradingStatus | str): `completed`, or `failed` with the reason in `grading_error`.
        tests_done (int | None): The number of tests; null if it is not kept any more, as the next two numbers.
        tests_passed (int | None):
        tests_failed (int | None):
        grading_error (None | str | Unset):
    """

    grading_status: GradingStatus | str
    tests_done: int | None
    tests_passed: int | None
    tests_failed: int | None
    grading_error: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        grading_status: str
        if isinstance(self.grading_status, GradingStatus):
            grading_status = self.grading_status.value
        else:
            grading_status = self.grading_status

        tests_done: int | None
        tests_done = self.tests_done

        tests_passed: int | None
        tests_passed = self.tests_passed

        tests_failed: int | None
        tests_failed = self.tests_failed

        grading_error: None | str | Unset
        if isinstance(self.grading_error, Unset):
            grading_error = UNSET
        else:
            grading_error = self.grading_error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "grading_status": grading_status,
                "tests_done": tests_done,
                "tests_passed": tests_passed,
                "tests_failed": tests_failed,
            }
        )
        if grading_error is not UNSET:
            field_dict["grading_error"] = grading_error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_grading_status(data: object) -> GradingStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                grading_status_type_0 = GradingStatus(data)

                return grading_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(GradingStatus | str, data)

        grading_status = _parse_grading_status(d.pop("grading_status"))

        def _parse_tests_done(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        tests_done = _parse_tests_done(d.pop("tests_done"))

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

        def _parse_grading_error(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        grading_error = _parse_grading_error(d.pop("grading_error", UNSET))

        run_ended = cls(
            grading_status=grading_status,
            tests_done=tests_done,
            tests_passed=tests_passed,
            tests_failed=tests_failed,
            grading_error=grading_error,
        )

        run_ended.additional_properties = d
        return run_ended

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
