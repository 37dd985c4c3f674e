"""The arguments of a call by their parameters' names, for the record."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Arguments"]

_POSITIONAL = {Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD}
_THE_OBJECT_ITSELF = {"self", "cls"}


class Arguments:
    """What is known of a function's parameters; those that Python writes in C may have no signature.

    Args:
        function: What is called.
        is_bound_to_class: Whether the first argument is a class, whatever its name.
    """

    __slots__ = ("_left_out", "_names", "_rest")

    def __init__(self, function: Callable[..., Any], *, is_bound_to_class: bool = False) -> None:
        try:
            parameters = list(signature(function).parameters.values())
        except (ValueError, TypeError):
            parameters = []
        names = [parameter.name for parameter in parameters if parameter.kind in _POSITIONAL]
        self._left_out = int(bool(names) and (is_bound_to_class or names[0] in _THE_OBJECT_ITSELF))
        self._names = names[self._left_out :]
        self._rest = next((one.name for one in parameters if one.kind is Parameter.VAR_POSITIONAL), "args")

    def by_name(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return what was given, without `self` or `cls`, and without defaults."""
        given = args[self._left_out :] if self._left_out else args
        named = dict(zip(self._names, given))  # noqa: B905 - either may be longer, and the argument costs time
        if len(given) > len(named):
            named[self._rest] = given[len(named) :]
        return named | kwargs if kwargs else named
