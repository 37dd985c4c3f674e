"""References to objects in the user's code, written as `module:attribute`."""

from __future__ import annotations

import sys
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from .errors import ConfigurationError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["describe_error", "load_reference"]


def load_reference(reference: str) -> Any:
    """Import the module, from the current folder first, and return its attribute.

    Raises:
        ConfigurationError: The module or attribute does not exist, or the import fails.
    """
    module_name, _, attribute = reference.partition(":")
    if not module_name or not attribute:
        raise ConfigurationError("write it as module:attribute, such as my_agent:MyAgent")
    module = _import(module_name)
    try:
        return attrgetter(attribute)(module)
    except AttributeError as error:
        raise ConfigurationError(str(error)) from error


def describe_error(error: BaseException) -> str:
    """Return the type, message and place of an exception in the user's code."""
    text = f"{type(error).__name__}: {error}"
    frames = extract_tb(error.__traceback__)
    if isinstance(error, SyntaxError) or not frames:  # the message of a SyntaxError contains the place
        return text
    return f"{text} ({frames[-1].filename}, line {frames[-1].lineno})"


def _import(name: str) -> ModuleType:
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise ConfigurationError(f"importing it failed: {describe_error(error)}") from error
        raise ConfigurationError(
            f"module {error.name!r} was not found in {folder} or among the installed packages"
        ) from error
    except (Exception, SystemExit) as error:
        raise ConfigurationError(f"importing it failed: {describe_error(error)}") from error
