from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject
    from ..models.online_scoring_request import OnlineScoringRequest


T = TypeVar("T", bound="CreateScoreRuleRequest")


@_attrs_define
class CreateScoreRuleRequest:
    """
    Attributes:
        name (str): The name of its scores.
        type_ (str): A type of scorer such as `contains`, `llm_as_judge`, or `custom`.
        config (JsonObject | Unset): A free-form object; it round-trips untouched.
        online (None | OnlineScoringRequest | Unset):
        is_active (bool | Unset): True where absent.
    """

    name: str
    type_: str
    config: JsonObject | Unset = UNSET
    online: None | OnlineScoringRequest | Unset = UNSET
    is_active: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.online_scoring_request import OnlineScoringRequest  # noqa: PLC0415

        name = self.name

        type_ = self.type_

        config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.config, Unset):
            config = self.config.to_dict()

        online: dict[str, Any] | None | Unset
        if isinstance(self.online, Unset):
            online = UNSET
        elif isinstance(self.online, OnlineScoringRequest):
            online = self.online.to_dict()
        else:
            online = self.online

        is_active = self.is_active

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "type": type_,
            }
        )
        if config is not UNSET:
            field_dict["config"] = config
        if online is not UNSET:
            field_dict["online"] = online
        if is_active is not UNSET:
            field_dict["is_active"] = is_active

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.online_scoring_request import OnlineScoringRequest  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        type_ = d.pop("type")

        _config = d.pop("config", UNSET)
        config: JsonObject | Unset
        if isinstance(_config, Unset):
            config = UNSET
        else:
            config = JsonObject.from_dict(_config)

        def _parse_online(data: object) -> None | OnlineScoringRequest | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                online_type_0 = OnlineScoringRequest.from_dict(data)

                return online_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OnlineScoringRequest | Unset, data)

        online = _parse_online(d.pop("online", UNSET))

        is_active = d.pop("is_active", UNSET)

        create_score_rule_request = cls(
            name=name,
            type_=type_,
            config=config,
            online=online,
            is_active=is_active,
        )

        return create_score_rule_request
