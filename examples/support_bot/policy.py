"""The shop's rules about orders: pure functions that say why something is not possible, or None if it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

__all__ = ["RETURN_WINDOW", "cancel_refusal", "redirect_refusal", "refund_refusal"]

RETURN_WINDOW = timedelta(days=30)
"""How long after delivery an order can be returned for a refund."""


def refund_refusal(order: dict[str, Any], today: date) -> str | None:
    """Say why an order cannot be refunded."""
    order_id, status = order["order_id"], order["status"]
    if status in {"cancelled", "refunded"}:
        return f"{order_id} was already {status}, so there is nothing left to refund."
    if status != "delivered":
        return f"{order_id} has not been delivered yet, so I cannot refund it. You can return it once it has arrived."
    if today - date.fromisoformat(order["delivered_on"]) > RETURN_WINDOW:
        return (
            f"{order_id} was delivered on {order['delivered_on']}. Returns are possible for {RETURN_WINDOW.days} days "
            "after delivery, so I am afraid I cannot refund it any more."
        )
    return None


def cancel_refusal(order: dict[str, Any]) -> str | None:
    """Say why an order cannot be cancelled."""
    return _too_late(order, "cancel it")


def redirect_refusal(order: dict[str, Any]) -> str | None:
    """Say why an order cannot be sent to another address."""
    return _too_late(order, "change its address")


def _too_late(order: dict[str, Any], change: str) -> str | None:
    if order["status"] == "processing":
        return None
    state = "has already shipped" if order["status"] == "shipped" else f"was already {order['status']}"
    return f"{order['order_id']} {state}, so I can no longer {change}."
