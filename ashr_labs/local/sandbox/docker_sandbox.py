"""One container of Docker or Podman as a sandbox: commands, files and its end."""

from __future__ import annotations

import secrets
import signal
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ...errors import ConfigurationError
from .docker_files import archive_of, content_of, listing_of, path_state
from .errors import SandboxError, SandboxFileError, SandboxGoneError
from .marking import SIGNAL_MARKED, new_marker
from .paths import workspace_path
from .protocol import MIB, CommandResult
from .remote import program_of, run_to_end
from .supervised import environment_items

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from .docker_api import DockerAPI, Stream
    from .docker_files import PathState
    from .protocol import Listing

__all__ = ["DockerProcess", "DockerSandbox"]

_WORKSPACE = "/workspace"
_UID = 1000
_POLL_SECONDS = 0.25
_GRACE_SECONDS = 2.0
"""How long output is still read after the program has ended; a descendant may hold the stream open forever."""


class DockerSandbox:
    """A container in which commands run.

    Args:
        api: The daemon.
        container: The container's id.
        id: Its name.
        engine: The name of its engine.
        environment: The variables of all commands.
        in_force: What is isolated and limited.
        on_end: Called once when it is destroyed.
    """

    workspace = _WORKSPACE

    def __init__(
        self,
        api: DockerAPI,
        container: str,
        *,
        id: str,  # noqa: A002 - the name of the attribute
        engine: str,
        environment: Mapping[str, str],
        in_force: Mapping[str, str],
        on_end: Callable[[DockerSandbox], None],
    ) -> None:
        self.id = id
        self.engine = engine
        self.in_force = in_force
        self._api = api
        self._container = container
        self._environment = environment
        self._on_end = on_end
        self.services: dict[str, DockerService] = {}
        """Those that run beside its commands, by name."""
        self._ending = threading.Lock()
        self._is_destroyed = False

    def __repr__(self) -> str:
        return f"<DockerSandbox {self.id} of {self.engine}{', destroyed' if self._is_destroyed else ''}>"

    @property
    def is_alive(self) -> bool:
        """Whether it takes requests."""
        if self._is_destroyed:
            return False
        try:
            return bool(self._api.get(f"/containers/{self._container}/json")["State"]["Running"])
        except SandboxGoneError:
            return False

    def exec(
        self,
        command: str | Sequence[str],
        *,
        timeout: float | None = None,
        environment: Mapping[str, str] | None = None,
        cwd: str = "",
        stdin: bytes = b"",
        output_limit: int = MIB,
    ) -> CommandResult:
        """Run a command, and return how it ended."""
        started = time.monotonic()
        process = self.spawn(command, environment=environment, cwd=cwd)
        return run_to_end(process, stdin=stdin, timeout=timeout, started=started, output_limit=output_limit)

    def spawn(
        self, command: str | Sequence[str], *, environment: Mapping[str, str] | None = None, cwd: str = ""
    ) -> DockerProcess:
        """Start a program, and return it while it runs."""
        argv = program_of(command)
        if not command or any("\0" in part for part in argv):
            raise ConfigurationError("`command` must be a program and its arguments, without NUL characters")
        folder = "" if cwd in {"", ".", _WORKSPACE} else self._relative(cwd)
        marker = new_marker()
        list(environment_items(environment or {}))  # raises for what no environment takes
        variables = {**self._environment, **(environment or {})}
        exec_id = self._prepare(argv, [*(f"{name}={value}" for name, value in variables.items()), marker], folder)
        with self._alive():
            stream = self._api.attach(exec_id)
        return DockerProcess(self, exec_id, stream, marker)

    def read(self, path: str, *, limit: int = 64 * MIB) -> bytes:
        """Return the content of a file."""
        relative = self._relative(path)
        state = self._state(relative)
        if state is None:
            raise SandboxFileError(f"{path!r} does not exist", code="missing")
        _check_kind(path, state)
        if state.size > limit:
            raise SandboxFileError(f"{path!r}: {state.size} bytes are more than {limit}", code="large")
        with self._alive():
            archive = self._api.download(self._archive, {"path": f"{_WORKSPACE}/{relative}"})
        try:
            return content_of(archive, path, limit)
        finally:
            archive.close()

    def write(self, path: str, content: bytes, *, mode: int | None = None) -> None:
        """Write a file at once or not at all; missing folders are made."""
        relative = self._relative(path)
        state = self._state(relative)
        if state is not None:
            _check_kind(path, state)
        bits = (mode & 0o777) if mode is not None else state.mode if state is not None else 0o644
        folder = relative.rpartition("/")[0]
        temporary = f"{folder}/.ashr-{secrets.token_hex(8)}".lstrip("/")
        archive = archive_of(temporary, content, mode=bits, folders=self._missing_folders(folder), uid=_UID)
        with self._alive():
            response = self._api.send(
                "PUT", self._archive, query={"path": _WORKSPACE}, content=archive, allowed=(400, 500)
            )
        if response.is_error:
            self._run(["rm", "-f", "--", temporary])
            raise _unpacking_error(path, response.text)
        if self._run(["mv", "-f", "--", temporary, relative]).exit_code:
            self._run(["rm", "-f", "--", temporary])
            raise SandboxFileError(f"{path!r} cannot be written", code="denied")

    def delete(self, path: str) -> None:
        """Remove a file, or a link itself."""
        relative = self._relative(path)
        state = self._state(relative)
        if state is None:
            raise SandboxFileError(f"{path!r} does not exist", code="missing")
        if state.kind == "folder":
            raise SandboxFileError(f"{path!r} is a folder", code="folder")
        if self._run(["rm", "-f", "--", relative]).exit_code:
            raise SandboxFileError(f"{path!r} cannot be removed", code="denied")

    def list(self) -> Listing:
        """Return all entries of the workspace with their checksums."""
        with self._alive():
            archive = self._api.download(self._archive, {"path": _WORKSPACE})
        try:
            return listing_of(archive)
        finally:
            archive.close()

    def destroy(self) -> None:
        """End all of its processes and remove its files; nothing happens if it has ended."""
        with self._ending:
            if self._is_destroyed:
                return
            self._is_destroyed = True
        with suppress(SandboxError):  # a daemon that is gone: its containers end with their lifetime
            for service in self.services.values():
                service.remove()
            self._api.delete(f"/containers/{self._container}", force="true", v="true")
        self._on_end(self)

    def exit_code(self, exec_id: str) -> int | None:
        """Return the exit code of a program; None while it runs."""
        with self._alive():
            found = self._api.get(f"/exec/{exec_id}/json")
        return None if found["Running"] else int(found["ExitCode"] or 0)

    def signal(self, marker: str, number: int) -> None:
        """Send a signal to all processes that have a marker in their environment."""
        exec_id = self._prepare(["/bin/sh", "-c", SIGNAL_MARKED, "sh", marker, str(number)], [], "")
        self._api.post(f"/exec/{exec_id}/start", {"Detach": True, "Tty": False})

    def _prepare(self, argv: Sequence[str], environment: Sequence[str], folder: str) -> str:
        program = {
            "Cmd": list(argv),
            "Env": list(environment),
            "WorkingDir": f"{_WORKSPACE}/{folder}".rstrip("/"),
            "AttachStdin": True,
            "AttachStdout": True,
            "AttachStderr": True,
            "Tty": False,
        }
        with self._alive():
            made = self._api.post(f"/containers/{self._container}/exec", program)
        exec_id: str = made["Id"]
        return exec_id

    def _run(self, argv: Sequence[str]) -> CommandResult:
        return self.exec(argv, timeout=_GRACE_SECONDS * 15)

    @property
    def _archive(self) -> str:
        return f"/containers/{self._container}/archive"

    def _relative(self, path: str) -> str:
        return workspace_path(path, workspace=_WORKSPACE).decode("utf-8", "surrogateescape")

    def _state(self, relative: str) -> PathState | None:
        """Return the state of a path; None if there is nothing.

        Raises:
            SandboxFileError: A folder above it is a link, or not a folder.
        """
        parts = relative.split("/")
        for depth in range(1, len(parts)):
            above = self._looked_up("/".join(parts[:depth]))
            if above is None:
                return None
            if above.kind != "folder":
                code = "link" if above.kind == "link" else "missing"
                raise SandboxFileError(f"{'/'.join(parts[:depth])!r} is not a folder", code=code)
        return self._looked_up(relative)

    def _looked_up(self, relative: str) -> PathState | None:
        with self._alive():
            response = self._api.send("HEAD", self._archive, query={"path": f"{_WORKSPACE}/{relative}"}, allowed=(404,))
        if response.status_code != 404:
            return path_state(response.headers.get("x-docker-container-path-stat", ""))
        if not self.is_alive:
            raise SandboxGoneError(f"the sandbox {self._fate()}")
        return None

    def _missing_folders(self, folder: str) -> tuple[str, ...]:
        parts = folder.split("/") if folder else []
        above = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        return tuple(one for one in above if self._looked_up(one) is None)

    @contextmanager
    def _alive(self) -> Generator[None]:
        """Raise a SandboxGoneError with the reason if the container is gone."""
        if self._is_destroyed:
            raise SandboxGoneError(f"the sandbox {self._fate()}")
        try:
            yield
        except SandboxGoneError as error:
            raise SandboxGoneError(f"the sandbox {self._fate()}") from error

    def _fate(self) -> str:
        return f"{self.id} was destroyed" if self._is_destroyed else f"{self.id} has ended: its lifetime is over"


