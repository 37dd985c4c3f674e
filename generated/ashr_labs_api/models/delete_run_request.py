from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="DeleteRunRequest")


@_attrs_define
class DeleteRunRequest:
    """
    Attributes:
        function (Literal['delete_run']):  Default: 'delete_run'.
        run_id (int):
    """

    run_id: int
    function: Literal["delete_run"] = "delete_run"

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        run_id = self.run_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "run_id": run_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["delete_run"], d.pop("function"))
        if function != "delete_run":
            raise ValueError(
                f"function must match const 'delete_run', got '{function}'"
            )

        run_id = d.pop("run_id")

        delete_run_request = cls(
            function=function,
            run_id=run_id,
        )

        return delete_run_request
