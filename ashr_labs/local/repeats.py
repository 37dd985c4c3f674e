"""Calls that are sent again under the same `Idempotency-Key`: done once, answered alike."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from ..errors import ConflictError, ValidationError
from .clock import as_text
from .store.raw_json import RawJson
from .store.schema import idempotency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .operations import Context

__all__ = ["Repeatable"]

_KEY = re.compile("[!-~]([ -~]{0,253}[!-~])?")
_KEPT_SECONDS = 24 * 60 * 60


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

        Raises:
            ConflictError: The key was used for another call, or the answer held a secret that is not kept.
        """
        tenant_id = context.caller.tenant_id
        outdated = delete(idempotency).where(idempotency.c.created_at < as_text(context.moment - _KEPT_SECONDS))
        context.connection.execute(outdated)
        wanted = select(idempotency).where(idempotency.c.tenant_id == tenant_id, idempotency.c.key == self.key)
        known = context.connection.execute(wanted).mappings().one_or_none()
        if known is not None:
            return self._again(known["digest"], known["answer"])
        answer = act()
        row = {
            "tenant_id": tenant_id,
            "key": self.key,
            "created_at": context.timestamp,
            "digest": self.digest,
            "answer": RawJson.of(answer) if keep_answer else None,
        }
        context.connection.execute(insert(idempotency).values(row))
        return answer

    def _again(self, digest: str, answer: dict[str, Any] | None) -> dict[str, Any]:
        if digest != self.digest:
            raise ConflictError(f"the Idempotency-Key {self.key!r} was already used for another call")
        if answer is None:
            raise ConflictError("this was already done; its answer held a secret that is shown only once")
        return answer
