from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sandbox_strings import SandboxStrings


T = TypeVar("T", bound="CreateExperimentRequest")


@_attrs_define
class CreateExperimentRequest:
    """
    Attributes:
        name (str):
        spec_id (str):
        spec_version (int | Unset): By default the newest version.
        snapshot (str | Unset): The agent, in place of the spec's `agent.snapshot`; `NAME@VERSION`, for example.
        secrets (SandboxStrings | Unset): Strings by name.
        seed (int | Unset): 0 by default.
        scenario_ids (list[str] | Unset): The scenarios to play; all by default.
    """

    name: str
    spec_id: str
    spec_version: int | Unset = UNSET
    snapshot: str | Unset = UNSET
    secrets: SandboxStrings | Unset = UNSET
    seed: int | Unset = UNSET
    scenario_ids: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        spec_id = self.spec_id

        spec_version = self.spec_version

        snapshot = self.snapshot

        secrets: dict[str, Any] | Unset = UNSET
        if not isinstance(self.secrets, Unset):
            secrets = self.secrets.to_dict()

        seed = self.seed

        scenario_ids: list[str] | Unset = UNSET
        if not isinstance(self.scenario_ids, Unset):
            scenario_ids = self.scenario_ids

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "spec_id": spec_id,
            }
        )
        if spec_version is not UNSET:
            field_dict["spec_version"] = spec_version
        if snapshot is not UNSET:
            field_dict["snapshot"] = snapshot
        if secrets is not UNSET:
            field_dict["secrets"] = secrets
        if seed is not UNSET:
            field_dict["seed"] = seed
        if scenario_ids is not UNSET:
            field_dict["scenario_ids"] = scenario_ids

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sandbox_strings import SandboxStrings  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        spec_id = d.pop("spec_id")

        spec_version = d.pop("spec_version", UNSET)

        snapshot = d.pop("snapshot", UNSET)

        _secrets = d.pop("secrets", UNSET)
        secrets: SandboxStrings | Unset
        if isinstance(_secrets, Unset):
            secrets = UNSET
        else:
            secrets = SandboxStrings.from_dict(_secrets)

        seed = d.pop("seed", UNSET)

        scenario_ids = cast(list[str], d.pop("scenario_ids", UNSET))

        create_experiment_request = cls(
            name=name,
            spec_id=spec_id,
            spec_version=spec_version,
            snapshot=snapshot,
            secrets=secrets,
            seed=seed,
            scenario_ids=scenario_ids,
        )

        return create_experiment_request
