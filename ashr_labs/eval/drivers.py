"""Answer players: with the agent's replies, in this thread or in several."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from .agent import AgentSupply, Seat, refuse_awaitable
from .faults import Fault
from .player import Reset
from .scenario import EnvironmentAction, UserAction

if TYPE_CHECKING:
    from .player import Player, Wish

__all__ = ["Callbacks", "Host", "OnAction", "OnEnvironment", "OnScenario", "Play", "drive", "in_threads", "one_by_one"]

OnScenario: TypeAlias = Callable[[str, dict[str, Any]], object]
"""Takes a scenario's id and the scenario, when it starts."""

OnAction: TypeAlias = Callable[[int, dict[str, Any]], object]
"""Takes an action's index and the action, when it starts."""

OnEnvironment: TypeAlias = Callable[[str, dict[str, Any]], Mapping[str, Any] | str | None]
"""Takes an environment action's content and the action; returns a reply of the agent to it, or None."""

Play: TypeAlias = Callable[[threading.Event], None]
"""Plays one scenario to its end, or until the event is set."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What the user wants to be told, and asked, while scenarios play."""

    on_scenario: OnScenario | None = None
    on_action: OnAction | None = None
    on_environment: OnEnvironment | None = None


class Host:
    """Answers the wishes of one scenario's player; what the agent raises is an answer too."""

    _seat: Seat

    def __init__(self, agents: AgentSupply, scenario_id: str, callbacks: Callbacks) -> None:
        self._agents = agents
        self._scenario_id = scenario_id
        self._callbacks = callbacks

    def answer(self, wish: Wish) -> object:
        """Return what answers a wish."""
        if isinstance(wish, Reset):
            return _guarded(self._reset)
        callbacks = self._callbacks
        if callbacks.on_action is not None:
            callbacks.on_action(wish.action_index, wish.raw)
        if isinstance(wish, UserAction):
            return _guarded(self._seat.respond, wish.message)
        if isinstance(wish, EnvironmentAction) and callbacks.on_environment is not None:
            return callbacks.on_environment(wish.content, wish.raw)
        return None

    def _reset(self) -> None:
        self._seat = self._agents.seat(self._scenario_id)
        refuse_awaitable(self._seat.reset(), "reset()")


def drive(player: Player, host: Host, stop: threading.Event) -> None:
    """Answer a player until it ends, or until the event is set."""
    answer: object = None
    while not stop.is_set():
        try:
            wish = player.send(answer)
        except StopIteration:
            return
        answer = host.answer(wish)


def one_by_one(plays: Iterable[Play]) -> None:
    """Play all scenarios in this thread."""
    stop = threading.Event()
    for play in plays:
        play(stop)


def in_threads(plays: Iterable[Play], workers: int) -> None:
    """Play all scenarios in several threads, each in a copy of this one's context.

    What a play raises stops the others at their next wish and is raised here. An interrupt of this thread is raised
    at once; replies under way are abandoned to their threads, which do not keep the process from exiting.
    """
    waiting, stop, raised = deque(plays), threading.Event(), deque[BaseException]()

    def work() -> None:
        while not stop.is_set():
            try:
                play = waiting.popleft()
            except IndexError:
                return
            try:
                play(stop)
            except BaseException as error:
                raised.append(error)
                stop.set()

    threads = [
        threading.Thread(target=copy_context().run, args=(work,), name=f"ashr-eval-{number}", daemon=True)
        for number in range(min(workers, len(waiting)))
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        stop.set()
    if raised:
        raise raised[0]


def _guarded(call: Callable[..., object], *arguments: object) -> object:
    try:
        return call(*arguments)
    except (Exception, SystemExit) as error:
        return Fault.of(error)
