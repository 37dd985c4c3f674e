from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.ash_session_status import AshSessionStatus
from ..types import UNSET, Unset

T = TypeVar("T", bound="AshSession")


@_attrs_define
class AshSession:
    """A conversation with a deployed agent.

    Attributes:
        id (str):
        agent_name (str):
        sandbox_id (str):
        status (AshSessionStatus | str):
        created_at (str): ISO 8601, UTC.
        last_active_at (str): ISO 8601, UTC.
        tenant_id (str | Unset):
        runner_id (None | str | Unset):
        parent_session_id (None | str | Unset):
    """

    id: str
    agent_name: str
    sandbox_id: str
    status: AshSessionStatus | str
    created_at: str
    last_active_at: str
    tenant_id: str | Unset = UNSET
    runner_id: None | str | Unset = UNSET
    parent_session_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        agent_name = self.agent_name

        sandbox_id = self.sandbox_id

        status: str
        if isinstance(self.status, AshSessionStatus):
            status = self.status.value
        else:
            status = self.status

        created_at = self.created_at

        last_active_at = self.last_active_at

        tenant_id = self.tenant_id

        runner_id: None | str | Unset
        if isinstance(self.runner_id, Unset):
            runner_id = UNSET
        else:
            runner_id = self.runner_id

        parent_session_id: None | str | Unset
        if isinstance(self.parent_session_id, Unset):
            parent_session_id = UNSET
        else:
            parent_session_id = self.parent_session_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "agentName": agent_name,
                "sandboxId": sandbox_id,
                "status": status,
                "createdAt": created_at,
                "lastActiveAt": last_active_at,
            }
        )
        if tenant_id is not UNSET:
            field_dict["tenantId"] = tenant_id
        if runner_id is not UNSET:
            field_dict["runnerId"] = runner_id
        if parent_session_id is not UNSET:
            field_dict["parentSessionId"] = parent_session_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        agent_name = d.pop("agentName")

        sandbox_id = d.pop("sandboxId")

        def _parse_status(data: object) -> AshSessionStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = AshSessionStatus(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AshSessionStatus | str, data)

        status = _parse_status(d.pop("status"))

        created_at = d.pop("createdAt")

        last_active_at = d.pop("lastActiveAt")

        tenant_id = d.pop("tenantId", UNSET)

        def _parse_runner_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        runner_id = _parse_runner_id(d.pop("runnerId", UNSET))

        def _parse_parent_session_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        parent_session_id = _parse_parent_session_id(d.pop("parentSessionId", UNSET))

        ash_session = cls(
            id=id,
            agent_name=agent_name,
            sandbox_id=sandbox_id,
            status=status,
            created_at=created_at,
            last_active_at=last_active_at,
            tenant_id=tenant_id,
            runner_id=runner_id,
            parent_session_id=parent_session_id,
        )

        ash_session.additional_properties = d
        return ash_session

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
