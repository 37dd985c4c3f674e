from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.snapshot_auth import SnapshotAuth


T = TypeVar("T", bound="AgentSnapshot")


@_attrs_define
class AgentSnapshot:
    """A version of an agent's files.

    Attributes:
        id (str): `snap_N`.
        name (str):
        version (int):
        digest (str): `sha256:...` of paths, contents, links and executable bits.
        entrypoint (list[str]):
        created_at (str): ISO 8601.
        tag (str | Unset): The first of its tags; empty if it has none.
        tags (list[str] | Unset):
        size_bytes (int | Unset): Of the archive.
        storage_path (str | Unset): `/agents/NAME/vVERSION`.
        runtime (str | Unset): Empty if none is asked for.
        auth (None | SnapshotAuth | Unset):
    """

    id: str
    name: str
    version: int
    digest: str
    entrypoint: list[str]
    created_at: str
    tag: str | Unset = UNSET
    tags: list[str] | Unset = UNSET
    size_bytes: int | Unset = UNSET
    storage_path: str | Unset = UNSET
    runtime: str | Unset = UNSET
    auth: None | SnapshotAuth | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.snapshot_auth import SnapshotAuth  # noqa: PLC0415

        id = self.id

        name = self.name

        version = self.version

        digest = self.digest

        entrypoint = self.entrypoint

        created_at = self.created_at

        tag = self.tag

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        size_bytes = self.size_bytes

        storage_path = self.storage_path

        runtime = self.runtime

        auth: dict[str, Any] | None | Unset
        if isinstance(self.auth, Unset):
            auth = UNSET
        elif isinstance(self.auth, SnapshotAuth):
            auth = self.auth.to_dict()
        else:
            auth = self.auth

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "version": version,
                "digest": digest,
                "entrypoint": entrypoint,
                "created_at": created_at,
            }
        )
        if tag is not UNSET:
            field_dict["tag"] = tag
        if tags is not UNSET:
            field_dict["tags"] = tags
        if size_bytes is not UNSET:
            field_dict["size_bytes"] = size_bytes
        if storage_path is not UNSET:
            field_dict["storage_path"] = storage_path
        if runtime is not UNSET:
            field_dict["runtime"] = runtime
        if auth is not UNSET:
            field_dict["auth"] = auth

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.snapshot_auth import SnapshotAuth  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        version = d.pop("version")

        digest = d.pop("digest")

        entrypoint = cast(list[str], d.pop("entrypoint"))

        created_at = d.pop("created_at")

        tag = d.pop("tag", UNSET)

        tags = cast(list[str], d.pop("tags", UNSET))

        size_bytes = d.pop("size_bytes", UNSET)

        storage_path = d.pop("storage_path", UNSET)

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

        agent_snapshot = cls(
            id=id,
            name=name,
            version=version,
            digest=digest,
            entrypoint=entrypoint,
            created_at=created_at,
            tag=tag,
            tags=tags,
            size_bytes=size_bytes,
            storage_path=storage_path,
            runtime=runtime,
            auth=auth,
        )

        agent_snapshot.additional_properties = d
        return agent_snapshot

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
