"""The embedded platform: a call's bytes in, its answer out; knows no HTTP."""

from __future__ import annotations

import json
import logging
import os
import secrets
import time
import weakref
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .._time import isoformat
from ..errors import (
    AshrLabsError,
    AuthenticationError,
    AuthorizationError,
    ConfigurationError,
    error_class_for_status,
)
from .body import parse_body
from .contract import load_contract
from .idempotency import Repeatable
from .keys import Caller, KeyRing, new_key, note_use
from .media import headers_of
from .operations import OPERATIONS, Context, Operation
from .owner import ensure_owner
from .store.columns import cause_of
from .store.outages import is_outage
from .store.raw_json import encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .forwarding import Forwarder
    from .jobs.worker import Worker
    from .settings import Settings
    from .store.engine import Database

__all__ = ["About", "Answer", "Platform"]

_logger = logging.getLogger(__name__)

_STATUS = {error_class_for_status(status): status for status in (400, 401, 403, 404, 409, 422, 429)}


@dataclass(slots=True)
class About:
    """What a call was, as far as it could be told."""

    operation: str | None = None
    tenant_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gets back."""

    status: int
    """HTTP status."""
    content: bytes
    """The body: a JSON object, pure ASCII, so that it carries lone surrogates too."""
    headers: dict[str, str]
    about: About = field(default_factory=About)

    @property
    def body(self) -> dict[str, Any]:
        """The body, read."""
        body: dict[str, Any] = json.loads(self.content)
        return body


class Platform:
    """The whole API over one database; safe to use from any number of threads."""

    def __init__(
        self,
        database: Database,
        worker: Worker,
        *,
        release: Callable[[], None],
        settings: Settings,
        forwarder: Forwarder | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._worker = worker
        self._settings = settings
        self._forwarder = forwarder
        self._now = now
        self._contract = load_contract()
        with database.write_alone() as connection:
            self._keys = KeyRing(connection)
        self._links = self._keys.media_links()
        # At the latest when nobody has this object any more, or the interpreter ends.
        self._release = weakref.finalize(self, release)

    @property
    def label(self) -> str:
        """Where everything is kept, for messages: a path, a URL without its password, or `memory`."""
        return self._database.label

    @property
    def is_shared(self) -> bool:
        """Whether other processes may work on the same rows at the same time."""
        return self._database.is_shared

    def close(self) -> None:
        """Finish the job at hand and let go of the database; closing again does nothing."""
        self._release()

    def bootstrap(self, key: str | None = None) -> str:
        """Return an API key of the database's owner: `key`, kept from now on, or one that only this object knows.

        Raises:
            ConfigurationError: `key` cannot be an API key, or was revoked.
        """
        timestamp = isoformat(self._now())
        with self._database.write_alone() as connection:
            owner = ensure_owner(connection, timestamp)
            if key is None:
                return self._keys.add_session(owner)
            self._keys.add_chosen(connection, owner, key, created_at=timestamp)
            return key

    def write_first_key(self, path: Path) -> bool:
        """Where the database has no API key yet, make one in a file that only its owner can read; say whether.

        Raises:
            ConfigurationError: The file cannot be written; the database goes on without a key.
        """
        timestamp = isoformat(self._now())
        with self._database.write_alone() as connection:
            if self._keys.is_used(connection):
                return False
            key = new_key()
            self._keys.add(connection, ensure_owner(connection, timestamp), key, name="first", created_at=timestamp)
            # Before the commit: the other way round a crash between them would lose the key.
            _write_privately(path, key + "\n")
            return True

    def answer(
        self, body: bytes, *, authorization: str | None, idempotency_key: str | None = None, origin: str = ""
    ) -> Answer:
        """Answer one call.

        Args:
            body: The call's JSON.
            authorization: `Bearer` and the API key.
            idempotency_key: What stays the same when the caller sends the call again.
            origin: Where the caller reaches the platform; signed URLs begin with it.
        """
        about = About()
        answer = self._answered(
            lambda: (encode(self._answer(body, authorization, idempotency_key, origin, about)).encode(), {})
        )
        return replace(answer, about=about)

    def media(self, media_id: int, *, expires: str, signature: str) -> Answer:
        """Answer a signed URL with the file's bytes, or with the reason why not."""
        return self._answered(lambda: self._media(media_id, expires, signature))

    def dispatch(
        self,
        name: object,
        params: dict[str, Any],
        caller: Caller,
        *,
        repeatable: Repeatable | None = None,
        origin: str = "",
    ) -> dict[str, Any]:
        """Do one operation for a caller and return its answer, in which stored JSON may stand as `RawJson`.

        Raises:
            AshrLabsError: It cannot be done; the class says which HTTP status that is.
        """
        operation = OPERATIONS[self._contract.check(name, params)]
        _check_permission(operation, params, caller)
        lend = self._database.write if operation.writes else self._database.read
        with lend() as connection:
            context = Context(connection, caller, self._keys, self._now(), self._links, origin, self._settings)
            if repeatable and operation.writes:
                content = repeatable.once(
                    context, lambda: operation.act(context, params), keep_answer=not operation.secret
                )
            else:
                content = operation.act(context, params)
        if context.enqueued:
            self._worker.wake()
        if context.forwards and self._forwarder:
            self._forwarder.wake()
        return {"status": "ok", **content}

    def health(self) -> dict[str, Any]:
        """Return that the platform is up, and, where traces are passed on, how many wait or were given up."""
        return {"status": "ok", **({"forwarding": self._forwarder.counts()} if self._forwarder else {})}

    def _answered(self, act: Callable[[], tuple[bytes, dict[str, str]]]) -> Answer:
        if not self._release.alive:
            raise ConfigurationError("the platform is closed; open it again")
        request_id = secrets.token_hex(8)
        try:
            content, headers = act()
        except Exception as error:
            status, failure = _failure(error, request_id)
            return Answer(status, encode(failure).encode(), {"x-request-id": request_id})
        return Answer(200, content, {"x-request-id": request_id, **headers})

    def _media(self, media_id: int, expires: str, signature: str) -> tuple[bytes, dict[str, str]]:
        self._links.check(media_id, expires, signature, moment=self._now())
        with self._database.read() as connection:
            row = self._links.read(connection, media_id)
        return row["content"], headers_of(row)

    def _answer(
        self, body: bytes, authorization: str | None, idempotency_key: str | None, origin: str, about: About
    ) -> dict[str, Any]:
        caller = self._authenticate(authorization)
        about.tenant_id = caller.tenant_id
        params = parse_body(body)
        name = params.get("function")
        about.operation = name if isinstance(name, str) and name in OPERATIONS else None
        repeatable = None if idempotency_key is None else Repeatable.of(idempotency_key, body)
        return self.dispatch(name, params, caller, repeatable=repeatable, origin=origin)

    def _authenticate(self, authorization: str | None) -> Caller:
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise AuthenticationError("an API key is needed: send the header `Authorization: Bearer tp_...`")
        moment = self._now()
        with self._database.read() as connection:
            caller, used_key = self._keys.find(connection, key.strip(), moment=moment)
        if used_key is not None:
            with self._database.write() as connection:
                note_use(connection, used_key, moment=moment)
        return caller


