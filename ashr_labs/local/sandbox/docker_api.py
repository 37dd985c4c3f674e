"""The HTTP API of Docker, which Podman serves as well, over its socket: what sandboxes need of it."""

from __future__ import annotations

import io
import json
import os
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h11
import httpx

from ..._json import as_object
from .errors import SandboxError, SandboxGoneError, SandboxUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _typeshed import WriteableBuffer

__all__ = ["DockerAPI", "Stream", "find_socket"]

_VERSION = "v1.41"
"""Of Docker 20.10 and Podman 4, and served by all later ones."""
_SECONDS = 60.0
_PULL_SECONDS = 900.0
_CHUNK = 64 * 1024
_MAX_HEAD = 32 * 1024
_MAX_LOG = 1 << 20
_HEADER = struct.Struct(">BxxxL")
_STREAMS = {1: "stdout", 2: "stderr"}


def find_socket(environment: Mapping[str, str]) -> Path:
    """Return the socket of a daemon: from `DOCKER_HOST`, else the default ones of Docker and Podman.

    Raises:
        SandboxUnavailableError: There is none.
    """
    named = environment.get("DOCKER_HOST", "")
    if named and not named.startswith("unix://"):
        raise SandboxUnavailableError(f"DOCKER_HOST must be unix:///PATH for sandboxes, got {named!r}")
    runtime = environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    usual = (
        "/var/run/docker.sock",
        f"{runtime}/docker.sock",
        f"{runtime}/podman/podman.sock",
        "/run/podman/podman.sock",
    )
    candidates = [named.removeprefix("unix://")] if named else usual
    for path in map(Path, candidates):
        if path.is_socket() and _accepts(path):
            return path
    raise SandboxUnavailableError(
        f"neither Docker nor Podman answers at {' or '.join(candidates)}: start the daemon, or set DOCKER_HOST"
    )


def _accepts(path: Path) -> bool:
    """Return whether a daemon listens; the HTTP library leaves its socket open where none does."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


class DockerAPI:
    """Requests to a daemon; thread-safe.

    Args:
        path: Its socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._http = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(path), retries=1, limits=httpx.Limits(max_connections=64)),
            base_url=f"http://docker/{_VERSION}",
            timeout=_SECONDS,
        )

    def get(self, path: str, **query: str) -> Any:
        """Return the JSON of a resource."""
        return self._json(self.send("GET", path, query=query))

    def post(self, path: str, body: Mapping[str, Any] | None = None, **query: str) -> Any:
        """Send JSON, and return the JSON of the answer, if it has any."""
        return self._json(self.send("POST", path, query=query, json=body))

    def delete(self, path: str, **query: str) -> None:
        """Delete a resource; one that is not there, or is being removed, raises nothing."""
        self.send("DELETE", path, query=query, allowed=(404, 409))

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        allowed: Iterable[int] = (),
    ) -> httpx.Response:
        """Send a request and return the response.

        Args:
            method: Of HTTP.
            path: Below the version of the API.
            query: Parameters.
            json: A body.
            content: A body that is an archive.
            allowed: Statuses of errors that the caller understands.

        Raises:
            SandboxError: The daemon does not answer, or refuses.
        """
        headers = {} if content is None else {"content-type": "application/x-tar"}
        try:
            response = self._http.request(
                method, path, params=dict(query or {}), json=json, content=content, headers=headers
            )
        except httpx.HTTPError as error:
            raise SandboxError(f"the daemon at {self._path} does not answer: {error}") from error
        if response.is_error and response.status_code not in allowed:
            raise _refused(response)
        return response

    def download(self, path: str, query: Mapping[str, str]) -> io.BufferedReader:
        """Return the body of a resource as a file to read from; close it."""
        request = self._http.build_request("GET", path, params=dict(query))
        try:
            response = self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            raise SandboxError(f"the daemon at {self._path} does not answer: {error}") from error
        if response.is_error:
            response.read()
            raise _refused(response)
        return io.BufferedReader(_Body(response))

    def log(self, path: str, query: Mapping[str, str]) -> bytes:
        """Return the end of the multiplexed output that a resource has, up to a MiB."""
        kept = bytearray()
        with self.download(path, query) as body:
            while len(head := body.read(_HEADER.size)) == _HEADER.size:
                size = _HEADER.unpack(head)[1]
                while size and (part := body.read(min(size, _CHUNK))):
                    size -= len(part)
                    kept += part
                    del kept[:-_MAX_LOG]
        return bytes(kept)

    def pull(self, image: str) -> None:
        """Fetch an image, unless it is there.

        Raises:
            SandboxUnavailableError: There is no such image.
        """
        if self.send("GET", f"/images/{image}/json", allowed=(404,)).status_code != 404:
            return
        name, _, tag = image.partition("@")[0].rpartition(":")
        name, tag = (name, tag) if name and "/" not in tag else (image, "latest")
        try:
            response = self._http.post("/images/create", params={"fromImage": name, "tag": tag}, timeout=_PULL_SECONDS)
        except httpx.HTTPError as error:
            raise SandboxError(f"the daemon at {self._path} does not answer: {error}") from error
        problems = [line["error"] for line in _lines(response.content) if "error" in line]
        if response.is_error or problems:
            reason = problems[0] if problems else _message(response)
            raise SandboxUnavailableError(f"the image {image!r} cannot be fetched: {reason}")

    def attach(self, exec_id: str) -> Stream:
        """Start a program that was prepared, and return its streams.

        Raises:
            SandboxError: The daemon refuses.
        """
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            client.settimeout(_SECONDS)
            client.connect(str(self._path))
            rest = _upgraded(client, f"/{_VERSION}/exec/{exec_id}/start", {"Detach": False, "Tty": False})
        except OSError as error:
            client.close()
            raise SandboxError(f"the daemon at {self._path} does not answer: {error}") from error
        except BaseException:
            client.close()
            raise
        return Stream(client, rest)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @staticmethod
    def _json(response: httpx.Response) -> Any:
        try:
            return response.json() if response.content else None
        except ValueError as error:
            raise SandboxError("the daemon answered something else than JSON; is DOCKER_HOST right?") from error


