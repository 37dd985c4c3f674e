"""`agent.toml`: how an agent is started, and what it may reach. Pure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ..._environment import check_url
from ..._format import suggestion, truncate
from ..._json import as_list, as_object, preview
from ...errors import ConfigurationError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["INSTRUCTIONS", "MANIFEST", "Manifest", "read_manifest"]

INSTRUCTIONS = ("CLAUDE.md", "AGENTS.md")
MANIFEST = "agent.toml"
_MAX_TEXT, _MAX_ITEMS = 4096, 200
_MAX_SHOWN = 200
_MAX_TURN_SECONDS = 86_400
_ENTRY = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_LABEL = "[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*(:[1-9][0-9]{{0,4}})?")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._, -]*\])? *([<>=!~]=?=?[ A-Za-z0-9.*+!_,<>=~-]*)?")
"""The form of `setup.packages` in specs; it has no options of pip."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of `agent.toml`."""

    command: tuple[str, ...] = ()
    """A program and its arguments."""
    entry: str = ""
    """A function or an object of a framework, as `module:name`."""
    model: str = ""
    """The model of an agent that has instructions only."""
    base_url: str = ""
    """Where the model's API is; empty for the provider's."""
    packages: tuple[str, ...] = ()
    """Python requirements that are installed for the agent."""
    allow: tuple[str, ...] = ()
    """Hosts that the agent reaches, in addition to that of its model."""
    turn_seconds: int = 3600
    """How long a turn may take."""

    def record(self) -> dict[str, Any]:
        """Return the manifest as JSON, for `from_record`."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Manifest:
        """Return the manifest of a record."""
        fields: dict[str, Any] = {name: _tuple(value) for name, value in record.items()}
        return cls(**fields)


def read_manifest(content: bytes, *, has_instructions: bool) -> Manifest:
    """Return the manifest in an `agent.toml`.

    Args:
        content: The bytes of the file.
        has_instructions: Whether the agent has a file with instructions.

    Raises:
        ValidationError: It is malformed; the message has the line and the key.
    """
    try:
        text = content.decode()
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValidationError(f"{MANIFEST} cannot be read: {truncate(str(error), _MAX_SHOWN)}") from error
    reader = _Reader(text)
    reader.check_keys((), values, [*_KEYS, "network"])
    network = as_object(values.get("network", {}))
    if network is None:
        raise reader.fault(("network",), "must be a table", values["network"])
    reader.check_keys(("network",), network, ["allow"])
    fields = {name: read(reader, name, values[name]) for name, read in _KEYS.items() if name in values}
    if "allow" in network:
        fields["allow"] = reader.texts(("network", "allow"), network["allow"], _is_host, _HOST_FORM)
    return _joined(reader, Manifest(**fields), has_instructions=has_instructions)


_HOST_FORM = "a host such as api.example.com, *.example.com or 10.0.0.5:8000"


def _joined(reader: _Reader, manifest: Manifest, *, has_instructions: bool) -> Manifest:
    """Return a manifest whose keys fit each other."""
    started_by = "command" if manifest.command else "entry" if manifest.entry else ""
    if manifest.command and manifest.entry:
        raise reader.refused(("entry",), "cannot be given together with `command`; remove one of them")
    if not started_by and not has_instructions:
        raise ValidationError(
            f"an agent without `command` and `entry` in {MANIFEST} must have its instructions in "
            f"{' or '.join(INSTRUCTIONS)}, at the top of its folder"
        )
    for name in ("model", "base_url"):
        if started_by and getattr(manifest, name):
            raise reader.refused((name,), f"is for agents with instructions only, and this one has `{started_by}`")
    if manifest.base_url and not manifest.model:
        raise reader.refused(("base_url",), "needs `model`, the name of a model that is served there")
    return manifest


class _Reader:
    """Reads values of a file, whose text has the lines of its keys."""

    def __init__(self, text: str) -> None:
        self._text = text

    def fault(self, path: tuple[str | int, ...], must: str, got: object) -> ValidationError:
        """Return the error for a value."""
        return self.refused(path, f"{must}, got {truncate(preview(got), _MAX_SHOWN)}")

    def refused(self, path: tuple[str | int, ...], message: str) -> ValidationError:
        """Return the error for a key."""
        line = _line_of(self._text, [part for part in path if isinstance(part, str)])
        place = f", line {line}" if line else ""
        return ValidationError(f"{MANIFEST}{place}: `{_named(path)}` {message}", response={"path": _named(path)})

    def check_keys(self, path: tuple[str, ...], given: Mapping[str, object], known: list[str]) -> None:
        """Refuse unknown keys."""
        for key in given:
            if key not in known:
                meant = suggestion(key, known) or f"; known are {', '.join(known)}"
                raise self.refused((*path, key), f"is not a key that is known{meant}")

    def text(self, path: tuple[str | int, ...], value: object, form: str) -> str:
        """Return text of limited length without control characters."""
        if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TEXT or not value.isprintable():
            raise self.fault(path, f"must be {form}", value)
        return value

    def texts(
        self, path: tuple[str | int, ...], value: object, is_valid: Callable[[str], bool], form: str
    ) -> tuple[str, ...]:
        """Return a list of texts of one form."""
        found = as_list(value)
        if found is None or len(found) > _MAX_ITEMS:
            raise self.fault(path, f"must be a list of at most {_MAX_ITEMS} texts", value)
        texts = [self.text((*path, index), one, form) for index, one in enumerate(found)]
        for index, one in enumerate(texts):
            if not is_valid(one):
                raise self.fault((*path, index), f"must be {form}", one)
        return tuple(texts)


def _command(reader: _Reader, name: str, value: object) -> tuple[str, ...]:
    form = "a line for a shell or a list of texts"
    if isinstance(value, str) and value.strip() and "\0" not in value:
        return ("sh", "-c", value)
    parts = as_list(value) or ()
    texts = [part for part in parts if isinstance(part, str) and "\0" not in part]
    if not texts or len(texts) < len(parts):
        raise reader.fault((name,), f"must be {form}", value)
    return tuple(texts)


def _entry(reader: _Reader, name: str, value: object) -> str:
    form = "the module and the name of a function or an object, such as agent:answer"
    text = reader.text((name,), value, form)
    if not _ENTRY.fullmatch(text):
        raise reader.fault((name,), f"must be {form}", value)
    return text


def _model(reader: _Reader, name: str, value: object) -> str:
    return reader.text((name,), value, "the name of a model, such as claude-sonnet-4-5 or openai:gpt-5")


def _base_url(reader: _Reader, name: str, value: object) -> str:
    try:
        return check_url(reader.text((name,), value, "a URL"), setting=f"`{name}`")
    except ConfigurationError as error:
        raise ValidationError(f"{MANIFEST}: {error.message}", response={"path": name}) from error


def _packages(reader: _Reader, name: str, value: object) -> tuple[str, ...]:
    form = "a Python requirement such as requests>=2.32"
    return reader.texts((name,), value, lambda text: _REQUIREMENT.fullmatch(text) is not None, form)


def _turn_seconds(reader: _Reader, name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MAX_TURN_SECONDS:
        raise reader.fault((name,), f"must be a number of seconds from 1 to {_MAX_TURN_SECONDS}", value)
    return value


_KEYS: dict[str, Callable[[_Reader, str, object], Any]] = {
    "command": _command,
    "entry": _entry,
    "model": _model,
    "base_url": _base_url,
    "packages": _packages,
    "turn_seconds": _turn_seconds,
}
"""How the value of each key is read."""


def _tuple(value: object) -> object:
    found = as_list(value)
    return value if found is None else tuple(found)


def _is_host(text: str) -> bool:
    return _HOST.fullmatch(text) is not None


def _named(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _line_of(text: str, path: list[str]) -> int:
    """Return the line of a key, which `tomllib` does not tell; 0 if it is written in another way than a line each."""
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if header := re.match(r"\[\s*([^\[\]]+?)\s*\]", stripped):
            table = [part.strip().strip("\"'") for part in header[1].split(".")]
            if table == path:
                return number
        elif key := re.match(r"([\w.\"'-]+)\s*=", stripped):
            full = [*table, *(part.strip("\"'") for part in key[1].split("."))]
            if full == path:
                return number
    return 0
