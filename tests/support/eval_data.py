"""Datasets and agents, as short as the tests want them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ashr_labs import EvalRunner


def user(content: str = "Hello", **fields: Any) -> dict[str, Any]:
    return {"actor": "user", "content": content, **fields}


def call(name: str, /, **arguments: Any) -> dict[str, Any]:
    """Return a tool call as a dataset expects it."""
    return {"name": name, "arguments_json": json.dumps(arguments)}


def agent(content: str = "", *calls: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {"actor": "agent", "content": content, "expected_response": {"tool_calls": list(calls)}, **fields}


def environment(content: str = "it rains", **fields: Any) -> dict[str, Any]:
    return {"actor": "environment", "content": content, **fields}


def made(name: str, /, **arguments: Any) -> dict[str, Any]:
    """Return a tool call as an agent makes it."""
    return {"name": name, "arguments": arguments}


def reply(text: str = "", *calls: Mapping[str, Any]) -> dict[str, Any]:
    return {"text": text, "tool_calls": list(calls)}


def source(**scenarios: Any) -> dict[str, Any]:
    """Return a dataset; a list stands for a scenario with these actions."""
    return {"runs": {key: {"actions": raw} if isinstance(raw, list) else raw for key, raw in scenarios.items()}}


class ScriptedAgent:
    """Answers with what a function makes of the message."""

    def __init__(self, answer: Callable[[str], Any] = lambda message: message) -> None:
        self.answer = answer
        self.heard: list[str] = []

    def reset(self) -> None:
        self.heard.append("(reset)")

    def respond(self, message: str) -> Any:
        self.heard.append(message)
        return self.answer(message)


def entries(test: Mapping[str, Any]) -> list[Any]:
    """Return what a built test recorded, as short tuples."""
    return [entry for action in test["action_results"] for entry in _entries(action)]


def _entries(action: Mapping[str, Any]) -> list[Any]:
    index = action["action_index"]
    if action["actor"] == "user":
        return [(index, "user", action["text"])]
    if action["action_type"] == "text":
        return [(index, "text", action["expected_response"]["text"], action["actual_response"]["text"])]
    return [
        (index, "call", entry["expected"]["name"], entry["actual"]["name"], entry["match_status"])
        for entry in action["tool_calls"]
    ]


def _in_executor(runner: EvalRunner, subject: Any, **options: Any) -> Any:
    with ThreadPoolExecutor(3) as executor:
        return runner.run(subject, executor=executor, **options)


WAYS: dict[str, Callable[..., Any]] = {
    "one": lambda runner, subject, **options: runner.run(subject, **options),
    "threads": lambda runner, subject, **options: runner.run(subject, max_workers=3, **options),
    "tasks": lambda runner, subject, **options: asyncio.run(runner.arun(subject, max_workers=3, **options)),
    "executor": _in_executor,
}
"""Every way to play scenarios."""
