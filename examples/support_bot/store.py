"""The shop's data in SQLite, and the tools that read and change it."""

from __future__ import annotations

import sqlite3
import weakref
from datetime import date
from pathlib import Path
from typing import Any, Literal

from .policy import cancel_refusal, redirect_refusal, refund_refusal

__all__ = ["Store", "ToolError"]

_SHOP = Path(__file__).with_name("shop.sql")


class ToolError(Exception):
    """A tool will not do what it was asked; the message says why, in words for the customer."""


class Store:
    """A shop with orders, stock, shipments and discounts."""

    def __init__(self, database: str = ":memory:", *, today: date = date(2025, 6, 16)) -> None:
        """Open a database and fill it with the shop's data, replacing what its tables held."""
        self.today = today
        # An evaluation may call its agent from a worker thread, one call at a time.
        self._connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        weakref.finalize(self, self._connection.close)
        self.reset()

    def reset(self) -> None:
        """Put every table back to its first state."""
        self._connection.executescript(_SHOP.read_text("utf-8"))

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Carry out a call of a tool."""
        return getattr(self, name)(**arguments)

    def state(self) -> dict[str, Any]:
        """Return the rows of all tables."""
        names = self._rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {name: self._rows(f"SELECT * FROM {name} ORDER BY 1, 2") for name in (row["name"] for row in names)}  # noqa: S608

    def run(self, statements: str) -> None:
        """Run statements, around the tools."""
        self._connection.executescript(statements)

    def dump(self) -> list[str]:
        """Return the statements that make this database again."""
        return list(self._connection.iterdump())

    def product_names(self) -> list[str]:
        """Return the names of all products."""
        return [row["name"] for row in self._rows("SELECT name FROM products ORDER BY name")]

    def lookup_order(self, order_id: str) -> dict[str, Any]:
        """Look up an order: its status, items, total, address and delivery date."""
        order = self._row("SELECT * FROM orders WHERE order_id = ?", order_id)
        if order is None:
            raise ToolError(f"I cannot find an order with the number {order_id}. Please check it and tell me again.")
        items = self._rows("SELECT product, quantity FROM order_items WHERE order_id = ?", order_id)
        return {**order, "total": _dollars(order["total_cents"]), "items": items}

    def list_orders(self, email: str) -> dict[str, Any]:
        """List the orders of a customer, newest first."""
        query = "SELECT order_id, status, placed_on FROM orders WHERE email = ? ORDER BY placed_on DESC"
        orders = self._rows(query, email)
        if not orders:
            raise ToolError(f"I cannot find any orders for {email}. Please check the e-mail address.")
        return {"orders": orders}

    def track_shipment(self, order_id: str) -> dict[str, Any]:
        """Return where the shipment of an order is and when it is expected."""
        order = self.lookup_order(order_id)
        shipment = self._row("SELECT * FROM shipments WHERE order_id = ?", order_id)
        if shipment is None:
            raise ToolError(f"There is no parcel to track for {order_id}: its status is {order['status']}.")
        return shipment

    def check_stock(self, product: str) -> dict[str, Any]:
        """Return the stock of a product, its price, and when more will arrive."""
        found = self._row("SELECT * FROM products WHERE name = ? COLLATE NOCASE", product)
        if found is None:
            raise ToolError(f"We do not sell a product called {product}.")
        return {**found, "price": _dollars(found["price_cents"])}

    def request_refund(
        self, order_id: str, reason: Literal["damaged", "wrong_item", "wrong_size", "changed_mind"]
    ) -> dict[str, Any]:
        """Refund a delivered order within 30 days of its delivery."""
        order = self.lookup_order(order_id)
        _refuse_if(refund_refusal(order, self.today))
        self._change("UPDATE orders SET status = 'refunded' WHERE order_id = ?", order_id)
        number = self._change(
            "INSERT INTO refunds (order_id, amount_cents, reason) VALUES (?, ?, ?)",
            order_id,
            order["total_cents"],
            reason,
        )
        return {"refund_id": f"REF-{number}", "order_id": order_id, "amount": order["total"]}

    def cancel_order(self, order_id: str) -> dict[str, Any]:
        """Cancel an order that has not shipped, and put its items back in stock."""
        order = self.lookup_order(order_id)
        _refuse_if(cancel_refusal(order))
        self._change("UPDATE orders SET status = 'cancelled' WHERE order_id = ?", order_id)
        for item in order["items"]:
            self._change("UPDATE products SET stock = stock + ? WHERE name = ?", item["quantity"], item["product"])
        return {"order_id": order_id, "status": "cancelled", "amount": order["total"]}

    def change_address(self, order_id: str, address: str) -> dict[str, Any]:
        """Send an order that has not shipped to another address."""
        _refuse_if(redirect_refusal(self.lookup_order(order_id)))
        self._change("UPDATE orders SET address = ? WHERE order_id = ?", address, order_id)
        return {"order_id": order_id, "address": address}

    def apply_discount(self, order_id: str, code: str) -> dict[str, Any]:
        """Apply a discount code to an order that has not shipped and has no discount yet."""
        order = self.lookup_order(order_id)
        discount = self._row("SELECT * FROM discounts WHERE code = ?", code)
        if discount is None:
            raise ToolError(f"{code} is not one of our discount codes.")
        if date.fromisoformat(discount["valid_until"]) < self.today:
            raise ToolError(f"The code {code} expired on {discount['valid_until']}, so I cannot apply it.")
        if order["status"] != "processing" or order["discount_code"]:
            raise ToolError(f"{order_id} has already shipped or has a discount, so I cannot apply {code}.")
        total_cents = order["total_cents"] * (100 - discount["percent"]) // 100
        self._change(
            "UPDATE orders SET total_cents = ?, discount_code = ? WHERE order_id = ?", total_cents, code, order_id
        )
        return {"order_id": order_id, "percent": discount["percent"], "total": _dollars(total_cents)}

    def escalate_to_human(
        self, reason: Literal["customer_request", "complaint", "other"], order_id: str | None = None
    ) -> dict[str, Any]:
        """Hand the conversation over to a person, with the order that it is about if there is one."""
        number = self._change("INSERT INTO tickets (reason, order_id) VALUES (?, ?)", reason, order_id)
        return {"ticket_id": f"TCK-{number}", "reason": reason}

    def _rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute(query, parameters)]

    def _row(self, query: str, *parameters: object) -> dict[str, Any] | None:
        return next(iter(self._rows(query, *parameters)), None)

    def _change(self, statement: str, *parameters: object) -> int | None:
        return self._connection.execute(statement, parameters).lastrowid


def _refuse_if(refusal: str | None) -> None:
    if refusal is not None:
        raise ToolError(refusal)


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"
