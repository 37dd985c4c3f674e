from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.snapshot_config_file import SnapshotConfigFile
    from ..models.snapshot_egress import SnapshotEgress


T = TypeVar("T", bound="SnapshotAuth")


@_attrs_define
class SnapshotAuth:
    """The credentials that an agent needs.

    Attributes:
        required_env (list[str] | Unset): Names of variables.
        config_files (list[SnapshotConfigFile] | Unset):
        egress (SnapshotEgress | Unset): Hosts by the name of a purpose; stored, and not enforced.
    """

    required_env: list[str] | Unset = UNSET
    config_files: list[SnapshotConfigFile] | Unset = UNSET
    egress: SnapshotEgress | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        required_env: list[str] | Unset = UNSET
        if not isinstance(self.required_env, Unset):
            required_env = self.required_env

        config_files: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.config_files, Unset):
            config_files = []
            for config_files_item_data in self.config_files:
                config_files_item = config_files_item_data.to_dict()
                config_files.append(config_files_item)

        egress: dict[str, Any] | Unset = UNSET
        if not isinstance(self.egress, Unset):
            egress = self.egress.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if required_env is not UNSET:
            field_dict["required_env"] = required_env
        if config_files is not UNSET:
            field_dict["config_files"] = config_files
        if egress is not UNSET:
            field_dict["egress"] = egress

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.snapshot_config_file import SnapshotConfigFile  # noqa: PLC0415
        from ..models.snapshot_egress import SnapshotEgress  # noqa: PLC0415

        d = dict(src_dict)
        required_env = cast(list[str], d.pop("required_env", UNSET))

        _config_files = d.pop("config_files", UNSET)
        config_files: list[SnapshotConfigFile] | Unset = UNSET
        if _config_files is not UNSET:
            config_files = []
            for config_files_item_data in _config_files:
                config_files_item = SnapshotConfigFile.from_dict(config_files_item_data)

                config_files.append(config_files_item)

        _egress = d.pop("egress", UNSET)
        egress: SnapshotEgress | Unset
        if isinstance(_egress, Unset):
            egress = UNSET
        else:
            egress = SnapshotEgress.from_dict(_egress)

        snapshot_auth = cls(
            required_env=required_env,
            config_files=config_files,
            egress=egress,
        )

        return snapshot_auth
