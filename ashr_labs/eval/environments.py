"""Environments of runs: each scenario is played in one of its own, made from a spec or by a function of the user."""

from __future__ import annotations

import inspect
import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast
from weakref import WeakKeyDictionary

from .._json import as_object, preview
from ..errors import ConfigurationError
from ..specs import Spec, collect_declared_secrets, parse_spec, spec_from_value

if TYPE_CHECKING:
    from asyncio import Task
    from os import PathLike

    from ..client._async import AsyncAshrLabsClient
    from ..client._async._sandboxes import AsyncSandbox
    from ..client._sync import AshrLabsClient
    from ..client._sync._sandboxes import Sandbox
    from ..specs import SandboxSpec

__all__ = [
    "EnvironmentFactory",
    "EnvironmentSource",
    "RunningEnvironment",
    "SandboxEnvironment",
    "checked",
    "read_environment",
    "takes_scenario_id",
]

_LIMIT = 4
_METHODS = ("exec", "read", "destroy")


class RunningEnvironment(Protocol):
    """A handle of an environment: a `Sandbox` of a client, or an object of your own with these methods.

    They may be asynchronous. `get_state()`, `diff()`, `query()`, `requests()` and `findings()`, as a `Sandbox` has
    them, are used where they exist.
    """

    def exec(self, command: str, timeout: float | str | None = None) -> Any:
        """Run a command; return an object with `exit_code`, `stdout` and `stderr`."""
        ...

    def read(self, path: str) -> Any:
        """Return the content of a file; raise FileNotFoundError or NotFoundError if there is none."""
        ...

    def destroy(self) -> Any:
        """End the environment."""
        ...


EnvironmentFactory: TypeAlias = Callable[..., Any]
"""Returns a running environment; it may be asynchronous, and may have a parameter `scenario_id`."""

EnvironmentSource: TypeAlias = (
    "str | PathLike[str] | Mapping[str, Any] | Spec | SandboxEnvironment | EnvironmentFactory"
)
"""A spec (its file, its value, or as parsed), a `SandboxEnvironment`, or a function that returns an environment."""


