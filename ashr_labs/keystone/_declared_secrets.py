"""The secrets of a request: those that are given, and those that a spec's file declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from ..specs.secrets import AllowCommand

__all__ = ["merged_secrets"]


def merged_secrets(
    given: Mapping[str, str] | None, spec_path: str | PathLike[str] | None, allow_commands: AllowCommand
) -> dict[str, str]:
    """Return the values of secrets to send with a request.

    Args:
        given: Values that are not looked up.
        spec_path: The file of a spec; None looks up nothing.
        allow_commands: Whether a source of the file may run a command on this machine.

    Raises:
        ConfigurationError: The file is not a YAML mapping, or a source is unknown or a command that is not allowed.
        OSError: The file cannot be read.
    """
    explicit = dict(given or {})
    if spec_path is None:
        return explicit
    # A function-level import, as it needs the extra `specs`.
    from ..specs import collect_declared_secrets_from_file  # noqa: PLC0415

    found = collect_declared_secrets_from_file(spec_path, allow_commands=allow_commands, given=explicit)
    return {**found, **explicit}
