"""API keys: 32 random bytes, shown once, stored as an HMAC."""

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
from .cursors import CursorKey
from .media import MediaLinks
from .store.columns import add_row
from .store.schema import api_keys, settings, tenants, users

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

__all__ = ["ALL_SCOPES", "APIKeys", "Principal", "ensure_owner", "new_key", "record_use", "webhook_secret"]

ALL_SCOPES = ("read", "write", "admin")
_PREFIX = "tp_"
_SHOWN_CHARACTERS = 8
_GIVEN_KEY = re.compile(r"tp_[!-~]{13,253}")
_USE_RECORDED_EVERY = 60.0
"""Seconds."""

_BY_DIGEST = (
    select(api_keys)
    .join(users, users.c.id == api_keys.c.user_id)
    .join(tenants, tenants.c.id == api_keys.c.tenant_id)
    .where(api_keys.c.digest == bindparam("digest"), api_keys.c.is_active, users.c.is_active, tenants.c.is_active)
)


@dataclass(frozen=True, slots=True)
class Principal:
    """The tenant, user and scopes of an API key."""

    tenant_id: int
    user_id: int
    scopes: frozenset[str] = frozenset(ALL_SCOPES)
    expires_at: str | None = None
    """When the key expires; None if it does not."""
    sandbox_id: str | None = None
    """The sandbox whose key it is; None for other keys."""


def new_key() -> str:
    """Return a new random key."""
    return _PREFIX + secrets.token_urlsafe(32)


class APIKeys:
    """The API keys of a platform, found by their HMAC under the platform's secret."""

    def __init__(self, connection: Connection) -> None:
        """Read the secret, or create it in a new database; the connection must be exclusive."""
        self._secret = _secret(connection)
        self._sessions: dict[str, Principal] = {}

    def media_links(self) -> MediaLinks:
        """Return the signer of media URLs."""
        return MediaLinks(self._secret)

    def cursor_key(self) -> CursorKey:
        """Return the key of the cursors of all lists."""
        # A derived key: no signature of a cursor can be the digest of an API key.
        return CursorKey(hmac.digest(self._secret, b"cursors of lists", hashlib.sha256))

    def add_session(self, owner: Principal) -> str:
        """Create a key that exists only in this object."""
        key = new_key()
        self._sessions[self._digest(key)] = owner
        return key

    def add(
        self,
        connection: Connection,
        owner: Principal,
        key: str,
        *,
        name: str,
        created_at: str,
        expires_at: str | None = None,
    ) -> int:
        """Store a key with the scopes of `owner` and return the id of its row."""
        row = {
            "tenant_id": owner.tenant_id,
            "user_id": owner.user_id,
            "created_at": created_at,
            "name": name,
            "key_prefix": key[: len(_PREFIX) + min(_SHOWN_CHARACTERS, len(key) // 4)],
            "digest": self._digest(key),
            "scopes": [scope for scope in ALL_SCOPES if scope in owner.scopes],
            "expires_at": expires_at,
            "is_active": True,
        }
        return add_row(connection, api_keys, row)

    def add_given(self, connection: Connection, owner: Principal, key: str, *, created_at: str) -> None:
        """Store a key chosen by the operator, unless it is stored already.

        Raises:
            ConfigurationError: It does not have the form of a key, or it was revoked.
        """
        if not _GIVEN_KEY.fullmatch(key):
            raise ConfigurationError("the given API key must be `tp_` and 13 to 253 more characters without spaces")
        stored = select(api_keys.c.is_active).where(api_keys.c.digest == self._digest(key))
        is_active = connection.scalar(stored)
        if is_active is None:
            self.add(connection, owner, key, name="given at the start", created_at=created_at)
        elif not is_active:
            raise ConfigurationError("the given API key was revoked; use another one")

    @staticmethod
    def has_any(connection: Connection) -> bool:
        """Return True if any key is stored."""
        return connection.execute(select(api_keys.c.id).limit(1)).first() is not None

    def find(
        self, key: str, read: Callable[[], AbstractContextManager[Connection]], *, moment: float
    ) -> tuple[Principal, int | None]:
        """Return the principal of a key, and the id of its row if `record_use` is due.

        Args:
            key: The key.
            read: Returns a connection; not called for keys that exist only in this object.
            moment: The time of the call.

        Raises:
            AuthenticationError: The key is unknown, expired or revoked.
        """
        digest = self._digest(key)
        if session := self._sessions.get(digest):
            return session, None
        with read() as connection:
            row = connection.execute(_BY_DIGEST, {"digest": digest}).mappings().one_or_none()
        if row is None:
            raise AuthenticationError("the API key is unknown or revoked; check ASHR_LABS_API_KEY")
        if row["expires_at"] is not None and row["expires_at"] <= isoformat(moment):
            raise AuthenticationError(f"the API key expired at {row['expires_at']}; create a new one")
        is_due = row["last_used_at"] is None or row["last_used_at"] <= isoformat(moment - _USE_RECORDED_EVERY)
        principal = Principal(row["tenant_id"], row["user_id"], frozenset(row["scopes"]), row["expires_at"])
        return principal, row["id"] if is_due else None

    def _digest(self, key: str) -> str:
        return hmac.new(self._secret, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def record_use(connection: Connection, api_key_id: int, *, moment: float) -> None:
    """Store when a key was last used."""
    connection.execute(update(api_keys).where(api_keys.c.id == api_key_id).values(last_used_at=isoformat(moment)))


def ensure_owner(connection: Connection, timestamp: str) -> Principal:
    """Return the owner of the database; create the default tenant and user if there are none."""
    first = select(users).order_by(users.c.id).limit(1)
    owner = connection.execute(first).mappings().one_or_none()
    if owner is not None:
        return Principal(owner["tenant_id"], owner["id"])
    tenant = {"created_at": timestamp, "tenant_name": "Local", "is_active": True}
    tenant_id = add_row(connection, tenants, tenant)
    user = {
        "tenant_id": tenant_id,
        "created_at": timestamp,
        "email": "owner@localhost",
        "name": "Owner",
        "is_active": True,
    }
    return Principal(tenant_id, add_row(connection, users, user))


def webhook_secret(connection: Connection, tenant_id: int, alert_id: str) -> str:
    """Return the secret of the webhooks of an alert, which is derived and not stored."""
    return "whsec_" + hmac.digest(_secret(connection), f"webhooks/{tenant_id}/{alert_id}".encode(), "sha256").hex()


def _secret(connection: Connection) -> bytes:
    stored = connection.scalar(select(settings.c.value).where(settings.c.name == "secret"))
    if stored is None:
        stored = secrets.token_hex(32)
        connection.execute(insert(settings).values(name="secret", value=stored))
    return bytes.fromhex(stored)
