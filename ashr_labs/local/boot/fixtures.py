"""Fixtures and the setup of a sandbox: files, repositories, statements and commands, in order."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import time
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from ...errors import ValidationError
from ...specs.values import Directory, Drift, GitRepo, SqlFixture
from ..sandbox.errors import SandboxFileError
from .errors import BootError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...specs.values import Fixture, Setup
    from ..sandbox.protocol import CommandResult, Sandbox
    from .services import PostgresServer
    from .settings import BootSettings

__all__ = ["Preparation"]

_FIXTURES = "fixtures:"
_MAX_BYTES = 256 * 1024 * 1024
_MAX_FILES = 20_000
_SHOWN = 1_000
_NOT_REACHED = re.compile("Could not resolve host|[Nn]etwork is unreachable|Failed to connect|Couldn't connect")
"""In the output of git if it does not use the proxy."""


class Preparation:
    """Puts into a sandbox what has to be there before the agent starts.

    Args:
        sandbox: The sandbox.
        databases: Its PostgreSQL services by their names.
        settings: Those of the operator.
        environment: Variables of all commands of the setup.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        databases: Mapping[str, PostgresServer],
        settings: BootSettings,
        environment: Mapping[str, str],
    ) -> None:
        self._sandbox = sandbox
        self._databases = databases
        self._settings = settings
        self._environment = environment
        self._deadline = time.monotonic() + settings.setup_seconds

    def apply(self, fixtures: Iterable[Fixture], setup: Setup) -> None:
        """Apply the fixtures, then the setup, and at last what drifts from it.

        Raises:
            BootError: A step fails; the message says which one, and has the end of what it printed.
            ValidationError: A fixture of the platform does not exist.
        """
        steps = list(enumerate(fixtures))
        for index, fixture in steps:
            if not isinstance(fixture, Drift):
                self._apply(fixture, f"fixtures[{index}]")
        self._write(setup.files, "setup.files")
        self._run_all(setup.commands, "setup.commands")
        for index, fixture in steps:
            if isinstance(fixture, Drift):
                self._run_all(fixture.commands, f"fixtures[{index}].commands")

    def _apply(self, fixture: Fixture, place: str) -> None:
        match fixture:
            case GitRepo():
                self._clone(fixture, place)
            case SqlFixture():
                self._run_sql(fixture, place)
            case Directory() if fixture.source is None:
                self._write({_joined(fixture.path, path): text for path, text in fixture.files.items()}, place)
            case Directory():
                self._copy(self._folder(fixture.source or "", place), fixture.path, place)
            case Drift():
                pass

    def _clone(self, fixture: GitRepo, place: str) -> None:
        options = [f"--branch={quote(fixture.branch)}"] if fixture.branch else []
        options += [f"--depth={fixture.depth}"] if fixture.depth else []
        target = quote(f"./{fixture.path}")
        clone = f"git clone -q {' '.join(options)} --"
        if not fixture.url.startswith(_FIXTURES):
            try:
                self._run(f"{clone} {quote(fixture.url)} {target}", place)
            except BootError as error:
                raise _with_way_out(error) from error
            return
        bundle = _bundle(self._folder(fixture.url.removeprefix(_FIXTURES), place), place)
        # Git takes only a part of a history from a repository, not from a bundle.
        commands = [
            "copy=$(mktemp -d)",
            "cat > $copy/bundle",
            "git clone -q --bare $copy/bundle $copy/repository",
            f"{clone} file://$copy/repository {target}",
            f"git -C {target} remote remove origin",
            "rm -rf $copy",
        ]
        self._run(" && ".join(commands), place, stdin=bundle)

    def _run_sql(self, fixture: SqlFixture, place: str) -> None:
        database = self._databases[fixture.service]
        statements = fixture.sql.encode() if fixture.path is None and fixture.sql else b""
        try:
            statements = statements or self._sandbox.read(fixture.path or "")
            database.sql(statements)
        except (BootError, SandboxFileError) as error:
            raise BootError(f"{place}: {error.message}") from error

    def _folder(self, name: str, place: str) -> Path:
        """Return a folder of the platform's fixtures.

        Raises:
            ValidationError: It does not exist, or a link leads out of the folder of fixtures.
        """
        root = Path(self._settings.fixtures or "/nonexistent").resolve()
        folder = (root / name).resolve()
        if not folder.is_relative_to(root) or not folder.is_dir():
            raise ValidationError(f"{place}: there is no folder {name!r} among the fixtures of the platform")
        return folder

    def _copy(self, source: Path, path: str, place: str) -> None:
        total = 0
        for number, (name, file) in enumerate(_files(source)):
            about = file.stat()
            total += about.st_size
            if total > _MAX_BYTES or number >= _MAX_FILES:
                raise BootError(f"{place}: a folder must have at most {_MAX_FILES:,} files and {_MAX_BYTES:,} bytes")
            mode = stat.S_IMODE(about.st_mode) & 0o755 | 0o600
            self._put(_joined(path, name), file.read_bytes(), place, mode=mode)

    def _write(self, files: Mapping[str, str], place: str) -> None:
        for path, text in files.items():
            self._put(path, text.encode(), place)

    def _put(self, path: str, content: bytes, place: str, *, mode: int | None = None) -> None:
        try:
            self._sandbox.write(path, content, mode=mode)
        except SandboxFileError as error:
            raise BootError(f"{place}: {error.message}") from error

    def _run_all(self, commands: Iterable[str], place: str) -> None:
        for index, command in enumerate(commands):
            self._run(command, f"{place}[{index}]")

    def _run(self, command: str, place: str, *, stdin: bytes = b"") -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise BootError(f"{place}: fixtures and setup must end within {self._settings.setup_seconds:g} seconds")
        done = self._sandbox.exec(command, timeout=left, environment=self._environment, stdin=stdin)
        if done.exit_code:
            raise BootError(f"{place}: {_described(done)}")


def _with_way_out(error: BootError) -> BootError:
    """Return the error of a repository that was not reached with what it may be reached by."""
    if not _NOT_REACHED.search(error.message):
        return error
    return BootError(
        f"{error.message}; hosts of `network.egress.allow` are reached only through the proxy that HTTPS_PROXY names"
    )


def _described(done: CommandResult) -> str:
    printed = (done.stderr.strip() or done.stdout.strip()).decode("utf-8", "replace")[-_SHOWN:]
    why = "ran out of time" if done.timed_out else f"ended with exit code {done.exit_code}"
    return f"the command {why}{f': {printed}' if printed else ''}"


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the regular files of a folder by their names in it; links are not followed, and left out."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(parent, name)
            if stat.S_ISREG(file.lstat().st_mode):
                yield str(file.relative_to(folder)), file


def _bundle(repository: Path, place: str) -> bytes:
    """Return all branches and tags of a repository of the platform as one file of git."""
    done = subprocess.run(  # noqa: S603
        ["git", "-c", f"safe.directory={repository}", "-C", str(repository), "bundle", "create", "-q", "-", "--all"],  # noqa: S607
        capture_output=True,
        check=False,
        env={"PATH": os.environ.get("PATH", os.defpath), "GIT_TERMINAL_PROMPT": "0", "HOME": "/nonexistent"},
    )
    if done.returncode:
        raise BootError(f"{place}: git cannot read the repository: {done.stderr.decode('utf-8', 'replace')[-_SHOWN:]}")
    return done.stdout
