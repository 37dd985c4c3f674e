from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.ash_session import AshSession


T = TypeVar("T", bound="PostApiSessionsIdInterruptResponse200")


@_attrs_define
class PostApiSessionsIdInterruptResponse200:
    """An answer with a session.

    Attributes:
        session (AshSession): A conversation with a deployed agent.
        interrupted (bool): Whether a turn was in progress.
    """

    session: AshSession
    interrupted: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        session = self.session.to_dict()

        interrupted = self.interrupted

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "session": session,
                "interrupted": interrupted,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ash_session import AshSession  # noqa: PLC0415

        d = dict(src_dict)
        session = AshSession.from_dict(d.pop("session"))

        interrupted = d.pop("interrupted")

        post_api_sessions_id_interrupt_response_200 = cls(
            session=session,
            interrupted=interrupted,
        )

        post_api_sessions_id_interrupt_response_200.additional_properties = d
        return post_api_sessions_id_interrupt_response_200

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
