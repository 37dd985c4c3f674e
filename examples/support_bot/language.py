"""Read a customer's message: the request by keywords, and its details by patterns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["read_details", "read_request", "read_yes_or_no"]

# In order of priority: the first that matches is what the customer wants.
_REQUESTS = {
    "escalate": r"human|person|someone|representative|manager|supervisor",
    "refund": r"refund|money back|return(?:ing)?|send (?:it|them) back",
    "cancel": r"cancel|call off",
    "address": r"address|moved",
    "discount": r"discount|coupon|voucher|promo(?: code)?|code",
    "orders": r"my orders|all orders|ordered|order history",
    "stock": r"stock|available|sold out|do you (?:have|sell)",
    "track": r"where|when|track|arrive|late|parcel|package|delivery",
    "lookup": r"status|check|look up|order",
    "thanks": r"thanks|thank you|bye",
}

_REASONS = {
    "damaged": r"damaged|broken|torn|ripped|cracked|defective",
    "wrong_item": r"wrong (?:item|product|one|color)",
    "wrong_size": r"too (?:small|big|tight|large)|does(?:n't| not) fit|wrong size",
    "changed_mind": r"changed my mind|no longer need|don't need",
}

_ORDER_ID = re.compile(r"\bORD[- ]?(\d{4})\b", re.IGNORECASE)
_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_ADDRESS = re.compile(r"\b\d+ [A-Z][\w .]*, [A-Z][\w .]*, [A-Z]{2} \d{5}\b")
_CODE = re.compile(r"\b[A-Z]{4,}\d{2}\b")
_YES_OR_NO = re.compile(r"\b(?:(yes|yeah|sure|go ahead|please do)|no|nope|don't|do not|keep)\b", re.IGNORECASE)


def read_request(message: str) -> str | None:
    """Name what the customer wants, or return None if no keyword says it."""
    return _first_match(_REQUESTS, message)


def read_details(message: str, products: Iterable[str]) -> dict[str, str]:
    """Pick out what the message tells: order number, e-mail, address, code, product and reason."""
    order_id, email, address, code = (pattern.search(message) for pattern in (_ORDER_ID, _EMAIL, _ADDRESS, _CODE))
    found = {
        "order_id": f"ORD-{order_id[1]}" if order_id else None,
        "email": email[0].lower() if email else None,
        "address": address[0] if address else None,
        "code": code[0] if code else None,
        "product": next((name for name in products if name.lower() in message.lower()), None),
        "reason": _first_match(_REASONS, message),
    }
    return {name: value for name, value in found.items() if value is not None}


def read_yes_or_no(message: str) -> str | None:
    """Return "yes" or "no", whichever the message says first, or None if it says neither."""
    answer = _YES_OR_NO.search(message)
    if answer is None:
        return None
    return "yes" if answer[1] else "no"


def _first_match(patterns: dict[str, str], message: str) -> str | None:
    text = message.lower().replace("’", "'")
    return next((name for name, pattern in patterns.items() if re.search(rf"\b(?:{pattern})\b", text)), None)