class DockerService:
    """A container of a service.

    Args:
        api: The daemon.
        container: The container's id.
    """

    def __init__(self, api: DockerAPI, container: str) -> None:
        self._api = api
        self._container = container

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        try:
            return bool(self._api.get(f"/containers/{self._container}/json")["State"]["Running"])
        except SandboxGoneError:
            return False

    def log(self, *, lines: int | None = None) -> bytes:
        """Return what it has printed: the last lines, or the last MiB."""
        tail = "all" if lines is None else str(lines)
        return self._api.log(f"/containers/{self._container}/logs", {"stdout": "1", "stderr": "1", "tail": tail})

    def remove(self) -> None:
        """End it and remove its volumes."""
        self._api.delete(f"/containers/{self._container}", force="true", v="true")


class DockerProcess:
    """A program that runs in a container, with its streams."""

    def __init__(self, sandbox: DockerSandbox, exec_id: str, stream: Stream, marker: str) -> None:
        self.timed_out = False
        self._sandbox = sandbox
        self._exec_id = exec_id
        self._stream = stream
        self._marker = marker
        self._exit_code: int | None = None
        self._sending = threading.Lock()

    def close(self) -> None:
        """Kill the program, if it runs, without waiting for its end."""
        if self._exit_code is None:
            with suppress(SandboxError):
                self.kill()
        self._stream.close()

    def write(self, data: bytes) -> None:
        """Send bytes to its standard input; waits while it does not read. After its end they are dropped."""
        with self._sending, suppress(OSError):
            self._stream.write(data)

    def close_stdin(self) -> None:
        """End its standard input."""
        with self._sending, suppress(OSError):
            self._stream.close_stdin()

    def output(self, until: float | None = None) -> Iterator[tuple[str, bytes]]:
        """Yield `stdout` or `stderr` and bytes, as they are printed, until the program ends or is out of time.

        Args:
            until: When it is killed, on the clock of `time.monotonic`; None waits for its end.
        """
        try:
            yield from self._received(until)
        finally:
            self._stream.close()

    def _received(self, until: float | None) -> Iterator[tuple[str, bytes]]:
        end = None  # until when what a program has left in the streams is read
        while end is None or time.monotonic() < end:
            if until is not None and not self.timed_out and time.monotonic() >= until:
                self.timed_out = True
                self.kill()
            wait = _POLL_SECONDS if until is None or self.timed_out else min(_POLL_SECONDS, _left(until))
            try:
                received = self._stream.read(wait)
            except TimeoutError:
                if end is None and self._sandbox.exit_code(self._exec_id) is not None:
                    end = time.monotonic() + _POLL_SECONDS
                continue
            if received is None:
                return
            yield received

    def signal(self, number: int) -> None:
        """Send a signal to it and its descendants."""
        self._sandbox.signal(self._marker, number)

    def kill(self) -> None:
        """Kill it and all of its descendants."""
        self.signal(signal.SIGKILL)

    def wait(self) -> int:
        """Return its exit code when it has ended; output that was not taken is dropped."""
        for _ in self.output():
            pass
        while self._exit_code is None:
            self._exit_code = self._sandbox.exit_code(self._exec_id)
            if self._exit_code is None:
                time.sleep(_POLL_SECONDS / 10)
        return self._exit_code


def _left(until: float) -> float:
    return max(0.001, until - time.monotonic())


def _check_kind(path: str, state: PathState) -> None:
    if state.kind != "file":
        raise SandboxFileError(f"{path!r} is a {state.kind}, not a file", code=state.kind)


def _unpacking_error(path: str, text: str) -> SandboxFileError:
    if "no space" in text or "quota" in text:
        return SandboxFileError(f"there is no space for {path!r}", code="full")
    return SandboxFileError(f"{path!r} cannot be written: {text[:300]}", code="failed")
