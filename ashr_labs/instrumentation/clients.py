"""`wrap`: the calls of one client are recorded."""

from __future__ import annotations

import sys
from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakSet

from .._environment import warn_once
from .._serialize import describe_error
from .calls import LOGGER
from .functions import is_recorded, recorded
from .patches import describe_of, found_owner, is_supported, name_in
from .streams import subclass
from .table import LIBRARIES
from .values import read

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..tracing.context import HasTracing
    from .table import Library

__all__ = ["unwrap_all", "wrap"]

T = TypeVar("T")

_lock = RLock()
_wrapped: dict[str, WeakSet[Any]] = {library.name: WeakSet() for library in LIBRARIES}
"""By label: objects whose class was replaced."""
_classes: dict[str, dict[tuple[type, HasTracing | None], type]] = {}
"""By label: the subclasses that replace classes, by these and by the client that delivers."""
_ORIGINAL = "_ashr_labs_original"
"""The attribute of such a subclass that holds the class that it replaces."""


def wrap(client: T, *, reports_to: HasTracing | None = None) -> T:
    """Record the calls of a client of a language model, and of its copies made later; return the same client.

    Calls become spans of the active trace, as with `auto_instrument`. A client that is already wrapped stays so; one of
    a library whose version is not supported is left alone, and logged once.

    Args:
        client: A client of OpenAI, Anthropic, Mistral or Google GenAI, synchronous or asynchronous.
        reports_to: The client that delivers calls outside of any trace; defaults to the default client.

    Raises:
        TypeError: It is not such a client.

    Example:
        >>> from openai import OpenAI
        >>> client = wrap(OpenAI(api_key="..."))
    """
    for library in LIBRARIES:
        paths = _paths(library, client)
        if paths is not None:
            if is_supported(library):
                _try_to_wrap(library, client, paths, reports_to)
            return client
    accepted = ", ".join(library.name for library in LIBRARIES if library.clients)
    raise TypeError(
        f"`client` must be a client of one of {accepted}, got {type(client).__name__}; "
        "the calls of other libraries are recorded by auto_instrument()"
    )


def unwrap_all(names: Collection[str]) -> None:
    """Record no further calls of the wrapped clients of libraries."""
    with _lock:
        for name in names:
            for one in list(_wrapped[name]):
                one.__class__ = read(type(one), _ORIGINAL)
            _wrapped[name].clear()
            for kind in _classes.pop(name, {}).values():
                _empty(kind)


def _paths(library: Library, client: object) -> tuple[str, ...] | None:
    """Return where a client has the objects whose calls are recorded; None if it is not a client of the library."""
    if not any(module in sys.modules for module in library.module.split("|")):
        return None
    for written, paths in library.clients.items():
        with suppress(ImportError):
            if isinstance(client, found_owner(written)):
                return paths
    return None


def _try_to_wrap(library: Library, client: object, paths: tuple[str, ...], reports_to: HasTracing | None) -> None:
    objects = [read(client, *path.split(".")) if path else client for path in paths]
    try:
        _wrap_objects(library, objects, reports_to)
    except Exception as error:  # a class may refuse subclasses
        name = type(client).__qualname__
        warn_once(LOGGER, f"the calls of a {name} cannot be recorded: {describe_error(error)}")


def _wrap_objects(library: Library, values: list[Any], reports_to: HasTracing | None) -> None:
    """Give objects subclasses of their classes; copies that an object makes of itself have them, too."""
    with _lock:
        classes = _classes.setdefault(library.name, {})
        for value in values:
            kind = cast("Any", type(value))
            if _ORIGINAL in vars(kind):
                continue
            if (kind, reports_to) not in classes:
                classes[kind, reports_to] = _recording(library, kind, reports_to)
            value.__class__ = classes[kind, reports_to]
            _wrapped[library.name].add(value)


def _recording(library: Library, kind: type, reports_to: HasTracing | None) -> type:
    methods: dict[str, Any] = {}
    for function in library.functions:
        if issubclass(kind, found_owner(function.owner)):
            name = name_in(kind, function.name)
            original = getattr(kind, name)
            if not is_recorded(original):
                methods[name] = recorded(original, describe_of(function), reports_to)
    return subclass(kind, {**methods, _ORIGINAL: kind})


def _empty(kind: type) -> None:
    """Remove the recorded methods of a class, which copies of a client may still have."""
    for name in [name for name, held in vars(kind).items() if is_recorded(held) or name == _ORIGINAL]:
        delattr(kind, name)
