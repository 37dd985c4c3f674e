"""The embedded platform: takes a request and returns the response. Independent of any HTTP library."""

from __future__ import annotations

import logging
import os
import secrets
import time
import weakref
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from ashr_labs_contract.operations import OPERATIONS as DESCRIBED

from .._time import isoformat
from .._version import __version__
from ..errors import AshrLabsError, AuthenticationError, AuthorizationError, BadRequestError, ConfigurationError
from .compression import check_encoding
from .contract import load_contract, parse_body
from .exchange import Attachment, PlatformRequest, PlatformResponse, RequestInfo
from .failures import RefusedError, error_content, failure
from .graded_runs import store_graded_run
from .idempotency import IdempotentRequest
from .jobs.handlers import FORWARD
from .jobs.queue import counts
from .keys import APIKeys, Principal, ensure_owner, new_key, record_use
from .operations import OPERATIONS, Context, LongContext, Operation
from .repeats import Repeats
from .resources import Resources
from .sandbox.engines import UNSAFE
from .sandbox_keys import PREFIX, confined
from .store.raw_json import RawJSON, encode
from .streams import Download, EventStream, Follow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .hosting.sessions import Hosting
    from .jobs.worker import Worker
    from .operations.registry import Result
    from .sandboxes import Sandboxes
    from .sealing import Sealing
    from .settings import Settings
    from .store.engine import Database

__all__ = ["Admission", "Platform"]

_logger = logging.getLogger(__name__)
_PATHS = [
    (name, described.method, described.path)
    for name, described in DESCRIBED.items()
    if not described.path.startswith("/#")
]
_NO_CONTENT = 204
_STREAM_HEADERS = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",  # or nginx would send events together, when there are enough of them
}
_MAX_ID_DIGITS = 18
_BAD_REQUEST, _INVALID = 400, 422
_MAX_NAMES, _MAX_NAME = 20, 100
"""Of ignored parameters that a header names, and characters of each."""
_NOBODY = Principal(0, 0, frozenset())
"""The caller of operations that need no key; no tenant has this id."""


class _Reply(NamedTuple):
    """Status, body or stream, and headers of a success."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = {}
    stream: Download | EventStream | None = None


class Admission(NamedTuple):
    """The decision about a request before its body is read."""

    operation: Operation | None
    """None for a call, whose body names it, and for what this platform does not implement."""
    max_bytes: int | None = None
    """The limit of the body's size, if it has one of its own."""
    refusal: PlatformResponse | None = None
    """The response, if the body does not matter."""


