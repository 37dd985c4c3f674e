"""Plays one sample: turns the wishes of its player into calls of its agent, within their limits, without any I/O."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from ..errors import DatasetError
from ..run_builder import TestBuilder
from .agent_errors import Fault, dataset_fault, timeout_fault
from .player import Reset, play
from .replies import ReplyError, refuse_awaitable
from .scenario import AgentAction, EnvironmentAction, UserAction, read_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .._retry import RateLimiter
    from .agents import AgentSupply, Seat
    from .comparison import Comparison
    from .options import Callbacks
    from .player import Player
    from .sampling import Sample
    from .tool_matching import ToolCallMatcher

__all__ = ["TIMED_OUT", "Ask", "Pause", "Stage", "Steps"]


class Pause(NamedTuple):
    """Wait; wants None."""

    seconds: float


class Ask(NamedTuple):
    """Call something; wants what it returns."""

    call: Callable[..., object]
    arguments: tuple[object, ...] = ()
    timeout: float | None = None
    is_agent: bool = True
    """Whether it is the agent's: then what it raises is wanted as a `Fault`, and `TIMED_OUT` if it takes too long."""


TIMED_OUT = object()
"""Stands for what did not come in time."""

Steps: TypeAlias = "Generator[Pause | Ask, Any, Fault | None]"
"""What has to be done for a sample, step by step; it returns the agent's fault that ended it, if one did."""


@dataclass(frozen=True, slots=True)
class Stage:
    """All that playing a sample needs; it can travel to another process, as far as the user's own parts can."""

    agents: AgentSupply
    comparison: Comparison
    callbacks: Callbacks
    matching: ToolCallMatcher
    timeout: float | None = None
    scenario_timeout: float | None = None
    teacher_forcing: bool = False
    rate: RateLimiter | None = None

    def open(self, sample: Sample) -> tuple[TestBuilder, Steps]:
        """Return the test that a sample is recorded in, and the steps that play it."""
        test = TestBuilder(sample.scenario_id)
        test.set_attempts(sample.repeat, sample.errors, sample.tags)
        return test, _Session(self, sample, test).steps()


class _Session:
    """One agent in one scenario."""

    _seat: Seat

    def __init__(self, stage: Stage, sample: Sample, test: TestBuilder) -> None:
        self._stage = stage
        self._sample = sample
        self._test = test
        self._timeout = stage.timeout
        self._deadline = None if stage.scenario_timeout is None else perf_counter() + stage.scenario_timeout
        self._history: list[dict[str, Any]] = []

    def steps(self) -> Steps:
        """Yield what has to be done so that the player of the scenario gets what it wants."""
        sample, stage = self._sample, self._stage
        try:
            scenario = read_scenario(sample.scenario_id, sample.raw)
        except DatasetError as error:
            self._test.start().fail(dataset_fault(error))
            return None
        if stage.callbacks.on_scenario is not None:
            stage.callbacks.on_scenario(sample.scenario_id, cast("dict[str, Any]", sample.raw))
        return (yield from self._answers(play(scenario, self._test, stage.comparison, stage.matching)))

    def _answers(self, player: Player) -> Steps:
        on_action = self._stage.callbacks.on_action
        answer: object = None
        while True:
            try:
                wish = player.send(answer)
            except StopIteration:
                return answer if isinstance(answer, Fault) else None
            if on_action is not None and not isinstance(wish, Reset):
                on_action(wish.action_index, wish.raw)
            # Each `yield from` costs as much as a call, so the wishes stand here, and what they take one level below.
            if isinstance(wish, AgentAction):
                answer = None
                if self._stage.teacher_forcing:
                    self._history.append(_expected_message(wish))
            elif isinstance(wish, UserAction):
                answer = yield from self._reply(wish)
            elif isinstance(wish, Reset):
                answer = yield from self._reset()
            else:
                answer = yield from self._happen(wish)

    def _reset(self) -> Generator[Pause | Ask, Any, object]:
        answer = yield from self._ask("reset()", self._take_seat)
        if answer is None or isinstance(answer, Fault):
            return answer
        try:
            refuse_awaitable(answer, "reset()")
        except ReplyError as error:
            return Fault.of(error)
        return None

    def _take_seat(self) -> object:
        self._seat = self._stage.agents.seat(self._sample.scenario_id)
        return self._seat.reset()

    def _happen(self, wish: EnvironmentAction) -> Generator[Pause | Ask, Any, object]:
        call = self._stage.callbacks.on_environment
        return None if call is None else (yield Ask(call, (wish.content, wish.raw), is_agent=False))

    def _reply(self, wish: UserAction) -> Generator[Pause | Ask, Any, object]:
        fault = (yield from self._rehearse(wish)) if self._stage.teacher_forcing else None
        if fault is not None:
            return fault
        if self._stage.rate is not None:
            seconds = self._stage.rate.reserve()
            yield Pause(seconds)
            if self._deadline is not None:
                self._deadline += seconds
        started = perf_counter()
        if self._timeout is None and self._deadline is None:
            answer = yield Ask(self._seat.respond, (wish.message,))
        else:
            answer = yield from self._ask("a reply", self._seat.respond, wish.message)
        self._test.add_turn(wish.action_index, (perf_counter() - started) * 1000)
        return answer

    def _rehearse(self, wish: UserAction) -> Generator[Pause | Ask, Any, object]:
        """Set the agent's memory to the expected conversation; return the fault if that fails."""
        answer = yield from self._ask("set_history()", cast("Any", self._seat.set_history), deepcopy(self._history))
        self._history.append({"role": "user", "content": wish.message})
        return answer if isinstance(answer, Fault) else None

    def _ask(self, what: str, call: Callable[..., object], *arguments: object) -> Generator[Pause | Ask, Any, object]:
        """Ask the agent, for no longer than is left."""
        timeout = self._timeout
        if self._deadline is not None:
            left = self._deadline - perf_counter()
            if left <= 0:
                return self._too_late()
            timeout = left if timeout is None else min(left, timeout)
        answer = yield Ask(call, arguments, timeout)
        if answer is not TIMED_OUT:
            return answer
        if self._timeout is not None and timeout == self._timeout:
            return timeout_fault(f"{what} took longer than {timeout:g} s (timeout)")
        return self._too_late()

    def _too_late(self) -> Fault:
        return timeout_fault(f"the scenario took longer than {self._stage.scenario_timeout:g} s (scenario_timeout)")


def _expected_message(action: AgentAction) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": action.text}
    if action.calls:
        message["tool_calls"] = [
            {"name": call.name, "arguments": json.loads(call.arguments_json)} for call in action.calls
        ]
    return message
