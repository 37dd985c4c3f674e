"""Calls that are sent again under the same `Idempotency-Key`: done once, answered alike."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.exc import DBAPIError

from .._time import isoformat
from ..errors import ConflictError, ValidationError
from .store.outages import is_waiting_in_vain
from .store.raw_json import RawJson
from .store.schema import idempotency
from .store.writing import upsert

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import ColumnElement

    from .operations import Context

__all__ = ["Repeatable"]

_KEY = re.compile("[!-~]([ -~]{0,253}[!-~])?")
_KEPT_SECONDS = 24 * 60 * 60
_FORGOTTEN_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A call that may come again."""

    key: str
    digest: str

    @classmethod
    def of(cls, key: str, body: bytes) -> Repeatable:
        """Name a call by its key and what it says."""
        if not _KEY.fullmatch(key):
            raise ValidationError(f"Idempotency-Key must have 1 to 255 characters, all visible ASCII: {key[:100]!a}")
        return cls(key, hashlib.sha256(body).hexdigest())

    def once(self, context: Context, act: Callable[[], Mapping[str, Any]], *, keep_answer: bool) -> Mapping[str, Any]:
        """Act and remember the answer, or return the one that is remembered.

        While the same call is being answered elsewhere this waits, and then returns that answer.

        Raises:
            ConflictError: The key was used for another call, or the answer held a secret that is not kept, or the same
                call is being answered for longer than we wait.
        """
        _forget(context)
        if not self._is_first(context):
            known = context.connection.execute(select(idempotency).where(self._is_ours(context))).mappings().one()
            return self._again(known["digest"], known["answer"])
        answer = act()
        if keep_answer:
            kept = update(idempotency).where(self._is_ours(context)).values(answer=RawJson.of(answer))
            context.connection.execute(kept)
        return answer

    def _is_first(self, context: Context) -> bool:
        """Claim the key in the caller's transaction; False where another transaction has done so for good."""
        values = {"created_at": context.timestamp, "digest": self.digest, "answer": None}
        claim = upsert(
            context.connection, idempotency, {"tenant_id": context.caller.tenant_id, "key": self.key, **values}
        ).on_conflict_do_update(
            index_elements=[idempotency.c.tenant_id, idempotency.c.key], set_=values, where=_is_outdated(context)
        )
        try:
            return context.connection.execute(claim.returning(idempotency.c.key)).first() is not None
        except DBAPIError as error:
            if not is_waiting_in_vain(error):
                raise
            raise ConflictError("the same call is still being answered; send it again in a moment") from error

    def _is_ours(self, context: Context) -> ColumnElement[bool]:
        return (idempotency.c.tenant_id == context.caller.tenant_id) & (idempotency.c.key == self.key)

    def _again(self, digest: str, answer: dict[str, Any] | None) -> dict[str, Any]:
        if digest != self.digest:
            raise ConflictError(f"the Idempotency-Key {self.key!r} was already used for another call")
        if answer is None:
            raise ConflictError("this was already done; its answer held a secret that is shown only once")
        return answer


def _is_outdated(context: Context) -> ColumnElement[bool]:
    return idempotency.c.created_at < isoformat(context.moment - _KEPT_SECONDS)


def _forget(context: Context) -> None:
    """Delete what is outdated, some at a time, but for what another call is just deleting."""
    row = (idempotency.c.tenant_id, idempotency.c.key)
    outdated = select(*row).where(_is_outdated(context)).limit(_FORGOTTEN_AT_ONCE).with_for_update(skip_locked=True)
    context.connection.execute(delete(idempotency).where(tuple_(*row).in_(outdated)))
