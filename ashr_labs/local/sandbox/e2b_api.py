"""The HTTP API of E2B: sandboxes through its control plane, and programs through the daemon inside of each.

Programs are an API of the Connect protocol (https://connectrpc.com/docs/protocol) with JSON: a request is a POST, and a
stream is a sequence of envelopes, each one byte of flags, four bytes of length, and JSON.
"""

from __future__ import annotations

import base64
import json
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from ..._json import as_list, as_object
from ..._secret import Secret
from ...errors import ConfigurationError
from .errors import SandboxError, SandboxGoneError, SandboxUnavailableError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

__all__ = ["Daemon", "E2BSettings", "Service", "decoded"]

_PORT = 49983
"""Of the daemon in each sandbox."""
_SECONDS = 60.0
_SILENCE = 120.0
"""Seconds without any event of a program after which its connection is given up: the daemon sends one every 50."""
_PATIENT = httpx.Timeout(_SECONDS, read=None, pool=None)
_KEEPALIVE = "50"
_ENVELOPE = struct.Struct(">BL")
_END = 2
"""The flag of the last envelope."""
_MAX_ENVELOPE = 8 << 20
_MAX_ERROR = 500
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_GONE = {404, 502}
"""Statuses of E2B's proxy for a sandbox that has ended."""


@dataclass(frozen=True, slots=True)
class E2BSettings:
    """The account and the template of sandboxes."""

    key: Secret
    template: str = "base"
    domain: str = "e2b.app"
    api_url: str = ""
    """By default `https://api.DOMAIN`."""
    sandbox_url: str = ""
    """One address for the daemons of all sandboxes; by default `https://PORT-ID.DOMAIN`."""

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> E2BSettings:
        """Read the variables `ASHR_E2B_...`.

        Raises:
            SandboxUnavailableError: There is no key.
            ConfigurationError: An address is not one of HTTPS, or of this machine.
        """
        given = {name: environment.get(f"ASHR_E2B_{name.upper()}", "").strip() for name in _VARIABLES}
        if not given["api_key"]:
            raise SandboxUnavailableError("sandboxes by E2B need an API key: set ASHR_E2B_API_KEY")
        for name in ("api_url", "sandbox_url"):
            _check_address(f"ASHR_E2B_{name.upper()}", given[name])
        key = Secret(given.pop("api_key"))
        return cls(key, **{name: value.rstrip("/") for name, value in given.items() if value})


_VARIABLES = ("api_key", "template", "domain", "api_url", "sandbox_url")


def _check_address(variable: str, url: str) -> None:
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if url and not (parts.hostname and (parts.scheme == "https" or is_local)):
        raise ConfigurationError(f"{variable} must be https://HOST, got {url!r}: the key is sent to it")


