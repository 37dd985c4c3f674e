from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="PostApiInternalRunnersBody")


@_attrs_define
class PostApiInternalRunnersBody:
    """A runner.

    Attributes:
        runner_id (str | Unset):
        host (str | Unset):
        port (int | Unset):
        max_sandboxes (int | Unset):
        stats (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    runner_id: str | Unset = UNSET
    host: str | Unset = UNSET
    port: int | Unset = UNSET
    max_sandboxes: int | Unset = UNSET
    stats: JsonObject | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        runner_id = self.runner_id

        host = self.host

        port = self.port

        max_sandboxes = self.max_sandboxes

        stats: dict[str, Any] | Unset = UNSET
        if not isinstance(self.stats, Unset):
            stats = self.stats.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if runner_id is not UNSET:
            field_dict["runnerId"] = runner_id
        if host is not UNSET:
            field_dict["host"] = host
        if port is not UNSET:
            field_dict["port"] = port
        if max_sandboxes is not UNSET:
            field_dict["maxSandboxes"] = max_sandboxes
        if stats is not UNSET:
            field_dict["stats"] = stats

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        runner_id = d.pop("runnerId", UNSET)

        host = d.pop("host", UNSET)

        port = d.pop("port", UNSET)

        max_sandboxes = d.pop("maxSandboxes", UNSET)

        _stats = d.pop("stats", UNSET)
        stats: JsonObject | Unset
        if isinstance(_stats, Unset):
            stats = UNSET
        else:
            stats = JsonObject.from_dict(_stats)

        post_api_internal_runners_body = cls(
            runner_id=runner_id,
            host=host,
            port=port,
            max_sandboxes=max_sandboxes,
            stats=stats,
        )

        post_api_internal_runners_body.additional_properties = d
        return post_api_internal_runners_body

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
