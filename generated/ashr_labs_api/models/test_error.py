from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.test_error_kind import TestErrorKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="TestError")


@_attrs_define
class TestError:
    """Why a scenario could not be played to its end.

    Attributes:
        kind (str | TestErrorKind):
        message (str):
        type_ (str | Unset): The class of the exception.
        traceback (str | Unset):
        path (str | Unset): Where in the dataset, such as `runs.refund_1.actions[3]`.
        turn (int | Unset): Which reply of the agent, from 0.
    """

    kind: str | TestErrorKind
    message: str
    type_: str | Unset = UNSET
    traceback: str | Unset = UNSET
    path: str | Unset = UNSET
    turn: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        kind: str
        if isinstance(self.kind, TestErrorKind):
            kind = self.kind.value
        else:
            kind = self.kind

        message = self.message

        type_ = self.type_

        traceback = self.traceback

        path = self.path

        turn = self.turn

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "kind": kind,
                "message": message,
            }
        )
        if type_ is not UNSET:
            field_dict["type"] = type_
        if traceback is not UNSET:
            field_dict["traceback"] = traceback
        if path is not UNSET:
            field_dict["path"] = path
        if turn is not UNSET:
            field_dict["turn"] = turn

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_kind(data: object) -> str | TestErrorKind:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                kind_type_0 = TestErrorKind(data)

                return kind_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(str | TestErrorKind, data)

        kind = _parse_kind(d.pop("kind"))

        message = d.pop("message")

        type_ = d.pop("type", UNSET)

        traceback = d.pop("traceback", UNSET)

        path = d.pop("path", UNSET)

        turn = d.pop("turn", UNSET)

        test_error = cls(
            kind=kind,
            message=message,
            type_=type_,
            traceback=traceback,
            path=path,
            turn=turn,
        )

        test_error.additional_properties = d
        return test_error

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
