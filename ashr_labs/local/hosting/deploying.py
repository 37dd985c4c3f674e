"""The files of an agent that is deployed, and how it is started. Pure."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from ..._json import as_object
from ...bundles import opened, pack, pack_files
from ...errors import ConfigurationError, ValidationError
from .manifest import INSTRUCTIONS, MANIFEST, Manifest, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ...bundles import Bundle

__all__ = ["bundle_of", "decoded_files", "manifest_of"]


def bundle_of(body: Mapping[str, Any], folder: Path | None) -> Bundle:
    """Return the files of an agent that is deployed.

    Args:
        body: The request.
        folder: The operator's folder of agents, below which `path` is.

    Raises:
        ValidationError: The files are not an agent, or cannot be taken; the message says which one and why.
    """
    try:
        bundle = _packed_folder(body["path"], folder) if "path" in body else pack_files(_files(body))
    except ConfigurationError as error:
        raise ValidationError(error.message) from error
    manifest_of(bundle.content)
    return bundle


def manifest_of(content: bytes) -> Manifest:
    """Return the way in which an agent is started.

    Args:
        content: Its bundle.

    Raises:
        ValidationError: It has neither instructions nor an entry point, or its `agent.toml` is not valid.
    """
    with opened(content) as archive:
        names = {member.path for member in archive.contents.members}
        has_instructions = not names.isdisjoint(INSTRUCTIONS)
        if MANIFEST in names:
            return read_manifest(archive.read(MANIFEST), has_instructions=has_instructions)
    if not has_instructions:
        raise ValidationError(
            f"an agent must have {' or '.join(INSTRUCTIONS)} with its instructions, or {MANIFEST} with its "
            "`command` or `entry`, at the top of its folder"
        )
    return Manifest()


def _packed_folder(path: str, folder: Path | None) -> Bundle:
    if folder is None:
        raise ValidationError(
            "`path` needs a folder of agents on the machine of the platform, which ASHR_AGENTS names; send `files`"
        )
    root = folder.resolve()
    found = (root / path).resolve()
    if not found.is_relative_to(root) or not found.is_dir():
        raise ValidationError(f"`path` must be a folder below the platform's folder of agents, got {path!r}")
    return pack(found)


def _files(body: Mapping[str, Any]) -> dict[str, bytes]:
    files = decoded_files(body.get("files") or ())
    if "systemPrompt" in body:
        files.setdefault(INSTRUCTIONS[0], body["systemPrompt"].encode("utf-8", "replace"))
    if not files:
        raise ValidationError("an agent must have `files`, a `systemPrompt` or a `path`")
    return files


def decoded_files(given_files: Iterable[Any]) -> dict[str, bytes]:
    """Return the files of a request by path.

    Raises:
        ValidationError: A path is there twice, or a content is not Base64; the message has its place.
    """
    files: dict[str, bytes] = {}
    for number, given in enumerate(given_files):
        file = as_object(given) or {}
        if file["path"] in files:
            raise ValidationError(f"files[{number}].path: {file['path']!r} is there twice")
        try:
            files[file["path"]] = base64.b64decode(file["content"], validate=True)
        except binascii.Error as error:
            raise ValidationError(f"files[{number}].content must be Base64: {error}") from error
    return files
