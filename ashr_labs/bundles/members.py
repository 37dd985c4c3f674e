"""The members of a bundle, and the rules that they keep. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["LIMITS", "BundleLimits", "Contents", "Kind", "Member", "checked", "member_error", "shown", "usable"]

Kind: TypeAlias = Literal["file", "folder", "link"]

_MAX_PATH: Final = 1024
_MAX_NAME: Final = 255
_MAX_STEPS: Final = 40
"""Links that are followed for one path, as Linux does."""
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class BundleLimits:
    """Limits of a bundle."""

    packed: int = 32 << 20
    """Bytes of the archive."""
    unpacked: int = 256 << 20
    """Bytes of all files together."""
    members: int = 10_000
    """Files, folders and links."""


LIMITS: Final = BundleLimits()
"""The limits of the client and of the platform."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file, an empty folder or a link of a bundle."""

    path: str
    """Relative to the bundle, with `/` between the names."""
    kind: Kind = "file"
    size: int = 0
    """Bytes of a file."""
    is_executable: bool = False
    sha256: str = ""
    """Of the content of a file, in hexadecimal digits."""
    target: str = ""
    """Of a link."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The members of a bundle, in the order of their paths."""

    members: tuple[Member, ...]

    @property
    def size(self) -> int:
        """The bytes of all files together."""
        return sum(member.size for member in self.members)

    @property
    def digest(self) -> str:
        """The digest of paths, contents, links and executable bits, such as `sha256:...`.

        Times, owners, and the way in which the archive is compressed do not count.
        """
        sha256 = hashlib.sha256()
        for member in self.members:
            facts = [member.kind, member.path, member.is_executable, member.sha256 or member.target]
            sha256.update(json.dumps(facts).encode() + b"\n")
        return f"sha256:{sha256.hexdigest()}"


def checked(members: Iterable[Member]) -> Contents:
    """Return the members in order, without the folders that others are in.

    Raises:
        ConfigurationError: A member breaks a rule; the message has its path.
    """
    by_path: dict[str, Member] = {}
    for member in members:
        _check_path(member.path)
        before = by_path.setdefault(member.path, member)
        if before is not member and not before.kind == member.kind == "folder":
            raise member_error(member.path, "is there twice; each path must be there once")
    if not by_path:
        raise ConfigurationError("a bundle must have at least one file, and there is none that is not left out")
    parents: set[str] = set()
    for path in by_path:
        parents.update(_check_parents(path, by_path))
    links = {member.path: member.target for member in by_path.values() if member.kind == "link"}
    for path in links:
        _check_link(path, links)
    kept = (member for path, member in by_path.items() if member.kind != "folder" or path not in parents)
    return Contents(tuple(sorted(kept, key=lambda member: member.path)))


def usable(members: Iterable[Member]) -> Contents:
    """Return those members that break no rule, in order; of several with one path, the last one counts."""
    by_path: dict[str, Member] = {}
    for member in members:
        with suppress(ConfigurationError):
            _check_path(member.path)
            by_path[member.path] = member
    links = {member.path: member.target for member in by_path.values() if member.kind == "link"}
    kept: list[Member] = []
    for path, member in by_path.items():
        with suppress(ConfigurationError):
            _check_parents(path, by_path)
            if member.kind == "link":
                _check_link(path, links)
            kept.append(member)
    return Contents(tuple(sorted(kept, key=lambda member: member.path)))


def member_error(path: str, problem: str) -> ConfigurationError:
    """Return the error about a member."""
    return ConfigurationError(f"the member {shown(path)} of the bundle {problem}")


def shown(path: str) -> str:
    """Return a path for messages: quoted, in ASCII where it is not UTF-8, and not longer than a line."""
    text = path if len(path) <= _SHOWN else f"{path[:_SHOWN]}..."
    try:
        text.encode()
    except UnicodeEncodeError:
        return ascii(text)
    return repr(text)


def _check_path(path: str) -> None:
    try:
        encoded = path.encode()
    except UnicodeEncodeError as error:
        raise member_error(path, "must have a name in UTF-8; rename it") from error
    parts = path.split("/")
    if path.startswith("/"):
        raise member_error(path, "must have a path relative to the bundle, got an absolute one")
    if ".." in parts:
        raise member_error(path, "must stay in the bundle, and its path must not have `..`")
    if "" in parts or "." in parts:
        raise member_error(path, "must have a path without empty names and `.`")
    if any(mark in path for mark in "\\\0") or ":" in parts[0][1:2]:
        raise member_error(path, "must have a name that is valid on all systems: without `\\`, NUL and a drive")
    if len(encoded) > _MAX_PATH or any(len(part.encode()) > _MAX_NAME for part in parts):
        raise member_error(path, f"must have a path of at most {_MAX_PATH} bytes, and names of at most {_MAX_NAME}")


def _check_parents(path: str, members: Mapping[str, Member]) -> list[str]:
    """Return the folders that a path is in."""
    parts = path.split("/")
    parents = ["/".join(parts[:count]) for count in range(1, len(parts))]
    for parent in parents:
        if parent in members and members[parent].kind != "folder":
            raise member_error(path, f"is below {shown(parent)}, which is a {members[parent].kind} and not a folder")
    return parents


def _check_link(path: str, links: Mapping[str, str]) -> None:
    """Follow a link through the others, as a system does."""
    target = links[path]
    if not target or "\0" in target or len(target.encode(errors="replace")) > _MAX_PATH:
        raise member_error(path, f"is a link, and its target must have 1 to {_MAX_PATH} bytes without NUL")
    place = path.split("/")[:-1]
    waiting = deque([target])
    for _ in range(_MAX_STEPS):
        _follow(path, place, waiting, links)
        if not waiting:
            return
    raise member_error(path, "is a link in a circle; remove it")


def _follow(path: str, place: list[str], waiting: deque[str], links: Mapping[str, str]) -> None:
    """Walk along targets up to the next link, whose target is walked along before the rest."""
    parts = waiting.popleft()
    if parts.startswith("/") or "\\" in parts:
        raise _leads_out(path, links)
    names = parts.split("/")
    for number, name in enumerate(names, 1):
        if name == "..":
            if not place:
                raise _leads_out(path, links)
            place.pop()
        elif name not in {"", "."}:
            place.append(name)
            further = links.get("/".join(place))
            if further is not None:
                place.pop()
                rest = "/".join(name for name in names[number:] if name)
                waiting.extendleft(one for one in (rest, further) if one)
                return


def _leads_out(path: str, links: Mapping[str, str]) -> ConfigurationError:
    problem = f"is a link to {shown(links[path])}, which leads out of the bundle; replace it by what it leads to"
    return member_error(path, problem)
