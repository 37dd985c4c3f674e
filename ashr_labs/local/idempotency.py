"""Idempotent requests: the response to a call with an `Idempotency-Key` is stored, and replayed for its repeats."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.exc import DBAPIError

from .._time import isoformat
from ..errors import ConflictError, ValidationError
from .store.columns import upsert
from .store.engine import is_lock_timeout
from .store.raw_json import RawJSON
from .store.schema import idempotency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

    from .operations import Context

__all__ = ["IdempotentRequest"]

_KEY = re.compile("[!-~]([ -~]{0,253}[!-~])?")
_TTL_SECONDS = 24 * 60 * 60
_CLEANUP_BATCH = 100


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A call that the client may send again."""

    key: str
    digest: str

    @classmethod
    def from_body(cls, key: str, body: bytes) -> IdempotentRequest:
        """Identify a call by its key and the digest of its body."""
        if not _KEY.fullmatch(key):
            raise ValidationError(f"Idempotency-Key must be 1 to 255 visible ASCII characters, got {key[:100]!a}")
        return cls(key, hashlib.sha256(body).hexdigest())

    def claim(self, context: Context) -> Mapping[str, Any] | None:
        """Claim the key in the call's transaction and return None, or return the response of the first call.

        Waits while the first call is still in progress.

        Raises:
            ConflictError: The key was used for another call, the response held a secret that is not stored, or the
                first call takes longer than the lock timeout.
        """
        _delete_expired(context)
        if self._is_first(context):
            return None
        first = context.connection.execute(select(idempotency).where(self._row(context))).mappings().one()
        if first["digest"] != self.digest:
            raise ConflictError(f"the Idempotency-Key {self.key!r} was already used for another call")
        if first["answer"] is None:
            raise ConflictError("this call has been completed; its response held a secret that is shown only once")
        answer: Mapping[str, Any] = first["answer"]
        return answer

    def store(self, context: Context, answer: Mapping[str, Any]) -> None:
        """Store the response for repeats."""
        stored = update(idempotency).where(self._row(context)).values(answer=RawJSON.dump(answer))
        context.connection.execute(stored)

    def _is_first(self, context: Context) -> bool:
        """Claim the key in the call's transaction; return False if a committed call has it."""
        row = {
            "tenant_id": context.principal.tenant_id,
            "key": self.key,
            "created_at": context.timestamp,
            "digest": self.digest,
            "answer": None,
        }
        new = upsert(context.connection, idempotency, row)
        claim = new.on_conflict_do_update(
            index_elements=[idempotency.c.tenant_id, idempotency.c.key],
            set_={name: new.excluded[name] for name in ("created_at", "digest", "answer")},
            where=_is_expired(context),
        )
        try:
            return context.connection.execute(claim.returning(idempotency.c.key)).first() is not None
        except DBAPIError as error:
            if not is_lock_timeout(error):
                raise
            raise ConflictError("the same call is still in progress; send it again in a moment") from error

    def _row(self, context: Context) -> ColumnElement[bool]:
        return (idempotency.c.tenant_id == context.principal.tenant_id) & (idempotency.c.key == self.key)


def _is_expired(context: Context) -> ColumnElement[bool]:
    return idempotency.c.created_at < isoformat(context.moment - _TTL_SECONDS)


def _delete_expired(context: Context) -> None:
    """Delete a batch of expired rows; skip those that another call is deleting."""
    row = (idempotency.c.tenant_id, idempotency.c.key)
    expired = select(*row).where(_is_expired(context)).limit(_CLEANUP_BATCH).with_for_update(skip_locked=True)
    context.connection.execute(delete(idempotency).where(tuple_(*row).in_(expired)))
