"""Archives of workspaces: tar files, compressed by gzip. Pure."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["with_files"]

_FAST = 1
"""Of gzip: archives are unpacked soon."""


def with_files(archive: bytes, files: Mapping[str, bytes]) -> bytes:
    """Return an archive with files in place of those of the same path."""
    if not files:
        return archive
    target = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as source,
        tarfile.open(fileobj=target, mode="w:gz", compresslevel=_FAST) as changed,
    ):
        for member in source:
            if member.name.removeprefix("./") not in files:
                changed.addfile(member, source.extractfile(member) if member.isreg() else None)
        for path, content in files.items():
            added = tarfile.TarInfo(path)
            added.size = len(content)
            changed.addfile(added, io.BytesIO(content))
    return target.getvalue()
