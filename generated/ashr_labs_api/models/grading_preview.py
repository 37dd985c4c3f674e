from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.verdict_change import VerdictChange
    from ..models.verdict_counts import VerdictCounts


T = TypeVar("T", bound="GradingPreview")


@_attrs_define
class GradingPreview:
    """
    Attributes:
        run_id (int):
        before (VerdictCounts):
        after (VerdictCounts):
        changed (int): Tests whose verdict would change.
        changes (list[VerdictChange]): The first 500.
        notes (list[str]):
    """

    run_id: int
    before: VerdictCounts
    after: VerdictCounts
    changed: int
    changes: list[VerdictChange]
    notes: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        run_id = self.run_id

        before = self.before.to_dict()

        after = self.after.to_dict()

        changed = self.changed

        changes = []
        for changes_item_data in self.changes:
            changes_item = changes_item_data.to_dict()
            changes.append(changes_item)

        notes = self.notes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "run_id": run_id,
                "before": before,
                "after": after,
                "changed": changed,
                "changes": changes,
                "notes": notes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.verdict_change import VerdictChange  # noqa: PLC0415
        from ..models.verdict_counts import VerdictCounts  # noqa: PLC0415

        d = dict(src_dict)
        run_id = d.pop("run_id")

        before = VerdictCounts.from_dict(d.pop("before"))

        after = VerdictCounts.from_dict(d.pop("after"))

        changed = d.pop("changed")

        changes = []
        _changes = d.pop("changes")
        for changes_item_data in _changes:
            changes_item = VerdictChange.from_dict(changes_item_data)

            changes.append(changes_item)

        notes = cast(list[str], d.pop("notes"))

        grading_preview = cls(
            run_id=run_id,
            before=before,
            after=after,
            changed=changed,
            changes=changes,
            notes=notes,
        )

        grading_preview.additional_properties = d
        return grading_preview

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
