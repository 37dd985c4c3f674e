from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="AppendRunTestsRequest")


@_attrs_define
class AppendRunTestsRequest:
    """
    Attributes:
        function (Literal['append_run_tests']):  Default: 'append_run_tests'.
        run_id (int):
        tests (list[JsonObject]): Finished tests, each with a `test_id`; see TestResult.
    """

    run_id: int
    tests: list[JsonObject]
    function: Literal["append_run_tests"] = "append_run_tests"

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        run_id = self.run_id

        tests = []
        for tests_item_data in self.tests:
            tests_item = tests_item_data.to_dict()
            tests.append(tests_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "run_id": run_id,
                "tests": tests,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        function = cast(Literal["append_run_tests"], d.pop("function"))
        if function != "append_run_tests":
            raise ValueError(
                f"function must match const 'append_run_tests', got '{function}'"
            )

        run_id = d.pop("run_id")

        tests = []
        _tests = d.pop("tests")
        for tests_item_data in _tests:
            tests_item = JsonObject.from_dict(tests_item_data)

            tests.append(tests_item)

        append_run_tests_request = cls(
            function=function,
            run_id=run_id,
            tests=tests,
        )

        return append_run_tests_request