class Service:
    """The control plane of E2B; thread-safe.

    Args:
        settings: The account.
    """

    def __init__(self, settings: E2BSettings) -> None:
        self.settings = settings
        self._http = httpx.Client(
            base_url=settings.api_url or f"https://api.{settings.domain}",
            headers={"x-api-key": settings.key},
            timeout=_SECONDS,
        )
        self._daemons = httpx.Client(
            timeout=httpx.Timeout(_SECONDS, read=_SILENCE, pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        )

    def create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make a sandbox, and return what is known about it."""
        return self._object(self._send("POST", "/sandboxes", json=dict(body)))

    def describe(self, sandbox_id: str) -> dict[str, Any] | None:
        """Return what is known about a sandbox; None if it has ended."""
        response = self._send("GET", f"/sandboxes/{sandbox_id}", allowed=404)
        return None if response.status_code == 404 else self._object(response)

    def delete(self, sandbox_id: str) -> None:
        """End a sandbox; one that has ended raises nothing."""
        self._send("DELETE", f"/sandboxes/{sandbox_id}", allowed=404)

    def with_metadata(self, name: str, value: str) -> list[dict[str, Any]]:
        """Return the sandboxes of the account that have an entry in their metadata; at most the first page of them."""
        query = str(httpx.QueryParams({name: value}))
        found = self._json(self._send("GET", "/v2/sandboxes", params={"metadata": query}))
        return [dict(one) for one in map(as_object, as_list(found) or ()) if one is not None]

    def daemon(self, made: Mapping[str, Any]) -> Daemon:
        """Return the daemon of a sandbox that was made."""
        sandbox_id = str(made["sandboxID"])
        domain = made.get("domain") or self.settings.domain
        url = self.settings.sandbox_url or f"https://{_PORT}-{sandbox_id}.{domain}"
        headers = {"e2b-sandbox-id": sandbox_id, "e2b-sandbox-port": str(_PORT)}
        if made.get("envdAccessToken"):
            headers["x-access-token"] = Secret(made["envdAccessToken"])
        return Daemon(self._daemons, url, headers)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        self._daemons.close()

    def _send(self, method: str, path: str, *, allowed: int = 0, **options: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise SandboxError(f"E2B does not answer at {self._http.base_url.host}: {error}") from error
        if response.is_success or response.status_code == allowed:
            return response
        message = f"E2B refused the request ({response.status_code}): {_message(response)}"
        if response.status_code in {401, 403}:
            raise SandboxUnavailableError(f"{message}; check ASHR_E2B_API_KEY")
        raise SandboxUnavailableError(message) if response.status_code in {400, 404} else SandboxError(message)

    def _object(self, response: httpx.Response) -> dict[str, Any]:
        found = as_object(self._json(response))
        if found is None or not isinstance(found.get("sandboxID"), str):
            raise SandboxError("E2B answered something else than a sandbox; is ASHR_E2B_API_URL right?")
        return dict(found)

    @staticmethod
    def _json(response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise SandboxError("E2B answered something else than JSON; is ASHR_E2B_API_URL right?") from error


class Daemon:
    """The daemon of one sandbox, which runs programs; thread-safe."""

    def __init__(self, http: httpx.Client, url: str, headers: Mapping[str, str]) -> None:
        self._http = http
        self._url = url
        self._headers = {"connect-protocol-version": "1", **headers}

    def call(self, method: str, body: Mapping[str, Any]) -> None:
        """Send a request about a program; waits as long as a program does not read its input."""
        url = f"{self._url}/process.Process/{method}"
        with self._failures():
            response = self._http.post(url, json=dict(body), headers=self._headers, timeout=_PATIENT)
            if response.is_error:
                raise _refused(response)

    @contextmanager
    def start(self, program: Mapping[str, Any], user: str) -> Generator[Iterator[dict[str, Any]]]:
        """Start a program, and yield its events as they come; leaving the block does not end it."""
        content = json.dumps(program).encode()
        login = base64.b64encode(f"{user}:".encode()).decode()
        headers = {
            **self._headers,
            "authorization": f"Basic {login}",
            "content-type": "application/connect+json",
            "keepalive-ping-interval": _KEEPALIVE,
        }
        url = f"{self._url}/process.Process/Start"
        body = _ENVELOPE.pack(0, len(content)) + content
        with self._failures(), self._http.stream("POST", url, content=body, headers=headers) as response:
            if response.is_error:
                response.read()
                raise _refused(response)
            yield _events(response)

    @contextmanager
    def _failures(self) -> Generator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            raise SandboxError(f"the sandbox at E2B does not answer: {_reason(error)}") from error


def _events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """Yield the events of a program; raise the error that the stream ends with, and one if it breaks off."""
    for flags, message in _envelopes(response):
        if flags & _END:
            _raise_error(message)
            return
        yield dict(as_object(message.get("event")) or {})
    raise SandboxError("the sandbox at E2B does not answer: a stream broke off")


def _envelopes(response: httpx.Response) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the flags and the message of each envelope."""
    buffer = bytearray()
    try:
        for part in response.iter_bytes():
            buffer += part
            while (envelope := _taken(buffer)) is not None:
                yield envelope
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise SandboxError(f"the sandbox at E2B does not answer: {_reason(error)}") from error


def _taken(buffer: bytearray) -> tuple[int, dict[str, Any]] | None:
    """Remove the first envelope from a buffer, and return its flags and its message; None if it is not complete."""
    if len(buffer) < _ENVELOPE.size:
        return None
    flags, size = _ENVELOPE.unpack_from(buffer)
    if size > _MAX_ENVELOPE:
        raise SandboxError(f"E2B sent an event of {size} bytes, which are more than {_MAX_ENVELOPE}")
    end = _ENVELOPE.size + size
    if len(buffer) < end:
        return None
    content = bytes(buffer[_ENVELOPE.size : end])
    del buffer[:end]
    return flags, _object(content)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _raise_error(message: Mapping[str, Any]) -> None:
    error = as_object(message.get("error"))
    if error is not None:
        raise _error(str(error.get("code")), str(error.get("message", ""))[:_MAX_ERROR])


def _error(code: str, message: str) -> SandboxError:
    text = f"{message or code} (E2B)"
    return SandboxGoneError(text) if code in {"unavailable", "not_found"} else SandboxError(text)


def _refused(response: httpx.Response) -> SandboxError:
    found = as_object(_parsed(response.content)) or {}
    if response.status_code in _GONE:
        return SandboxGoneError(_message(response))
    return _error(str(found.get("code", response.status_code)), _message(response))


def _message(response: httpx.Response) -> str:
    found = as_object(_parsed(response.content))
    message = found.get("message") if found else None
    return str(message or response.reason_phrase)[:_MAX_ERROR]


def _object(content: bytes) -> dict[str, Any]:
    found = as_object(_parsed(content))
    if found is None:
        raise SandboxError("E2B sent an event that is not a JSON object")
    return dict(found)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def decoded(text: object) -> bytes:
    """Return the bytes of a field, which JSON has as base64.

    Raises:
        SandboxError: It is not base64.
    """
    try:
        return base64.b64decode(str(text), validate=True)
    except ValueError as error:
        raise SandboxError("E2B sent output that is not base64") from error
