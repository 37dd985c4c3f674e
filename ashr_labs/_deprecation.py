"""Warnings about deprecated names."""

from __future__ import annotations

import sys
import warnings
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["deprecated_names", "renamed_argument", "warn_deprecated"]

_P = ParamSpec("_P")
_R = TypeVar("_R")


def warn_deprecated(old: str, new: str, *, stacklevel: int = 3) -> None:
    """Warn the caller of the calling function that a name is deprecated.

    Args:
        old: The deprecated name as users write it, such as `client.tracing.use_by_default()`.
        new: What to use instead, written the same way.
        stacklevel: As in `warnings.warn`; 3 is the caller of the function that calls this one.
    """
    warnings.warn(f"{old} is deprecated, use {new}", DeprecationWarning, stacklevel=stacklevel)


def renamed_argument(old: str, new: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Return a decorator for a function that still takes a renamed argument by its old name, and warns about it."""

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(function)
        def accepting(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            if old in kwargs:
                warn_deprecated(f"{function.__name__}({old}=)", f"{function.__name__}({new}=)")
                kwargs[new] = kwargs.pop(old)
            return function(*args, **kwargs)

        return accepting

    return decorate


def deprecated_names(module: str, names: Mapping[str, str]) -> Callable[[str], object]:
    """Return a `__getattr__` for a module that resolves renamed names and warns about them.

    Args:
        module: The module's `__name__`.
        names: The new name of each deprecated one; the module defines the new ones.
    """

    def __getattr__(name: str) -> object:  # noqa: N807 - assigned to the module's `__getattr__`
        new = names.get(name)
        if new is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        warn_deprecated(f"{module}.{name}", f"{module}.{new}")
        value: object = getattr(sys.modules[module], new)
        return value

    return __getattr__
