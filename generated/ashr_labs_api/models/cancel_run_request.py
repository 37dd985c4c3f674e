from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="CancelRunRequest")


@_attrs_define
class CancelRunRequest:
    """
    Attributes:
        function (Literal['cancel_run']):  Default: 'cancel_run'.
        run_id (int):
    """

    run_id: int
    function: Literal["cancel_run"] = "cancel_run"

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
        function = cast(Literal["cancel_run"], d.pop("function"))
        if function != "cancel_run":
            raise ValueError(
                f"function must match const 'cancel_run', got '{function}'"
            )

        run_id = d.pop("run_id")

        cancel_run_request = cls(
            function=function,
            run_id=run_id,
        )

        return cancel_run_request
