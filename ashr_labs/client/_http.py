"""Send calls over one connection pool; the only module of the client that imports httpx.

Each world has a client class whose `send` is the one gate for all that leaves, our own calls and those of the
generated endpoint functions alike: it pins the URL, turns what httpx raises into this package's errors, and reads the
answer.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx

from ..errors import APIConnectionError, APITimeoutError, ConfigurationError
from ._answers import read_answer

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ._options import Options

__all__ = ["AsyncHTTP", "AsyncTransport", "SyncHTTP", "SyncTransport"]

AsyncTransport = httpx.AsyncBaseTransport
SyncTransport = httpx.BaseTransport

_OPERATION = "ashr_labs_operation"
"""Under this name a request of ours carries its operation."""
_BODY = "ashr_labs_body"
"""Under this name a response carries its JSON object, so that it is parsed once."""


class SyncHTTP(httpx.Client):
    """A connection pool for one platform."""

    def __init__(self, options: Options, transport: SyncTransport | None = None) -> None:
        super().__init__(
            base_url=options.base_url, headers=_headers(options), timeout=options.timeout, transport=transport
        )
        self._target = httpx.URL(options.base_url)

    def send(self, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        """Send a request to the platform's URL and read its answer."""
        request.url = self._target
        with _errors_mapped(request):
            response = super().send(request, **kwargs)
        return _checked(request, response)

    def call(self, body: Mapping[str, object], idempotency_key: str | None = None) -> dict[str, Any]:
        """Make one call and return the JSON object that the platform answers."""
        return _body_of(self.send(_request(self, self._target, body, idempotency_key)))


class AsyncHTTP(httpx.AsyncClient):
    """A connection pool for one platform."""

    def __init__(self, options: Options, transport: AsyncTransport | None = None) -> None:
        super().__init__(
            base_url=options.base_url, headers=_headers(options), timeout=options.timeout, transport=transport
        )
        self._target = httpx.URL(options.base_url)

    async def send(self, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        """Send a request to the platform's URL and read its answer."""
        request.url = self._target
        with _errors_mapped(request):
            response = await super().send(request, **kwargs)
        return _checked(request, response)

    async def call(self, body: Mapping[str, object], idempotency_key: str | None = None) -> dict[str, Any]:
        """Make one call and return the JSON object that the platform answers."""
        return _body_of(await self.send(_request(self, self._target, body, idempotency_key)))


def _headers(options: Options) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {options.api_key}",
        "Content-Type": "application/json",
        "User-Agent": "ashr-labs-python",
    }


def _request(
    client: httpx.Client | httpx.AsyncClient, url: httpx.URL, body: Mapping[str, object], idempotency_key: str | None
) -> httpx.Request:
    operation = str(body["function"])
    try:
        content = json.dumps(body, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"{operation}: a parameter cannot be written as JSON: {error}", operation=operation
        ) from error
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else None
    return client.build_request("POST", url, content=content, headers=headers, extensions={_OPERATION: operation})


@contextmanager
def _errors_mapped(request: httpx.Request) -> Generator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise APITimeoutError(
            f"{_operation(request)}: {request.url} did not answer in time ({type(error).__name__}); "
            "raise timeout=, or look at the network",
            operation=_operation(request),
        ) from error
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise APIConnectionError(
            f"{_operation(request)}: no answer from {request.url}: {str(error) or type(error).__name__}; "
            "is base_url right and the platform running?",
            operation=_operation(request),
        ) from error
    except RuntimeError as error:
        # httpx has no class of its own for the use of a closed client.
        if "closed" not in str(error):
            raise
        raise ConfigurationError("this client is closed; make a new one") from error


def _checked(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    body = read_answer(response.status_code, response.headers, response.content, _operation(request))
    response.extensions[_BODY] = body
    return response


def _body_of(response: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = response.extensions[_BODY]
    return body


def _operation(request: httpx.Request) -> str:
    name: object = request.extensions.get(_OPERATION)
    if name is None:  # a call of a generated endpoint function: all have the same URL, only the body tells
        with suppress(ValueError, KeyError, TypeError):
            name = json.loads(request.content)["function"]
    return str(name or "call")
