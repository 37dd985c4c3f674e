"""Idempotent requests: the response to a call with an `Idempotency-Key` is stored, and replayed for its repeats."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select, tuple_, type_coerce, update
from sqlalchemy.exc import DBAPIError

from .._time import isoformat
from ..errors import ConflictError, ValidationError
from .store.columns import CheckedText, RawJSONText, upsert
from .store.engine import is_lock_timeout
from .store.schema import idempotency

if TYPE_CHECKING:
    from sqlalchemy import Connection, UpdateBase

    from .exchange import PlatformRequest
    from .operations import Context
    from .store.raw_json import RawJSON

__all__ = ["IdempotentRequest"]

_KEY = re.compile("[!-~]([ -~]{0,253}[!-~])?")
_TTL_SECONDS = 24 * 60 * 60
_CLEANUP_BATCH = 100

_KEY_COLUMNS = (idempotency.c.tenant_id, idempotency.c.key)
_IS_EXPIRED = idempotency.c.created_at < bindparam("expired_before")
# Skips those that another call is deleting.
_EXPIRED = select(*_KEY_COLUMNS).where(_IS_EXPIRED).limit(_CLEANUP_BATCH).with_for_update(skip_locked=True)
_DELETE_EXPIRED = delete(idempotency).where(tuple_(*_KEY_COLUMNS).in_(_EXPIRED))
_OURS = (idempotency.c.tenant_id == bindparam("owner")) & (idempotency.c.key == bindparam("given_key"))
_FIRST = select(idempotency.c.digest, type_coerce(idempotency.c.answer, RawJSONText).label("answer")).where(_OURS)
_STORE = update(idempotency).where(_OURS).values(answer=bindparam("text", type_=CheckedText))


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A call that the client may send again."""

    key: str
    digest: str

    @classmethod
    def from_request(cls, key: str, request: PlatformRequest) -> IdempotentRequest:
        """Identify a request by its key and the digest of its body, for a resource also of method, path and query."""
        if not _KEY.fullmatch(key):
            raise ValidationError(f"Idempotency-Key must be 1 to 255 visible ASCII characters, got {key[:100]!a}")
        digest = hashlib.sha256()
        if not request.is_call:
            digest.update(f"{request.method} {request.path}?{request.query}\n".encode())
        digest.update(request.body)
        return cls(key, digest.hexdigest())

    def claim(self, context: Context) -> RawJSON | None:
        """Claim the key in the call's transaction and return None, or return the response of the first call.

        Waits while the first call is still in progress.

        Raises:
            ConflictError: The key was used for another call, the response held a secret that is not stored, or the
                first call takes longer than the lock timeout.
        """
        created_at, expired = context.timestamp, {"expired_before": isoformat(context.moment - _TTL_SECONDS)}
        context.connection.execute(_DELETE_EXPIRED, expired)
        new = {**expired, "tenant_id": context.principal.tenant_id, "created_at": created_at}
        if self._is_first(context.connection, new):
            return None
        first = context.connection.execute(_FIRST, self._row(context)).mappings().one()
        if first["digest"] != self.digest:
            raise ConflictError(f"the Idempotency-Key {self.key!r} was already used for another call")
        if first["answer"] is None:
            raise ConflictError("this call has been completed; its response held a secret that is shown only once")
        answer: RawJSON = first["answer"]
        return answer

    def store(self, context: Context, answer: RawJSON) -> None:
        """Store the response for repeats."""
        context.connection.execute(_STORE, {**self._row(context), "text": answer.text})

    def _is_first(self, connection: Connection, new: dict[str, Any]) -> bool:
        """Claim the key in the call's transaction; return False if a committed call has it."""
        row = {**new, "key": self.key, "digest": self.digest}
        try:
            return connection.execute(_claim(connection.dialect.name), row).first() is not None
        except DBAPIError as error:
            if not is_lock_timeout(error):
                raise
            raise ConflictError("the same call is still in progress; send it again in a moment") from error

    def _row(self, context: Context) -> dict[str, Any]:
        return {"owner": context.principal.tenant_id, "given_key": self.key}


@cache
def _claim(dialect: str) -> UpdateBase:
    new = upsert(dialect, idempotency)
    claim = new.on_conflict_do_update(
        index_elements=_KEY_COLUMNS,
        set_={name: new.excluded[name] for name in ("created_at", "digest", "answer")},
        where=_IS_EXPIRED,
    )
    return claim.returning(idempotency.c.key)
