"""Requests for pages and the responses to them, without anything of an HTTP library."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ..failures import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..streams import EventStream

__all__ = [
    "HOME",
    "PREFIX",
    "PageRequest",
    "PageResponse",
    "Template",
    "address",
    "parse_fields",
    "redirect",
    "safe_target",
]

PREFIX = "/app/"
"""Where the pages are; no operation of the contract begins with it."""
HOME = PREFIX
_MAX_FIELDS = 50
_OWN_TARGET = re.compile(r"/app/(?:[!-\[\]-~](?<!\\))*")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for a page."""

    method: str
    path: str
    """Percent-encoded, as it was sent, without the query."""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """By lower-case name."""
    body: bytes | bytearray = field(default=b"", repr=False)
    origin: str = ""
    """Scheme and host by which the browser reaches the platform."""
    address: str = ""
    """The address of the browser."""

    @property
    def is_secure(self) -> bool:
        """Whether the browser uses TLS."""
        return self.origin.startswith("https://")

    @property
    def target(self) -> str:
        """The path with the query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def cookie(self, name: str) -> str:
        """Return the value of a cookie; empty if there is none."""
        for part in self.headers.get("cookie", "").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return ""

    def form(self) -> dict[str, str]:
        """Return the fields of a form.

        Raises:
            RefusedError: The body is not a URL-encoded form.
        """
        if self.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
            raise RefusedError(415, "a form must be sent as application/x-www-form-urlencoded")
        return parse_fields(bytes(self.body).decode("utf-8", "replace"))

    def is_from_own_page(self) -> bool:
        """Return False if the browser says that a page of another site sent the request."""
        site = self.headers.get("sec-fetch-site", "same-origin")
        origin = self.headers.get("origin")
        return site in ("same-origin", "none") and origin in (None, self.origin)

    def is_local(self) -> bool:
        """Return True if the browser runs on this machine, and no proxy is in between."""
        is_forwarded = any(name in self.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
        host = urlsplit(self.origin).hostname
        return not is_forwarded and host in ("127.0.0.1", "localhost", "::1") and self.address in ("127.0.0.1", "::1")


def parse_fields(text: str) -> dict[str, str]:
    """Return the fields of a query or a form; of several with one name, the last.

    Raises:
        RefusedError: There are too many.
    """
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="replace"))
    except ValueError as error:
        raise RefusedError(400, f"a page takes at most {_MAX_FIELDS} fields") from error


@dataclass(frozen=True, slots=True)
class PageResponse:
    """The response to a request for a page."""

    status: int
    content: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cookies: tuple[str, ...] = ()
    """Values of `set-cookie`."""
    route: str | None = None
    """The template of the path, for the access log."""
    tenant_id: int | None = None
    stream: EventStream | None = None
    """The events that follow the head, in place of `content`."""


@dataclass(frozen=True, slots=True)
class Template:
    """The content of a page: the name of its template, and its values."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    status: int = 200


def address(path: str, fields: Mapping[str, object]) -> str:
    """Return the URL of a page with a query; fields that are None or empty are omitted."""
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    return f"{path}?{urlencode(given, errors='backslashreplace')}" if given else path


def redirect(target: str, *cookies: str) -> PageResponse:
    """Return a redirection to a page of the dashboard."""
    return PageResponse(303, headers={"location": target}, cookies=cookies)


def safe_target(target: str) -> str:
    """Return the target if it is a page of the dashboard, else the first page: never another site."""
    is_own = _OWN_TARGET.fullmatch(target) is not None and not target.startswith((f"{PREFIX}sign-", f"{PREFIX}enter"))
    return target if is_own else HOME
