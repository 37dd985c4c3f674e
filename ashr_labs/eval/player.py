"""Play one scenario: a generator without I/O that yields calls and sleeps, and records the results in a test."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from ..errors import DatasetError
from ..run_builder.records import TestRecord
from ..scenarios.scenario import (
    AgentAction,
    EnvironmentAction,
    Scenario,
    UserAction,
    has_checks,
    has_outcome,
    read_scenario,
)
from ..tracing.tools import ToolScope, in_tool_scope
from .agent_errors import AgentError, dataset_error, timeout_error
from .agents import BoundAgent, ReplyError, read_reply, refuse_awaitable
from .observation import ObservedScenario

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from .._retry import RateLimiter
    from ..scenarios.tool_calls import CallRecord
    from ..scorers.invariants import EnvironmentScorer
    from ..tracing.spans import Scope
    from .agents import AgentFactory, ParsedReply
    from .comparison import Comparison
    from .inside import Environments
    from .observation import CallsFrom
    from .options import Callbacks
    from .sampling import Sample
    from .tool_matching import CallPair, ToolCallMatcher

__all__ = ["TIMED_OUT", "Call", "RunContext", "Sleep", "Steps", "play"]


class Sleep(NamedTuple):
    """A request to wait; send None."""

    seconds: float


class Call(NamedTuple):
    """A request to call a function; send the result."""

    function: Callable[..., object]
    arguments: tuple[object, ...] = ()
    timeout: float | None = None
    read: Callable[[object], object] | None = None
    """Parses the result of a call of the agent; None for a callback.

    Of the agent's calls, exceptions, those of `read` included, are sent as an `AgentError`, and `TIMED_OUT` after the
    timeout. What a callback raises ends the run."""
    scope: Scope | None = None
    """The scope of the trace that a call of the agent is recorded in."""


TIMED_OUT = object()
"""Sent in place of a result that did not arrive in time."""

Steps: TypeAlias = "Generator[Call | Sleep, Any, AgentError | None]"
"""The requests of one scenario; returns the error of the agent that ended it, or None."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """Everything that all scenarios of a run share; picklable if the user's own parts are."""

    agents: AgentFactory
    comparison: Comparison
    callbacks: Callbacks
    matcher: ToolCallMatcher
    timeout: float | None = None
    scenario_timeout: float | None = None
    teacher_forcing: bool = False
    rate: RateLimiter | None = None
    calls_from: CallsFrom = "auto"
    environments: Environments | None = None
    """The environments in which scenarios are played."""
    environment_scorers: Sequence[EnvironmentScorer] = ()
    """The scorers of the run that look at the environments."""
    play_to_outcome: Callable[[Sample, TestRecord, RunContext], Steps] | None = None
    """Plays scenarios that say what the agent must leave behind, and those in environments."""

    def start(self, sample: Sample) -> tuple[TestRecord, Steps]:
        """Return the test of a sample, and the steps that play it."""
        test = TestRecord(sample.scenario_id).start()
        test.set_attempts(sample.repeat, sample.errors)
        if self.play_to_outcome is None or (self.environments is None and not has_outcome(sample.raw)):
            return test, play(sample, test, self)
        return test, self.play_to_outcome(sample, test, self)


def play(sample: Sample, test: TestRecord, context: RunContext) -> Steps:
    """Play a scenario: yield each call, receive its result, record it in the test.

    An error of the agent ends the test as failed; what was recorded before is kept.
    """
    test.title, test.tags = sample.title, sample.tags
    try:
        scenario = _read(sample, test)
    except DatasetError as malformed:
        test.fail(dataset_error(malformed))
        return None
    test.expects_no_calls = scenario.expects_no_calls
    callbacks = context.callbacks
    if callbacks.on_scenario is not None:
        callbacks.on_scenario(sample.scenario_id, cast("dict[str, Any]", sample.raw))
    state = _ScenarioState(scenario, test, context)
    error = yield from state.reset()
    for action in () if error else scenario.actions:
        if isinstance(action, UserAction):
            state.record_message(action)
        if callbacks.on_action is not None:
            callbacks.on_action(action.action_index, action.raw)
        # One level of `yield from` per message: each level costs as much as a call.
        if isinstance(action, AgentAction):
            state.expect(action)
        elif isinstance(action, UserAction):
            error = yield from state.ask(action)
        elif callbacks.on_environment is not None:
            answer = yield Call(callbacks.on_environment, (action.content, action.raw))
            error = state.take_environment(action, answer)
        if error is not None:
            break
    state.finish(error)
    return error


