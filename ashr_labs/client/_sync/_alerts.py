"""Methods for alerts, which notify when an experiment or a score meets a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._outgoing import resource
from ._pages import each_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from ashr_labs_types import Alert as AlertAnswer
    from ashr_labs_types import AlertFiring

    from ._transport import SyncRetryTransport

    Alerts: TypeAlias = list["Alert"]
    # In the class, `list` is a method.
    Firings: TypeAlias = list["AlertFiring"]

__all__ = ["Alert", "AlertMethods"]


class Alert:
    """An alert, as it was when it was fetched.

    Example:
        >>> alert = client.alerts.create("failing", "pass_rate < 0.8", "none")  # doctest: +SKIP
        >>> [firing["reason"] for firing in alert.firings()]  # doctest: +SKIP
        []
    """

    def __init__(self, methods: AlertMethods, answer: AlertAnswer) -> None:
        self._methods = methods
        self.info: AlertAnswer = answer
        """The record of the platform, in which a new alert of a webhook has its `webhook_secret`."""
        self.id: str = answer["id"]
        self.name: str = answer["name"]
        self.condition: str = answer["condition"]
        self.notify: str = answer["notify"]
        """`webhook`, `slack`, `email` or `none`."""
        self.eval_id: str = answer.get("eval_id", "")
        """The spec or the scoring rule; empty for all specs."""
        self.window: str = answer.get("window", "")
        """Such as `last_5_runs`; empty for the default."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} {self.name!r}, {self.condition}, {self.notify}>"

    def firings(self) -> Firings:
        """Return the firings, as `client.alerts.firings()` does."""
        return self._methods.firings(self.id)

    def delete(self) -> None:
        """Delete the alert with its firings."""
        self._methods.delete(self.id)


class AlertMethods:
    """Alerts of the tenant: `client.alerts`.

    Example:
        >>> alert = client.alerts.create(  # doctest: +SKIP
        ...     "failing", "pass_rate < 0.8", webhook_url="https://example.com/hook", window="last_5_runs"
        ... )
        >>> secret = alert.info["webhook_secret"]  # doctest: +SKIP
    """

    def __init__(self, transport: SyncRetryTransport) -> None:
        self._transport = transport

    def create(
        self,
        name: str,
        condition: str,
        notify: str = "webhook",
        *,
        eval_id: str | None = None,
        window: str | None = None,
        webhook_url: str | None = None,
        slack_channel: str | None = None,
        email_to: Sequence[str] | None = None,
        id: str | None = None,  # noqa: A002 - the documented name
    ) -> Alert:
        """Create an alert.

        Args:
            name: What the notifications are about.
            condition: `<metric> <operator> <number>`, such as `pass_rate < 0.8`.
            notify: `webhook`, `slack`, `email`, or `none` to store firings only.
            eval_id: A spec or a scoring rule; defaults to all specs.
            window: Such as `last_5_runs` or `last_24h`; defaults to the run that has ended, and for scores to
                `last_24h`.
            webhook_url: Where a webhook is sent.
            slack_channel: The channel, such as `#agents`.
            email_to: The addresses of an e-mail, at most 20.
            id: Defaults to a new one.

        Raises:
            BadRequestError: If the platform is not configured for this way of notifying.
            ConflictError: If there is an alert of this id.
            NotFoundError: If there is no such spec or scoring rule.
            ValidationError: If the condition, the window or an address is invalid.
        """
        given = {
            "name": name,
            "condition": condition,
            "notify": notify,
            "eval_id": eval_id,
            "window": window,
            "webhook_url": webhook_url,
            "slack_channel": slack_channel,
            "email_to": None if email_to is None else [*email_to],
            "id": id,
        }
        body: dict[str, object] = {field: value for field, value in given.items() if value is not None}
        return Alert(self, self._transport.request(resource("create_alert", body=body)))

    def list(self) -> Alerts:
        """List the alerts, oldest first."""
        return [Alert(self, one) for one in self._transport.request(resource("list_alerts"), list)]

    def get(self, alert_id: str) -> Alert:
        """Get an alert.

        Raises:
            NotFoundError: If there is no such alert.
        """
        return Alert(self, self._transport.request(resource("get_alert", {"alert_id": alert_id})))

    def firings(self, alert_id: str) -> Firings:
        """Return the firings of an alert, newest first.

        Raises:
            NotFoundError: If there is no such alert.
        """
        pages = each_page(self._transport, "list_alert_firings", {}, {"alert_id": alert_id})
        return [firing for page in pages for firing in page]

    def delete(self, alert_id: str) -> None:
        """Delete an alert with its firings.

        Raises:
            NotFoundError: If there is no such alert.
        """
        self._transport.request(resource("delete_alert", {"alert_id": alert_id}), None)
