"""Unpacking of bundles into a folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from .archives import opened
from .members import LIMITS, Contents

if TYPE_CHECKING:
    from .archives import Archive
    from .members import BundleLimits

__all__ = ["unpack"]


def unpack(content: bytes, folder: str | os.PathLike[str], limits: BundleLimits = LIMITS) -> Contents:
    """Write the members of a bundle into a folder that is empty or missing, completely or not at all.

    Args:
        content: The archive.
        folder: Where they are written.
        limits: What the bundle may have at most.

    Raises:
        ConfigurationError: The folder has files, or cannot be written; or the bundle cannot be read, see `read_bundle`.
    """
    target = Path(folder)
    with opened(content, limits) as archive:
        try:
            target.mkdir(parents=True, exist_ok=True)
            if any(target.iterdir()):
                raise ConfigurationError(f"the folder {target} must be empty or missing; choose another one")
            _write(archive, target)
        except OSError as error:
            raise ConfigurationError(f"{target} cannot be written: {error.strerror or error}") from error
        return archive.contents


def _write(archive: Archive, target: Path) -> None:
    try:
        links = [member for member in archive.contents.members if member.kind == "link"]
        for member in archive.contents.members:
            place = target / member.path
            if member.kind == "folder":
                place.mkdir(parents=True, exist_ok=True)
            elif member.kind == "file":
                place.parent.mkdir(parents=True, exist_ok=True)
                _write_file(place, archive.read(member.path), 0o755 if member.is_executable else 0o644)
        for link in links:  # last: nothing is written through a link
            place = target / link.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(link.target)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _write_file(place: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
