"""The agents of experiments, as their scenarios ask for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ...experiments import filled_prompt, variables_of
from ..agent_runs import MAX_VARIABLE, AgentTask

if TYPE_CHECKING:
    from ...experiments import Scenario
    from ...specs import Spec

__all__ = ["agent_fault", "task_of"]

_OUTPUT_BYTES: Final = 64 * 1024


def agent_fault(spec: Spec) -> str | None:
    """Return why the agent of a spec cannot be run; None if it can."""
    if spec.agent is None:
        return f"the spec {spec.id!r} has no scenario to play: add an `agent`, such as {{type: cli, command: ...}}"
    if spec.agent.type == "paragon":
        return (
            "`agent.type` must be `cli` or `snapshot`; agents of the type `paragon` run on the Keystone platform only"
        )
    return None


def task_of(spec: Spec, scenario: Scenario) -> AgentTask:
    """Return the task of the agent in a scenario.

    Its parameters are variables; the whole task is in `TASK_JSON`, unless it has more than 100,000 bytes.

    Raises:
        ConfigurationError: The prompt uses a parameter that does not exist.
    """
    prompt = filled_prompt(spec.prompt, scenario.parameters)
    task = json.dumps({**spec.task, "prompt": prompt})
    known = {"TASK_JSON": task} if len(task) <= MAX_VARIABLE else {}
    return AgentTask(prompt, {**variables_of(scenario), **known}, output_limit=_OUTPUT_BYTES)
