"""The agent under test: what it must be, one for each scenario, and how its replies are read."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeGuard, cast, runtime_checkable

from .._json import as_object, shown
from ..errors import ConfigurationError
from .calls import Call, ShapeError, read_calls

__all__ = ["Agent", "AgentSource", "AgentSupply", "Reply", "ReplyError", "Seat", "read_reply", "refuse_awaitable"]


@runtime_checkable
class Agent(Protocol):
    """What can be evaluated.

    Both methods may take `scenario_id` as well; they get it by keyword.
    """

    def respond(self, message: str) -> Mapping[str, Any] | str:
        """Return the answer to a message: `{"text": ..., "tool_calls": [{"name": ..., "arguments": {...}}]}`."""
        ...

    def reset(self) -> object:
        """Forget the conversation; the next message opens another scenario."""
        ...


AgentSource: TypeAlias = Agent | Callable[[], Agent]
"""An agent, its class, or a function that makes one."""


@dataclass(frozen=True, slots=True)
class Seat:
    """An agent's methods, bound to one scenario."""

    respond: Callable[[str], object]
    reset: Callable[[], object]


class AgentSupply:
    """Hands out the agent for each scenario.

    A class or a function makes a new agent for each. An object plays all of them, unless they run side by side
    (`separate`): then each scenario gets what its `clone()` returns, else a deep copy.
    """

    def __init__(self, agent: AgentSource, *, separate: bool = False) -> None:
        """Check the agent, so that nothing starts with one that cannot work.

        Raises:
            ConfigurationError: It is not an agent, or cannot be had once for each scenario.
        """
        # The agent made for the check is not wasted: it plays one of the scenarios.
        if not _is_instance(agent):
            self._make = _factory(agent)
            first = self._make()
        elif separate:
            self._make = _copier(agent)
            first = _first_copy(self._make, agent)
        else:
            self._make = lambda: agent
            first = agent
        self._made = [first]
        self._respond_takes_id = _takes_scenario_id(first, "respond", "message")
        self._reset_takes_id = _takes_scenario_id(first, "reset")

    def seat(self, scenario_id: str) -> Seat:
        """Return the agent that plays a scenario."""
        try:
            agent = self._made.pop()
        except IndexError:
            agent = self._make()
        respond = cast("Callable[..., object]", agent.respond)
        reset = cast("Callable[..., object]", agent.reset)
        return Seat(
            partial(respond, scenario_id=scenario_id) if self._respond_takes_id else respond,
            partial(reset, scenario_id=scenario_id) if self._reset_takes_id else reset,
        )


class ReplyError(ValueError):
    """What an agent answered is no answer."""


class Reply(NamedTuple):
    """What an agent answered; None where it said nothing about that part."""

    text: str | None
    calls: tuple[Call, ...] | None


def read_reply(value: object, source: str) -> Reply:
    """Return what a reply says.

    Args:
        value: What was returned.
        source: What returned it, such as `respond()`.

    Raises:
        ReplyError: It is not a reply.
    """
    if isinstance(value, str):
        return Reply(value, None)
    fields = as_object(value)
    if fields is None or (fields and "text" not in fields and "tool_calls" not in fields):
        refuse_awaitable(value, source)
        raise ReplyError(f'{source} returned {shown(value)}; return {{"text": ..., "tool_calls": [...]}}')
    text: object = fields.get("text")
    calls: object = fields.get("tool_calls")
    if text is not None and not isinstance(text, str):
        raise ReplyError(f"{source} returned a reply whose text must be a string, not {shown(text)}")
    try:
        return Reply(text, None if calls is None else read_calls(calls))
    except ShapeError as error:
        raise ReplyError(f"{source} returned a reply whose tool_calls{error.at} {error.problem}") from error


def refuse_awaitable(value: object, source: str) -> None:
    """Raise ReplyError if the value is one that asynchronous code has to await."""
    if not inspect.isawaitable(value):
        return
    if inspect.iscoroutine(value):
        value.close()
    raise ReplyError(
        f"{source} returned an awaitable; return the answer itself, such as what asyncio.run() makes of it"
    )


def _is_instance(agent: AgentSource) -> TypeGuard[Agent]:
    return not isinstance(agent, type) and (hasattr(agent, "respond") or hasattr(agent, "reset"))


def _factory(agent: object) -> Callable[[], Agent]:
    if not callable(agent) or inspect.iscoroutinefunction(agent):
        raise ConfigurationError(
            f"an agent must be an object with respond(message) and reset(), its class, or a function without "
            f"parameters that returns one, not {shown(agent)}"
        )
    signature = _signature(agent)
    try:
        if signature is not None:
            signature.bind()
    except TypeError as error:
        raise ConfigurationError(
            f"{shown(agent)} cannot be called without arguments to make an agent ({error}); "
            "pass an agent, or a function without parameters such as lambda: MyAgent(...)"
        ) from error
    return cast("Callable[[], Agent]", agent)


def _copier(agent: Agent) -> Callable[[], Agent]:
    clone = cast("object", getattr(agent, "clone", None))
    return cast("Callable[[], Agent]", clone) if callable(clone) else partial(copy.deepcopy, agent)


def _first_copy(make: Callable[[], Agent], agent: Agent) -> Agent:
    try:
        return make()
    except Exception as error:
        name = type(agent).__name__
        raise ConfigurationError(
            f"max_workers above 1 needs an agent for each scenario, but this {name} cannot be copied "
            f"({type(error).__name__}: {error}); pass {name} itself or a function that makes one, such as "
            f"lambda: {name}(...), give it a clone() method, or leave max_workers at 1"
        ) from error


def _takes_scenario_id(agent: object, method_name: str, *arguments: str) -> bool:
    method = cast("object", getattr(agent, method_name, None))
    described = f"{type(agent).__name__}.{method_name}()"
    if not callable(method):
        raise ConfigurationError(f"{described} does not exist; an agent needs respond(message) and reset()")
    if inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method):
        raise ConfigurationError(
            f"{described} is asynchronous; make it an ordinary function, such as one that calls asyncio.run()"
        )
    signature = _signature(method)
    if signature is None:
        return False
    named = signature.parameters.get("scenario_id")
    takes_id = any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature.parameters.values()) or (
        named is not None and named.kind is not named.POSITIONAL_ONLY
    )
    try:
        signature.bind(*arguments, **({"scenario_id": ""} if takes_id else {}))
    except TypeError as error:
        raise ConfigurationError(f"{described} cannot be called with ({', '.join(arguments)}): {error}") from error
    return takes_id


def _signature(method: Callable[..., object]) -> inspect.Signature | None:
    try:
        return inspect.signature(method)
    except (TypeError, ValueError):  # a builtin that does not tell
        return None
