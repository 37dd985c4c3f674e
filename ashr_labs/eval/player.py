"""Plays one scenario: a generator that says what it wants and records what it gets, without any I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .agent_errors import Fault
from .replies import ReplyError, read_reply
from .scenario import AgentAction, EnvironmentAction, UserAction
from .tool_matching import ToolCallMatcher

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from ashr_labs_types import TestError

    from ..run_builder import TestBuilder
    from .comparison import Comparison
    from .scenario import Scenario
    from .tool_calls import Call
    from .tool_matching import CallPair

__all__ = ["Player", "Reset", "Wish", "play"]


_DEFAULT_MATCHING = ToolCallMatcher()


class Reset:
    """The agent shall forget; wants None."""


Wish: TypeAlias = Reset | UserAction | EnvironmentAction | AgentAction
"""What a player asks for. For its actions in turn it wants:

- `UserAction`: the agent's reply to the message;
- `EnvironmentAction`: None, or a reply that takes the place of the agent's last one;
- `AgentAction`: None; it only says how far the scenario is.

A `Fault` may stand for whatever the agent should have answered.
"""

Player: TypeAlias = "Generator[Wish, object, None]"


def play(
    scenario: Scenario, test: TestBuilder, comparison: Comparison, matching: ToolCallMatcher = _DEFAULT_MATCHING
) -> Player:
    """Play a scenario into a test: yield each wish, receive what answers it.

    A fault, or a reply that is none, ends the test as failed; what was recorded before it stays.
    """
    test.start()
    stage = _Stage(scenario, test, comparison, matching)
    error = yield from _perform(scenario, stage)
    stage.end()
    if error is None:
        test.complete()
    else:
        test.fail(error)


def _perform(scenario: Scenario, stage: _Stage) -> Generator[Wish, object, TestError | None]:
    answer = yield Reset()
    if isinstance(answer, Fault):
        return answer.error(scenario.path)
    for action in scenario.actions:
        if isinstance(action, UserAction):
            stage.record(action)
        answer = yield action
        if isinstance(action, AgentAction):
            stage.compare(action)
            continue
        error = stage.take(action, answer)
        if error is not None:
            return error
    return None


class _Stage:
    """The agent's current answer, and the record of what comes of it."""

    def __init__(
        self, scenario: Scenario, test: TestBuilder, comparison: Comparison, matching: ToolCallMatcher
    ) -> None:
        self._scenario = scenario
        self._test = test
        self._comparison = comparison
        self._matching = matching
        self._turn = -1
        self._text = ""
        self._calls: tuple[Call, ...] = ()
        self._earlier: list[Call] = []
        """The calls of earlier answers, where those may still be expected."""
        self._expecting: list[tuple[AgentAction, str]] = []
        """The actions that expect something of these calls, each with what the agent said then."""

    def record(self, action: UserAction) -> None:
        """Record what is said to the agent."""
        self._turn += 1
        self._test.add_user_text(action.message, action.description, action.action_index)

    def take(self, action: UserAction | EnvironmentAction, answer: object) -> TestError | None:
        """Let an answer take the place of the current one; return what is wrong with it."""
        is_reply = isinstance(action, UserAction)
        if answer is None and not is_reply:
            return None
        if isinstance(answer, Fault):
            return answer.error(self._scenario.path_of(action), self._turn)
        try:
            reply = read_reply(answer, "respond()" if is_reply else "on_environment()")
        except ReplyError as error:
            path = self._scenario.path_of(action)
            return Fault("ReplyError", f"{path}: {error}").error(path, self._turn)
        if reply.usage and is_reply:
            self._test.set_usage(reply.usage)
        # What the environment makes the agent say replaces its answer in part or whole, a message the whole of it.
        if is_reply or reply.text is not None:
            self._text = reply.text or ""
        if is_reply and self._matching.spans_turns:
            self._earlier += self._calls
        if is_reply or reply.calls is not None:
            self._calls = reply.calls or ()
        return None

    def compare(self, action: AgentAction) -> None:
        """Take what an action expects of the current answer; the last one to do so ends the answer."""
        self._expecting.append((action, self._text))
        if action.is_last:
            if not self._matching.spans_turns:
                self._settle()
            self._text = ""

    def end(self) -> None:
        """Record what is still open."""
        if self._matching.spans_turns:
            self._settle()
            self._test.sort()

    def _settle(self) -> None:
        """Record how the calls meet what is expected of them."""
        made = (*self._earlier, *self._calls) if self._earlier else self._calls
        expecting = self._expecting
        if len(expecting) == 1:  # as most often
            expected: Sequence[Call] = expecting[0][0].calls
        else:
            expected = [call for action, _ in expecting for call in action.calls]
        pairs, unexpected = self._matching.pairs(expected, made)
        done = 0
        for place, (action, text) in enumerate(expecting, 1):
            end = done + len(action.calls)
            self._put(action, text, pairs[done:end] if place < len(expecting) else [*pairs[done:], *unexpected])
            done = end
        self._expecting, self._earlier, self._calls = [], [], ()

    def _put(self, action: AgentAction, text: str, pairs: list[CallPair]) -> None:
        for pair in pairs:
            self._test.add_call_pair(action.action_index, *self._comparison.calls(pair))
        if action.text or text:
            self._test.add_text_pair(action.action_index, *self._comparison.texts(action.text, text))
