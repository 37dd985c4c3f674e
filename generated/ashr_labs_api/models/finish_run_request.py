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


T = TypeVar("T", bound="FinishRunRequest")


@_attrs_define
class FinishRunRequest:
    """
    Attributes:
        function (Literal['finish_run']):  Default: 'finish_run'.
        run_id (int):
        result (JsonObject): A free-form object; it round-trips untouched.
    """

    run_id: int
    result: JsonObject
    function: Literal["finish_run"] = "finish_run"

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        run_id = self.run_id

        result = self.result.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "run_id": run_id,
                "result": result,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        function = cast(Literal["finish_run"], d.pop("function"))
        if function != "finish_run":
            raise ValueError(
                f"function must match const 'finish_run', got '{function}'"
            )

        run_id = d.pop("run_id")

        result = JsonObject.from_dict(d.pop("result"))

        finish_run_request = cls(
            function=function,
            run_id=run_id,
            result=result,
        )

        return finish_run_request
