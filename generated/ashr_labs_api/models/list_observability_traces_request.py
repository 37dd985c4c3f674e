from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ListObservabilityTracesRequest")


@_attrs_define
class ListObservabilityTracesRequest:
    """
    Attributes:
        function (Literal['list_observability_traces']):  Default: 'list_observability_traces'.
        limit (int | Unset): Defaults to 50.
        page (int | Unset): Defaults to 1; ignored when a `cursor` is given.
        cursor (str | Unset): The `next_cursor` of the page before. Unlike page numbers, cursors skip and repeat nothing
            while traces are added. Embedded platform only, as are the filters that follow.
        user_id (str | Unset):
        session_id (str | Unset):
        name (str | Unset): Only traces of this name.
        tags (list[str] | Unset): Only traces that have all of these tags.
        search (str | Unset): Only traces that hold this text, in either case of letters, in their name, user, session,
            tags or metadata.
        since (str | Unset): A time in ISO 8601, in UTC unless it says otherwise, such as 2026-05-17 or
            2026-05-17T12:00:00Z. Traces that arrived at `since` or later, and before `until`, are listed. A day beyond the
            end of a month is its last one.
        until (str | Unset): A time in ISO 8601, in UTC unless it says otherwise, such as 2026-05-17 or
            2026-05-17T12:00:00Z. Traces that arrived at `since` or later, and before `until`, are listed. A day beyond the
            end of a month is its last one.
        has_errors (bool | Unset): Only traces in which something failed; false for all others.
    """

    function: Literal["list_observability_traces"] = "list_observability_traces"
    limit: int | Unset = UNSET
    page: int | Unset = UNSET
    cursor: str | Unset = UNSET
    user_id: str | Unset = UNSET
    session_id: str | Unset = UNSET
    name: str | Unset = UNSET
    tags: list[str] | Unset = UNSET
    search: str | Unset = UNSET
    since: str | Unset = UNSET
    until: str | Unset = UNSET
    has_errors: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        limit = self.limit

        page = self.page

        cursor = self.cursor

        user_id = self.user_id

        session_id = self.session_id

        name = self.name

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        search = self.search

        since = self.since

        until = self.until

        has_errors = self.has_errors

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
            }
        )
        if limit is not UNSET:
            field_dict["limit"] = limit
        if page is not UNSET:
            field_dict["page"] = page
        if cursor is not UNSET:
            field_dict["cursor"] = cursor
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if session_id is not UNSET:
            field_dict["session_id"] = session_id
        if name is not UNSET:
            field_dict["name"] = name
        if tags is not UNSET:
            field_dict["tags"] = tags
        if search is not UNSET:
            field_dict["search"] = search
        if since is not UNSET:
            field_dict["since"] = since
        if until is not UNSET:
            field_dict["until"] = until
        if has_errors is not UNSET:
            field_dict["has_errors"] = has_errors

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["list_observability_traces"], d.pop("function"))
        if function != "list_observability_traces":
            raise ValueError(
                f"function must match const 'list_observability_traces', got '{function}'"
            )

        limit = d.pop("limit", UNSET)

        page = d.pop("page", UNSET)

        cursor = d.pop("cursor", UNSET)

        user_id = d.pop("user_id", UNSET)

        session_id = d.pop("session_id", UNSET)

        name = d.pop("name", UNSET)

        tags = cast(list[str], d.pop("tags", UNSET))

        search = d.pop("search", UNSET)

        since = d.pop("since", UNSET)

        until = d.pop("until", UNSET)

        has_errors = d.pop("has_errors", UNSET)

        list_observability_traces_request = cls(
            function=function,
            limit=limit,
            page=page,
            cursor=cursor,
            user_id=user_id,
            session_id=session_id,
            name=name,
            tags=tags,
            search=search,
            since=since,
            until=until,
            has_errors=has_errors,
        )

        return list_observability_traces_request