def _check_permission(operation: Operation, params: dict[str, Any], caller: Caller) -> None:
    if operation.scope != "any" and operation.scope not in caller.scopes:
        raise AuthorizationError(f"the API key lacks the scope `{operation.scope}`, which this call needs")
    if params.get("tenant_id", caller.tenant_id) != caller.tenant_id:
        raise AuthorizationError(f"the API key belongs to tenant {caller.tenant_id}, not to {params['tenant_id']}")


def _write_privately(path: Path, text: str) -> None:
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except OSError as error:
        raise ConfigurationError(f"cannot write the API key to {path}: {error.strerror}") from error


def _failure(error: Exception, request_id: str) -> tuple[int, dict[str, Any]]:
    cause = cause_of(error)
    if isinstance(cause, AshrLabsError):
        return _STATUS.get(type(cause), 500), {"status": "error", "message": cause.message, **(cause.response or {})}
    if is_outage(error):
        _logger.warning("request %s failed, as the database cannot be used now: %s", request_id, _one_line(cause))
        message = "the platform's database cannot be used just now: it is down, starting, or too busy; try again"
        return 503, {"status": "error", "message": message}
    _logger.error("request %s failed", request_id, exc_info=error)
    message = f"the platform failed ({type(error).__name__}); its log has the reason at request {request_id}"
    return 500, {"status": "error", "message": message}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
