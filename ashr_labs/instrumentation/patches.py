"""Replacing the functions of libraries by recorded ones, and putting the original ones back."""

from __future__ import annotations

import logging
import sys
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .._environment import warn_once
from .._serialize import describe_error
from .calls import LOGGER
from .functions import recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .calls import Describe, Request
    from .table import Function, Library

    Undo = Callable[[], None]

__all__ = [
    "apply",
    "describe_of",
    "found_owner",
    "installed_version",
    "is_supported",
    "name_in",
    "replace_method",
    "undo_all",
]


def installed_version(library: Library) -> str | None:
    """Return the installed version of a library, or None if it is not installed."""
    try:
        return version(library.distribution or library.name)
    except PackageNotFoundError:
        return None


def is_supported(library: Library) -> bool:
    """Return True if a supported version of a library is installed; an unsupported one is logged once."""
    found = installed_version(library)
    if found is None:
        return False
    least, below = library.versions
    if _numbers(least) <= _numbers(found) < _numbers(below):
        return True
    warn_once(
        LOGGER,
        f"{library.name} {found} is not instrumented; supported are versions from {least} on, and below {below}",
    )
    return False


def apply(library: Library) -> list[Undo]:
    """Record the calls of a library in the whole process; return how to undo it. A failure is logged and undone."""
    undos: list[Undo] = []
    try:
        if library.install is not None:
            undos.append(_ours(library.install)())
        undos.extend(_replace(function) for function in library.functions)
    except Exception as error:
        undo_all(undos)
        warn_once(LOGGER, f"{library.name} could not be instrumented: {describe_error(error)}")
        return []
    return undos


def undo_all(undos: list[Undo]) -> None:
    """Undo changes, the last one first."""
    while undos:
        try:
            undos.pop()()
        except Exception as error:
            logging.getLogger(LOGGER).warning("instrumentation could not be removed: %s", describe_error(error))


def describe_of(function: Function) -> Describe:
    """Return our function that reads the arguments of a function."""
    describe: Describe = _ours(function.describe)
    return describe


def found_owner(written: str) -> Any:
    """Return a module or class, from the first of several places that has it.

    Raises:
        ImportError: None of them has it.
    """
    for place in written.split("|"):
        name, _, attribute = place.partition(":")
        try:
            module = import_module(name)
        except ImportError:
            continue
        found: Any = getattr(module, attribute, None) if attribute else module
        if found is not None:
            return found
    raise ImportError(f"there is no {written}")


def name_in(owner: Any, written: str) -> str:
    """Return the first of several names that an object has.

    Raises:
        AttributeError: It has none of them.
    """
    for name in written.split("|"):
        if hasattr(owner, name):
            return name
    raise AttributeError(f"{owner!r} has no {written}")


def _replace(function: Function) -> Undo:
    owner = found_owner(function.owner)
    name = name_in(owner, function.name)
    original = getattr(owner, name)
    read_arguments = describe_of(function)
    is_on = True

    def describe(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request | None:
        return read_arguments(args, kwargs) if is_on else None

    ours = recorded(original, describe)
    put_back = _rebind(original, ours) if isinstance(owner, ModuleType) else replace_method(owner, name, ours)

    def undo() -> None:
        nonlocal is_on
        is_on = False  # functions that others have put in place of ours may still call it
        put_back()

    return undo


def replace_method(owner: type, name: str, ours: Any) -> Undo:
    """Replace a method; return how to undo that, which keeps a later replacement by another library."""
    original, is_own = getattr(owner, name), name in vars(owner)
    setattr(owner, name, ours)

    def undo() -> None:
        if vars(owner).get(name) is not ours:
            return
        if is_own:
            setattr(owner, name, original)
        else:
            delattr(owner, name)

    return undo


def _rebind(original: Any, ours: Any) -> Undo:
    """Replace a function in every module that has it: programs import functions by name before they are replaced."""
    for namespace, name in _bindings(original):
        namespace[name] = ours

    def undo() -> None:
        for namespace, name in _bindings(ours):
            namespace[name] = original

    return undo


def _bindings(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    for module in list(sys.modules.values()):
        namespace: dict[str, Any] = getattr(module, "__dict__", {})
        yield from [(namespace, name) for name, held in list(namespace.items()) if held is value]


@cache
def _ours(written: str) -> Any:
    module, _, name = written.partition(":")
    return getattr(import_module(f".{module}", __package__), name)


def _numbers(written: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: those of `2.1rc1` are 2 and 1."""
    found: list[int] = []
    for part in written.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        found.append(int(digits))
    return tuple(found)
