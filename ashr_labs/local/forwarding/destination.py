"""Destinations of forwarded traces, configured by environment variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ..._environment import check_secret, check_url
from ..._http import post
from ..._json import preview
from ..._retry import Backoff, is_transient_status
from ...errors import ConfigurationError
from ..jobs.worker import RejectedError, RetryLaterError
from .langfuse import LANGFUSE_PATH, langfuse_headers, langfuse_requests
from .otlp import check_otlp, otlp_requests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..._http import HTTPResponse

__all__ = ["DESTINATIONS", "Destination", "destination_from_env"]

_TIMEOUT_SECONDS = 10.0
_MAX_RETRY_AFTER = 3600.0
_LANGFUSE = "https://cloud.langfuse.com"
_OTLP = "http://localhost:4318"
_JSON = {"content-type": "application/json"}
_BACKOFF = Backoff(first=1.0, cap=3600.0)


@dataclass(frozen=True, slots=True)
class Destination:
    """A platform that accepts traces."""

    name: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    requests: Callable[[int, Mapping[str, Any]], list[bytes]] = field(repr=False)
    """Returns the request bodies for a trace of a tenant."""
    check: Callable[[HTTPResponse], None] = field(repr=False)
    """Raises if a successful response reports rejected parts."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Replaced in logs and stored errors."""
    backoff: Backoff = _BACKOFF
    max_attempts: int = 20
    """About ten hours with the default back-off."""

    def send(self, tenant_id: int, trace: Mapping[str, Any]) -> None:
        """Send a trace; sending it again changes nothing.

        Raises:
            RetryLaterError: The platform is unavailable or overloaded.
            RejectedError: The platform refused the trace.
        """
        for body in self.requests(tenant_id, trace):
            try:
                reply = post(self.url, body, self.headers, timeout=_TIMEOUT_SECONDS)
            except OSError as error:
                raise RetryLaterError(f"{type(error).__name__}: {error}") from error
            self._check_status(reply)
            self.check(reply)

    def _check_status(self, reply: HTTPResponse) -> None:
        if 200 <= reply.status < 300:
            return
        reason = f"status {reply.status}: {preview(self._without_secrets(reply.text))}"
        if is_transient_status(reply.status):
            raise RetryLaterError(reason, after=_seconds(reply.headers.get("retry-after")))
        raise RejectedError(reason)

    def _without_secrets(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def destination_from_env(environment: Mapping[str, str]) -> Destination | None:
    """Return the destination that `ASHR_FORWARD_TO` names, configured by the variables of its own SDK.

    Raises:
        ConfigurationError: The name is unknown, or a variable is missing or invalid.
    """
    name = environment.get("ASHR_FORWARD_TO", "")
    if not name:
        return None
    if name not in DESTINATIONS:
        raise ConfigurationError(f"ASHR_FORWARD_TO must be one of {', '.join(DESTINATIONS)}, got {name!r}")
    return DESTINATIONS[name](environment)


def _langfuse(environment: Mapping[str, str]) -> Destination:
    public, secret = (_required(environment, f"LANGFUSE_{kind}_KEY") for kind in ("PUBLIC", "SECRET"))
    setting = "LANGFUSE_BASE_URL" if environment.get("LANGFUSE_BASE_URL") else "LANGFUSE_HOST"
    url = check_url(environment.get(setting) or _LANGFUSE, setting=setting) + LANGFUSE_PATH
    headers = langfuse_headers(public, secret)
    secrets = (secret, headers["authorization"].removeprefix("Basic "))
    return Destination("langfuse", url, {**_JSON, **headers}, langfuse_requests, check_otlp, secrets)


def _otlp(environment: Mapping[str, str]) -> Destination:
    whole, base = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"
    if environment.get(whole):
        url = check_url(environment[whole], setting=whole)
    else:
        url = check_url(environment.get(base) or _OTLP, setting=base) + "/v1/traces"
    setting = "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
    setting = setting if environment.get(setting) else "OTEL_EXPORTER_OTLP_HEADERS"
    headers = _headers(environment.get(setting) or "", setting)
    return Destination("otlp", url, {**_JSON, **headers}, otlp_requests, check_otlp, tuple(headers.values()))


DESTINATIONS: Mapping[str, Callable[[Mapping[str, str]], Destination]] = {"langfuse": _langfuse, "otlp": _otlp}
"""Constructors of destinations by name."""


def _required(environment: Mapping[str, str], setting: str) -> str:
    secret = check_secret(environment.get(setting) or "", setting=setting)
    if not secret:
        raise ConfigurationError(
            f"{setting} is required to forward traces to Langfuse; set it, or unset ASHR_FORWARD_TO"
        )
    return secret


def _headers(text: str, setting: str) -> dict[str, str]:
    """Parse `name=value,name=value` with percent-encoding, the format of OpenTelemetry."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if any(not (equals and name.strip().replace("-", "").replace("_", "").isalnum()) for name, equals, _ in pairs):
        raise ConfigurationError(f"{setting} must have the form `name=value,name=value`")
    return {name.strip().lower(): check_secret(unquote(value), setting=setting) for name, _, value in pairs}


def _seconds(text: str | None) -> float:
    return min(float(text), _MAX_RETRY_AFTER) if text and text.isascii() and text.isdecimal() else 0.0
