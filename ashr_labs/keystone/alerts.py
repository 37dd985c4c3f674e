"""The service `Keystone.alerts`: conditions of experiments, and who is notified when one holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ..client._outgoing import resource
from ..client._sync._alerts import AlertMethods
from ..errors import ConfigurationError
from .errors import as_keystone_error
from .types import AlertRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._connection import Connection

    Rules: TypeAlias = list[AlertRule]
    # In the class, `list` is a method.

__all__ = ["AlertService"]


class AlertService:
    """Alerts of the owner of the key: `ks.alerts`; each method raises `KeystoneError` if its request fails."""

    def __init__(self, http: Connection) -> None:
        self._http = http
        self._methods = AlertMethods(http.transport)

    @as_keystone_error
    def create(
        self,
        name: str | Mapping[str, Any],
        condition: str | None = None,
        notify: str = "webhook",
        **options: Any,
    ) -> AlertRule:
        """Create an alert.

        Args:
            name: Its name; or all fields in one mapping, as the reference shows.
            condition: `<metric> <operator> <number>`, such as `pass_rate < 0.8`.
            notify: `webhook`, `slack`, `email` or `none`.
            options: `eval_id`, `window`, `webhook_url`, `slack_channel`, `email_to` and `id`.
        """
        if not isinstance(name, str):
            if condition is not None or options:
                raise ConfigurationError("give the fields of an alert in one mapping, or by keyword, not both")
            body: dict[str, object] = {field: value for field, value in name.items() if value not in (None, "")}
        else:
            fields = {"name": name, "condition": condition, "notify": notify, **options}
            body = {field: value for field, value in fields.items() if value not in (None, "")}
        return AlertRule.from_dict(self._http.transport.request(resource("create_alert", body=body)))

    @as_keystone_error
    def list(self) -> Rules:
        """Return the alerts, oldest first."""
        return [AlertRule.from_dict(one) for one in self._http.get(resource("list_alerts").target) or ()]

    @as_keystone_error
    def delete(self, rule_id: str) -> None:
        """Delete an alert with its firings."""
        self._methods.delete(rule_id)
