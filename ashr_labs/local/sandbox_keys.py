"""Keys of sandboxes: each may do little, for one sandbox, for as long as that exists."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

from .._json import as_object
from .._secret import Secret
from ..errors import AuthorizationError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PREFIX", "confined", "digest", "new_sandbox_key"]

PREFIX = "ks_sb_"
_OPERATIONS = frozenset(
    {
        "export_spans",
        "get_sandbox",
        "get_sandbox_trace",
        "ingest_observability_trace",
        "ingest_sandbox_trace",
        "ingest_traces",
    }
)


def new_sandbox_key() -> Secret:
    """Return a new random key."""
    return Secret(PREFIX + secrets.token_urlsafe(32))


def digest(key: str) -> str:
    """Return the digest of a key, by which it is found: the time of a look-up tells nothing about a digest."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def confined(operation: str, params: dict[str, Any], sandbox_id: str) -> dict[str, Any]:
    """Return the parameters of an operation as a sandbox's key may use them: its traces belong to the sandbox.

    Args:
        operation: The operation.
        params: Its parameters, validated.
        sandbox_id: The sandbox of the key.

    Raises:
        AuthorizationError: Such a key may not use the operation.
        NotFoundError: The parameters name another sandbox.
    """
    if operation not in _OPERATIONS:
        raise AuthorizationError(
            f"the key of a sandbox cannot be used for `{operation}`: it reads its own sandbox, and stores and reads "
            "the traces of that"
        )
    if params.get("sandbox_id", sandbox_id) != sandbox_id:
        raise NotFoundError(f"there is no sandbox {params['sandbox_id']!r}")
    if operation != "ingest_observability_trace":
        return params
    return {**params, "trace": _of_session(params["trace"], sandbox_id)}


def _of_session(trace: Mapping[str, Any], sandbox_id: str) -> dict[str, Any]:
    """Return a trace of a sandbox's session; the session that it had stays in its metadata."""
    given = trace.get("session_id")
    metadata = as_object(trace.get("metadata")) or {}
    kept = {"metadata": {"session_id": given, **metadata}} if given not in (None, sandbox_id) else {}
    return {**trace, **kept, "session_id": sandbox_id}
