"""Database locations: memory, a SQLite file, or a PostgreSQL URL."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeAlias, cast

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ..._json import preview
from ...errors import ConfigurationError

__all__ = ["Target", "display_name", "parse_target"]

Target: TypeAlias = Path | URL | None
"""A SQLite file, a PostgreSQL database, or memory."""

_SCHEME = re.compile("([A-Za-z][A-Za-z0-9+.-]*)://")
_POSTGRESQL = {"postgresql", "postgres", "postgresql+psycopg"}
_DRIVER = "postgresql+psycopg"


def parse_target(given: str | Path | None) -> Target:
    """Parse a path or a URL; paths become absolute.

    Raises:
        ConfigurationError: It is neither a path nor a URL, or the URL is malformed or has another scheme. The message
            never contains the URL, which may hold a password.
    """
    if given is not None and not isinstance(cast("object", given), str | Path):
        raise ConfigurationError(f"`path` must be the path of a file, a URL or None, got {preview(given)}")
    scheme = _SCHEME.match(given) if isinstance(given, str) else None
    if not isinstance(given, str) or scheme is None:
        return None if given is None else Path(given).resolve()
    if scheme[1].lower() not in _POSTGRESQL:
        raise ConfigurationError(
            f"the database must be a SQLite file or a postgresql:// URL, got `{scheme[1]}://...`; "
            "use a path, or a URL such as postgresql://user@host/database"
        )
    url = _read(given)
    if url is None:
        raise ConfigurationError(
            "the database URL cannot be parsed: write postgresql://user:password@host:port/database, with `%40` for "
            "an `@` in the password"
        )
    return _with_hidden_password(url).set(drivername=_DRIVER)


def display_name(target: Target) -> str:
    """Return the name of a target for messages, without a password."""
    if not isinstance(target, URL):
        return str(target or "memory")
    user = f"{target.username}@" if target.username else ""
    port = f":{target.port}" if target.port else ""
    return f"postgresql://{user}{_host(target)}{port}/{target.database or ''}"


def _read(given: str) -> URL | None:
    # Not raised from here: the original exceptions quote parts of the URL.
    try:
        return make_url(given)
    except (ArgumentError, ValueError):
        return None


def _host(url: URL) -> str:
    host = url.host or url.query.get("host") or ""
    if not isinstance(host, str):
        return ",".join(host)
    return f"[{host}]" if ":" in host else host


def _with_hidden_password(url: URL) -> URL:
    """Move a password from the URL's query, which SQLAlchemy prints, to the URL's password, which it hides."""
    password = url.query.get("password")
    if password is None:
        return url
    (first, *_) = (password,) if isinstance(password, str) else password
    return url.difference_update_query(["password"]).set(password=first)
