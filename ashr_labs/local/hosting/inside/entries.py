"""The entry point of an agent: its module is imported, and its object gets the runtime of its kind."""

from __future__ import annotations

import importlib
from typing import Any

from .adapters import claude_agent_options, functions, langgraph_graph, openai_agents_agent, pydantic_ai_agent
from .adapters.objects import class_name
from .turn import TurnError

__all__ = ["load_entry"]

_ADAPTERS: tuple[Any, ...] = (
    langgraph_graph,
    openai_agents_agent,
    pydantic_ai_agent,
    claude_agent_options,
    functions,
)


def load_entry(entry: str) -> Any:
    """Return the runtime of an entry point.

    Args:
        entry: A module and a name in it, such as `agent:answer`.

    Raises:
        TurnError: It does not exist, or is of a kind that is not supported.
    """
    name, _, path = entry.partition(":")
    try:
        value: Any = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise TurnError(f"{entry} cannot be loaded: it imports {error.name!r}; add it to `packages`") from error
        raise TurnError(f"there is no module {name!r} in the agent's folder, which `entry` names") from error
    for part in path.split("."):
        if not hasattr(value, part):
            known = ", ".join(one for one in dir(value) if not one.startswith("_"))
            raise TurnError(f"`entry` names {entry}, and {name} has no {part!r}; it has {known[:500]}")
        value = getattr(value, part)
    for adapter in _ADAPTERS:
        if (runtime := adapter.adapt(value)) is not None:
            return runtime
    supported = "; ".join(adapter.LABEL for adapter in _ADAPTERS)
    raise TurnError(
        f"{entry} is an object of the type {class_name(value)}, which is not supported. Supported are: {supported}"
    )
