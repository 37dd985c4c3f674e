from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.unlabelled_test import UnlabelledTest


T = TypeVar("T", bound="LabelQueue")


@_attrs_define
class LabelQueue:
    """
    Attributes:
        run_id (int | None): Null if there is no graded run.
        items (list[UnlabelledTest]):
        labelled (int): Tests of the run that have a label.
        remaining (int): Tests of the run that have none.
    """

    run_id: int | None
    items: list[UnlabelledTest]
    labelled: int
    remaining: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        run_id: int | None
        run_id = self.run_id

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        labelled = self.labelled

        remaining = self.remaining

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "run_id": run_id,
                "items": items,
                "labelled": labelled,
                "remaining": remaining,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.unlabelled_test import UnlabelledTest  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_run_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        run_id = _parse_run_id(d.pop("run_id"))

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = UnlabelledTest.from_dict(items_item_data)

            items.append(items_item)

        labelled = d.pop("labelled")

        remaining = d.pop("remaining")

        label_queue = cls(
            run_id=run_id,
            items=items,
            labelled=labelled,
            remaining=remaining,
        )

        label_queue.additional_properties = d
        return label_queue

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
