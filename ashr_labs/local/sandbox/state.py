"""The difference between two listings of a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .protocol import FileEntry, Listing

__all__ = ["Difference", "difference"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Paths of files and links, sorted; folders count by what is in them."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    modified: tuple[str, ...]
    """Those with another content, kind, target, or permissions."""


def difference(before: Listing, after: Listing) -> Difference:
    """Return what was added, removed and modified between two listings.

    Examples:
        >>> from ashr_labs.local.sandbox.protocol import FileEntry, Listing
        >>> one = FileEntry("a.txt", "file", size=1, mode=0o644, sha256="5f")
        >>> difference(Listing(()), Listing((one,))).added
        ('a.txt',)
    """
    old, new = _by_path(before), _by_path(after)
    return Difference(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        modified=tuple(sorted(path for path in old.keys() & new.keys() if old[path] != new[path])),
    )


def _by_path(listing: Listing) -> dict[str, FileEntry]:
    return {entry.path: entry for entry in listing.entries if entry.kind != "folder"}
