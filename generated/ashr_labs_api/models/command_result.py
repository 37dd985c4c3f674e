from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CommandResult")


@_attrs_define
class CommandResult:
    """The exit code and the output of a command; bytes that are not UTF-8 are replaced.

    Attributes:
        command (str):
        stdout (str): At most its first MiB.
        stderr (str): At most its first MiB.
        exit_code (int): 124 if it ran out of time, 128 + N if signal N ended it.
        duration_ms (int):
        timed_out (bool | Unset):
        truncated (bool | Unset): Whether more was printed.
    """

    command: str
    stdout: str
    stderr: str
    exit_code: int
    duration_ms: int
    timed_out: bool | Unset = UNSET
    truncated: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        command = self.command

        stdout = self.stdout

        stderr = self.stderr

        exit_code = self.exit_code

        duration_ms = self.duration_ms

        timed_out = self.timed_out

        truncated = self.truncated

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "command": command,
                "stdout": stdout,
                "stderr": stderr,
                "exit_code": exit_code,
                "duration_ms": duration_ms,
            }
        )
        if timed_out is not UNSET:
            field_dict["timed_out"] = timed_out
        if truncated is not UNSET:
            field_dict["truncated"] = truncated

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        command = d.pop("command")

        stdout = d.pop("stdout")

        stderr = d.pop("stderr")

        exit_code = d.pop("exit_code")

        duration_ms = d.pop("duration_ms")

        timed_out = d.pop("timed_out", UNSET)

        truncated = d.pop("truncated", UNSET)

        command_result = cls(
            command=command,
            stdout=stdout,
            stderr=stderr,
            exit_code=exit_code,
            duration_ms=duration_ms,
            timed_out=timed_out,
            truncated=truncated,
        )

        command_result.additional_properties = d
        return command_result

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
