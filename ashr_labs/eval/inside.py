"""The environments of a run, in threads and in event loops."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from .._json import preview
from ..errors import ConfigurationError
from .environments import SandboxEnvironment, checked, takes_scenario_id
from .handle_world import HandleWorld
from .workspace_changes import text_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..specs import Spec
    from .environments import EnvironmentFactory, RunningEnvironment

__all__ = ["Environments", "Inside"]


@dataclass
class Inside:
    """The environment of one scenario."""

    handle: RunningEnvironment
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    before: Mapping[str, str] = field(default_factory=dict[str, str])
    """Its small text files, when it was ready."""
    is_destroyed: bool = False

    def world(self, loop: asyncio.AbstractEventLoop | None = None, *, output: str = "") -> HandleWorld:
        """Return what invariants look at; with a loop, it is used in another thread than that of the loop."""
        return HandleWorld(self.handle, loop, output=output, secrets=self.secrets)

    def destroy(self) -> Any:
        """Destroy the environment, or return an awaitable that does; once."""
        if self.is_destroyed:
            return None
        self.is_destroyed = True
        return self.handle.destroy()


class Environments:
    """The environments of a run; picklable if the user's own parts are.

    Args:
        source: The sandboxes of a spec, or a function that returns a running environment.
        agent_is_async: Whether the agent runs in an event loop.
    """

    def __init__(self, source: SandboxEnvironment | EnvironmentFactory, *, agent_is_async: bool) -> None:
        self.source = source
        self._is_copy = False
        if isinstance(source, SandboxEnvironment):
            self._creates_async = source.creates_async(in_loop=agent_is_async)
        else:
            self._creates_async = _is_async(source)
        self.needs_loop = agent_is_async or self._creates_async
        """Whether scenarios must be played in an event loop."""

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_is_copy": True}

    @property
    def limit(self) -> int | None:
        """How many may exist at one time, if there is a limit."""
        return self.source.limit if isinstance(self.source, SandboxEnvironment) else None

    @property
    def spec(self) -> Spec | None:
        """The spec of the sandboxes; None with a function of the user."""
        return self.source.spec if isinstance(self.source, SandboxEnvironment) else None

    def open(self, scenario_id: str) -> Any:
        """Return a new environment as `Inside`, or an awaitable of it."""
        return self._opened_async(scenario_id) if self.needs_loop else self._opened(scenario_id)

    def run(self, function: Callable[[asyncio.AbstractEventLoop | None], object]) -> Any:
        """Call a function that blocks, or return an awaitable that calls it in a thread, with the loop."""
        return _in_thread(function) if self.needs_loop else function(None)

    def destroy(self, inside: Inside) -> Any:
        """Destroy an environment, or return an awaitable that does."""
        return _destroyed(inside) if self.needs_loop else inside.destroy()

    def close(self) -> None:
        """End what was started for all environments."""
        if isinstance(self.source, SandboxEnvironment):
            self.source.close()

    async def aclose(self) -> None:
        """Do the same for the running event loop."""
        if isinstance(self.source, SandboxEnvironment):
            await self.source.aclose()

    def close_copy(self) -> None:
        """Do the same if this is the copy of another process, which plays one scenario."""
        if self._is_copy:
            self.close()

    def _opened(self, scenario_id: str) -> Inside:
        inside = self._inside(self._creator(scenario_id)())
        try:
            inside.before = text_files(inside.world())
        except BaseException:
            inside.destroy()
            raise
        return inside

    async def _opened_async(self, scenario_id: str) -> Inside:
        create = self._creator(scenario_id)
        made = create() if self._creates_async else await asyncio.to_thread(create)
        inside = self._inside(await made if inspect.isawaitable(made) else made)
        try:
            inside.before = await asyncio.to_thread(text_files, inside.world(asyncio.get_running_loop()))
        except BaseException:
            await _destroyed(inside)
            raise
        return inside

    def _creator(self, scenario_id: str) -> Callable[[], Any]:
        source = self.source
        if isinstance(source, SandboxEnvironment):
            return source.acreate if self._creates_async else source.create
        return partial(source, scenario_id=scenario_id) if takes_scenario_id(source) else source

    def _inside(self, handle: object) -> Inside:
        secrets = self.source.secrets if isinstance(self.source, SandboxEnvironment) else {}
        running = checked(handle)
        if not self.needs_loop and inspect.iscoroutinefunction(running.destroy):
            raise ConfigurationError(
                f"the environment {preview(handle)} is asynchronous, so the function that returns it must be "
                "`async def`"
            )
        return Inside(running, secrets)


async def _in_thread(function: Callable[[asyncio.AbstractEventLoop | None], object]) -> object:
    return await asyncio.to_thread(function, asyncio.get_running_loop())


async def _destroyed(inside: Inside) -> None:
    if inspect.iscoroutinefunction(inside.handle.destroy):
        await inside.destroy()
        return
    waiting = await asyncio.to_thread(inside.destroy)
    if inspect.isawaitable(waiting):
        await waiting


def _is_async(function: Callable[..., Any]) -> bool:
    inner = function.func if isinstance(function, partial) else function
    return inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(getattr(inner, "__call__", None))  # noqa: B004
