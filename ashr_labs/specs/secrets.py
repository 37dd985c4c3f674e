"""Values of the secrets that a spec declares, taken from the client's machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .._json import as_list, as_object, preview
from ..errors import ConfigurationError
from .yaml_document import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

__all__ = ["AllowCommand", "collect_declared_secrets", "collect_declared_secrets_from_file", "resolve_source"]

_COMMAND_SECONDS = 60.0
_MAX_BYTES = 512 * 1024

AllowCommand: TypeAlias = bool | Callable[[str, str], bool]
"""Whether commands of a spec may run: for all, or by the secret's name and the command."""


def collect_declared_secrets(
    spec: Mapping[str, Any],
    env: Mapping[str, str] | None = None,
    *,
    allow_commands: AllowCommand = False,
    given: Container[str] = (),
) -> dict[str, str]:
    """Return the values of the secrets that a spec declares and that are found here.

    Secrets with `from`, and those of the source `dashboard`, are the platform's; they and empty values are left out.

    Args:
        spec: The spec as a mapping.
        env: Environment variables; defaults to those of the process.
        allow_commands: See `resolve_source`.
        given: Names of secrets that are not looked up, because their values are known.

    Raises:
        ConfigurationError: A source is unknown, or is a command that is not allowed.

    Examples:
        >>> collect_declared_secrets({"secrets": ["TOKEN", {"name": "KEY", "source": "env:MY_KEY"}]}, {"MY_KEY": "k"})
        {'KEY': 'k'}
    """
    found: dict[str, str] = {}
    for entry in as_list(spec.get("secrets")) or ():
        fields = {"name": entry} if isinstance(entry, str) else as_object(entry)
        name = fields.get("name") if fields else None
        if fields is None or not isinstance(name, str):
            raise ConfigurationError(f"a secret must be a name or a mapping with `name`, got {preview(entry)}")
        if fields.get("from") or name in given:
            continue
        value = resolve_source(name, str(fields.get("source") or "env"), env, allow_commands=allow_commands)
        if value:
            found[name] = value
    return found


def collect_declared_secrets_from_file(
    spec_path: str | os.PathLike[str],
    env: Mapping[str, str] | None = None,
    *,
    allow_commands: AllowCommand = False,
    given: Container[str] = (),
) -> dict[str, str]:
    """Return the values of the secrets that a spec's file declares; see `collect_declared_secrets`.

    Raises:
        SpecError: The file is not YAML.
        ConfigurationError: It is not a mapping, PyYAML is not installed, or a secret cannot be resolved.
        OSError: It cannot be read.
    """
    with Path(spec_path).open("rb") as file:
        spec = as_object(parse_yaml(file.read(_MAX_BYTES + 1)).value)
    if spec is None:
        raise ConfigurationError(f"{os.fspath(spec_path)} must be a YAML mapping")
    return collect_declared_secrets(spec, env, allow_commands=allow_commands, given=given)


def resolve_source(
    name: str, source: str, env: Mapping[str, str] | None = None, *, allow_commands: AllowCommand = False
) -> str | None:
    """Return the value of a secret, or None if it is not found here.

    Args:
        name: Name of the secret.
        source: `env` for the variable of the same name, `env:NAME`, `file:PATH`, `command:SHELL`, or `dashboard` for
            the platform's value.
        env: Environment variables; defaults to those of the process.
        allow_commands: Whether a `command:` may run in a shell on this machine, or a function that decides by the
            secret's name and the command.

    Raises:
        ConfigurationError: The source is unknown, or is a command that is not allowed.
    """
    kind, separator, rest = source.partition(":")
    variables = os.environ if env is None else env
    if source == "dashboard":
        return None
    if kind == "env" and bool(separator) == bool(rest):
        return variables.get(rest or name)
    if kind == "file" and rest:
        return _file_text(rest)
    if kind == "command" and rest:
        return _command_output(name, rest, allow_commands)
    raise ConfigurationError(
        f"the source of the secret {name!r} must be env, env:NAME, file:PATH, command:SHELL or dashboard, "
        f"got {preview(source)}"
    )


def _file_text(path: str) -> str | None:
    try:
        with Path(path).expanduser().open(encoding="utf-8") as file:
            return file.read(_MAX_BYTES).strip()
    except (OSError, ValueError, RuntimeError):  # absent; not UTF-8; no home folder
        return None


def _command_output(name: str, command: str, allow_commands: AllowCommand) -> str | None:
    is_allowed = allow_commands(name, command) if callable(allow_commands) else allow_commands
    if not is_allowed:
        raise ConfigurationError(
            f"the secret {name!r} is read by running the command {preview(command)} on this machine; "
            "allow it with allow_commands=True, or pass the value in `secrets`"
        )
    try:
        # The user allowed this shell command just now.
        done = subprocess.run(  # noqa: S602
            command, shell=True, capture_output=True, check=True, timeout=_COMMAND_SECONDS
        )
        return done.stdout.decode().strip()
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
