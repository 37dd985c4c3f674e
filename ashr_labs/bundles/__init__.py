"""Bundles: the files of an agent as one archive, which is the same for the same files, and is read within limits."""

from __future__ import annotations

from .archives import Archive, opened, opened_usable, read_bundle
from .ignoring import DEFAULT_IGNORED, IGNORE_FILE, Ignored
from .members import LIMITS, BundleLimits, Contents, Member
from .packing import Bundle, pack, pack_files, pack_members, repack
from .unpacking import unpack

__all__ = [
    "DEFAULT_IGNORED",
    "IGNORE_FILE",
    "LIMITS",
    "Archive",
    "Bundle",
    "BundleLimits",
    "Contents",
    "Ignored",
    "Member",
    "opened",
    "opened_usable",
    "pack",
    "pack_files",
    "pack_members",
    "read_bundle",
    "repack",
    "unpack",
]
