"""The embedded platform: takes the bytes of a call and returns the response. Independent of any HTTP library."""

from __future__ import annotations

import json
import logging
import os
import secrets
import time
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._time import isoformat
from ..errors import (
    AshrLabsError,
    AuthenticationError,
    AuthorizationError,
    ConfigurationError,
    error_class_for_status,
)
from .contract import load_contract, parse_body
from .idempotency import IdempotentRequest
from .jobs.handlers import FORWARD
from .jobs.queue import counts
from .keys import APIKeys, Principal, ensure_owner, new_key, record_use
from .media import download_headers
from .operations import OPERATIONS, Context, Operation
from .store.columns import unwrap
from .store.engine import is_outage, outage_reason
from .store.raw_json import RawJSON, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .jobs.worker import Worker
    from .settings import Settings
    from .store.engine import Database

__all__ = ["Platform", "PlatformResponse", "RequestInfo"]

_logger = logging.getLogger(__name__)

_STATUS: dict[type[Exception], int] = {
    error_class_for_status(status): status for status in (400, 401, 403, 404, 409, 422, 429)
}


class UnsupportedOperationError(AshrLabsError):
    """The operation is in the contract, but this platform does not implement it."""


_STATUS[UnsupportedOperationError] = 501


@dataclass(slots=True)
class RequestInfo:
    """Data about a call for the access log; None if the call failed before it was known."""

    operation: str | None = None
    tenant_id: int | None = None


@dataclass(frozen=True, slots=True)
class PlatformResponse:
    """The response to a call."""

    status: int
    """HTTP status."""
    content: bytes
    """The body: a JSON object in ASCII, which can also carry lone surrogates; for media, the file."""
    headers: dict[str, str]
    info: RequestInfo = field(default_factory=RequestInfo)

    @property
    def body(self) -> dict[str, Any]:
        """The body, parsed."""
        body: dict[str, Any] = json.loads(self.content)
        return body


