"""The agent under test: its protocol, one instance for each scenario, and its replies."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeGuard, cast, runtime_checkable

from .._format import missing_key, suggestion
from .._json import preview
from .._unset import UNSET
from ..errors import ConfigurationError
from ..pricing import read_usage
from ..scenarios.tool_calls import CallRecord, ShapeError, read_calls

if TYPE_CHECKING:
    from ashr_labs_types import TokenUsage

__all__ = [
    "Agent",
    "AgentFactory",
    "AgentReply",
    "AgentSource",
    "AsyncAgent",
    "BoundAgent",
    "ParsedReply",
    "ReplyError",
    "read_reply",
    "refuse_awaitable",
]


@runtime_checkable
class Agent(Protocol):
    """An agent that can be evaluated.

    Both methods may also have a parameter `scenario_id`, which is passed by keyword. An agent that works in an
    environment of its own, such as a `HostedAgent`, has a method `open_environment()` that returns a running one; it is
    called for each scenario, in place of the option `environment`.
    """

    def respond(self, message: str) -> Mapping[str, Any] | AgentReply | str:
        """Return the reply to a message: `{"text": ..., "tool_calls": [{"name": ..., "arguments": {...}}]}`."""
        ...

    def reset(self) -> object:
        """Forget the conversation; the next message starts a new scenario."""
        ...


class AsyncAgent(Protocol):
    """An asynchronous agent that can be evaluated; `reset` may be a plain function."""

    def respond(self, message: str) -> Awaitable[Mapping[str, Any] | AgentReply | str]:
        """Return the reply to a message, as for `Agent`."""
        ...

    def reset(self) -> object:
        """Forget the conversation; the next message starts a new scenario."""
        ...


_OTHER_CALL_KEYS = frozenset(("calls", "tools", "function_calls", "functions_called", "tool_use"))
"""Keys under which other tools have the calls; ignoring them would hide calls."""
_EXPECTED_REPLY = 'return {"text": ..., "tool_calls": [...]}'
_REPLY_KEYS = frozenset(("text", "tool_calls", "usage", "output", "state"))

AgentSource: TypeAlias = Agent | AsyncAgent | Callable[[], Any] | Callable[[str], Any]
"""An agent, its class, a function that returns one, or a function that replies to a message."""


@dataclass(frozen=True, slots=True)
class AgentReply:
    """A typed alternative to a reply as a dict."""

    text: str = ""
    tool_calls: Sequence[Mapping[str, Any]] = ()
    """Each `{"name": ..., "arguments": {...}}`, or as the OpenAI and Anthropic clients return them."""
    usage: Mapping[str, Any] | None = None
    """Tokens and `cost_usd`, as a model client returns them."""
    output: Any = UNSET
    """The output as a value, which scorers get in place of the text."""
    state: Mapping[str, Any] | None = None
    """The state of what the agent works on, such as its database, which is compared with `expected_state`."""


class ReplyError(ValueError):
    """The agent returned something that is not a reply."""


class ParsedReply(NamedTuple):
    """A reply; None for the parts that the agent left out."""

    text: str | None
    calls: tuple[CallRecord, ...] | None
    usage: TokenUsage | None = None
    output: Any = UNSET
    state: Mapping[str, Any] | None = None


class BoundAgent(NamedTuple):
    """The methods of an agent, bound to one scenario."""

    respond: Callable[[str], object]
    reset: Callable[[], object]
    set_history: Callable[[Sequence[Mapping[str, Any]]], object] | None = None
    """Replaces the agent's memory with the messages so far; optional."""


class AgentFactory:
    """Returns an agent for each scenario.

    A class or function makes a new agent each time. An object plays all scenarios, unless they run concurrently
    (`separate`): then each scenario gets the result of its `clone()`, or a deep copy. A function that replies to
    messages has no state and plays all scenarios.
    """

    def __init__(self, agent: AgentSource, *, separate: bool = False, teacher_forcing: bool = False) -> None:
        """Check the agent before anything starts.

        Raises:
            ConfigurationError: It is not an agent, or it cannot be copied.
        """
        # The instance made for this check plays one of the scenarios.
        if not _is_instance(agent):
            self._make = _factory(agent)
            first = _as_agent(self._make())
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
        """True if the agent must run in an event loop."""
        if teacher_forcing and not callable(getattr(first, "set_history", None)):
            name = f"{type(first).__name__}.set_history(messages)"
            raise ConfigurationError(f"teacher_forcing needs {name}, which does not exist; it replaces the memory")

    def __getstate__(self) -> dict[str, Any]:
        # Existing instances may hold what cannot be pickled; the other process makes its own.
        return {**self.__dict__, "_made": []}

    def bind(self, scenario_id: str) -> BoundAgent:
        """Return the agent that plays a scenario."""
        try:
            agent = self._made.pop()
        except IndexError:
            agent = _as_agent(self._make())
        respond: Any = agent.respond
        reset: Any = agent.reset
        return BoundAgent(
            partial(respond, scenario_id=scenario_id) if self._respond_takes_id else respond,
            partial(reset, scenario_id=scenario_id) if self._reset_takes_id else reset,
            getattr(agent, "set_history", None),
        )


