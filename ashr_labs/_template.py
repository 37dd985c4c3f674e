"""The template language of prompts: variables, dotted paths, and sections; rendered alike by client and platform."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from .errors import ConfigurationError

__all__ = ["MAX_RENDERED", "render_template"]

MAX_RENDERED = 5_000_000
"""Characters of a rendered template, and expanded parts: sections inside of sections multiply."""
_MAX_DEPTH = 50
"""Levels of sections; a deeper one stays as it is written."""
_MARK = re.compile(
    r"\{\{\s*(?P<double>\w+(?:\.\w+)*)\s*\}\}|\{\s*(?P<single>\w+(?:\.\w+)*)\s*\}"
    r"|\{#\s*(?P<open>\w+)\s*\}|\{/\s*(?P<close>\w+)\s*\}"
)
_ABSENT: Any = object()


@dataclass(slots=True)
class _Variable:
    path: str
    written: str
    """The original text, kept if the variable is unknown."""


@dataclass(slots=True)
class _Section:
    name: str
    written: str
    body: list[_Part] = field(default_factory=list["_Part"])


_Part: TypeAlias = str | _Variable | _Section


def render_template(template: str, variables: Mapping[str, Any]) -> str:
    """Return a template with its variables filled in.

    `{name}` and `{{name}}` insert a variable, `{a.b}` an entry of a mapping; unknown variables are left unchanged.
    `{#name}...{/name}` is omitted if the variable is absent, None, False, 0 or empty. For a list it is repeated with
    each item as `_it`, and with the entries of an item that is a mapping as variables. Otherwise it is rendered once.
    Values are inserted by `str()` and not expanded again.

    Args:
        template: The template.
        variables: The variables by name.

    Raises:
        ConfigurationError: The result is larger than 5,000,000 characters.

    Example:
        >>> render_template("Hello {name}{#items}, {_it}{/items}!", {"name": "Ada", "items": [1, 2]})
        'Hello Ada, 1, 2!'
    """
    output = _Output()
    output.add_all(_parsed(template), [variables])
    return "".join(output.texts)


class _Output:
    """Collects rendered text, up to a limit."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._left = MAX_RENDERED

    def add_all(self, parts: Sequence[_Part], scopes: list[Mapping[str, Any]]) -> None:
        for part in parts:
            if isinstance(part, _Section):
                self._add_section(part, scopes)
                continue
            value = part if isinstance(part, str) else _value(part.path, scopes)
            self._add(part.written if isinstance(part, _Variable) and value is _ABSENT else str(value))

    def _add_section(self, section: _Section, scopes: list[Mapping[str, Any]]) -> None:
        value = _value(section.name, scopes)
        if value is _ABSENT or value is None or (isinstance(value, bool | str | int | float | Mapping) and not value):
            return
        if not isinstance(value, list | tuple):
            self.add_all(section.body, scopes)
            return
        for item in cast("Sequence[Any]", value):
            own: dict[str, Any] = {"_it": item}
            if isinstance(item, Mapping):
                own |= cast("Mapping[str, Any]", item)
            self._add("")
            self.add_all(section.body, [*scopes, own])

    def _add(self, text: str) -> None:
        self._left -= len(text) + 1
        if self._left < 0:
            raise ConfigurationError(f"a rendered template must have at most {MAX_RENDERED:,} characters")
        self.texts.append(text)


def _parsed(template: str) -> list[_Part]:
    """Split a template into its parts; marks without a counterpart are text."""
    root: list[_Part] = []
    opened: list[_Section] = []
    end = 0
    for mark in _MARK.finditer(template):
        body = opened[-1].body if opened else root
        if mark.start() > end:
            body.append(template[end : mark.start()])
        end = mark.end()
        path = mark["double"] or mark["single"]
        if path is not None:
            body.append(_Variable(path, mark[0]))
        elif mark["open"] is not None and len(opened) < _MAX_DEPTH:
            opened.append(_Section(mark["open"], mark[0]))
        else:
            _close(mark["close"], mark[0], opened, root)
    tail: list[_Part] = [template[end:]] if end < len(template) else []
    _undo(opened, root)
    return root + tail


def _close(name: str | None, written: str, opened: list[_Section], root: list[_Part]) -> None:
    """Close the innermost section of a name; sections inside of it that were never closed become text."""
    index = next((at for at in range(len(opened) - 1, -1, -1) if opened[at].name == name), None)
    if index is None:
        (opened[-1].body if opened else root).append(written)
        return
    section = opened[index]
    inner = opened[index + 1 :]
    del opened[index:]
    _undo(inner, section.body)
    (opened[-1].body if opened else root).append(section)


def _undo(sections: Sequence[_Section], body: list[_Part]) -> None:
    """Add sections that were never closed to a body as text and parts."""
    for section in sections:
        body.append(section.written)
        body.extend(section.body)


def _value(path: str, scopes: Sequence[Mapping[str, Any]]) -> Any:
    """Return the value of a path, looked up from the innermost scope outwards."""
    first, *rest = path.split(".")
    value = next((scope[first] for scope in reversed(scopes) if first in scope), _ABSENT)
    for name in rest:
        if not isinstance(value, Mapping) or name not in value:
            return _ABSENT
        value = cast("Mapping[str, Any]", value)[name]
    return value
