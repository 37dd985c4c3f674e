"""The runtime of agents with an entry point, and of agents with instructions only."""

from __future__ import annotations

import asyncio
import inspect
import sys
import traceback
from typing import Any, Protocol, cast

from .conversation import read_state, write_state
from .turn import Turn, TurnError
from .wire import Channel, LineTooLong

__all__ = ["Runtime", "main"]


class Runtime(Protocol):
    """An agent that answers turns."""

    kind: str
    """A name for the form of its state."""
    honoured: frozenset[str]
    """The options that it honours."""

    def play(self, turn: Turn, state: Any) -> Any:
        """Answer a turn, and return the state of the conversation after it, as JSON; it may be a coroutine.

        Args:
            turn: The turn.
            state: What the last turn returned, perhaps in another process; None at the beginning.
        """
        ...


def main(channel: Channel, start: dict[str, Any]) -> None:
    """Start a runtime, and answer commands until there are no more.

    Args:
        channel: Where the commands come from.
        start: `entry`, or the `model` of the built-in agent, and what is needed for these.
    """
    sys.path.insert(0, "")
    try:
        runtime = _runtime(start)
    except TurnError as error:
        channel.send(event="refused", error=str(error))
        return
    except BaseException as error:  # also SystemExit, by which a module must not end without a reason
        traceback.print_exc()
        channel.send(event="refused", error=f"{start.get('entry')} cannot be loaded: {type(error).__name__}: {error}")
        return
    channel.listen()
    channel.send(event="ready")
    with asyncio.Runner() as runner:
        _serve(channel, runtime, runner)


def _runtime(start: dict[str, Any]) -> Runtime:
    if start.get("entry"):
        from .entries import load_entry  # noqa: PLC0415 - modules of one kind of agent are not loaded for others

        return cast("Runtime", load_entry(start["entry"]))
    from .built_in import BuiltIn  # noqa: PLC0415 - as above

    return BuiltIn(start)


def _serve(channel: Channel, runtime: Runtime, runner: asyncio.Runner) -> None:
    turns = 0
    warned: set[str] = set()
    while (command := channel.next()) is not None:
        if command["command"] == "resume":
            turns = command["turns"]
        elif command["command"] == "query":
            turns += 1
            _answer(channel, runtime, runner, Turn(channel, command, turns), warned)


def _answer(channel: Channel, runtime: Runtime, runner: asyncio.Runner, turn: Turn, warned: set[str]) -> None:
    """Play a turn; whatever happens, it ends."""
    error = ""
    try:
        channel.begin(turn.id)
        for option in turn.check_options(runtime.honoured, runtime.kind):
            if option not in warned:
                warned.add(option)
                turn.warn(f"`{option}` has no effect on agents of the kind {runtime.kind}")
        _play(runtime, runner, turn)
    except KeyboardInterrupt:
        error = "the turn was interrupted"
    except (TurnError, LineTooLong) as reason:
        error = str(reason)
    except BaseException as failure:  # also SystemExit, by which a library must not end the session
        traceback.print_exc()
        error = f"{type(failure).__name__}: {failure}"
    finally:
        channel.end()
    sys.stdout.flush()
    if error:
        channel.send(id=turn.id, event="error", error=error[:10_000])
    channel.send(id=turn.id, event="done")


def _play(runtime: Runtime, runner: asyncio.Runner, turn: Turn) -> None:
    try:
        state = read_state(runtime.kind)
    except (OSError, ValueError) as error:
        turn.warn(f"the conversation cannot be read, and begins again: {error}")
        state = None
    try:
        outcome = runtime.play(turn, state)
        turn.kept = runner.run(_awaited(outcome)) if inspect.isawaitable(outcome) else outcome
    finally:
        if turn.kept is not None:
            write_state(runtime.kind, turn.kept)


async def _awaited(outcome: Any) -> Any:
    return await outcome
