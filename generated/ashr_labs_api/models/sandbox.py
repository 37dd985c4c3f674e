from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sandbox_services import SandboxServices
    from ..models.sandbox_strings import SandboxStrings


T = TypeVar("T", bound="Sandbox")


@_attrs_define
class Sandbox:
    """An isolated workspace in which commands run.

    Attributes:
        id (str):
        spec_id (str):
        state (str): `creating`, `ready`, `running` (a command), `error` or `destroyed`.
        spec_version (int | Unset):
        path (str | Unset): Where commands see the workspace.
        url (str | Unset): `ENGINE:ID`.
        created_at (str | Unset):
        metadata (SandboxStrings | Unset): Strings by name.
        services (SandboxServices | Unset): Services by name.
        isolation (SandboxStrings | Unset): Strings by name.
        error (str | Unset): Why it could not be made, or why it has ended without having been destroyed.
        ended_at (str | Unset):
        instance (str | Unset): The server that runs or ran it, `HOST:PID:RANDOM`. The others answer 409 to requests to
            the sandbox.
    """

    id: str
    spec_id: str
    state: str
    spec_version: int | Unset = UNSET
    path: str | Unset = UNSET
    url: str | Unset = UNSET
    created_at: str | Unset = UNSET
    metadata: SandboxStrings | Unset = UNSET
    services: SandboxServices | Unset = UNSET
    isolation: SandboxStrings | Unset = UNSET
    error: str | Unset = UNSET
    ended_at: str | Unset = UNSET
    instance: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        spec_id = self.spec_id

        state = self.state

        spec_version = self.spec_version

        path = self.path

        url = self.url

        created_at = self.created_at

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        services: dict[str, Any] | Unset = UNSET
        if not isinstance(self.services, Unset):
            services = self.services.to_dict()

        isolation: dict[str, Any] | Unset = UNSET
        if not isinstance(self.isolation, Unset):
            isolation = self.isolation.to_dict()

        error = self.error

        ended_at = self.ended_at

        instance = self.instance

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "spec_id": spec_id,
                "state": state,
            }
        )
        if spec_version is not UNSET:
            field_dict["spec_version"] = spec_version
        if path is not UNSET:
            field_dict["path"] = path
        if url is not UNSET:
            field_dict["url"] = url
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if services is not UNSET:
            field_dict["services"] = services
        if isolation is not UNSET:
            field_dict["isolation"] = isolation
        if error is not UNSET:
            field_dict["error"] = error
        if ended_at is not UNSET:
            field_dict["ended_at"] = ended_at
        if instance is not UNSET:
            field_dict["instance"] = instance

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sandbox_services import SandboxServices  # noqa: PLC0415
        from ..models.sandbox_strings import SandboxStrings  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        spec_id = d.pop("spec_id")

        state = d.pop("state")

        spec_version = d.pop("spec_version", UNSET)

        path = d.pop("path", UNSET)

        url = d.pop("url", UNSET)

        created_at = d.pop("created_at", UNSET)

        _metadata = d.pop("metadata", UNSET)
        metadata: SandboxStrings | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = SandboxStrings.from_dict(_metadata)

        _services = d.pop("services", UNSET)
        services: SandboxServices | Unset
        if isinstance(_services, Unset):
            services = UNSET
        else:
            services = SandboxServices.from_dict(_services)

        _isolation = d.pop("isolation", UNSET)
        isolation: SandboxStrings | Unset
        if isinstance(_isolation, Unset):
            isolation = UNSET
        else:
            isolation = SandboxStrings.from_dict(_isolation)

        error = d.pop("error", UNSET)

        ended_at = d.pop("ended_at", UNSET)

        instance = d.pop("instance", UNSET)

        sandbox = cls(
            id=id,
            spec_id=spec_id,
            state=state,
            spec_version=spec_version,
            path=path,
            url=url,
            created_at=created_at,
            metadata=metadata,
            services=services,
            isolation=isolation,
            error=error,
            ended_at=ended_at,
            instance=instance,
        )

        sandbox.additional_properties = d
        return sandbox

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
