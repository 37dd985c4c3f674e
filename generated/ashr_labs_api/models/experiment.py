from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Experiment")


@_attrs_define
class Experiment:
    """Plays of an agent in sandboxes of a spec.

    Attributes:
        id (str):
        name (str):
        spec_id (str):
        status (str): `draft`, `running`, `completed`, `cancelled`, or `failed`: no scenario could be played.
        created_at (str): ISO 8601.
        spec_version (int | Unset):
        seed (int | Unset):
        run (int | Unset): The number of the last run; 0 of a draft.
        total_scenarios (int | Unset):
        snapshot_id (str | Unset): The snapshot that is the agent; empty if the agent is a command.
    """

    id: str
    name: str
    spec_id: str
    status: str
    created_at: str
    spec_version: int | Unset = UNSET
    seed: int | Unset = UNSET
    run: int | Unset = UNSET
    total_scenarios: int | Unset = UNSET
    snapshot_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        spec_id = self.spec_id

        status = self.status

        created_at = self.created_at

        spec_version = self.spec_version

        seed = self.seed

        run = self.run

        total_scenarios = self.total_scenarios

        snapshot_id = self.snapshot_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "spec_id": spec_id,
                "status": status,
                "created_at": created_at,
            }
        )
        if spec_version is not UNSET:
            field_dict["spec_version"] = spec_version
        if seed is not UNSET:
            field_dict["seed"] = seed
        if run is not UNSET:
            field_dict["run"] = run
        if total_scenarios is not UNSET:
            field_dict["total_scenarios"] = total_scenarios
        if snapshot_id is not UNSET:
            field_dict["snapshot_id"] = snapshot_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        spec_id = d.pop("spec_id")

        status = d.pop("status")

        created_at = d.pop("created_at")

        spec_version = d.pop("spec_version", UNSET)

        seed = d.pop("seed", UNSET)

        run = d.pop("run", UNSET)

        total_scenarios = d.pop("total_scenarios", UNSET)

        snapshot_id = d.pop("snapshot_id", UNSET)

        experiment = cls(
            id=id,
            name=name,
            spec_id=spec_id,
            status=status,
            created_at=created_at,
            spec_version=spec_version,
            seed=seed,
            run=run,
            total_scenarios=total_scenarios,
            snapshot_id=snapshot_id,
        )

        experiment.additional_properties = d
        return experiment

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
