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

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="CreateRunRequest")


@_attrs_define
class CreateRunRequest:
    """
    Attributes:
        function (Literal['create_run']):  Default: 'create_run'.
        tenant_id (int):
        dataset_id (int):
        result (JsonObject): A free-form object; it round-trips untouched.
        runner_id (int | Unset): The id of the user who ran it.
    """

    tenant_id: int
    dataset_id: int
    result: JsonObject
    function: Literal["create_run"] = "create_run"
    runner_id: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        tenant_id = self.tenant_id

        dataset_id = self.dataset_id

        result = self.result.to_dict()

        runner_id = self.runner_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "tenant_id": tenant_id,
                "dataset_id": dataset_id,
                "result": result,
            }
        )
        if runner_id is not UNSET:
            field_dict["runner_id"] = runner_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        function = cast(Literal["create_run"], d.pop("function"))
        if function != "create_run":
            raise ValueError(
                f"function must match const 'create_run', got '{function}'"
            )

        tenant_id = d.pop("tenant_id")

        dataset_id = d.pop("dataset_id")

        result = JsonObject.from_dict(d.pop("result"))

        runner_id = d.pop("runner_id", UNSET)

        create_run_request = cls(
            function=function,
            tenant_id=tenant_id,
            dataset_id=dataset_id,
            result=result,
            runner_id=runner_id,
        )

        return create_run_request
