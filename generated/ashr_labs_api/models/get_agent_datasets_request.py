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

T = TypeVar("T", bound="GetAgentDatasetsRequest")


@_attrs_define
class GetAgentDatasetsRequest:
    """
    Attributes:
        function (Literal['get_agent_datasets']):  Default: 'get_agent_datasets'.
        agent_id (int):
        include_signed_urls (bool | Unset): Adds signed URLs to media; defaults to false.
        url_expires_seconds (int | Unset): How long those URLs work; defaults to 3600.
        summary (bool | Unset): Leaves out `dataset_source`; defaults to false.
    """

    agent_id: int
    function: Literal["get_agent_datasets"] = "get_agent_datasets"
    include_signed_urls: bool | Unset = UNSET
    url_expires_seconds: int | Unset = UNSET
    summary: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        agent_id = self.agent_id

        include_signed_urls = self.include_signed_urls

        url_expires_seconds = self.url_expires_seconds

        summary = self.summary

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "agent_id": agent_id,
            }
        )
        if include_signed_urls is not UNSET:
            field_dict["include_signed_urls"] = include_signed_urls
        if url_expires_seconds is not UNSET:
            field_dict["url_expires_seconds"] = url_expires_seconds
        if summary is not UNSET:
            field_dict["summary"] = summary

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["get_agent_datasets"], d.pop("function"))
        if function != "get_agent_datasets":
            raise ValueError(
                f"function must match const 'get_agent_datasets', got '{function}'"
            )

        agent_id = d.pop("agent_id")

        include_signed_urls = d.pop("include_signed_urls", UNSET)

        url_expires_seconds = d.pop("url_expires_seconds", UNSET)

        summary = d.pop("summary", UNSET)

        get_agent_datasets_request = cls(
            function=function,
            agent_id=agent_id,
            include_signed_urls=include_signed_urls,
            url_expires_seconds=url_expires_seconds,
            summary=summary,
        )

        return get_agent_datasets_request
