"""The handle of a running environment as the world of invariants."""

from __future__ import annotations

import asyncio
import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import AshrLabsError, NotFoundError, ValidationError
from ..invariants import WorldError, WorldFileError
from ..sandboxes import CommandResult, QueryResult, ServiceRequest, StateDiff

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from .environments import RunningEnvironment

__all__ = ["HandleWorld"]

_TOO_LARGE = 413
_MIN_SECRET = 6
"""Characters; shorter values are in texts by accident."""


class HandleWorld:
    """The files, services and output of an environment, for `ashr_labs.invariants.evaluate()`.

    Args:
        handle: The environment, after the agent is done.
        loop: The event loop of an asynchronous handle; this object is used in another thread then.
        output: The agent's last text.
        secrets: Values that are not shown, by name.
    """

    def __init__(
        self,
        handle: RunningEnvironment,
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        output: str = "",
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        self._handle: Any = handle
        self._loop = loop
        self._secrets = {name: value for name, value in (secrets or {}).items() if len(value) >= _MIN_SECRET}
        self.output = output
        self.stdout = ""

    def read(self, path: str, *, limit: int) -> bytes:
        """Return the content of a file.

        Raises:
            WorldFileError: It is not a regular file, or has more than `limit` bytes.
            WorldError: The environment does not answer.
        """
        with _translated_file():
            content = self.call("read", path)
        encoded = content.encode() if isinstance(content, str) else bytes(content)
        if len(encoded) > limit:
            raise WorldFileError(f"it has more than {limit:,} bytes", code="large")
        return encoded

    def run(self, command: str, *, timeout: float) -> CommandResult:
        """Run `sh -c COMMAND` in the workspace, for at most `timeout` seconds.

        Raises:
            WorldError: The environment does not answer.
        """
        with _translated():
            done = self.call("exec", command, timeout=timeout)
            return CommandResult(
                command=command,
                stdout=_text(done.stdout),
                stderr=_text(done.stderr),
                exit_code=int(done.exit_code),
                duration_ms=int(getattr(done, "duration_ms", 0)),
                timed_out=bool(getattr(done, "timed_out", False)),
            )

    def query(self, service: str, query: str) -> QueryResult:
        """Return the rows of a query.

        Raises:
            WorldError: The environment has no such database, or the query fails.
        """
        with _translated():
            found: QueryResult = self.call("query", service, query)
        return found

    def requests(self, service: str) -> Sequence[ServiceRequest]:
        """Return the requests that an HTTP mock has got.

        Raises:
            WorldError: The environment has no such mock.
        """
        with _translated():
            found: Sequence[ServiceRequest] = self.call("requests", service)
        return found

    def changes(self) -> StateDiff:
        """Return the files that differ from when the environment was ready.

        Raises:
            WorldError: The environment does not answer.
        """
        with _translated():
            found: StateDiff = self.call("diff")
        return found

    def masked(self, text: str) -> str:
        """Return text in which the names of secrets stand for their values."""
        for name, value in self._secrets.items():
            text = text.replace(value, f"[secret {name}]")
        return text

    def has(self, method: str) -> bool:
        """Return True if the handle has a method."""
        return callable(getattr(self._handle, method, None))

    def call(self, method: str, *arguments: Any, **named: Any) -> Any:
        """Return the result of a method of the handle, which may be asynchronous.

        Raises:
            WorldError: The handle has no such method.
        """
        if not self.has(method):
            raise WorldError(f"the environment must have the method {method}(), for this check")
        result = getattr(self._handle, method)(*arguments, **named)
        if not inspect.isawaitable(result):
            return result
        if self._loop is None:
            raise WorldError(f"{method}() of the environment is asynchronous; make it by an asynchronous function")
        return asyncio.run_coroutine_threadsafe(_awaited(result), self._loop).result()


async def _awaited(result: Any) -> Any:
    return await result


def _text(printed: object) -> str:
    return printed.decode(errors="replace") if isinstance(printed, bytes) else str(printed)


@contextmanager
def _translated() -> Generator[None]:
    """Raise an error of the world in place of any of the handle, which may be code of the user."""
    try:
        yield
    except WorldError:
        raise
    except Exception as error:
        raise WorldError(_message(error)) from error


@contextmanager
def _translated_file() -> Generator[None]:
    """Do the same for a file, whose absence the environment can tell."""
    try:
        with _translated():
            yield
    except WorldError as error:
        cause = error.__cause__
        if isinstance(cause, NotFoundError | FileNotFoundError):
            raise WorldFileError("it does not exist", code="missing") from cause
        if isinstance(cause, ValidationError | IsADirectoryError | NotADirectoryError | PermissionError):
            raise WorldFileError(error.message, code="other") from cause
        if getattr(cause, "status_code", None) == _TOO_LARGE:
            raise WorldFileError(error.message, code="large") from cause
        raise


def _message(error: Exception) -> str:
    return error.message if isinstance(error, AshrLabsError) else f"{type(error).__name__}: {error}"
