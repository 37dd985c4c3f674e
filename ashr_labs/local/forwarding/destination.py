"""Where traces are passed on to; set by the environment, and only where `ASHR_FORWARD_TO` says so."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ..._json import preview
from ...errors import ConfigurationError
from ..http_post import check_secret, check_url, post_json
from .langfuse import LANGFUSE_PATH, check_langfuse, langfuse_requests
from .otlp import check_otlp, otlp_requests
from .sending import RetryLater, check_status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..http_post import Reply

__all__ = ["DESTINATIONS", "Destination", "destination_of"]

_SECONDS = 10.0
_LANGFUSE = "https://cloud.langfuse.com"
_OTLP = "http://localhost:4318"


@dataclass(frozen=True, slots=True)
class Destination:
    """A platform that takes traces."""

    name: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    requests: Callable[[int, Mapping[str, Any]], list[bytes]] = field(repr=False)
    """The bodies for a tenant's trace."""
    check: Callable[[Reply], None] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What must not be preview."""
    first_pause: float = 1.0
    """Seconds after the first failure; twice as long after each further one, up to an hour."""
    most_attempts: int = 20
    """After so many, about ten hours, a trace is given up."""

    def send(self, tenant_id: int, trace: Mapping[str, Any]) -> None:
        """Send a trace; sent again it changes nothing.

        Raises:
            RetryLater: It was not taken, and may be later.
            Refused: It will not be taken.
        """
        for body in self.requests(tenant_id, trace):
            try:
                reply = post_json(self.url, body, self.headers, seconds=_SECONDS)
            except OSError as error:
                raise RetryLater(f"{type(error).__name__}: {error}") from error
            check_status(reply, preview(self._without_secrets(reply.text)))
            self.check(reply)

    def _without_secrets(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def destination_of(environment: Mapping[str, str]) -> Destination | None:
    """Return the destination that `ASHR_FORWARD_TO` names, set up by the variables that its own tools use.

    Raises:
        ConfigurationError: It is unknown, or lacks something.
    """
    name = environment.get("ASHR_FORWARD_TO", "")
    if not name:
        return None
    if name not in DESTINATIONS:
        raise ConfigurationError(f"ASHR_FORWARD_TO must be one of {', '.join(DESTINATIONS)}, not {name!r}")
    return DESTINATIONS[name](environment)


def _langfuse(environment: Mapping[str, str]) -> Destination:
    keys = [_needed(environment, f"LANGFUSE_{kind}_KEY") for kind in ("PUBLIC", "SECRET")]
    setting = "LANGFUSE_BASE_URL" if environment.get("LANGFUSE_BASE_URL") else "LANGFUSE_HOST"
    url = check_url(environment.get(setting) or _LANGFUSE, setting=setting) + LANGFUSE_PATH
    pair = base64.b64encode(":".join(keys).encode()).decode()
    return Destination(
        "langfuse", url, {"authorization": f"Basic {pair}"}, langfuse_requests, check_langfuse, (keys[1], pair)
    )


def _otlp(environment: Mapping[str, str]) -> Destination:
    whole, base = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"
    if environment.get(whole):
        url = check_url(environment[whole], setting=whole)
    else:
        url = check_url(environment.get(base) or _OTLP, setting=base) + "/v1/traces"
    setting = "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
    setting = setting if environment.get(setting) else "OTEL_EXPORTER_OTLP_HEADERS"
    headers = _headers(environment.get(setting) or "", setting)
    return Destination("otlp", url, headers, otlp_requests, check_otlp, tuple(headers.values()))


DESTINATIONS: Mapping[str, Callable[[Mapping[str, str]], Destination]] = {"langfuse": _langfuse, "otlp": _otlp}
"""Kinds of destinations by their names."""


def _needed(environment: Mapping[str, str], setting: str) -> str:
    secret = check_secret(environment.get(setting) or "", setting=setting)
    if not secret:
        raise ConfigurationError(f"{setting} is needed to pass traces on to Langfuse; set it, or unset ASHR_FORWARD_TO")
    return secret


def _headers(text: str, setting: str) -> dict[str, str]:
    """Read `name=value,name=value`, with percent signs, as OpenTelemetry writes it."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if any(not (equals and name.strip().replace("-", "").replace("_", "").isalnum()) for name, equals, _ in pairs):
        raise ConfigurationError(f"{setting} must be like `name=value,name=value`")
    return {name.strip().lower(): check_secret(unquote(value), setting=setting) for name, _, value in pairs}
