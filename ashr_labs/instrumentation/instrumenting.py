"""`auto_instrument`, `observe` and `uninstrument`: which libraries are recorded in this process."""

from __future__ import annotations

from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any

from .._format import suggestion
from ..errors import ConfigurationError
from .clients import unwrap_all, wrap
from .imports import after_import, forget
from .otel_instrumentors import instrument, is_instrumentor
from .patches import apply, installed_version, is_supported, undo_all
from .table import LIBRARIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..tracing.context import HasTracing
    from .table import Library

__all__ = ["auto_instrument", "observe", "uninstrument"]

_lock = RLock()
_active: dict[str, list[Callable[[], None]]] = {}
"""By label: how to undo what was done; nothing until the library is imported."""


def auto_instrument(*libraries: str, client: HasTracing | None = None) -> list[str]:
    """Record the calls of libraries in this process, from now on; a library is instrumented when it is imported.

    Calls become spans of the active trace. Without one, each call is a trace of its own, delivered by the client whose
    `client.tracing.set_default()` was called; without either, nothing is recorded. Calls that are already instrumented
    stay so.

    Args:
        libraries: Their labels, such as `openai`; defaults to all that are installed. Instrumentors of OpenInference
            and OpenTelemetry are named as `openinference:groq` and `opentelemetry:groq`, and need the extra `otel`.
        client: Made the default client, as by `client.tracing.set_default()`.

    Returns:
        The labels of all libraries that are instrumented. An installed one of a version that is not supported is left
        alone, and logged once.

    Raises:
        ConfigurationError: A label is unknown, its library is not installed, or an instrumentor does not start.

    Example:
        >>> auto_instrument()  # doctest: +SKIP
        ['openai', 'anthropic']
        >>> uninstrument()
    """
    instrumentors, names = _split(libraries)
    chosen = _chosen(names) if names or not instrumentors else []
    if client is not None:
        _set_default(client)
    with _lock:
        for library in chosen:
            if library.name not in _active and is_supported(library):
                _active[library.name] = []
                _wait_for(library)
        for label in instrumentors:
            if label not in _active:
                _active[label] = [instrument(label)]
        return _labels()


def observe(*libraries: str, clients: Iterable[Any] | None = None, client: HasTracing | None = None) -> list[str]:
    """Record the calls of clients, or of libraries in this process if no clients are given.

    Args:
        libraries: As for `auto_instrument`.
        clients: Clients of language models, see `wrap`; only their calls are recorded, unless libraries are named.
        client: Made the default client, as by `client.tracing.set_default()`.

    Returns:
        The labels of all libraries that are instrumented in this process.

    Raises:
        ConfigurationError: A label is unknown, or its library is not installed.
        TypeError: A client is of no supported kind.
    """
    for one in clients or ():
        wrap(one)
    if clients is None or libraries:
        return auto_instrument(*libraries, client=client)
    if client is not None:
        _set_default(client)
    with _lock:
        return _labels()


def uninstrument(*libraries: str) -> None:
    """Record no further calls of libraries, in this process and of wrapped clients; calls in progress are completed.

    Args:
        libraries: Their labels; defaults to all.

    Raises:
        ConfigurationError: A label is unknown.
    """
    instrumentors, names = _split(libraries or tuple(_active))
    chosen = _named(names) if names or not libraries else []
    with _lock:
        for label in instrumentors:
            undo_all(_active.pop(label, []))
        for library in chosen:
            _forget(library)
            undo_all(_active.pop(library.name, []))
        unwrap_all({library.name for library in chosen})


def _instrument(library: Library) -> None:
    with _lock:
        if library.name in _active and not _active[library.name]:
            _forget(library)  # first: it may import the other module
            _active[library.name] = undos = apply(library)
            if not undos:  # it failed, and was logged
                del _active[library.name]


def _wait_for(library: Library) -> None:
    for module in library.module.split("|"):
        after_import(module, partial(_instrument, library))


def _forget(library: Library) -> None:
    for module in library.module.split("|"):
        forget(module)


def _split(labels: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """Return the labels of instrumentors, and those of libraries."""
    return [one for one in labels if is_instrumentor(one)], tuple(one for one in labels if not is_instrumentor(one))


def _labels() -> list[str]:
    order = {library.name: number for number, library in enumerate(LIBRARIES)}
    return sorted(_active, key=lambda label: (order.get(label, len(order)), label))


def _named(names: tuple[str, ...]) -> list[Library]:
    known = {library.name: library for library in LIBRARIES}
    for name in names:
        if name not in known:
            raise ConfigurationError(
                f"`libraries` must be of {', '.join(known)}, got {name!r}{suggestion(name, known)}"
            )
    return [known[name] for name in names] if names else list(LIBRARIES)


def _chosen(names: tuple[str, ...]) -> list[Library]:
    chosen = _named(names)
    for library in chosen if names else ():
        if installed_version(library) is None:
            package = library.distribution or library.name
            raise ConfigurationError(
                f"{library.name} is not installed, so its calls cannot be recorded; install it with: "
                f"pip install {package}"
            )
    return chosen


def _set_default(client: HasTracing) -> None:
    from ..tracing.context import DEFAULT  # noqa: PLC0415

    DEFAULT.tracing = client.tracing