def read_reply(value: object, source: str = "respond()") -> ParsedReply:
    """Parse a reply.

    Args:
        value: The returned value.
        source: What returned it, such as `respond()`.

    Raises:
        ReplyError: It is not a reply.
    """
    if isinstance(value, str):
        return ParsedReply(value, None)
    if isinstance(value, AgentReply):
        given = {"text": value.text, "tool_calls": list(value.tool_calls), "usage": value.usage}
        given = given if value.output is UNSET else {**given, "output": value.output}
        value = given if value.state is None else {**given, "state": value.state}
    fields: Any = value
    if not isinstance(value, Mapping):
        refuse_awaitable(fields, source)
        raise ReplyError(f"{source} returned {preview(fields)}; {_EXPECTED_REPLY}")
    if fields and "text" not in fields and "tool_calls" not in fields:
        hint = missing_key("text", fields) or missing_key("tool_calls", fields)
        raise ReplyError(f"{source} returned {preview(fields)}; {_EXPECTED_REPLY}{hint}")
    if not _REPLY_KEYS.issuperset(fields):
        _check_keys(fields, source)
    text, calls, usage = fields.get("text"), fields.get("tool_calls"), fields.get("usage")
    if text is not None and not isinstance(text, str):
        raise ReplyError(f"{source} returned a reply whose text must be a string, got {preview(text)}")
    try:
        read = None if calls is None else read_calls(calls)
    except ShapeError as error:
        raise ReplyError(f"{source} returned a reply whose tool_calls{error.at} {error.problem}") from error
    read_tokens = None if usage is None else read_usage(usage) or None
    state = fields.get("state")
    if state is not None and not isinstance(state, Mapping):
        raise ReplyError(f"{source} returned a reply whose state must be an object, got {preview(state)}")
    return ParsedReply(text, read, read_tokens, fields.get("output", UNSET), state)


def refuse_awaitable(value: object, source: str) -> None:
    """Raise ReplyError if the value has to be awaited."""
    if not inspect.isawaitable(value):
        return
    if inspect.iscoroutine(value):
        value.close()
    raise ReplyError(
        f"{source} returned an awaitable; declare it with async def, or return the result of asyncio.run()"
    )


def _check_keys(fields: Mapping[str, Any], source: str) -> None:
    """Refuse a misspelt key: that part of the reply would be lost."""
    for key in fields.keys() - _REPLY_KEYS:
        # Replies may have keys of their own, such as `stats`, which must not be taken for a misspelt `state`.
        meant = suggestion(key, _REPLY_KEYS - {"state"}, only_misspelt=True)
        if key in _OTHER_CALL_KEYS and fields.get("tool_calls") is None and fields[key]:
            meant = "; did you mean 'tool_calls'?"
        if meant:
            raise ReplyError(f"{source} returned a reply with the unknown key {key!r}{meant}")


class _FunctionAgent:
    """An agent made from a function of a message."""

    def __init__(self, respond: Callable[..., Any]) -> None:
        self.respond = respond

    def reset(self) -> None:
        """Do nothing: a function has no memory."""


def _itself(agent: Agent) -> Agent:
    return agent


def _is_instance(agent: object) -> TypeGuard[Agent]:
    return not isinstance(agent, type) and (hasattr(agent, "respond") or hasattr(agent, "reset"))


def _as_agent(made: object) -> Agent:
    """Return the product of a factory; wrap a function of a message."""
    if not _is_instance(made) and callable(made) and _can_be_called(made, "message"):
        return _FunctionAgent(made)
    return cast("Agent", made)


def _factory(agent: object) -> Callable[[], Any]:
    if not callable(agent):
        raise ConfigurationError(
            f"an agent must be an object with respond(message) and reset(), its class, a function without "
            f"parameters that returns one, or a function of a message, got {preview(agent)}"
        )
    problem = _call_error(agent)
    if problem is None and not inspect.iscoroutinefunction(agent):
        return agent
    if not isinstance(agent, type) and _can_be_called(agent, "message"):
        return partial(_itself, cast("Agent", agent))
    raise ConfigurationError(
        f"{preview(agent)} cannot be called without arguments to make an agent ({problem or 'it is asynchronous'}); "
        "pass an agent, a function without parameters such as lambda: MyAgent(...), or a function of a message"
    )


def _can_be_called(function: Callable[..., object], *arguments: str) -> bool:
    return _signature(function) is not None and _call_error(function, *arguments) is None


def _call_error(function: Callable[..., object], *arguments: str, **named: str) -> TypeError | None:
    """Return the error of calling a function with these arguments; None if it works or has no signature."""
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
        raise ConfigurationError(f"{described} is an asynchronous generator; return the whole reply instead")
    signature = _signature(method)
    if signature is None:
        return False
    named = signature.parameters.get("scenario_id")
    takes_id = any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature.parameters.values()) or (
        named is not None and named.kind is not named.POSITIONAL_ONLY
    )
    problem = _call_error(method, *arguments, **({"scenario_id": ""} if takes_id else {}))
    if problem:
        raise ConfigurationError(f"{described} cannot be called with ({', '.join(arguments)}): {problem}") from problem
    return takes_id


def _is_async(method: Callable[..., object]) -> bool:
    return inspect.iscoroutinefunction(method) or inspect.iscoroutinefunction(getattr(method, "__call__", None))  # noqa: B004


def _signature(method: Callable[..., object]) -> inspect.Signature | None:
    try:
        return inspect.signature(method)
    except (TypeError, ValueError):  # a builtin without a signature
        return None
