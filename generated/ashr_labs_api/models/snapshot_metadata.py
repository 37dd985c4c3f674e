from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.snapshot_auth import SnapshotAuth


T = TypeVar("T", bound="SnapshotMetadata")


@_attrs_define
class SnapshotMetadata:
    """What an agent is and how it is started.

    Attributes:
        name (str):
        entrypoint (list[str]): A program and its arguments, started in the folder of the files.
        runtime (str | Unset): Such as `python3.12` or `node20`.
        auth (None | SnapshotAuth | Unset):
        tag (str | Unset):
    """

    name: str
    entrypoint: list[str]
    runtime: str | Unset = UNSET
    auth: None | SnapshotAuth | Unset = UNSET
    tag: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.snapshot_auth import SnapshotAuth  # noqa: PLC0415

        name = self.name

        entrypoint = self.entrypoint

        runtime = self.runtime

        auth: dict[str, Any] | None | Unset
        if isinstance(self.auth, Unset):
            auth = UNSET
        elif isinstance(self.auth, SnapshotAuth):
            auth = self.auth.to_dict()
        else:
            auth = self.auth

        tag = self.tag

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "entrypoint": entrypoint,
            }
        )
        if runtime is not UNSET:
            field_dict["runtime"] = runtime
        if auth is not UNSET:
            field_dict["auth"] = auth
        if tag is not UNSET:
            field_dict["tag"] = tag

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.snapshot_auth import SnapshotAuth  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        entrypoint = cast(list[str], d.pop("entrypoint"))

        runtime = d.pop("runtime", UNSET)

        def _parse_auth(data: object) -> None | SnapshotAuth | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                auth_type_0 = SnapshotAuth.from_dict(data)

                return auth_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SnapshotAuth | Unset, data)

        auth = _parse_auth(d.pop("auth", UNSET))

        tag = d.pop("tag", UNSET)

        snapshot_metadata = cls(
            name=name,
            entrypoint=entrypoint,
            runtime=runtime,
            auth=auth,
            tag=tag,
        )

        return snapshot_metadata
