"""Which tools the built-in agent may use: `permissionMode`, `allowedTools`, `disallowedTools`, and its own settings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .values import mapping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .tools import Tool

__all__ = ["Permissions", "permissions"]

_SETTINGS = Path(".claude", "settings.json")
_RULE = re.compile(r"([A-Za-z_][\w*-]*)(?:\((.*)\))?", re.DOTALL)
_JOINING = re.compile(r"[;&|<>$`\n(){}]")
"""Characters by which a command becomes another one than its beginning says."""


class Permissions:
    """Decides about calls of tools.

    Args:
        everything: Whether what is not denied is allowed; otherwise tools that change something must be allowed.
        allowed: Rules such as `Write`, `Bash(git diff:*)`, `mcp__files` or `mcp__files__read`.
        denied: Rules of the same form.
    """

    def __init__(self, *, everything: bool, allowed: Iterable[str], denied: Iterable[str]) -> None:
        self._everything = everything
        self._allowed = [*allowed]
        self._denied = [*denied]

    def is_hidden(self, tool: Tool) -> bool:
        """Return True if the model does not even learn of a tool, because all of its calls are denied."""
        return any(_matches(rule, tool.name) for rule in self._denied if "(" not in rule)

    def refusal(self, tool: Tool, given: Any) -> str:
        """Return why a call is refused; empty if it is allowed."""
        if any(_matches(rule, tool.name, given, is_denial=True) for rule in self._denied):
            return f"{tool.name} is not allowed here: `disallowedTools` has it"
        if self._everything or tool.reads_only or any(_matches(rule, tool.name, given) for rule in self._allowed):
            return ""
        advice = "name it in `allowedTools`, or set `permissionMode` to bypassPermissions"
        return f"{tool.name} is not allowed here: {advice}"


def permissions(options: dict[str, Any]) -> Permissions:
    """Return the permissions of a turn.

    Args:
        options: `permissionMode` is one of

            - `bypassPermissions`: all tools; the sandbox is what protects. Also without a mode, unless `allowedTools`
              is given.
            - `default`: tools that only read, and `allowedTools`.
            - `permissionsByAgent`: as `default`, with `permissions` of the agent's `.claude/settings.json`.
    """
    mode, allowed = options.get("permissionMode"), options.get("allowedTools")
    own = _own() if mode == "permissionsByAgent" else {}
    everything = mode == "bypassPermissions" or (mode is None and allowed is None)
    return Permissions(
        everything=everything,
        allowed=[*(allowed or ()), *own.get("allow", ())],
        denied=[*(options.get("disallowedTools") or ()), *own.get("deny", ())],
    )


def _own() -> dict[str, Any]:
    """Return the rules of the agent's settings; none if they cannot be read, which allows less."""
    try:
        found = json.loads(_SETTINGS.read_text("utf-8"))["permissions"]
        return {name: [rule for rule in found.get(name, ()) if isinstance(rule, str)] for name in ("allow", "deny")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _matches(rule: str, name: str, given: Any = None, *, is_denial: bool = False) -> bool:
    """Return True if a rule is for a call; one that is not understood denies, and does not allow."""
    parts = _RULE.fullmatch(rule.strip())
    if parts is None or not _names(parts[1], name):
        return False
    if parts[2] is None:
        return True
    command = mapping(given).get("command") if name == "Bash" else None
    if not isinstance(command, str):
        return is_denial
    return _begins(parts[2], command, is_denial=is_denial)


def _begins(pattern: str, command: str, *, is_denial: bool) -> bool:
    prefix, is_prefix = pattern.removesuffix(":*"), pattern.endswith(":*")
    if is_denial:
        return prefix in command if is_prefix else pattern == command
    begins = command == prefix or command.startswith(f"{prefix} ")
    return begins and not _JOINING.search(command) if is_prefix else pattern == command


def _names(rule: str, name: str) -> bool:
    return rule == name or (rule.startswith("mcp__") and name.startswith(f"{rule.removesuffix('__*')}__"))