class SandboxEnvironment:
    """Sandboxes of a spec, one for each scenario.

    Args:
        spec: The file of a spec, its value, or a parsed `Spec`.
        client: The client of the platform, synchronous or asynchronous, on which the spec is stored by the first
            scenario; by default a platform in this process is used.
        secrets: Values of the spec's secrets; others are taken from where the spec says, such as the environment.
        limit: How many sandboxes may exist at one time.

    Raises:
        ConfigurationError: The file cannot be read, or an argument is invalid.
        SpecError: The spec is not valid.

    Examples:
        >>> environment = SandboxEnvironment({"id": "report", "setup": {"commands": ["mkdir out"]}})
        >>> environment.spec.id
        'report'
    """

    def __init__(
        self,
        spec: str | PathLike[str] | Mapping[str, Any] | Spec,
        *,
        client: AshrLabsClient | AsyncAshrLabsClient | None = None,
        secrets: Mapping[str, str] | None = None,
        limit: int = _LIMIT,
    ) -> None:
        if isinstance(limit, bool) or not isinstance(cast("object", limit), int) or limit < 1:
            raise ConfigurationError(f"`limit` must be an integer >= 1, got {preview(limit)}")
        self._client = client
        self.spec = _read_spec(spec)
        """The spec."""
        self.secrets = {**collect_declared_secrets(self.spec.raw), **(secrets or {})}
        """Values of secrets, by name."""
        self.limit = limit
        self._lock = threading.Lock()
        self._opened: AshrLabsClient | None = None
        self._in_loops: WeakKeyDictionary[Any, Task[AsyncAshrLabsClient]] = WeakKeyDictionary()

    def __repr__(self) -> str:
        return f"SandboxEnvironment({self.spec.id!r}, limit={self.limit})"

    def __reduce__(self) -> tuple[Callable[..., SandboxEnvironment], tuple[object, ...]]:
        # Each process has a platform of its own, unless a client was given.
        return _made, (self.spec, self._client, self.secrets, self.limit)

    @property
    def is_async(self) -> bool:
        """Whether the given client is asynchronous, so that its sandboxes are for any agent."""
        return self._client is not None and inspect.iscoroutinefunction(self._client.specs.create)

    def creates_async(self, *, in_loop: bool) -> bool:
        """Return True if `acreate()` makes the sandboxes: without a client, in an event loop."""
        return self.is_async or (in_loop and self._client is None)

    def create(self) -> Sandbox:
        """Return a new sandbox, when it is ready."""
        with self._lock:
            if self._opened is None:
                self._opened = self._sync_client()
        return self._opened.sandboxes.create(self.spec.id, secrets=self.secrets)

    async def acreate(self) -> AsyncSandbox:
        """Return a new asynchronous sandbox, when it is ready."""
        import asyncio  # noqa: PLC0415 - runs without an event loop do not load it

        loop = asyncio.get_running_loop()
        if loop not in self._in_loops:
            self._in_loops[loop] = loop.create_task(self._async_client())
        client = await asyncio.shield(self._in_loops[loop])
        return await client.sandboxes.create(self.spec.id, secrets=self.secrets)

    def close(self) -> None:
        """End the platform in this process, with its sandboxes; nothing happens to a client of yours."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None and self._client is None:
            opened.close()

    async def aclose(self) -> None:
        """Do the same for the running event loop."""
        import asyncio  # noqa: PLC0415 - see above

        opening = self._in_loops.pop(asyncio.get_running_loop(), None)
        if opening is None or self._client is not None:
            return
        await asyncio.wait({opening})
        if not opening.cancelled() and opening.exception() is None:
            await opening.result().aclose()

    def _sync_client(self) -> AshrLabsClient:
        """Return the client, on whose platform the spec is stored."""
        from ..client._sync import AshrLabsClient  # noqa: PLC0415 - loaded by runs that need it

        client = cast("AshrLabsClient", self._client or AshrLabsClient.local())
        try:
            self._take(client.specs.create(self._text))
        except BaseException:
            if self._client is None:
                client.close()
            raise
        return client

    async def _async_client(self) -> AsyncAshrLabsClient:
        """Do the same for an asynchronous client."""
        from ..client._async import AsyncAshrLabsClient  # noqa: PLC0415 - loaded by runs that need it

        client = cast("AsyncAshrLabsClient", self._client or AsyncAshrLabsClient.local())
        try:
            self._take(await client.specs.create(self._text))
        except BaseException:
            if self._client is None:
                await client.aclose()
            raise
        return client

    @property
    def _text(self) -> str:
        return json.dumps(self.spec.raw, ensure_ascii=False)

    def _take(self, stored: SandboxSpec) -> None:
        """Load the merged spec from the platform, if the spec extends another one."""
        if self.spec.extends is not None:
            self.spec = spec_from_value(stored.spec)


def read_environment(given: object) -> SandboxEnvironment | EnvironmentFactory | None:
    """Return the environment that an option names.

    Raises:
        ConfigurationError: It is none, or its file cannot be read.
        SpecError: Its spec is not valid.
    """
    if given is None or isinstance(given, SandboxEnvironment):
        return given
    if isinstance(given, str | os.PathLike | Mapping | Spec):
        return SandboxEnvironment(cast("str", given))
    if callable(given):
        return cast("EnvironmentFactory", given)
    raise ConfigurationError(
        "environment must be the file of a spec, a spec, a SandboxEnvironment, or a function that returns a running "
        f"sandbox, got {preview(given)}"
    )


def takes_scenario_id(function: Callable[..., Any]) -> bool:
    """Return True if a function has a parameter `scenario_id`."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # without a signature
        return False
    return any(one.name == "scenario_id" or one.kind is one.VAR_KEYWORD for one in parameters)


def checked(handle: object) -> RunningEnvironment:
    """Return a handle if it has the methods of one.

    Raises:
        ConfigurationError: A method is missing.
    """
    missing = [name for name in _METHODS if not callable(getattr(handle, name, None))]
    if missing:
        raise ConfigurationError(
            f"the environment must be an object with exec(), read() and destroy(), got {preview(handle)} without "
            f"{missing[0]}()"
        )
    return cast("RunningEnvironment", handle)


def _read_spec(given: object) -> Spec:
    if isinstance(given, Spec):
        return given if given.raw else _refuse(given)
    fields = as_object(given)
    if fields is not None:
        return spec_from_value(fields)
    if not isinstance(given, str | os.PathLike):
        raise ConfigurationError(f"`spec` must be the file of a spec, a mapping or a Spec, got {preview(given)}")
    try:
        content = Path(cast("str", given)).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"the spec {os.fspath(given)!r} cannot be read: {error.strerror or error}") from error
    return parse_spec(content)


def _refuse(spec: Spec) -> Spec:
    raise ConfigurationError(
        f"the spec {spec.id!r} must come from parse_spec() or spec_from_value(), so that it can be stored"
    )


def _made(spec: Spec, client: AshrLabsClient | None, secrets: Mapping[str, str], limit: int) -> SandboxEnvironment:
    return SandboxEnvironment(spec, client=client, secrets=secrets, limit=limit)
