"""Webhooks of alerts: the signature, and its verification by a receiver."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING, Final

from .errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SIGNATURE_HEADER", "TIMESTAMP_HEADER", "sign_webhook", "verify_webhook"]

SIGNATURE_HEADER: Final = "x-ashr-signature"
TIMESTAMP_HEADER: Final = "x-ashr-timestamp"
_VERSION: Final = "v1="
_TOLERANCE: Final = 300.0


def sign_webhook(body: bytes, secret: str, timestamp: int) -> str:
    """Return the signature of a webhook: HMAC-SHA256 of the timestamp, a dot and the body.

    Args:
        body: The body of the request.
        secret: The `webhook_secret` of the alert.
        timestamp: Seconds since the epoch.
    """
    return _VERSION + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secret: str,
    *,
    tolerance: float = _TOLERANCE,
    now: float | None = None,
) -> None:
    """Verify that a webhook comes from the platform, and that it is recent.

    Args:
        body: The body of the request, as it was received.
        headers: The headers of the request; the case of their names does not matter.
        secret: The `webhook_secret` that `client.alerts.create()` has returned.
        tolerance: The maximum age, in seconds.
        now: Seconds since the epoch; defaults to the clock.

    Raises:
        AuthenticationError: The signature is missing or wrong, or the request is too old.

    Example:
        >>> headers = {"X-Ashr-Timestamp": "1767225600", "X-Ashr-Signature": sign_webhook(b"{}", "s", 1767225600)}
        >>> verify_webhook(b"{}", headers, "s", now=1767225601)
    """
    given = {name.lower(): value for name, value in headers.items()}
    text, signature = given.get(TIMESTAMP_HEADER, ""), given.get(SIGNATURE_HEADER, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and signature):
        raise AuthenticationError(f"the webhook must have the headers {TIMESTAMP_HEADER} and {SIGNATURE_HEADER}")
    if not hmac.compare_digest(sign_webhook(body, secret, int(text)).encode(), signature.encode()):
        raise AuthenticationError(
            "the signature of the webhook is wrong; check the secret, and pass the body unchanged"
        )
    age = (time.time() if now is None else now) - int(text)
    if abs(age) > tolerance:
        raise AuthenticationError(f"the webhook is {age:.0f} seconds old; at most {tolerance:g} are accepted")