class Platform:
    """The whole API on one database; thread-safe."""

    def __init__(
        self,
        database: Database,
        workers: Mapping[str, Worker],
        *,
        release: Callable[[], None],
        settings: Settings,
        sandboxes: Sandboxes,
        sealing: Sealing,
        hosting: Hosting,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._workers = workers
        self._settings = settings
        self._sandboxes = sandboxes
        self._sealing = sealing
        self._hosting = hosting
        self._repeats = Repeats()
        self._now = now
        self._contract = load_contract()
        self._resources = Resources(self._contract, _PATHS)
        with database.exclusive() as connection:
            self._keys = APIKeys(connection)
        self._links = self._keys.media_links()
        self._cursor_key = self._keys.cursor_key()
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

    @property
    def isolates_sandboxes(self) -> bool:
        """Whether commands in sandboxes cannot reach this machine."""
        return self._settings.sandbox_engine != UNSAFE

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

    def store_graded(self, result: Mapping[str, Any], name: str) -> int:
        """Store the result of a run that was graded elsewhere, with its verdicts, as a run of the owner; return its id.

        Args:
            result: The result, with verdicts.
            name: The name of the dataset that is stored with it, without scenarios.
        """
        timestamp = isoformat(self._now())
        with self._database.exclusive() as connection:
            return store_graded_run(connection, ensure_owner(connection, timestamp), result, name, timestamp)

    def answer(self, request: PlatformRequest) -> PlatformResponse:
        """Answer a request."""
        info = RequestInfo()
        if request.is_call:
            return self._respond(request, lambda: _Reply(200, self._answer_call(request, info)), info)
        return self._respond(request, lambda: self._answer_resource(request, info), info)

    def admit(self, request: PlatformRequest) -> Admission:
        """Decide what can be decided without the body; the key is checked later."""
        try:
            if request.is_call:
                _check_call(request)
                return Admission(None)
            resource, _ = self._resources.find(request)
            resource.check_head(request)
        except AshrLabsError as error:
            return Admission(None, refusal=_failed(request, error, secrets.token_hex(8), RequestInfo()))
        return Admission(OPERATIONS.get(resource.name), resource.max_bytes)

    def is_authorized(self, request: PlatformRequest) -> bool:
        """Return True if the request has a valid API key; cheaper than reading a large body first."""
        try:
            self._find_key(request)
        except AuthenticationError:
            return False
        return True

    def identify(self, key: str) -> Principal:
        """Return whose API key it is.

        Raises:
            AuthenticationError: The key is unknown, expired or revoked.
        """
        headers = {"authorization": f"Bearer {key}"}
        return self._authenticate(PlatformRequest("GET", "/", headers=headers))

    def health(self) -> dict[str, Any]:
        """Return status and load, and the number of waiting and failed traces if the platform forwards traces."""
        found = {"status": "ok", "version": __version__, **self._hosting.load()}
        if FORWARD not in self._workers:
            return found
        with self._database.read() as connection:
            return {**found, "forwarding": counts(connection, FORWARD)}

    def _respond(self, request: PlatformRequest, act: Callable[[], _Reply], info: RequestInfo) -> PlatformResponse:
        if not self._release.alive:
            raise ConfigurationError("the platform is closed; open it again")
        request_id = secrets.token_hex(8)
        try:
            reply = act()
        except Exception as error:
            return _failed(request, error, request_id, info)
        headers = {"x-request-id": request_id, **reply.headers}
        return PlatformResponse(reply.status, reply.content, headers, info, reply.stream)

    def _answer_call(self, request: PlatformRequest, info: RequestInfo) -> bytes:
        _check_call(request)
        principal = self._authenticate(request)
        info.tenant_id = principal.tenant_id
        operation, params = self._prepared(request.body, principal, info)
        content = self._run(operation, params, principal, request)
        del params  # a large response takes memory, too
        text = content.text if isinstance(content, RawJSON) else encode(content)
        return f'{{"status":"ok"{"," if len(text) > len("{}") else ""}{text[1:]}'.encode()

    def _answer_resource(self, request: PlatformRequest, info: RequestInfo) -> _Reply:
        resource, in_path = self._resources.find(request)
        info.operation = resource.name
        resource.check_head(request)
        principal = _NOBODY if resource.is_public else self._authenticate(request)
        if not resource.is_public:
            info.tenant_id = principal.tenant_id
        if resource.name == "get_health":  # the process answers, even if the database does not
            return _Reply(200, encode(self.health()).encode())
        operation = _implementation(resource.name)
        _check_scope(resource.name, principal)
        ignored: list[str] = []
        params: Any = resource.parameters(request, in_path, ignored)
        if principal.sandbox_id is not None:
            params = confined(resource.name, params, principal.sandbox_id)
        if operation.prepare is not None:
            params = operation.prepare(params)
        content = self._run(operation, params, principal, request)
        del params
        headers = _ignored_header(resource.name, ignored) if ignored else {}
        if isinstance(content, Attachment):
            return _Reply(resource.status, content.content, {**content.headers, **headers})
        if isinstance(content, Download):
            stream = None if request.method == "HEAD" else content
            return _Reply(resource.status, b"", {**content.headers, **headers}, stream)
        if isinstance(content, Follow):
            return self._followed(request, resource.status, content, headers)
        if content is None or resource.status == _NO_CONTENT:
            return _Reply(resource.status, b"", headers)
        text = content.text if isinstance(content, RawJSON) else encode(content)
        return _Reply(resource.status, text.encode(), headers)

    def _followed(self, request: PlatformRequest, status: int, follow: Follow, headers: dict[str, str]) -> _Reply:
        """Return a stream of events; without one for HEAD."""
        follow = replace(follow, after=_last_event_id(request, follow.after))
        stream = EventStream(self._database, follow, heartbeat=self._settings.stream_heartbeat)
        return _Reply(status, b"", {**_STREAM_HEADERS, **headers}, None if request.method == "HEAD" else stream)

    def _prepared(self, body: bytes | bytearray, principal: Principal, info: RequestInfo) -> tuple[Operation, Any]:
        """Check a call and return its operation and the prepared parameters.

        Nothing keeps the original parameters, which take four times the memory of a large body.
        """
        params: Any = parse_body(body)
        name = params.get("function")
        info.operation = name if isinstance(name, str) and name in OPERATIONS else None
        name = self._contract.check(name, params)
        operation = _implementation(name)
        _check_scope(name, principal)
        _check_tenant(params, principal)
        if principal.sandbox_id is not None:
            params = confined(name, params, principal.sandbox_id)
        if operation.prepare is not None:
            params = operation.prepare(params)
        return operation, params

    def _run(self, operation: Operation, params: Any, principal: Principal, request: PlatformRequest) -> Result:
        """Run an operation in a transaction, then wake the workers of the jobs that it has enqueued."""
        key = request.headers.get("idempotency-key") if operation.writes else None
        idempotent = None if key is None else IdempotentRequest.from_request(key, request)
        if operation.act_long is not None:
            act = partial(operation.act_long, self._long_context(principal), params)
            return act() if idempotent is None else self._repeats.once(principal.tenant_id, idempotent, act)
        with self._database.write() if operation.writes else self._database.read() as connection:
            context = Context(
                connection,
                principal,
                self._keys,
                self._now(),
                self._links,
                self._cursor_key,
                self._sealing,
                request.origin,
                self._settings,
            )
            content = (
                _act_once(operation, context, params, idempotent) if idempotent else _act(operation, context, params)
            )
        for kind in context.enqueued:
            self._workers[kind].wake()
        return content

    def _long_context(self, principal: Principal) -> LongContext:
        return LongContext(
            self._database,
            principal,
            self._now(),
            self._sandboxes,
            self._hosting,
            self._cursor_key,
            self._sealing,
            self._settings,
        )

    def _authenticate(self, request: PlatformRequest) -> Principal:
        principal, used_key = self._find_key(request)
        if used_key is not None:
            with self._database.write() as connection:
                record_use(connection, used_key, moment=self._now())
        return principal

    def _find_key(self, request: PlatformRequest) -> tuple[Principal, int | None]:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if not scheme and request.path.startswith("/otlp/"):
            scheme, key = "bearer", request.headers.get("x-api-key", "")
        if scheme.lower() != "bearer" or not key:
            either = " or `x-api-key: tp_...`" if request.path.startswith("/otlp/") else ""
            raise AuthenticationError(f"an API key is required: send the header `Authorization: Bearer tp_...`{either}")
        if key.startswith(PREFIX):
            return self._sandboxes.principal(key.strip()), None
        return self._keys.find(key.strip(), self._database.read, moment=self._now())


def _failed(request: PlatformRequest, error: Exception, request_id: str, info: RequestInfo) -> PlatformResponse:
    status, message, details, headers = failure(error, request_id)
    if status == _INVALID and request.path.startswith("/api/"):
        status = _BAD_REQUEST  # clients of these paths know no other status for this
    content, kind = error_content(request.path, request.media_type, status, message, details)
    return PlatformResponse(status, content, {"x-request-id": request_id, "content-type": kind, **headers}, info)


def _act(operation: Operation, context: Context, params: Any) -> Result:
    if operation.act is None:
        raise AssertionError  # a long operation does not get here
    return operation.act(context, params)


def _act_once(operation: Operation, context: Context, params: Any, idempotent: IdempotentRequest) -> Result:
    """Run an operation and store its response, or return the stored one."""
    stored = idempotent.claim(context)
    if stored is not None:
        return stored
    result = _act(operation, context, params)
    if isinstance(result, Attachment | Download | Follow):
        return result
    content = RawJSON.dump(result)
    if not operation.secret:
        idempotent.store(context, content)
    return content


def _last_event_id(request: PlatformRequest, after: int) -> int:
    """Return the number of the event behind which a stream goes on."""
    given = request.headers.get("last-event-id")
    if given is None:
        return after
    if not given.isdecimal() or not given.isascii() or len(given) > _MAX_ID_DIGITS:
        raise BadRequestError(f"Last-Event-ID must be the id of an event of this stream, got {given[:100]!a}")
    return int(given)


def _ignored_header(operation: str, ignored: list[str]) -> dict[str, str]:
    """Name ignored parameters in the log, and return a header that does; percent-encoded, and not more than a few."""
    names = ", ".join(quote(name[:_MAX_NAME], safe="") for name in ignored[:_MAX_NAMES])
    _logger.info("%s: unknown parameters were ignored: %s", operation, names)
    return {"x-ashr-ignored": names}


def _implementation(name: str) -> Operation:
    operation = OPERATIONS.get(name)
    if operation is None:
        raise RefusedError(501, f"this platform does not support the operation `{name}`")
    return operation


def _check_call(request: PlatformRequest) -> None:
    if request.method != "POST":
        raise RefusedError(405, "method not allowed; calls are sent as POST /", {"allow": "POST"})
    if request.media_type not in ("", "application/json"):
        raise RefusedError(415, f"content-type must be application/json, got {request.media_type[:100]}")
    check_encoding(request.headers.get("content-encoding"), takes_gzip=False)


def _check_scope(name: str, principal: Principal) -> None:
    scope = DESCRIBED[name].scope
    if scope not in (None, "any") and scope not in principal.scopes:
        raise AuthorizationError(f"the API key must have the scope `{scope}` for this call")


def _check_tenant(params: dict[str, Any], principal: Principal) -> None:
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
