"""The options of `EvalRunner.run()` on the command line, in the marker and in the ini file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..eval import RunOptions

__all__ = ["MARKER_ONLY", "RUN_OPTIONS", "add_run_options", "run_options"]


class RunOption(NamedTuple):
    """An option of `run()` that can be written as text."""

    name: str
    convert: Callable[[str], Any]
    metavar: str
    help: str
    is_list: bool = False


def _switch(value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise ValueError(value)
    return value.lower() == "true"


RUN_OPTIONS = (
    RunOption("timeout", float, "SECONDS", "Maximum time for a reply."),
    RunOption("scenario_timeout", float, "SECONDS", "Maximum time for a scenario."),
    RunOption("retries", int, "NUMBER", "Retries after transient errors."),
    RunOption("retry_on", str, "CLASS", "An error that is retried; repeatable.", is_list=True),
    RunOption("requests_per_minute", float, "NUMBER", "Maximum messages to the agent per minute, over all workers."),
    RunOption("repeats", int, "NUMBER", "How often each scenario is played, each time as an item of its own."),
    RunOption("limit", int, "NUMBER", "Maximum number of scenarios of a marker."),
    RunOption("filter", str, "PATTERN", "Pattern of ids, or of tags as tag:PATTERN; repeatable.", is_list=True),
    RunOption("shuffle", int, "SEED", "Play in a random order."),
    RunOption("scorers", str, "SCORER", "A scorer, such as contains:refund or module:attribute.", is_list=True),
    RunOption("environment", str, "SPEC", "Spec of a sandbox, in which each scenario is played."),
    RunOption("teacher_forcing", _switch, "true", "Set the agent's memory to the expected conversation."),
)
MARKER_ONLY = ("on_scenario", "on_action", "on_environment", "on_tool", "calls_from")
"""Options that the command line does not have."""


def add_run_options(parser: pytest.Parser, group: pytest.OptionGroup) -> None:
    """Declare each option as `--ashr-NAME` and as `ashr_NAME` in the ini file."""
    for option in RUN_OPTIONS:
        flag, key = f"--ashr-{option.name.replace('_', '-')}", f"ashr_{option.name}"
        if option.is_list:
            group.addoption(flag, metavar=option.metavar, action="append", help=option.help)
            parser.addini(key, option.help, "args")
        else:
            group.addoption(flag, metavar=option.metavar, type=option.convert, help=option.help)
            parser.addini(key, option.help, "string")


def run_options(config: pytest.Config, marker: Mapping[str, Any]) -> RunOptions:
    """Return the options: those of the command line, then of the marker, then of the ini file.

    Raises:
        pytest.UsageError: A value in the ini file is invalid.
    """
    found = {name: marker[name] for name in MARKER_ONLY if name in marker}
    for option in RUN_OPTIONS:
        given = config.getoption(f"ashr_{option.name}")
        if given is not None:
            found[option.name] = given
        elif option.name in marker:
            found[option.name] = marker[option.name]
        elif text := config.getini(f"ashr_{option.name}"):
            found[option.name] = text if option.is_list else _converted(option, text)
    return cast("RunOptions", found)


def _converted(option: RunOption, text: str) -> object:
    try:
        return option.convert(text)
    except ValueError as error:
        raise pytest.UsageError(f"ini option ashr_{option.name} is invalid, got {text!r}: {option.help}") from error