class _Body(io.RawIOBase):
    """The body of a response that is read as it comes."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self._response = response
        self._chunks = response.iter_raw(_CHUNK)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        try:
            if not self._rest:
                self._rest = memoryview(next(self._chunks, b""))
        except httpx.HTTPError as error:
            raise SandboxError(f"the daemon stopped answering: {error}") from error
        target = memoryview(buffer)
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def close(self) -> None:
        if not self.closed:
            self._response.close()
        super().close()


class Stream:
    """The streams of a program: output is multiplexed in frames, input is raw."""

    def __init__(self, client: socket.socket, rest: bytes) -> None:
        self._client = client
        self._rest = rest
        self._is_closed = False

    def read(self, seconds: float | None) -> tuple[str, bytes] | None:
        """Return the name of a stream and a part of it; None at the end.

        Raises:
            TimeoutError: Nothing came in time.
        """
        head = self._receive(_HEADER.size, seconds)
        if head is None:
            return None
        kind, size = _HEADER.unpack(head)
        data = self._receive(size, _SECONDS)
        return None if data is None else (_STREAMS.get(kind, "stdout"), data)

    def write(self, data: bytes) -> None:
        """Send standard input."""
        self._client.settimeout(None)
        self._client.sendall(data)

    def close_stdin(self) -> None:
        """End standard input."""
        self._client.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Leave the program alone; a thread that reads gets the end."""
        if not self._is_closed:
            self._is_closed = True
            with suppress(OSError):  # the other side has closed it
                self._client.shutdown(socket.SHUT_RDWR)
            self._client.close()

    def _receive(self, size: int, seconds: float | None) -> bytes | None:
        """Return exactly `size` bytes; None at the end. What was received before a time-out is kept."""
        while len(self._rest) < size:
            try:
                self._client.settimeout(seconds)
                data = self._client.recv(_CHUNK)
            except TimeoutError:
                raise
            except OSError:
                return None
            if not data:
                return None
            self._rest += data
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def _upgraded(client: socket.socket, target: str, body: Mapping[str, Any]) -> bytes:
    """Send a request after whose response the connection is a stream; return what came after the response."""
    content = json.dumps(body).encode()
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
    headers = [
        ("Host", "docker"),
        ("Content-Type", "application/json"),
        ("Connection", "Upgrade"),
        ("Upgrade", "tcp"),
        ("Content-Length", str(len(content))),
    ]
    head = h11.Request(method="POST", target=target, headers=headers)
    for part in (head, h11.Data(data=content), h11.EndOfMessage()):
        client.sendall(http.send(part) or b"")
    while (answer := http.next_event()) is h11.NEED_DATA:
        http.receive_data(client.recv(_CHUNK))
    status = answer.status_code if isinstance(answer, h11.InformationalResponse | h11.Response) else 0
    if status not in (101, 200):
        raise SandboxGoneError(f"the program cannot be started: the daemon answered {status or 'nothing'}")
    return http.trailing_data[0]


def _refused(response: httpx.Response) -> SandboxError:
    message = f"the daemon refuses: {_message(response)}"
    return SandboxGoneError(message) if response.status_code in (404, 409) else SandboxError(message)


def _message(response: httpx.Response) -> str:
    try:
        return str(response.json()["message"])
    except (ValueError, KeyError, TypeError):
        return f"{response.status_code} {response.text[:500]}"


def _lines(content: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in content.splitlines():
        with suppress(ValueError):
            if (value := as_object(json.loads(line))) is not None:
                found.append(dict(value))
    return found
