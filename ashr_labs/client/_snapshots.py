"""Arguments of the methods for snapshots. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .._json import preview
from ..errors import ConfigurationError
from ..snapshots import AgentAuth
from ._forms import FormFile, form_body
from ._validation import as_items

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["upload_form"]


def upload_form(
    name: str,
    bundle: bytes,
    entrypoint: Sequence[str],
    *,
    runtime: str | None,
    auth: AgentAuth | Mapping[str, Any] | None,
    tag: str | None,
) -> tuple[bytes, str]:
    """Return the body of an upload, and its media type.

    Raises:
        ConfigurationError: An argument has another type, or cannot be written as JSON.
    """
    if isinstance(entrypoint, str):
        raise ConfigurationError(
            f"`entrypoint` must be a list, got {preview(entrypoint)}; write it as {preview(entrypoint.split())}"
        )
    program: Sequence[object] = as_items(entrypoint, "entrypoint")
    if not program or not all(isinstance(part, str) for part in program):
        raise ConfigurationError(f"`entrypoint` must be a list of strings, not empty, got {preview(program)}")
    given = {"runtime": runtime, "auth": asdict(auth) if isinstance(auth, AgentAuth) else auth, "tag": tag}
    metadata = {"name": name, "entrypoint": program, **{field: value for field, value in given.items() if value}}
    try:
        text = json.dumps(metadata, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"`auth` cannot be written as JSON: {error}") from error
    return form_body({"metadata": text}, {"bundle": FormFile("bundle.tar.gz", "application/gzip", bundle)})
