"""A request to the platform and the response to it, without anything of an HTTP library."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .streams import Download, EventStream

__all__ = ["Attachment", "PlatformRequest", "PlatformResponse", "RequestInfo"]


@dataclass(frozen=True, slots=True)
class PlatformRequest:
    """A request: a call (`POST /`) or one for a resource.

    Example:
        >>> request = PlatformRequest("GET", "/v1/prompts", headers={"authorization": "Bearer tp_..."})
    """

    method: str
    path: str
    """Percent-encoded, as it was sent, without the query."""
    query: str = ""
    """Percent-encoded, without the question mark."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """By lower-case name."""
    body: bytes | bytearray = field(default=b"", repr=False)
    origin: str = ""
    """Scheme and host by which the client reaches the platform; signed URLs begin with it."""

    @property
    def is_call(self) -> bool:
        """Whether the body names the operation."""
        return self.path == "/"

    @property
    def media_type(self) -> str:
        """The media type of the body without parameters, in lower case; empty if it is not given."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(slots=True)
class RequestInfo:
    """Data about a request for the access log; None if it failed before it was known."""

    operation: str | None = None
    tenant_id: int | None = None
    page: str | None = None
    """The template of the path of a page."""


@dataclass(frozen=True, slots=True)
class PlatformResponse:
    """The response to a request."""

    status: int
    """HTTP status."""
    content: bytes
    """The body: JSON in ASCII, which can also carry lone surrogates; or what `content-type` says."""
    headers: dict[str, str]
    info: RequestInfo = field(default_factory=RequestInfo)
    stream: Download | EventStream | None = None
    """The body that follows the head, in place of `content`."""

    @property
    def body(self) -> Any:
        """The body, parsed as JSON."""
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Attachment:
    """An answer in another format than JSON."""

    content: bytes
    headers: dict[str, str]
    """`content-type` among them."""
