"""The files of a session: in its sandbox, or as they were saved."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..._time import isoformat
from ...bundles import LIMITS, BundleLimits, opened_usable, pack_members
from ...errors import ConfigurationError, NotFoundError, ValidationError
from ..failures import RefusedError
from ..sandbox.errors import SandboxError, SandboxFileError
from ..sandbox.paths import workspace_path
from ..store.hosting_rows import read_session, update_session
from ..store.workspace_rows import read_workspace, save_workspace
from .launching import Launch
from .live import MAX_WORKSPACE, archive_of, boot_session, create_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from contextlib import AbstractContextManager

    from ..keys import Principal
    from ..sandbox.protocol import Sandbox
    from ..sandboxes import Sandboxes
    from ..store.engine import Database
    from .live import LiveSession

__all__ = ["FoundFile", "SessionFiles", "Workspace", "is_listed"]

_logger = logging.getLogger(__name__)
_GONE = 410
_SAVED = BundleLimits(packed=MAX_WORKSPACE, unpacked=1 << 30, members=250_000)
"""Of a saved workspace: what a sandbox can have."""
_SKIPPED = frozenset({"node_modules", ".git", "__pycache__", ".DS_Store"})
_HIDDEN = frozenset({".cache", ".npm", ".pnpm-store", ".yarn", ".venv", "venv", ".tmp", "tmp"})
_SKIPPED_ENDS = (".sock", ".lock", ".pid")


class FoundFile(NamedTuple):
    """A regular file of a workspace."""

    path: str
    size: int
    modified_at: float
    """Seconds since the epoch."""


class Workspace(Protocol):
    """The files of a session."""

    @property
    def source(self) -> str:
        """`sandbox`, or `snapshot` for what was saved."""
        ...

    def files(self) -> list[FoundFile]:
        """Return the regular files by path."""
        ...

    def read(self, path: str, limit: int) -> bytes:
        """Return the content of a file.

        Raises:
            NotFoundError: There is no such file.
            ValidationError: It is outside, not a regular file, or larger than `limit`.
        """
        ...

    def bundle(self) -> bytes:
        """Return the files as a bundle, without caches, repositories of git, and `.env` files.

        Raises:
            RefusedError: There are too many, or they are too large.
        """
        ...


class SandboxWorkspace:
    """The files in a sandbox."""

    source = "sandbox"

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def files(self) -> list[FoundFile]:
        """Return the regular files by path."""
        with file_errors():
            entries = self._sandbox.list().entries
        return [FoundFile(one.path, one.size, one.modified_at) for one in entries if one.kind == "file"]

    def read(self, path: str, limit: int) -> bytes:
        """Return the content of a file."""
        with file_errors():
            return self._sandbox.read(path, limit=limit)

    def bundle(self) -> bytes:
        """Return the files as a bundle."""
        with file_errors():
            archive = archive_of(self._sandbox)
        if archive is None:
            raise RefusedError(413, f"the workspace has more than {MAX_WORKSPACE:,} bytes when it is compressed")
        return _bundle(archive)


class SavedWorkspace:
    """The files that were saved when a turn ended, or when a session was paused or stopped."""

    source = "snapshot"

    def __init__(self, archive: bytes) -> None:
        self._archive = archive

    def files(self) -> list[FoundFile]:
        """Return the regular files by path."""
        with opened_usable(self._archive, _SAVED) as archive:
            found = [member for member in archive.contents.members if member.kind == "file"]
            return [FoundFile(one.path, one.size, archive.modified_at(one.path)) for one in found]

    def read(self, path: str, limit: int) -> bytes:
        """Return the content of a file."""
        with file_errors():
            name = os.fsdecode(workspace_path(path, workspace="/"))
        with opened_usable(self._archive, _SAVED) as archive:
            found = next((one for one in archive.contents.members if one.path == name and one.kind == "file"), None)
            if found is None:
                raise NotFoundError(f"there is no file {path!r} in the saved workspace")
            if found.size > limit:
                raise ValidationError(f"{path!r} has {found.size} bytes, which are more than {limit}")
            return archive.read(name)

    def bundle(self) -> bytes:
        """Return the files as a bundle."""
        return _bundle(self._archive)


class SessionFiles:
    """Opens and changes the workspaces of sessions.

    Args:
        database: Has what was saved.
        sandboxes: Makes a sandbox for the change of a workspace that has none.
        live: The sessions that run, by their ids.
        locked: Holds the lock of a session, by its id.
        take_over: Makes sure that a session is not with another server.
        now: The clock, in seconds since the epoch.
    """

    def __init__(
        self,
        database: Database,
        sandboxes: Sandboxes,
        live: Mapping[str, LiveSession],
        locked: Callable[[str], AbstractContextManager[None]],
        take_over: Callable[[Mapping[str, Any]], object],
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._sandboxes = sandboxes
        self._live = live
        self._locked = locked
        self._take_over = take_over
        self._now = now

    def open(self, principal: Principal, session_id: str) -> Workspace:
        """Return the files of a session, whatever its status is.

        Raises:
            NotFoundError: There is no such session, or nothing was saved of it.
            RefusedError: Its process is on another server (421).
        """
        with self._database.read() as connection:
            row = read_session(connection, principal.tenant_id, session_id)
        self._take_over(row)
        live = self._live.get(session_id)
        if live is not None and live.is_alive:
            return SandboxWorkspace(live.sandbox)
        with self._database.read() as connection:
            return SavedWorkspace(_saved(read_workspace(connection, session_id), session_id))

    @contextmanager
    def changed(self, principal: Principal, session_id: str) -> Generator[tuple[Sandbox, str]]:
        """Yield the sandbox of a session and `sandbox`, and save what the block changes in it.

        A session without one gets a sandbox for this change, in which no agent runs, and `snapshot` is yielded.

        Raises:
            NotFoundError: There is no such session, or nothing was saved of it.
            RefusedError: It has ended (410), there is no place for a sandbox, or the files are too large to be saved.
        """
        with self._locked(session_id):
            with self._database.read() as connection:
                row = read_session(connection, principal.tenant_id, session_id)
            if row["status"] == "ended":
                raise RefusedError(_GONE, f"the session {session_id} has ended; fork it to change its files")
            self._take_over(row)
            live = self._live.get(session_id)
            if live is not None and live.is_alive:
                yield live.sandbox, SandboxWorkspace.source
                if not self._save(session_id, live.sandbox):  # as at the end of a turn: the files are in the sandbox
                    _logger.warning("the workspace of the session %s is too large to be saved", session_id)
                return
            with self._made(row, principal.user_id) as sandbox:
                yield sandbox, SavedWorkspace.source
                if not self._save(session_id, sandbox):
                    raise RefusedError(413, f"the workspace has more than {MAX_WORKSPACE:,} bytes and cannot be saved")

    def attach(self, principal: Principal, session_id: str, name: str, content: bytes) -> None:
        """Write an attachment of a session; the errors are those of `changed`."""
        with self.changed(principal, session_id) as (sandbox, _), file_errors():
            sandbox.write(f"attachments/{name}", content)

    @contextmanager
    def _made(self, row: Mapping[str, Any], user_id: int) -> Generator[Sandbox]:
        with self._database.read() as connection:
            archive = _saved(read_workspace(connection, row["id"]), row["id"])
        made = create_sandbox(self._sandboxes, row, user_id, boot_session({}, {}, archive, Launch()))
        try:
            yield made.ready().sandbox
        finally:
            made.destroy()

    def _save(self, session_id: str, sandbox: Sandbox) -> bool:
        """Return False if the workspace is too large to be saved."""
        with file_errors():
            archive = archive_of(sandbox)
        if archive is None:
            return False
        with self._database.write() as connection:
            update_session(connection, session_id, last_active_at=isoformat(self._now()))
            save_workspace(connection, session_id, archive, self._now())
        return True


def is_listed(path: str, *, with_hidden: bool) -> bool:
    """Return whether a list of files names a path; what package managers and git make is never listed."""
    left_out = _SKIPPED if with_hidden else _SKIPPED | _HIDDEN
    return not left_out.intersection(path.split("/")) and not path.endswith(_SKIPPED_ENDS)


@contextmanager
def file_errors() -> Generator[None]:
    """Translate the errors of a sandbox about its files."""
    try:
        yield
    except SandboxFileError as error:
        kind = NotFoundError if error.code == "missing" else ValidationError
        raise kind(error.message) from error
    except SandboxError as error:
        raise RefusedError(500, error.message) from error


def _saved(archive: bytes | None, session_id: str) -> bytes:
    if archive is None:
        raise NotFoundError(f"the workspace of the session {session_id} was too large to be saved")
    return archive


def _bundle(archive: bytes) -> bytes:
    """Return the archive that is downloaded, which can be uploaded again."""
    try:
        with opened_usable(archive, _SAVED) as found:
            members = [one for one in found.contents.members if _is_downloaded(one.path)]
            return pack_members(found, members, LIMITS).content
    except ConfigurationError as error:
        raise RefusedError(413, f"the workspace cannot be downloaded: {error.message}") from error


def _is_downloaded(path: str) -> bool:
    return is_listed(path, with_hidden=False) and not any(part.startswith(".env") for part in path.split("/"))
