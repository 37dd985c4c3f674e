from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="TraceFilter")


@_attrs_define
class TraceFilter:
    """The traces that a rule is for; all where empty.

    Attributes:
        name (str | Unset):
        user_id (str | Unset):
        session_id (str | Unset):
        tags (list[str] | Unset): All of them.
        has_errors (bool | Unset):
    """

    name: str | Unset = UNSET
    user_id: str | Unset = UNSET
    session_id: str | Unset = UNSET
    tags: list[str] | Unset = UNSET
    has_errors: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        user_id = self.user_id

        session_id = self.session_id

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        has_errors = self.has_errors

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if session_id is not UNSET:
            field_dict["session_id"] = session_id
        if tags is not UNSET:
            field_dict["tags"] = tags
        if has_errors is not UNSET:
            field_dict["has_errors"] = has_errors

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        user_id = d.pop("user_id", UNSET)

        session_id = d.pop("session_id", UNSET)

        tags = cast(list[str], d.pop("tags", UNSET))

        has_errors = d.pop("has_errors", UNSET)

        trace_filter = cls(
            name=name,
            user_id=user_id,
            session_id=session_id,
            tags=tags,
            has_errors=has_errors,
        )

        return trace_filter
