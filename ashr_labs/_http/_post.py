"""One POST request over a connection of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore

from ._request import Deadline, RequestFactory
from .sync_backend import SyncNetwork

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["post_once"]


def post_once(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    timeout: float,
    max_bytes: int,
    context: ssl.SSLContext | None,
    allows: Callable[[str], bool] | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """Send a request and return the status, the headers and the start of the body; see `post`."""
    factory = RequestFactory(
        url,
        {"accept-encoding": "identity", **{name.lower(): value for name, value in headers.items()}},
        dict.fromkeys(("connect", "read", "write"), timeout),
    )
    request = factory.build(body, Deadline(timeout))
    try:
        with (
            httpcore.ConnectionPool(ssl_context=context, network_backend=SyncNetwork(allows=allows)) as pool,
            pool.stream(
                "POST", str(request.url), headers=request.headers.raw, content=body, extensions=request.extensions
            ) as response,
        ):
            content = _start(response.iter_stream(), max_bytes)
            named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return response.status, named, content
    except httpcore.TimeoutException as error:
        raise TimeoutError(f"no response within {timeout:g} seconds") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise ConnectionError(str(error) or type(error).__name__) from error


def _start(parts: Iterable[bytes], max_bytes: int) -> bytes:
    content = bytearray()
    for part in parts:
        content += part
        if len(content) >= max_bytes:
            break
    return bytes(content[:max_bytes])
