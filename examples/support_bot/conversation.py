"""State of a conversation: the request, its details, and the open question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .language import read_details, read_request, read_yes_or_no

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Conversation"]

_REMEMBERED = ("order_id", "email")


@dataclass(slots=True)
class Conversation:
    """The memory of the support bot."""

    request: str = "help"
    """The customer's request."""
    details: dict[str, str] = field(default_factory=dict)
    """Details that the customer has given: order number, e-mail, reason and so on."""
    asked: str | None = None
    """The detail that the bot asked for and waits for."""
    verified: dict[str, Any] | None = None
    """The order of this request, once it was looked up."""

    def hear(self, message: str, products: Iterable[str]) -> None:
        """Take in a message: the answer to the open question, or else a new request."""
        told = read_details(message, products)
        if self.asked == "confirmed" and (answer := read_yes_or_no(message)):
            told["confirmed"] = answer
        self.details |= told
        if self.asked not in told:
            default = self.request if self.asked else "lookup" if "order_id" in told else "help"
            self.request = read_request(message) or default

    def close_request(self) -> None:
        """Keep only what the next request may refer to: which order, and whose."""
        self.details = {name: self.details[name] for name in _REMEMBERED if name in self.details}
        self.asked = self.verified = None
