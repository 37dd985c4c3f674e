from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.grading_status import GradingStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject
    from ..models.run_progress import RunProgress


T = TypeVar("T", bound="Run")


@_attrs_define
class Run:
    """
    Attributes:
        id (int):
        created_at (str): ISO 8601.
        dataset (int | None): The dataset's id.
        tenant (int): The tenant's id.
        runner (int | None): The id of the user who ran it.
        result (JsonObject): A free-form object; it round-trips untouched.
        grading_status (GradingStatus | None | str | Unset):
        grading_error (None | str | Unset): Why grading failed.
        progress (None | RunProgress | Unset): Of a run that is being played; otherwise null or absent.
    """

    id: int
    created_at: str
    dataset: int | None
    tenant: int
    runner: int | None
    result: JsonObject
    grading_status: GradingStatus | None | str | Unset = UNSET
    grading_error: None | str | Unset = UNSET
    progress: None | RunProgress | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.run_progress import RunProgress  # noqa: PLC0415

        id = self.id

        created_at = self.created_at

        dataset: int | None
        dataset = self.dataset

        tenant = self.tenant

        runner: int | None
        runner = self.runner

        result = self.result.to_dict()

        grading_status: None | str | Unset
        if isinstance(self.grading_status, Unset):
            grading_status = UNSET
        elif isinstance(self.grading_status, GradingStatus):
            grading_status = self.grading_status.value
        else:
            grading_status = self.grading_status

        grading_error: None | str | Unset
        if isinstance(self.grading_error, Unset):
            grading_error = UNSET
        else:
            grading_error = self.grading_error

        progress: dict[str, Any] | None | Unset
        if isinstance(self.progress, Unset):
            progress = UNSET
        elif isinstance(self.progress, RunProgress):
            progress = self.progress.to_dict()
        else:
            progress = self.progress

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "created_at": created_at,
                "dataset": dataset,
                "tenant": tenant,
                "runner": runner,
                "result": result,
            }
        )
        if grading_status is not UNSET:
            field_dict["grading_status"] = grading_status
        if grading_error is not UNSET:
            field_dict["grading_error"] = grading_error
        if progress is not UNSET:
            field_dict["progress"] = progress

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.run_progress import RunProgress  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        created_at = d.pop("created_at")

        def _parse_dataset(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        dataset = _parse_dataset(d.pop("dataset"))

        tenant = d.pop("tenant")

        def _parse_runner(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        runner = _parse_runner(d.pop("runner"))

        result = JsonObject.from_dict(d.pop("result"))

        def _parse_grading_status(data: object) -> GradingStatus | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                grading_status_type_0 = GradingStatus(data)

                return grading_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(GradingStatus | None | str | Unset, data)

        grading_status = _parse_grading_status(d.pop("grading_status", UNSET))

        def _parse_grading_error(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        grading_error = _parse_grading_error(d.pop("grading_error", UNSET))

        def _parse_progress(data: object) -> None | RunProgress | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                progress_type_0 = RunProgress.from_dict(data)

                return progress_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RunProgress | Unset, data)

        progress = _parse_progress(d.pop("progress", UNSET))

        run = cls(
            id=id,
            created_at=created_at,
            dataset=dataset,
            tenant=tenant,
            runner=runner,
            result=result,
            grading_status=grading_status,
            grading_error=grading_error,
            progress=progress,
        )

        run.additional_properties = d
        return run

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
