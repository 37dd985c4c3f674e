from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="StartRunRequest")


@_attrs_define
class StartRunRequest:
    """
    Attributes:
        function (Literal['start_run']):  Default: 'start_run'.
        tenant_id (int):
        dataset_id (int):
        runner_id (int | Unset): The id of the user who runs it.
        tests_total (int | Unset): The number of tests that will be played.
    """

    tenant_id: int
    dataset_id: int
    function: Literal["start_run"] = "start_run"
    runner_id: int | Unset = UNSET
    tests_total: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        tenant_id = self.tenant_id

        dataset_id = self.dataset_id

        runner_id = self.runner_id

        tests_total = self.tests_total

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "tenant_id": tenant_id,
                "dataset_id": dataset_id,
            }
        )
        if runner_id is not UNSET:
            field_dict["runner_id"] = runner_id
        if tests_total is not UNSET:
            field_dict["tests_total"] = tests_total

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["start_run"], d.pop("function"))
        if function != "start_run":
            raise ValueError(f"function must match const 'start_run', got '{function}'")

        tenant_id = d.pop("tenant_id")

        dataset_id = d.pop("dataset_id")

        runner_id = d.pop("runner_id", UNSET)

        tests_total = d.pop("tests_total", UNSET)

        start_run_request = cls(
            function=function,
            tenant_id=tenant_id,
            dataset_id=dataset_id,
            runner_id=runner_id,
            tests_total=tests_total,
        )

        return start_run_request
