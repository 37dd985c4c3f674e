"""HTTP with a deadline for the whole call, for the client and the embedded platform."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ._errors import AddressRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["AddressRefusedError", "HTTPResponse", "post"]

_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class HTTPResponse:
    """The response to `post`."""

    status: int
    headers: dict[str, str]
    """By lower-case name."""
    content: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8; bytes that are not are replaced."""
        return self.content.decode("utf-8", "replace")


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float,
    max_bytes: int = _MAX_BYTES,
    allows: Callable[[str], bool] | None = None,
) -> HTTPResponse:
    """Send a POST request over a connection of its own, without a proxy, and read the response; follow no redirect.

    Args:
        url: An http or https URL.
        body: The request's body.
        headers: The request's headers.
        timeout: Seconds after which the call ends, however slowly bytes still arrive.
        max_bytes: The rest of a longer body is not read.
        allows: Whether an address may be connected to; the name of the host is resolved once, and the addresses that
            are checked are those that are connected to.

    Raises:
        AddressRefusedError: No address of the host may be connected to.
        OSError: There was no response; TimeoutError if there was none in time.
    """
    # A function-level import: the HTTP library takes some 50 ms to load, and few processes need it here.
    from ._post import post_once  # noqa: PLC0415

    context = _trusted() if url.lower().startswith("https:") else None
    return HTTPResponse(*post_once(url, body, headers, timeout, max_bytes, context, allows))


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()
