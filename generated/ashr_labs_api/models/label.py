from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.recorded_decisions import RecordedDecisions


T = TypeVar("T", bound="Label")


@_attrs_define
class Label:
    """What a person says of a test or of a trace.

    Attributes:
        id (str):
        created_at (str): ISO 8601.
        updated_at (str): ISO 8601.
        version (int): It counts the changes.
        run_id (int | None):
        test_id (None | str):
        repeat (int | None):
        trace_id (None | str):
        verdict (None | str): `passed` or `failed`.
        score (float | None):
        comment (None | str):
        recorded (None | RecordedDecisions):
        author (str): The name or the e-mail address of the user who changed it last.
    """

    id: str
    created_at: str
    updated_at: str
    version: int
    run_id: int | None
    test_id: None | str
    repeat: int | None
    trace_id: None | str
    verdict: None | str
    score: float | None
    comment: None | str
    recorded: None | RecordedDecisions
    author: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.recorded_decisions import RecordedDecisions  # noqa: PLC0415

        id = self.id

        created_at = self.created_at

        updated_at = self.updated_at

        version = self.version

        run_id: int | None
        run_id = self.run_id

        test_id: None | str
        test_id = self.test_id

        repeat: int | None
        repeat = self.repeat

        trace_id: None | str
        trace_id = self.trace_id

        verdict: None | str
        verdict = self.verdict

        score: float | None
        score = self.score

        comment: None | str
        comment = self.comment

        recorded: dict[str, Any] | None
        if isinstance(self.recorded, RecordedDecisions):
            recorded = self.recorded.to_dict()
        else:
            recorded = self.recorded

        author = self.author

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "created_at": created_at,
                "updated_at": updated_at,
                "version": version,
                "run_id": run_id,
                "test_id": test_id,
                "repeat": repeat,
                "trace_id": trace_id,
                "verdict": verdict,
                "score": score,
                "comment": comment,
                "recorded": recorded,
                "author": author,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.recorded_decisions import RecordedDecisions  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        created_at = d.pop("created_at")

        updated_at = d.pop("updated_at")

        version = d.pop("version")

        def _parse_run_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        run_id = _parse_run_id(d.pop("run_id"))

        def _parse_test_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        test_id = _parse_test_id(d.pop("test_id"))

        def _parse_repeat(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        repeat = _parse_repeat(d.pop("repeat"))

        def _parse_trace_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        trace_id = _parse_trace_id(d.pop("trace_id"))

        def _parse_verdict(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        verdict = _parse_verdict(d.pop("verdict"))

        def _parse_score(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        score = _parse_score(d.pop("score"))

        def _parse_comment(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        comment = _parse_comment(d.pop("comment"))

        def _parse_recorded(data: object) -> None | RecordedDecisions:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                recorded_type_0 = RecordedDecisions.from_dict(data)

                return recorded_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RecordedDecisions, data)

        recorded = _parse_recorded(d.pop("recorded"))

        author = d.pop("author")

        label = cls(
            id=id,
            created_at=created_at,
            updated_at=updated_at,
            version=version,
            run_id=run_id,
            test_id=test_id,
            repeat=repeat,
            trace_id=trace_id,
            verdict=verdict,
            score=score,
            comment=comment,
            recorded=recorded,
            author=author,
        )

        label.additional_properties = d
        return label

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