def _read(sample: Sample, test: TestRecord) -> Scenario:
    """Parse a scenario and its checks, so that a malformed check is found before the agent is called."""
    if has_checks(sample.raw):
        from ..scorers.checks import read_checks  # noqa: PLC0415 - only datasets with checks load scorers

        test.has_checks = bool(read_checks(sample.scenario_id, sample.raw))
    return read_scenario(sample.scenario_id, sample.raw)


class _ScenarioState:
    """The agent's current reply, what is expected of it, and the time that is left."""

    def __init__(self, scenario: Scenario, test: TestRecord, context: RunContext) -> None:
        self._scenario = scenario
        self._test = test
        self._context = context
        self._matcher = context.matcher
        self._spans_turns = context.matcher.scope == "scenario"
        self._timeout = context.timeout
        self._deadline = None if context.scenario_timeout is None else perf_counter() + context.scenario_timeout
        self._agent: BoundAgent
        """Set by `reset()`."""
        self._action: UserAction | EnvironmentAction | None = None
        """The action that the last call of the agent or of the environment was for."""
        self._observed = ObservedScenario(context.calls_from)
        self._turn = -1
        self._history: list[dict[str, Any]] = []
        self._text = ""
        self._calls: tuple[CallRecord, ...] = ()
        self._earlier: list[CallRecord] = []
        """The calls of earlier replies that later actions may still expect."""
        self._expecting: list[tuple[AgentAction, str]] = []
        """The actions whose expected calls are not matched yet, each with the agent's text at that time."""

    def reset(self) -> Steps:
        """Make the agent forget the last conversation."""
        answer = yield from self._limited("reset()", self._bind_and_reset, (), _check_reset)
        if self._observed.made:
            self._observed.skip()
        return answer if isinstance(answer, AgentError) else None

    def _bind_and_reset(self) -> object:
        agent = self._context.agents.bind(self._scenario.id)
        on_tool = self._context.callbacks.on_tool
        if on_tool is not None:
            tools = ToolScope(on_tool, self._scenario.id)
            agent = agent._replace(respond=in_tool_scope(agent.respond, tools))
        self._agent = agent
        return agent.reset()

    def record_message(self, action: UserAction) -> None:
        """Record a message to the agent."""
        self._turn += 1
        self._test.add_user_text(action.action_index, action.message, action.description)

    def ask(self, action: UserAction) -> Steps:
        """Send a message to the agent and take its reply."""
        context, agent = self._context, self._agent
        self._action = action
        if context.teacher_forcing:
            answer = yield from self._limited(
                "set_history()", cast("Any", agent.set_history), (deepcopy(self._history),)
            )
            self._history.append({"role": "user", "content": action.message})
            if isinstance(answer, AgentError):
                return answer
        if context.rate is not None:
            seconds = context.rate.reserve()
            yield Sleep(seconds)
            if self._deadline is not None:
                self._deadline += seconds
        started = perf_counter()
        if self._timeout is None and self._deadline is None:
            answer = yield Call(agent.respond, (action.message,), None, read_reply, self._observed.scope)
        else:
            answer = yield from self._limited("a reply", agent.respond, (action.message,), read_reply)
        self._test.add_turn(action.action_index, (perf_counter() - started) * 1000)
        if isinstance(answer, AgentError):
            return answer.at(self._path)
        observed = self._observed
        self._take_reply(observed.turn(answer) if observed.made else answer)
        return None

    @property
    def _path(self) -> str:
        return self._scenario.path if self._action is None else self._scenario.path_of(self._action)

    def _take_reply(self, reply: ParsedReply) -> None:
        if reply.usage:
            self._test.set_usage(reply.usage)
        self._test.output = reply.output
        if reply.state is not None:
            self._test.state = reply.state
        if self._spans_turns:
            self._earlier += self._calls
        self._text = reply.text or ""
        self._calls = reply.calls or ()

    def take_environment(self, action: EnvironmentAction, answer: object) -> AgentError | None:
        """Replace the parts of the agent's reply that the environment's answer contains."""
        if answer is None:
            return None
        self._action = action
        try:
            reply = read_reply(answer, "on_environment()")
        except ReplyError as error:
            return AgentError.of(error).at(self._path)
        self._text = self._text if reply.text is None else reply.text
        self._calls = self._calls if reply.calls is None else reply.calls
        return None

    def expect(self, action: AgentAction) -> None:
        """Compare the current reply with an action; the last of consecutive ones completes the reply."""
        self._expecting.append((action, self._text))
        if self._context.teacher_forcing:
            self._history.append(_expected_message(action))
        if action.is_last:
            if not self._spans_turns:
                self._match()
            self._text = ""

    def finish(self, error: AgentError | None) -> None:
        """Record what is still open, and how the scenario ended."""
        if self._spans_turns:
            self._match()
            self._test.sort()
        if self._observed.made:
            self._observed.finish(self._test)
        if error is None:
            self._test.complete()
        else:
            self._test.fail(error.error(self._path, self._turn))

    def _match(self) -> None:
        """Record the expected calls with the actual ones."""
        made = (*self._earlier, *self._calls) if self._earlier else self._calls
        expecting = self._expecting
        if len(expecting) == 1:  # the common case
            expected: Sequence[CallRecord] = expecting[0][0].calls
        else:
            expected = [call for action, _ in expecting for call in action.calls]
        pairs, unexpected = self._matcher.pairs(expected, made) if expected or made else ([], [])
        done = 0
        for number, (action, text) in enumerate(expecting, 1):
            end = done + len(action.calls)
            self._record(action, text, pairs[done:end] if number < len(expecting) else [*pairs[done:], *unexpected])
            done = end
        self._expecting, self._earlier, self._calls = [], [], ()

    def _record(self, action: AgentAction, text: str, pairs: list[CallPair]) -> None:
        comparison = self._context.comparison
        for pair in pairs:
            self._test.add_call_pair(action.action_index, *comparison.calls(pair))
        if action.text or text:
            self._test.add_text_pair(action.action_index, *comparison.texts(action.text, text))

    def _limited(
        self,
        label: str,
        function: Callable[..., object],
        arguments: tuple[object, ...],
        read: Callable[[object], object] = bool,
    ) -> Generator[Call | Sleep, Any, Any]:
        """Call the agent within the time that is left."""
        timeout = self._timeout
        if self._deadline is not None:
            left = self._deadline - perf_counter()
            if left <= 0:
                return self._too_late()
            timeout = left if timeout is None else min(left, timeout)
        answer = yield Call(function, arguments, timeout, read, self._observed.scope)
        if answer is not TIMED_OUT:
            return answer
        if self._timeout is not None and timeout == self._timeout:
            return timeout_error(f"{label} took longer than {timeout:g} s (timeout)")
        return self._too_late()

    def _too_late(self) -> AgentError:
        return timeout_error(f"the scenario took longer than {self._context.scenario_timeout:g} s (scenario_timeout)")


def _check_reset(answer: object) -> None:
    if answer is not None:
        refuse_awaitable(answer, "reset()")


def _expected_message(action: AgentAction) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": action.text}
    if action.calls:
        message["tool_calls"] = [_history_call(call) for call in action.calls]
    return message


def _history_call(call: CallRecord) -> dict[str, Any]:
    """Return an expected call as history, with the result and error that the dataset has for it."""
    known = {key: value for key, value in (call.extra or {}).items() if key in {"result", "error", "is_error"}}
    return {"name": call.name, "arguments": json.loads(call.arguments_json), **deepcopy(known)}
