from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RunSandboxCommandRequest")


@_attrs_define
class RunSandboxCommandRequest:
    """
    Attributes:
        command (str):
        timeout (str | Unset): Such as `30s`; 10 minutes by default, 1 hour at most.
    """

    command: str
    timeout: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        command = self.command

        timeout = self.timeout

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "command": command,
            }
        )
        if timeout is not UNSET:
            field_dict["timeout"] = timeout

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        command = d.pop("command")

        timeout = d.pop("timeout", UNSET)

        run_sandbox_command_request = cls(
            command=command,
            timeout=timeout,
        )

        return run_sandbox_command_request