class Platform:
    """The whole API on one database; thread-safe."""

    def __init__(
        self,
        database: Database,
        workers: Mapping[str, Worker],
        *,
        release: Callable[[], None],
        settings: Settings,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._workers = workers
        self._settings = settings
        self._now = now
        self._contract = load_contract()
        with database.exclusive() as connection:
            self._keys = APIKeys(connection)
        self._links = self._keys.media_links()
        # Runs when this object is garbage-collected or the interpreter exits, at the latest.
        self._release = weakref.finalize(self, release)

    @property
    def label(self) -> str:
        """The database for messages: a path, a URL without its password, or `memory`."""
        return self._database.label

    @property
    def is_shared(self) -> bool:
        """Whether other processes may work on the same rows at the same time."""
        return self._database.is_shared

    def close(self) -> None:
        """Finish the current jobs and close the database; closing again does nothing."""
        self._release()

    def bootstrap(self, key: str | None = None) -> str:
        """Store `key` as an API key of the database's owner, or create one that exists only in this object.

        Raises:
            ConfigurationError: `key` does not have the form of an API key, or was revoked.
        """
        timestamp = isoformat(self._now())
        with self._database.exclusive() as connection:
            owner = ensure_owner(connection, timestamp)
            if key is None:
                return self._keys.add_session(owner)
            self._keys.add_given(connection, owner, key, created_at=timestamp)
            return key

    def write_first_key(self, path: Path) -> bool:
        """Create the first API key in a file that only its owner can read; return False if the database has a key.

        Raises:
            ConfigurationError: The file cannot be written; no key is created then.
        """
        timestamp = isoformat(self._now())
        with self._database.exclusive() as connection:
            if self._keys.has_any(connection):
                return False
            key = new_key()
            self._keys.add(connection, ensure_owner(connection, timestamp), key, name="first", created_at=timestamp)
            # Before the commit: a crash in between leaves a useless file, not a database with a lost key.
            _write_private_file(path, key + "\n")
            return True

    def answer(
        self,
        body: bytes | bytearray,
        *,
        authorization: str | None,
        idempotency_key: str | None = None,
        origin: str = "",
    ) -> PlatformResponse:
        """Answer a call.

        Args:
            body: The JSON body.
            authorization: The header: `Bearer` and the API key.
            idempotency_key: The header; identifies repeats of the call.
            origin: Scheme and host by which the client reaches the platform; signed URLs begin with it.
        """
        info = RequestInfo()
        return self._respond(lambda: (self._answer(body, authorization, idempotency_key, origin, info), {}), info)

    def is_authorized(self, authorization: str | None) -> bool:
        """Return True if the header has a valid API key; cheaper than reading a large body first."""
        try:
            self._find_key(authorization)
        except AuthenticationError:
            return False
        return True

    def media(self, media_id: int, *, expires: str, signature: str) -> PlatformResponse:
        """Answer a signed URL with the content of the file, or an error."""
        return self._respond(lambda: self._media(media_id, expires, signature), RequestInfo())

    def health(self) -> dict[str, Any]:
        """Return the status, and the number of waiting and failed traces if the platform forwards traces."""
        if FORWARD not in self._workers:
            return {"status": "ok"}
        with self._database.read() as connection:
            return {"status": "ok", "forwarding": counts(connection, FORWARD)}

    def _respond(self, act: Callable[[], tuple[bytes, dict[str, str]]], info: RequestInfo) -> PlatformResponse:
        if not self._release.alive:
            raise ConfigurationError("the platform is closed; open it again")
        request_id = secrets.token_hex(8)
        try:
            content, headers = act()
        except Exception as error:
            status, failure = _failure(error, request_id)
            return PlatformResponse(status, encode(failure).encode(), {"x-request-id": request_id}, info)
        return PlatformResponse(200, content, {"x-request-id": request_id, **headers}, info)

    def _media(self, media_id: int, expires: str, signature: str) -> tuple[bytes, dict[str, str]]:
        self._links.check(media_id, expires, signature, moment=self._now())
        with self._database.read() as connection:
            row = self._links.read(connection, media_id)
        return row["content"], download_headers(row)

    def _answer(
        self,
        body: bytes | bytearray,
        authorization: str | None,
        idempotency_key: str | None,
        origin: str,
        info: RequestInfo,
    ) -> bytes:
        principal = self._authenticate(authorization)
        info.tenant_id = principal.tenant_id
        operation, params = self._prepared(body, principal, info)
        idempotent = None if idempotency_key is None else IdempotentRequest.from_body(idempotency_key, body)
        content = self._run(operation, params, principal, idempotent, origin)
        del params  # a large response takes memory, too
        text = content.text if isinstance(content, RawJSON) else encode(content)
        return f'{{"status":"ok"{"," if len(text) > len("{}") else ""}{text[1:]}'.encode()

    def _prepared(self, body: bytes | bytearray, principal: Principal, info: RequestInfo) -> tuple[Operation, Any]:
        """Check a call and return its operation and the prepared parameters.

        Nothing keeps the original parameters, which take four times the memory of a large body.
        """
        params: Any = parse_body(body)
        name = params.get("function")
        info.operation = name if isinstance(name, str) and name in OPERATIONS else None
        operation = _implementation(self._contract.check(name, params))
        _check_permission(operation, params, principal)
        if operation.prepare is not None:
            params = operation.prepare(params)
        return operation, params

    def _run(
        self,
        operation: Operation,
        params: Any,
        principal: Principal,
        idempotent: IdempotentRequest | None,
        origin: str,
    ) -> Mapping[str, Any] | RawJSON:
        """Run an operation in a transaction, then wake the workers of the jobs that it has enqueued."""
        with self._database.write() if operation.writes else self._database.read() as connection:
            context = Context(connection, principal, self._keys, self._now(), self._links, origin, self._settings)
            content: Mapping[str, Any] | RawJSON
            if idempotent and operation.writes:
                content = _act_once(operation, context, params, idempotent)
            else:
                content = operation.act(context, params)
        for kind in context.enqueued:
            self._workers[kind].wake()
        return content

    def _authenticate(self, authorization: str | None) -> Principal:
        principal, used_key = self._find_key(authorization)
        if used_key is not None:
            with self._database.write() as connection:
                record_use(connection, used_key, moment=self._now())
        return principal

    def _find_key(self, authorization: str | None) -> tuple[Principal, int | None]:
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise AuthenticationError("an API key is required: send the header `Authorization: Bearer tp_...`")
        return self._keys.find(key.strip(), self._database.read, moment=self._now())


def _act_once(operation: Operation, context: Context, params: Any, idempotent: IdempotentRequest) -> RawJSON:
    """Run an operation and store its response, or return the stored one."""
    stored = idempotent.claim(context)
    if stored is not None:
        return stored
    content = RawJSON.dump(operation.act(context, params))
    if not operation.secret:
        idempotent.store(context, content)
    return content


def _implementation(name: str) -> Operation:
    operation = OPERATIONS.get(name)
    if operation is None:
        raise UnsupportedOperationError(f"this platform does not support the operation `{name}`")
    return operation


def _check_permission(operation: Operation, params: dict[str, Any], principal: Principal) -> None:
    if operation.scope != "any" and operation.scope not in principal.scopes:
        raise AuthorizationError(f"the API key must have the scope `{operation.scope}` for this call")
    if params.get("tenant_id", principal.tenant_id) != principal.tenant_id:
        raise AuthorizationError(
            f"`tenant_id` must be {principal.tenant_id} for this API key, got {params['tenant_id']}"
        )


def _write_private_file(path: Path, text: str) -> None:
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except OSError as error:
        raise ConfigurationError(f"cannot write the API key to {path}: {error.strerror}") from error


def _failure(error: Exception, request_id: str) -> tuple[int, dict[str, Any]]:
    cause = unwrap(error)
    if isinstance(cause, AshrLabsError):
        return _STATUS.get(type(cause), 500), {"status": "error", "message": cause.message, **(cause.response or {})}
    if is_outage(error):
        _logger.warning("request %s failed, the database is unavailable: %s", request_id, _one_line(cause))
        message = f"the platform's database is unavailable: {outage_reason(error)}"
        return 503, {"status": "error", "message": message}
    _logger.error("request %s failed", request_id, exc_info=error)
    message = f"the platform failed ({type(error).__name__}); see its log for request {request_id}"
    return 500, {"status": "error", "message": message}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
