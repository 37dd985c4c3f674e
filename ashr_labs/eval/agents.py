"""The agent under test: what it must be, and one for each scenario."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeGuard, cast, runtime_checkable

from .._json import preview
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from .replies import AgentReply

__all__ = ["Agent", "AgentSource", "AgentSupply", "AsyncAgent", "Seat"]


@runtime_checkable
class Agent(Protocol):
    """What can be evaluated.

    Both methods may take `scenario_id` as well; they get it by keyword.
    """

    def respond(self, message: str) -> Mapping[str, Any] | AgentReply | str:
        """Return the answer to a message: `{"text": ..., "tool_calls": [{"name": ..., "arguments": {...}}]}`."""
        ...

    def reset(self) -> object:
        """Forget the conversation; the next message opens another scenario."""
        ...


class AsyncAgent(Protocol):
    """What can be evaluated, asynchronous; `reset` may be an ordinary function."""

    def respond(self, message: str) -> Awaitable[Mapping[str, Any] | AgentReply | str]:
        """Return the answer to a message, as for `Agent`."""
        ...

    def reset(self) -> object:
        """Forget the conversation; the next message opens another scenario."""
        ...


AgentSource: TypeAlias = Agent | AsyncAgent | Callable[[], Any] | Callable[[str], Any]
"""An agent, its class, a function that makes one, or a function that answers a message."""


class Seat(NamedTuple):
    """An agent's methods, bound to one scenario."""

    respond: Callable[[str], object]
    reset: Callable[[], object]
    set_history: Callable[[Sequence[Mapping[str, Any]]], object] | None = None
    """Takes the messages so far in place of its own memory; only agents that can be repaired have it."""


class AgentSupply:
    """Hands out the agent for each scenario.

    A class or a function makes a new agent for each. An object plays all of them, unless they run side by side
    (`separate`): then each scenario gets what its `clone()` returns, else a deep copy. A function that answers
    messages has no memory, and so plays all of them.
    """

    def __init__(self, agent: AgentSource, *, separate: bool = False, teacher_forcing: bool = False) -> None:
        """Check the agent, so that nothing starts with one that cannot work.

        Raises:
            ConfigurationError: It is not an agent, or cannot be had once for each scenario.
        """
        # The agent made for the check is not wasted: it plays one of the scenarios.
        if not _is_instance(agent):
            self._make = _factory(agent)
            first = _agent_of(self._make())
        elif separate:
            self._make = _copier(agent)
            first = _first_copy(self._make, agent)
        else:
            self._make = partial(_itself, agent)
            first = agent
        self._made = [first]
        self._respond_takes_id = _takes_scenario_id(first, "respond", "message")
        self._reset_takes_id = _takes_scenario_id(first, "reset")
        self.is_async = any(_is_async(getattr(first, name)) for name in ("respond", "reset"))
        """Whether the agent must be driven by an event loop."""
        if teacher_forcing and not callable(getattr(first, "set_history", None)):
            name = f"{type(first).__name__}.set_history(messages)"
            raise ConfigurationError(
                f"teacher_forcing needs {name}, which takes the messages so far; it does not exist"
            )

    def __getstate__(self) -> dict[str, Any]:
        # Agents that exist already may hold what cannot travel to another process; there, others are made.
        return {**self.__dict__, "_made": []}

    def seat(self, scenario_id: str) -> Seat:
        """Return the agent that plays a scenario."""
        try:
            agent = self._made.pop()
        except IndexError:
            agent = _agent_of(self._make())
        respond = cast("Callable[..., object]", agent.respond)
        reset = cast("Callable[..., object]", agent.reset)
        return Seat(
            partial(respond, scenario_id=scenario_id) if self._respond_takes_id else respond,
            partial(reset, scenario_id=scenario_id) if self._reset_takes_id else reset,
            getattr(agent, "set_history", None),
        )


class _FunctionAgent:
    """An agent that is one function."""

    def __init__(self, respond: Callable[..., Any]) -> None:
        self.respond = respond

    def reset(self) -> None:
        """Forget nothing: there is nothing to forget."""


def _itself(agent: Agent) -> Agent:
    return agent


def _is_instance(agent: object) -> TypeGuard[Agent]:
    return not isinstance(agent, type) and (hasattr(agent, "respond") or hasattr(agent, "reset"))


def _agent_of(made: object) -> Agent:
    """Return what a factory made, a function that answers messages as an agent."""
    if not _is_instance(made) and callable(made) and _can_be_called(made, "message"):
        return _FunctionAgent(made)
    return cast("Agent", made)


def _factory(agent: object) -> Callable[[], Any]:
    if not callable(agent):
        raise ConfigurationError(
            f"an agent must be an object with respond(message) and reset(), its class, a function without "
            f"parameters that returns one, or a function that takes a message, not {preview(agent)}"
        )
    problem = _obstacle(agent)
    if problem is None and not inspect.iscoroutinefunction(agent):
        return agent
    if not isinstance(agent, type) and _can_be_called(agent, "message"):
        return partial(_itself, cast("Agent", agent))
    raise ConfigurationError(
        f"{preview(agent)} cannot be called without arguments to make an agent ({problem or 'it is asynchronous'}); "
        "pass an agent, a function without parameters such as lambda: MyAgent(...), or one that takes a message"
    )


def _can_be_called(function: Callable[..., object], *arguments: str) -> bool:
    return _signature(function) is not None and _obstacle(function, *arguments) is None


def _obstacle(function: Callable[..., object], *arguments: str, **named: str) -> TypeError | None:
    """Return why a function cannot be called like this; None if it can, or does not tell."""
    signature = _signature(function)
    try:
        if signature is not None:
            signature.bind(*arguments, **named)
    except TypeError as error:
        return error
    return None


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
    if inspect.isasyncgenfunction(method):
        raise ConfigurationError(f"{described} is an asynchronous generator; let it return the whole answer")
    signature = _signature(method)
    if signature is None:
        return False
    named = signature.parameters.get("scenario_id")
    takes_id = any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature.parameters.values()) or (
        named is not None and named.kind is not named.POSITIONAL_ONLY
    )
    problem = _obstacle(method, *arguments, **({"scenario_id": ""} if takes_id else {}))
    if problem:
        raise ConfigurationError(f"{described} cannot be called with ({', '.join(arguments)}): {problem}") from problem
    return takes_id


def _is_async(method: Callable[..., object]) -> bool:
    return inspect.iscoroutinefunction(method) or inspect.iscoroutinefunction(getattr(method, "__call__", None))  # noqa: B004


def _signature(method: Callable[..., object]) -> inspect.Signature | None:
    try:
        return inspect.signature(method)
    except (TypeError, ValueError):  # a builtin that does not tell
        return None
