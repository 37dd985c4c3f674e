"""The options that all scorers have, and the checks of options, which name the option that is wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypedDict, cast

from .._json import as_list, preview
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CommonOptions",
    "ScorerOptions",
    "choice_option",
    "flag_option",
    "number_option",
    "text_option",
    "texts_option",
]


class CommonOptions(TypedDict, total=False):
    """The options of scorers with a threshold of their own; see `BaseScorer`."""

    name: str
    weight: float
    gate: bool
    negated: bool


class ScorerOptions(CommonOptions, total=False):
    """The options of scorers; see `BaseScorer`."""

    threshold: float | None


def number_option(option: str, value: object, *, minimum: float, maximum: float = sys.float_info.max) -> float:
    """Return an option that is a finite number.

    Raises:
        ConfigurationError: It is not, or it is out of range.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and minimum <= cast("float", value) <= maximum:
        return float(cast("float", value))
    bounds = f">= {minimum:g}" if maximum == sys.float_info.max else f"from {minimum:g} to {maximum:g}"
    raise ConfigurationError(f"`{option}` must be a number {bounds}, got {preview(value)}")


def flag_option(option: str, value: object) -> bool:
    """Return an option that is true or false.

    Raises:
        ConfigurationError: It is neither.
    """
    if isinstance(value, bool):
        return value
    raise ConfigurationError(f"`{option}` must be true or false, got {preview(value)}")


def text_option(option: str, value: object) -> str:
    """Return an option that is a string which is not empty.

    Raises:
        ConfigurationError: It is not.
    """
    if isinstance(value, str) and value:
        return value
    raise ConfigurationError(f"`{option}` must be a string that is not empty, got {preview(value)}")


def texts_option(option: str, value: object) -> tuple[str, ...]:
    """Return an option that is a string or several.

    Raises:
        ConfigurationError: It is not, or one of them is empty.
    """
    items = [value] if isinstance(value, str) else as_list(value)
    if items is None:
        raise ConfigurationError(f"`{option}` must be a string or a list of strings, got {preview(value)}")
    return tuple(text_option(option, item) for item in items)


def choice_option(option: str, value: object, choices: Iterable[str]) -> str:
    """Return an option that is one of several strings.

    Raises:
        ConfigurationError: It is none of them.
    """
    known = tuple(choices)
    if isinstance(value, str) and value in known:
        return value
    raise ConfigurationError(f"`{option}` must be one of {', '.join(map(repr, known))}, got {preview(value)}")
