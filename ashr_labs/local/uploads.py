"""Uploads of agents, checked before anything is stored. Pure."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..bundles import opened, pack_members
from ..errors import ConfigurationError, ValidationError
from ..snapshots import LATEST, AgentAuth
from .agent_checks import REQUIREMENTS, check_config_path
from .store.columns import replace_unstorable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..bundles import Archive, Bundle, Contents

__all__ = ["CheckedUpload", "checked_upload"]

_ID: Final = re.compile("snap_[0-9]+")
_MAX_REQUIREMENTS: Final = 100_000
"""Bytes."""


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """The files of an agent."""

    bundle: Bundle
    """Packed again, so that the same members give the same bytes."""
    requirements: str
    """The text of its requirements.txt; empty if it has none."""


def checked_upload(metadata: Mapping[str, Any], content: bytes) -> CheckedUpload:
    """Return the files of an agent.

    Args:
        metadata: What the contract allows as `SnapshotMetadata`.
        content: An archive that is not trusted.

    Raises:
        ValidationError: The archive cannot be read or breaks a rule, or the metadata does not fit it.
    """
    _check_names(metadata)
    for number, file in enumerate(AgentAuth.from_dict(metadata.get("auth")).config_files):
        try:
            check_config_path(file.path)
        except ConfigurationError as error:
            raise _invalid(f"auth.config_files[{number}]", error.message) from error
    try:
        with opened(content) as archive:
            _check_entrypoint(metadata["entrypoint"], archive.contents)
            return CheckedUpload(pack_members(archive, archive.contents.members), _requirements(archive))
    except ConfigurationError as error:
        raise _invalid("bundle", error.message) from error


def _check_names(metadata: Mapping[str, Any]) -> None:
    if _ID.fullmatch(metadata["name"]):
        raise _invalid("name", f"{metadata['name']!r} has the form of an id; choose another name")
    if metadata.get("tag") == LATEST:
        raise _invalid("tag", f"{LATEST!r} always means the newest version; choose another name")


def _check_entrypoint(entrypoint: Sequence[str], contents: Contents) -> None:
    """Check what is certain: a program that is given as a path must be one of the files."""
    if not entrypoint[0].strip() or any("\0" in part for part in entrypoint):
        raise _invalid("entrypoint", "must begin with a program, and must not have NUL characters")
    program = entrypoint[0]
    if "/" not in program or program.startswith("/"):  # found in the sandbox, when it runs
        return
    path = posixpath.normpath(program)
    member = next((one for one in contents.members if one.path == path and one.kind != "folder"), None)
    if member is None and not _is_below_a_link(path, contents):
        raise _invalid("entrypoint[0]", f"{program!r} is not one of the files")
    if member is not None and member.kind == "file" and not member.is_executable:
        raise _invalid(
            "entrypoint[0]",
            f"{program!r} is not executable; make it so, or begin with the program that runs it, such as `sh`",
        )


def _is_below_a_link(path: str, contents: Contents) -> bool:
    return any(one.kind == "link" and path.startswith(f"{one.path}/") for one in contents.members)


def _requirements(archive: Archive) -> str:
    members = archive.contents.members
    found = next((one for one in members if one.path == REQUIREMENTS and one.kind == "file"), None)
    if found is None:
        return ""
    if found.size > _MAX_REQUIREMENTS:
        raise _invalid("bundle", f"{REQUIREMENTS} must have at most {_MAX_REQUIREMENTS:,} bytes, got {found.size:,}")
    return replace_unstorable(archive.read(REQUIREMENTS).decode("utf-8", "replace"))


def _invalid(path: str, message: str) -> ValidationError:
    return ValidationError(f"upload_snapshot: {path}: {message}", response={"path": path})
