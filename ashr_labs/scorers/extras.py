"""Libraries of the extra `scorers`, which are imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..errors import ConfigurationError

__all__ = ["library"]


def library(name: str, user: str) -> Any:
    """Return a module of a library.

    Raises:
        ConfigurationError: The library is not installed; the message says how to install it.
    """
    try:
        return import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise ConfigurationError(
            f"{user} needs the package {package!r}; install it with: pip install 'ashr-labs[scorers]>=0.4'"
        ) from error
