from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.ash_pool_stats import AshPoolStats
    from ..models.forwarding_counts import ForwardingCounts


T = TypeVar("T", bound="Health")


@_attrs_define
class Health:
    """
    Attributes:
        status (str): `ok`.
        version (str | Unset): Of the platform.
        active_sessions (int | Unset): Sessions with a process.
        active_sandboxes (int | Unset):
        uptime (int | Unset): Seconds.
        pool (AshPoolStats | Unset): The processes of sessions.
        remote_runners (int | Unset):
        forwarding (ForwardingCounts | Unset): Traces on their way to another system, if the platform forwards them.
    """

    status: str
    version: str | Unset = UNSET
    active_sessions: int | Unset = UNSET
    active_sandboxes: int | Unset = UNSET
    uptime: int | Unset = UNSET
    pool: AshPoolStats | Unset = UNSET
    remote_runners: int | Unset = UNSET
    forwarding: ForwardingCounts | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        version = self.version

        active_sessions = self.active_sessions

        active_sandboxes = self.active_sandboxes

        uptime = self.uptime

        pool: dict[str, Any] | Unset = UNSET
        if not isinstance(self.pool, Unset):
            pool = self.pool.to_dict()

        remote_runners = self.remote_runners

        forwarding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.forwarding, Unset):
            forwarding = self.forwarding.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
            }
        )
        if version is not UNSET:
            field_dict["version"] = version
        if active_sessions is not UNSET:
            field_dict["activeSessions"] = active_sessions
        if active_sandboxes is not UNSET:
            field_dict["activeSandboxes"] = active_sandboxes
        if uptime is not UNSET:
            field_dict["uptime"] = uptime
        if pool is not UNSET:
            field_dict["pool"] = pool
        if remote_runners is not UNSET:
            field_dict["remoteRunners"] = remote_runners
        if forwarding is not UNSET:
            field_dict["forwarding"] = forwarding

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ash_pool_stats import AshPoolStats  # noqa: PLC0415
        from ..models.forwarding_counts import ForwardingCounts  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        version = d.pop("version", UNSET)

        active_sessions = d.pop("activeSessions", UNSET)

        active_sandboxes = d.pop("activeSandboxes", UNSET)

        uptime = d.pop("uptime", UNSET)

        _pool = d.pop("pool", UNSET)
        pool: AshPoolStats | Unset
        if isinstance(_pool, Unset):
            pool = UNSET
        else:
            pool = AshPoolStats.from_dict(_pool)

        remote_runners = d.pop("remoteRunners", UNSET)

        _forwarding = d.pop("forwarding", UNSET)
        forwarding: ForwardingCounts | Unset
        if isinstance(_forwarding, Unset):
            forwarding = UNSET
        else:
            forwarding = ForwardingCounts.from_dict(_forwarding)

        health = cls(
            status=status,
            version=version,
            active_sessions=active_sessions,
            active_sandboxes=active_sandboxes,
            uptime=uptime,
            pool=pool,
            remote_runners=remote_runners,
            forwarding=forwarding,
        )

        health.additional_properties = d
        return health

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
