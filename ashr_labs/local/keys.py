"""API keys: made of 32 random bytes, shown once, kept as an HMAC."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update

from .._time import isoformat
from ..errors import AuthenticationError, ConfigurationError
from .media import MediaLinks
from .store.schema import api_keys, settings, tenants, users
from .store.writing import add_row

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["ALL_SCOPES", "Caller", "KeyRing", "new_key", "note_use"]

ALL_SCOPES = ("read", "write", "admin")
_PREFIX = "tp_"
_SHOWN = 8
_CHOSEN_KEY = re.compile(r"tp_[!-~]{13,253}")
_USE_NOTED_EVERY = 60.0


_BY_DIGEST = (
    select(api_keys)
    .join(users, users.c.id == api_keys.c.user_id)
    .join(tenants, tenants.c.id == api_keys.c.tenant_id)
    .where(api_keys.c.digest == bindparam("digest"), api_keys.c.is_active, users.c.is_active, tenants.c.is_active)
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the API key says."""

    tenant_id: int
    user_id: int
    scopes: frozenset[str] = frozenset(ALL_SCOPES)


def new_key() -> str:
    """Make a key that nobody can guess."""
    return _PREFIX + secrets.token_urlsafe(32)


class KeyRing:
    """Know a platform's API keys by their HMAC under the platform's own secret."""

    def __init__(self, connection: Connection) -> None:
        """Read the platform's secret, or make it where there is none yet; `connection` must be writing alone."""
        self._secret = _secret(connection)
        self._sessions: dict[str, Caller] = {}

    def media_links(self) -> MediaLinks:
        """Return the signer of URLs under the same secret."""
        return MediaLinks(self._secret)

    def add_session(self, owner: Caller) -> str:
        """Make a key that only this object knows, and that is gone with it."""
        key = new_key()
        self._sessions[self._digest(key)] = owner
        return key

    def add(
        self,
        connection: Connection,
        owner: Caller,
        key: str,
        *,
        name: str,
        created_at: str,
        expires_at: str | None = None,
    ) -> int:
        """Keep a key with the scopes of `owner`; return the number of its row."""
        row = {
            "tenant_id": owner.tenant_id,
            "user_id": owner.user_id,
            "created_at": created_at,
            "name": name,
            "key_prefix": key[: len(_PREFIX) + min(_SHOWN, len(key) // 4)],
            "digest": self._digest(key),
            "scopes": [scope for scope in ALL_SCOPES if scope in owner.scopes],
            "expires_at": expires_at,
            "is_active": True,
        }
        return add_row(connection, api_keys, row)

    def add_chosen(self, connection: Connection, owner: Caller, key: str, *, created_at: str) -> None:
        """Keep a key that somebody chose, where it is not kept already.

        Raises:
            ConfigurationError: It cannot be a key, or it was revoked.
        """
        if not _CHOSEN_KEY.fullmatch(key):
            raise ConfigurationError("the given API key must be `tp_` and 13 to 253 more characters without spaces")
        kept = select(api_keys.c.is_active).where(api_keys.c.digest == self._digest(key))
        is_active = connection.scalar(kept)
        if is_active is None:
            self.add(connection, owner, key, name="given at the start", created_at=created_at)
        elif not is_active:
            raise ConfigurationError("the given API key was revoked; give another one")

    @staticmethod
    def is_used(connection: Connection) -> bool:
        """Tell whether any key is kept."""
        return connection.execute(select(api_keys.c.id).limit(1)).first() is not None

    def find(self, connection: Connection, key: str, *, moment: float) -> tuple[Caller, int | None]:
        """Tell who owns a key, and the number of its row where `note_use` is due.

        Raises:
            AuthenticationError: It is unknown, expired or revoked.
        """
        digest = self._digest(key)
        if session := self._sessions.get(digest):
            return session, None
        row = connection.execute(_BY_DIGEST, {"digest": digest}).mappings().one_or_none()
        if row is None:
            raise AuthenticationError("the API key is unknown or revoked; check ASHR_LABS_API_KEY")
        if row["expires_at"] is not None and row["expires_at"] <= isoformat(moment):
            raise AuthenticationError(f"the API key expired at {row['expires_at']}; make a new one")
        is_due = row["last_used_at"] is None or row["last_used_at"] <= isoformat(moment - _USE_NOTED_EVERY)
        return Caller(row["tenant_id"], row["user_id"], frozenset(row["scopes"])), row["id"] if is_due else None

    def _digest(self, key: str) -> str:
        return hmac.new(self._secret, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def note_use(connection: Connection, api_key_id: int, *, moment: float) -> None:
    """Remember when a key was used."""
    connection.execute(update(api_keys).where(api_keys.c.id == api_key_id).values(last_used_at=isoformat(moment)))


def _secret(connection: Connection) -> bytes:
    kept = connection.scalar(select(settings.c.value).where(settings.c.name == "secret"))
    if kept is None:
        kept = secrets.token_hex(32)
        connection.execute(insert(settings).values(name="secret", value=kept))
    return bytes.fromhex(kept)
