from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sample_data import SampleData
    from ..models.user_persona import UserPersona


T = TypeVar("T", bound="GenerationContext")


@_attrs_define
class GenerationContext:
    """Where the agent works.

    Attributes:
        domain (str | Unset):
        use_case (str | Unset):
        scenario_context (str | Unset):
        user_persona (UserPersona | Unset):
        sample_data (SampleData | Unset):
    """

    domain: str | Unset = UNSET
    use_case: str | Unset = UNSET
    scenario_context: str | Unset = UNSET
    user_persona: UserPersona | Unset = UNSET
    sample_data: SampleData | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        domain = self.domain

        use_case = self.use_case

        scenario_context = self.scenario_context

        user_persona: dict[str, Any] | Unset = UNSET
        if not isinstance(self.user_persona, Unset):
            user_persona = self.user_persona.to_dict()

        sample_data: dict[str, Any] | Unset = UNSET
        if not isinstance(self.sample_data, Unset):
            sample_data = self.sample_data.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if domain is not UNSET:
            field_dict["domain"] = domain
        if use_case is not UNSET:
            field_dict["use_case"] = use_case
        if scenario_context is not UNSET:
            field_dict["scenario_context"] = scenario_context
        if user_persona is not UNSET:
            field_dict["user_persona"] = user_persona
        if sample_data is not UNSET:
            field_dict["sample_data"] = sample_data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sample_data import SampleData  # noqa: PLC0415
        from ..models.user_persona import UserPersona  # noqa: PLC0415

        d = dict(src_dict)
        domain = d.pop("domain", UNSET)

        use_case = d.pop("use_case", UNSET)

        scenario_context = d.pop("scenario_context", UNSET)

        _user_persona = d.pop("user_persona", UNSET)
        user_persona: UserPersona | Unset
        if isinstance(_user_persona, Unset):
            user_persona = UNSET
        else:
            user_persona = UserPersona.from_dict(_user_persona)

        _sample_data = d.pop("sample_data", UNSET)
        sample_data: SampleData | Unset
        if isinstance(_sample_data, Unset):
            sample_data = UNSET
        else:
            sample_data = SampleData.from_dict(_sample_data)

        generation_context = cls(
            domain=domain,
            use_case=use_case,
            scenario_context=scenario_context,
            user_persona=user_persona,
            sample_data=sample_data,
        )

        return generation_context
