from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.label_verdict import LabelVerdict
from ..types import UNSET, Unset

T = TypeVar("T", bound="SetLabelRequest")


@_attrs_define
class SetLabelRequest:
    """The label of a test (`run_id`, `test_id` and, where it was repeated, `repeat`) or of a trace (`trace_id`).

    Attributes:
        run_id (int | Unset):
        test_id (str | Unset):
        repeat (int | Unset):
        trace_id (str | Unset):
        verdict (LabelVerdict | Unset):
        score (float | Unset):
        comment (str | Unset):
        version (int | Unset): That of the label to replace, 0 if there is none; where absent, any is replaced.
    """

    run_id: int | Unset = UNSET
    test_id: str | Unset = UNSET
    repeat: int | Unset = UNSET
    trace_id: str | Unset = UNSET
    verdict: LabelVerdict | Unset = UNSET
    score: float | Unset = UNSET
    comment: str | Unset = UNSET
    version: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        run_id = self.run_id

        test_id = self.test_id

        repeat = self.repeat

        trace_id = self.trace_id

        verdict: str | Unset = UNSET
        if not isinstance(self.verdict, Unset):
            verdict = self.verdict.value

        score = self.score

        comment = self.comment

        version = self.version

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if run_id is not UNSET:
            field_dict["run_id"] = run_id
        if test_id is not UNSET:
            field_dict["test_id"] = test_id
        if repeat is not UNSET:
            field_dict["repeat"] = repeat
        if trace_id is not UNSET:
            field_dict["trace_id"] = trace_id
        if verdict is not UNSET:
            field_dict["verdict"] = verdict
        if score is not UNSET:
            field_dict["score"] = score
        if comment is not UNSET:
            field_dict["comment"] = comment
        if version is not UNSET:
            field_dict["version"] = version

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        run_id = d.pop("run_id", UNSET)

        test_id = d.pop("test_id", UNSET)

        repeat = d.pop("repeat", UNSET)

        trace_id = d.pop("trace_id", UNSET)

        _verdict = d.pop("verdict", UNSET)
        verdict: LabelVerdict | Unset
        if isinstance(_verdict, Unset):
            verdict = UNSET
        else:
            verdict = LabelVerdict(_verdict)

        score = d.pop("score", UNSET)

        comment = d.pop("comment", UNSET)

        version = d.pop("version", UNSET)

        set_label_request = cls(
            run_id=run_id,
            test_id=test_id,
            repeat=repeat,
            trace_id=trace_id,
            verdict=verdict,
            score=score,
            comment=comment,
            version=version,
        )

        return set_label_request
