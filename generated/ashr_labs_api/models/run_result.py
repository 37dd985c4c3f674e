from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.run_status import RunStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.aggregate_metrics import AggregateMetrics
    from ..models.grader import Grader
    from ..models.json_object import JsonObject
    from ..models.test_result import TestResult
    from ..models.token_usage import TokenUsage


T = TypeVar("T", bound="RunResult")


@_attrs_define
class RunResult:
    """The record of a run, as RunBuilder makes it.

    Attributes:
        tests (list[TestResult]):
        status (RunStatus | str):
        aggregate_metrics (AggregateMetrics): Totals of a run; before grading `tests_passed` counts the tests that ran
            to their end.
        started_at (None | str | Unset): UTC, whole seconds, ending in Z.
        completed_at (None | str | Unset): UTC, whole seconds, ending in Z.
        duration_ms (float | Unset): From start to end by a monotonic clock.
        usage (TokenUsage | Unset): Token usage; numbers that were not reported are absent.
        metadata (JsonObject | Unset): A free-form object; it round-trips untouched.
        grader (Grader | Unset): The grader of the run.
    """

    tests: list[TestResult]
    status: RunStatus | str
    aggregate_metrics: AggregateMetrics
    started_at: None | str | Unset = UNSET
    completed_at: None | str | Unset = UNSET
    duration_ms: float | Unset = UNSET
    usage: TokenUsage | Unset = UNSET
    metadata: JsonObject | Unset = UNSET
    grader: Grader | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tests = []
        for tests_item_data in self.tests:
            tests_item = tests_item_data.to_dict()
            tests.append(tests_item)

        status: str
        if isinstance(self.status, RunStatus):
            status = self.status.value
        else:
            status = self.status

        aggregate_metrics = self.aggregate_metrics.to_dict()

        started_at: None | str | Unset
        if isinstance(self.started_at, Unset):
            started_at = UNSET
        else:
            started_at = self.started_at

        completed_at: None | str | Unset
        if isinstance(self.completed_at, Unset):
            completed_at = UNSET
        else:
            completed_at = self.completed_at

        duration_ms = self.duration_ms

        usage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.usage, Unset):
            usage = self.usage.to_dict()

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        grader: dict[str, Any] | Unset = UNSET
        if not isinstance(self.grader, Unset):
            grader = self.grader.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "tests": tests,
                "status": status,
                "aggregate_metrics": aggregate_metrics,
            }
        )
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if completed_at is not UNSET:
            field_dict["completed_at"] = completed_at
        if duration_ms is not UNSET:
            field_dict["duration_ms"] = duration_ms
        if usage is not UNSET:
            field_dict["usage"] = usage
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if grader is not UNSET:
            field_dict["grader"] = grader

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.aggregate_metrics import AggregateMetrics  # noqa: PLC0415
        from ..models.grader import Grader  # noqa: PLC0415
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.test_result import TestResult  # noqa: PLC0415
        from ..models.token_usage import TokenUsage  # noqa: PLC0415

        d = dict(src_dict)
        tests = []
        _tests = d.pop("tests")
        for tests_item_data in _tests:
            tests_item = TestResult.from_dict(tests_item_data)

            tests.append(tests_item)

        def _parse_status(data: object) -> RunStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = RunStatus(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(RunStatus | str, data)

        status = _parse_status(d.pop("status"))

        aggregate_metrics = AggregateMetrics.from_dict(d.pop("aggregate_metrics"))

        def _parse_started_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        started_at = _parse_started_at(d.pop("started_at", UNSET))

        def _parse_completed_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        completed_at = _parse_completed_at(d.pop("completed_at", UNSET))

        duration_ms = d.pop("duration_ms", UNSET)

        _usage = d.pop("usage", UNSET)
        usage: TokenUsage | Unset
        if isinstance(_usage, Unset):
            usage = UNSET
        else:
            usage = TokenUsage.from_dict(_usage)

        _metadata = d.pop("metadata", UNSET)
        metadata: JsonObject | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = JsonObject.from_dict(_metadata)

        _grader = d.pop("grader", UNSET)
        grader: Grader | Unset
        if isinstance(_grader, Unset):
            grader = UNSET
        else:
            grader = Grader.from_dict(_grader)

        run_result = cls(
            tests=tests,
            status=status,
            aggregate_metrics=aggregate_metrics,
            started_at=started_at,
            completed_at=completed_at,
            duration_ms=duration_ms,
            usage=usage,
            metadata=metadata,
            grader=grader,
        )

        run_result.additional_properties = d
        return run_result

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
