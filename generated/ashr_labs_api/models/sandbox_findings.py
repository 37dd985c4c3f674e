from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.rule_result import RuleResult
    from ..models.sandbox_audit import SandboxAudit


T = TypeVar("T", bound="SandboxFindings")


@_attrs_define
class SandboxFindings:
    """The rules that were broken in a sandbox, and what was done in it.

    Attributes:
        rules (list[RuleResult]):
        audit (SandboxAudit): The records that `audit` asks for, by `db_writes`, `http_calls` and `file_changes`.
    """

    rules: list[RuleResult]
    audit: SandboxAudit
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rules = []
        for rules_item_data in self.rules:
            rules_item = rules_item_data.to_dict()
            rules.append(rules_item)

        audit = self.audit.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rules": rules,
                "audit": audit,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.rule_result import RuleResult  # noqa: PLC0415
        from ..models.sandbox_audit import SandboxAudit  # noqa: PLC0415

        d = dict(src_dict)
        rules = []
        _rules = d.pop("rules")
        for rules_item_data in _rules:
            rules_item = RuleResult.from_dict(rules_item_data)

            rules.append(rules_item)

        audit = SandboxAudit.from_dict(d.pop("audit"))

        sandbox_findings = cls(
            rules=rules,
            audit=audit,
        )

        sandbox_findings.additional_properties = d
        return sandbox_findings

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
