"""Pages of the dashboard over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.responses import Response

from ..dashboard.exchange import PREFIX, PageRequest
from ..exchange import RequestInfo

if TYPE_CHECKING:
    from starlette.requests import Request

    from ..dashboard.exchange import PageResponse
    from ..dashboard.site import Dashboard
    from .bodies import BodyReader

__all__ = ["answer_page", "is_page", "page_response"]

_MAX_FORM = 64 * 1024
"""Bytes."""


def is_page(method: str, path: str) -> bool:
    """Return True if a request is for the dashboard; `POST /` is a call of an operation."""
    return path.startswith(PREFIX) or path == PREFIX.rstrip("/") or (path == "/" and method in ("GET", "HEAD"))


async def answer_page(dashboard: Dashboard, request: Request, bodies: BodyReader) -> tuple[PageResponse, RequestInfo]:
    """Return the response to a request for a page, and what the access log says about it."""
    scope = request.scope
    async with bodies.read(request, lambda: False, limit=_MAX_FORM) as body:
        wanted = PageRequest(
            scope["method"],
            scope["raw_path"].decode("ascii"),
            scope["query_string"].decode("latin-1"),
            request.headers,
            bytes(body),
            origin=f"{request.url.scheme}://{request.url.netloc}",
            address=request.client.host if request.client else "",
        )
        # In a thread: a page parses runs and renders templates, while other requests wait for nothing.
        found = await to_thread.run_sync(dashboard.answer, wanted)
    return found, RequestInfo(tenant_id=found.tenant_id, page=found.route)


def page_response(found: PageResponse) -> Response:
    """Return the HTTP response of a page that is not a stream."""
    response = Response(found.content, found.status, dict(found.headers))
    for cookie in found.cookies:
        response.headers.append("set-cookie", cookie)
    return response
