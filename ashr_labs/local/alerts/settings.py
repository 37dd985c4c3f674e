"""How alerts are delivered, from environment variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote, urlsplit

from ..._environment import check_secret, check_url
from ..._secret import Secret
from ...errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AlertSettings", "SMTPServer", "alert_settings"]

_SLACK_API: Final = "https://slack.com/api/chat.postMessage"
_PORTS: Final = {"smtp": 587, "smtps": 465}
_SMTP_FORM: Final = "ASHR_SMTP_URL must have the form smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS, or smtps://..."


@dataclass(frozen=True, slots=True)
class SMTPServer:
    """A server that takes e-mail."""

    host: str
    port: int
    is_tls: bool
    """Whether the connection begins with TLS; otherwise STARTTLS is used if the server offers it."""
    sender: str
    user: str = ""
    password: Secret = Secret()  # noqa: RUF009 - immutable


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Delivery settings of the operator; alerts cannot use a channel whose setting is None."""

    slack_url: str | None = None
    slack_token: Secret | None = None
    smtp: SMTPServer | None = None
    allows_private: bool = False
    """Whether webhooks may be delivered to private addresses."""
    seconds: float = 10.0
    """The time limit of one delivery."""

    @property
    def takes_slack(self) -> bool:
        """Whether Slack can be notified."""
        return self.slack_url is not None


def alert_settings(environment: Mapping[str, str]) -> AlertSettings:
    """Read the settings from environment variables; docs/alerts.md lists them.

    Raises:
        ConfigurationError: A variable has an invalid value; the message does not show secrets.
    """
    token = check_secret(environment.get("ASHR_SLACK_TOKEN") or "", setting="ASHR_SLACK_TOKEN")
    url = environment.get("ASHR_SLACK_URL") or (_SLACK_API if token else "")
    private = environment.get("ASHR_WEBHOOK_PRIVATE_ADDRESSES") or ""
    if private not in ("", "allow"):
        raise ConfigurationError(f"ASHR_WEBHOOK_PRIVATE_ADDRESSES must be `allow` or empty, got {private!r}")
    smtp = environment.get("ASHR_SMTP_URL")
    return AlertSettings(
        slack_url=check_url(url, setting="ASHR_SLACK_URL") if url else None,
        slack_token=Secret(token) if token else None,
        smtp=_smtp(smtp) if smtp else None,
        allows_private=bool(private),
    )


def _smtp(text: str) -> SMTPServer:
    try:
        url = urlsplit(text.strip())
        port, options = url.port, parse_qs(url.query, strict_parsing=True) if url.query else {}
    except ValueError as error:
        raise ConfigurationError(_SMTP_FORM) from error
    if url.scheme not in _PORTS or not url.hostname or url.path not in ("", "/") or options.keys() - {"from"}:
        raise ConfigurationError(_SMTP_FORM)
    host = url.hostname
    sender = options.get("from", [f"ashr-labs@{host}"])[0]
    if "@" not in sender or not sender.isprintable() or " " in sender:
        raise ConfigurationError("ASHR_SMTP_URL: `from` must be an e-mail address")
    password = Secret(unquote(url.password or ""))
    user = unquote(url.username or "")
    return SMTPServer(host, port or _PORTS[url.scheme], url.scheme == "smtps", sender, user, password)
