"""The support bot: reads a message, asks for what is missing, verifies, acts with tools, and answers.

It has honest weaknesses, and the dataset beside it finds them: it hears only one request per message, takes the
first order number it sees, does not understand "don't", and does not notice an angry customer.
"""

from __future__ import annotations

from typing import Any

from .conversation import Conversation
from .policy import cancel_refusal, redirect_refusal, refund_refusal
from .store import Store, ToolError
from .tools import call_tool

__all__ = ["SupportBot"]

_QUESTIONS = {
    "order_id": "Could you tell me the order number? It starts with ORD-.",
    "email": "Which e-mail address did you order with?",
    "product": "Which product do you mean?",
    "code": "What is the discount code?",
    "address": "What is the new address, with street, city, state and ZIP code?",
    "reason": "May I ask why you would like to return it?",
}


class _Question(Exception):  # noqa: N818 - not a fault: the request waits for the customer's answer
    """Something that the customer has to answer before the bot can go on."""

    def __init__(self, detail: str, text: str) -> None:
        super().__init__(text)
        self.detail = detail


class SupportBot:
    """An agent that answers customers about their orders.

    Example:
        >>> SupportBot().respond("Where is ORD-1002?")["tool_calls"]
        [{'name': 'track_shipment', 'arguments': {'order_id': 'ORD-1002'}}]
    """

    def __init__(self, store: Store | None = None) -> None:
        self.store = store or Store()
        self._conversation = Conversation()
        self._tool_calls: list[dict[str, Any]] = []
        self._handlers = {
            "escalate": self._escalate,
            "refund": self._refund,
            "cancel": self._cancel,
            "address": self._change_address,
            "discount": self._apply_discount,
            "orders": self._list_orders,
            "stock": self._check_stock,
            "track": self._track,
            "lookup": self._look_up,
            "thanks": self._thank,
            "help": self._help,
        }

    def reset(self) -> None:
        """Forget the conversation and put the shop's data back to its first state."""
        self._conversation = Conversation()
        self.store.reset()

    def respond(self, message: str) -> dict[str, Any]:
        """Answer one message; return the text and the tool calls that were made for it."""
        self._tool_calls = []
        self._conversation.hear(message, self.store.product_names())
        return {"text": self._answer(), "tool_calls": self._tool_calls}

    def _answer(self) -> str:
        try:
            text = self._handlers[self._conversation.request]()
        except _Question as question:
            self._conversation.asked = question.detail
            return str(question)
        except ToolError as refusal:
            text = str(refusal)
        self._conversation.close_request()
        return text

    def _use(self, tool: str, **arguments: str) -> dict[str, Any]:
        self._tool_calls.append({"name": tool, "arguments": arguments})
        return call_tool(self.store, tool, arguments)

    def _need(self, detail: str, question: str | None = None) -> str:
        details = self._conversation.details
        if detail not in details:
            raise _Question(detail, question or _QUESTIONS[detail])
        return details[detail]

    def _need_order_id(self) -> str:
        details = self._conversation.details
        if "order_id" not in details and "email" in details:
            raise _Question("order_id", f"{self._list_orders()} Which one do you mean?")
        return self._need("order_id")

    def _verify_order(self) -> dict[str, Any]:
        order_id, order = self._need_order_id(), self._conversation.verified
        if order is None or order["order_id"] != order_id:
            order = self._conversation.verified = self._use("lookup_order", order_id=order_id)
        return order

    def _refund(self) -> str:
        order = self._verify_order()
        if refusal := refund_refusal(order, self.store.today):
            return refusal
        refund = self._use("request_refund", order_id=order["order_id"], reason=self._need("reason"))
        return (
            f"I have refunded {refund['amount']} for {refund['order_id']}. Your refund number is "
            f"{refund['refund_id']}, and the money will be back within 5 business days."
        )

    def _cancel(self) -> str:
        order = self._verify_order()
        if refusal := cancel_refusal(order):
            return refusal
        order_id = order["order_id"]
        if self._need("confirmed", f"{order_id} has not shipped yet. Shall I cancel it?") == "no":
            return f"All right, I have not cancelled {order_id}. It stays as it is."
        cancelled = self._use("cancel_order", order_id=order_id)
        return f"{order_id} is cancelled, and you will not be charged the {cancelled['amount']}."

    def _change_address(self) -> str:
        order = self._verify_order()
        if refusal := redirect_refusal(order):
            return refusal
        changed = self._use("change_address", order_id=order["order_id"], address=self._need("address"))
        return f"{changed['order_id']} will now be sent to {changed['address']}."

    def _apply_discount(self) -> str:
        order_id, code = self._need_order_id(), self._need("code")
        discount = self._use("apply_discount", order_id=order_id, code=code)
        return f"I have applied {code} to {order_id}: {discount['percent']}% off, the new total is {discount['total']}."

    def _list_orders(self) -> str:
        orders = self._use("list_orders", email=self._need("email"))["orders"]
        listed = ", ".join(f"{order['order_id']} ({order['status']})" for order in orders)
        return f"These are your orders: {listed}."

    def _check_stock(self) -> str:
        product = self._use("check_stock", product=self._need("product"))
        if product["stock"]:
            return f"Yes, we have {product['stock']} of the {product['name']} in stock at {product['price']} each."
        return f"The {product['name']} is out of stock. We expect more on {product['restock_on']}."

    def _track(self) -> str:
        shipment = self._use("track_shipment", order_id=self._need_order_id())
        return (
            f"{shipment['order_id']} is with {shipment['carrier']}, tracking number {shipment['tracking_number']}: "
            f"{shipment['last_event']}. Expected on {shipment['expected_on']}."
        )

    def _look_up(self) -> str:
        order = self._verify_order()
        items = ", ".join(f"{item['quantity']} x {item['product']}" for item in order["items"])
        state = "not shipped yet" if order["status"] == "processing" else order["status"]
        return f"Your order {order['order_id']} ({items}) is {state}. The total is {order['total']}."

    def _escalate(self) -> str:
        details = self._conversation.details
        about = {"order_id": details["order_id"]} if "order_id" in details else {}
        ticket = self._use("escalate_to_human", reason="customer_request", **about)
        return f"I have passed your conversation to a colleague, who will write to you today ({ticket['ticket_id']})."

    def _thank(self) -> str:
        return "You are welcome! Let me know if there is anything else I can do."

    def _help(self) -> str:
        return (
            "Hello! I can help with orders: their status and tracking, returns, cancellations, addresses, discounts, "
            "and what is in stock."
        )
