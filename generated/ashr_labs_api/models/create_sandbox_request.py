from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sandbox_strings import SandboxStrings


T = TypeVar("T", bound="CreateSandboxRequest")


@_attrs_define
class CreateSandboxRequest:
    """
    Attributes:
        spec_id (str):
        timeout (str | Unset): The lifetime, such as `10m`; by default that of the spec.
        metadata (SandboxStrings | Unset): Strings by name.
        secrets (SandboxStrings | Unset): Strings by name.
    """

    spec_id: str
    timeout: str | Unset = UNSET
    metadata: SandboxStrings | Unset = UNSET
    secrets: SandboxStrings | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        spec_id = self.spec_id

        timeout = self.timeout

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        secrets: dict[str, Any] | Unset = UNSET
        if not isinstance(self.secrets, Unset):
            secrets = self.secrets.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "spec_id": spec_id,
            }
        )
        if timeout is not UNSET:
            field_dict["timeout"] = timeout
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if secrets is not UNSET:
            field_dict["secrets"] = secrets

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sandbox_strings import SandboxStrings  # noqa: PLC0415

        d = dict(src_dict)
        spec_id = d.pop("spec_id")

        timeout = d.pop("timeout", UNSET)

        _metadata = d.pop("metadata", UNSET)
        metadata: SandboxStrings | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = SandboxStrings.from_dict(_metadata)

        _secrets = d.pop("secrets", UNSET)
        secrets: SandboxStrings | Unset
        if isinstance(_secrets, Unset):
            secrets = UNSET
        else:
            secrets = SandboxStrings.from_dict(_secrets)

        create_sandbox_request = cls(
            spec_id=spec_id,
            timeout=timeout,
            metadata=metadata,
            secrets=secrets,
        )

        return create_sandbox_request
