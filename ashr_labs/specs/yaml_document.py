"""YAML as plain values with the position of each, within bounds.

Values are those of YAML 1.2's core schema, so `no`, `on`, dates and `10:30` are text, as in JSON Schema's eyes.
"""

from __future__ import annotations

import math
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..errors import ConfigurationError, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Document", "Path", "Position", "parse_yaml"]

_MAX_BYTES = 512 * 1024
_MAX_DEPTH = 50
_MAX_VALUES = 20_000
"""With aliases counted at each use."""
_MAX_INTEGER = 2**63 - 1
_MAX_DIGITS = 80

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MERGE = "<<"

Path: TypeAlias = tuple[str | int, ...]


class Position(NamedTuple):
    """A place in the text; both numbers start at 1."""

    line: int
    column: int


class Document(NamedTuple):
    """A parsed text."""

    value: Any
    positions: dict[Path, Position]
    """Those of keys and of elements."""

    def position(self, path: Path) -> Position:
        """Return the position of a path, or of the nearest one above it that the text has."""
        return next(self.positions[path[:size]] for size in range(len(path), -1, -1) if path[:size] in self.positions)


def parse_yaml(content: str | bytes) -> Document:
    """Parse one YAML document.

    Raises:
        SpecError: It is not YAML, or has duplicate keys, keys that are not text, tags, values that JSON cannot hold, or
            more bytes, levels or values than are allowed.
        ConfigurationError: PyYAML is not installed.
    """
    text = _decoded(content)
    yaml = _library()
    loader = yaml.CLoader if yaml.__with_libyaml__ else yaml.Loader
    try:
        _check_events(yaml, yaml.parse(text, Loader=loader))
        node = yaml.compose(text, Loader=loader)
    except SpecError:
        raise
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error.problem or error.context or "it cannot be read", error.problem_mark) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the latter two: an escape beyond Unicode
        raise _not_yaml(" ".join(str(error).split()), None) from error
    if node is None:
        raise _error("a spec must be a YAML mapping, got nothing")
    return _Reader(yaml).document(node)


def _library() -> Any:
    try:
        return import_module("yaml")
    except ImportError as error:
        raise ConfigurationError(
            "reading a spec needs the package 'pyyaml'; install it with: pip install 'ashr-labs[specs]>=0.4'"
        ) from error


def _decoded(content: str | bytes) -> str:
    try:
        encoded = content.encode() if isinstance(content, str) else content
    except UnicodeEncodeError as error:
        raise _error(f"the text must not hold lone surrogates, got one at position {error.start}") from error
    if len(encoded) > _MAX_BYTES:
        raise _error(f"a spec must have at most {_MAX_BYTES:,} bytes, got {len(encoded):,}")
    try:
        return encoded.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = encoded.count(b"\n", 0, error.start) + 1
        raise _error(f"the text must be UTF-8, got an invalid byte at position {error.start}", line) from error


def _check_events(yaml: Any, events: Iterator[Any]) -> None:
    """Check what has to hold before nodes are composed, which recurses into them."""
    depth = documents = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > _MAX_DEPTH:
            raise _refused(event, f"a spec must be nested at most {_MAX_DEPTH} levels deep")
        if documents > 1:
            raise _refused(event, "the text must hold one spec; store the others separately")
        if getattr(event, "tag", None) is not None:
            raise _refused(event, f"the tag {event.tag!r} is not supported; quote what must be text")


class _Reader:
    """Reads values from nodes, and keeps their positions."""

    def __init__(self, yaml: Any) -> None:
        self._yaml = yaml
        self._positions: dict[Path, Position] = {}
        self._count = 0

    def document(self, node: Any) -> Document:
        """Return the value of the root."""
        self._positions[()] = _position(node.start_mark)
        return Document(self._value(node, ()), self._positions)

    def _value(self, node: Any, path: Path) -> Any:
        self._count += 1
        if self._count > _MAX_VALUES:
            raise _refused(node, f"a spec must have at most {_MAX_VALUES:,} values, with aliases expanded")
        if len(path) > _MAX_DEPTH:  # an alias inside of its own anchor has no end
            raise _refused(node, f"a spec must be nested at most {_MAX_DEPTH} levels deep, with aliases expanded")
        if isinstance(node, self._yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, self._yaml.SequenceNode):
            return [self._placed(part, (*path, index), part) for index, part in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in mapping:
                raise _refused(key_node, f"the key {key!r} must be there once; leave one of them out")
            mapping[key] = self._placed(value_node, (*path, key), key_node)
        return mapping

    def _placed(self, node: Any, path: Path, start: Any) -> Any:
        self._positions[path] = _position(start.start_mark)
        return self._value(node, path)

    def _key(self, node: Any) -> str:
        key = _scalar(node) if isinstance(node, self._yaml.ScalarNode) else None
        if key == _MERGE and not node.style:
            raise _refused(node, "merge keys are not supported; write the keys out, or use `extends`")
        if not isinstance(key, str):
            raise _refused(node, "keys must be text; quote this one")
        return key


def _scalar(node: Any) -> str | int | float | bool | None:
    text: str = node.value
    if node.style:  # quoted, or a block
        return _checked_text(node, text)
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return _integer(node, text)
    if _NOT_FINITE.fullmatch(text):
        raise _refused(node, f"numbers must be finite, got {text}; quote it if it is text")
    if _FLOAT.fullmatch(text):
        return _float(node, text)
    return _checked_text(node, text)


def _checked_text(node: Any, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _refused(node, "text must not hold lone surrogates") from error
    return text


def _integer(node: Any, text: str) -> int:
    base = 16 if text.startswith("0x") else 8 if text.startswith("0o") else 10
    number = int(text, base) if len(text) < _MAX_DIGITS else _MAX_INTEGER + 1
    if abs(number) > _MAX_INTEGER:
        raise _refused(node, "numbers must fit into 64 bits; quote it if it is text")
    return number


def _float(node: Any, text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _refused(node, "numbers must fit into 64 bits; quote it if it is text")
    return number


def _position(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _refused(node: Any, message: str) -> SpecError:
    return _error(message, *_position(node.start_mark))


def _not_yaml(problem: str, mark: Any) -> SpecError:
    position = Position(1, 1) if mark is None else _position(mark)
    return _error(f"the text must be YAML: {problem}", *position)


def _error(message: str, line: int = 1, column: int = 1) -> SpecError:
    return SpecError(message, path="", line=line, column=column)
