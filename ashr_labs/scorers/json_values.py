"""Scorers of outputs that are JSON."""

from __future__ import annotations

import json
import math
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, cast

from .._format import one_line
from .._json import as_list, as_object, parsed_json, refuse_constant, strict_json
from .builtin import BuiltInScorer, ExpectedScorer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from .options import CommonOptions
    from .score import Score, ScorerContext

__all__ = ["JSONDiff", "JSONValidity", "NotJSONError", "decoded", "json_similarity", "value_of"]

_MAX_DEPTH = 1_000
_DECODER = json.JSONDecoder(parse_constant=refuse_constant)
_PLAIN = frozenset({str, int, float, bool, type(None)})
"""The types of values without items."""
_ABSENT = object()
"""In place of the value of a key that an object does not have, which is not null."""


class NotJSONError(ValueError):
    """A value that should be JSON is not."""


class JSONDiff(ExpectedScorer):
    """The similarity of the output to the expected JSON value.

    Objects: the mean over the keys of both. Arrays: the sum over the pairs of items, by the longer length. Anything
    else is equal or not; 1 is equal to 1.0, but not to true, and a key that is missing is not null.

    Args:
        expected: The expected value, or its JSON text.
        expected_key: Its key in the parameters; see `ExpectedScorer`.
        threshold: The similarity from which it passes.
        **options: See `BaseScorer`.
    """

    rule_type = "json_diff"
    config_options = ("expected", "expected_key", "threshold")

    def __init__(
        self,
        *,
        expected: Any = None,
        expected_key: str | None = None,
        threshold: float = 1.0,
        **options: Unpack[CommonOptions],
    ) -> None:
        super().__init__(expected, expected_key, threshold=threshold, **options)

    def evaluate(self, context: ScorerContext) -> Score | None:
        """Compare the output with the expected value."""
        expected = self.expected_of(context)
        if expected is None:
            return None
        output = context.output
        try:
            value = decoded(output) if output is None or isinstance(output, str) else output
            return self.graded(json_similarity(value, value_of(expected)))
        except NotJSONError as error:
            return self.decided(False, f"the output is not JSON: {error}")


class JSONValidity(BuiltInScorer):
    """The output is JSON as RFC 8259 defines it: NaN and Infinity are not.

    Args:
        **options: See `BaseScorer`.
    """

    rule_type = "json_validity"

    def evaluate(self, context: ScorerContext) -> Score:
        """Decode the output."""
        try:
            decoded(context.output)
        except NotJSONError as error:
            return self.decided(False, f"the output is not JSON: {error}")
        return self.decided(True)


def decoded(output: object) -> object:
    """Return the JSON value of an output: decoded text, or a structure as it is.

    Raises:
        NotJSONError: The output is not JSON; the message says why.
    """
    try:
        if isinstance(output, str):
            return _parsed(output.strip())
        if output is None:
            raise NotJSONError("it is empty")
        strict_json(output)
    except RecursionError:
        raise NotJSONError("it is nested too deep") from None
    except (ValueError, TypeError) as error:
        raise NotJSONError(one_line(str(error))) from error
    return output


def value_of(value: object) -> object:
    """Return the value of JSON text, or the value itself if it is not JSON text."""
    return parsed_json(value) if isinstance(value, str) else value


def json_similarity(left: object, right: object) -> float:
    """Return the similarity of two JSON values, 0..1; see `JSONDiff`.

    Raises:
        NotJSONError: They are nested too deep, or contain themselves.
    """
    # Each value has a share of the whole, so that a list of pending pairs does in place of recursion.
    same: list[float] = []
    is_different = False
    pending: list[tuple[object, object, float, int]] = [(left, right, 1.0, 0)]
    while pending:
        one, other, share, depth = pending.pop()
        pairs = () if type(one) in _PLAIN else _pairs(one, other)
        if pairs:
            if depth == _MAX_DEPTH:
                raise NotJSONError("it is nested too deep")
            part = share / len(pairs)
            pending += [(first, second, part, depth + 1) for first, second in pairs]
        elif _is_same_leaf(one, other):
            same.append(share)
        else:
            is_different = True
    return min(1.0, math.fsum(same)) if is_different else 1.0


def _pairs(left: object, right: object) -> Sequence[tuple[object, object]]:
    """Return the pairs of items of two objects or two arrays."""
    one, other = as_object(left), as_object(right)
    if one is not None and other is not None:
        keys = one if one.keys() == other.keys() else {**one, **other}
        return [(one.get(key, _ABSENT), other.get(key, _ABSENT)) for key in keys]
    items, others = as_list(left), as_list(right)
    if items is not None and others is not None:
        return list(zip_longest(items, others, fillvalue=_ABSENT))
    return ()


def _is_same_leaf(left: object, right: object) -> bool:
    if type(left) is type(right) and not isinstance(left, float):
        return left == right or as_list(left) is not None  # arrays without items have pairs neither
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    if isinstance(left, int | float):
        return isinstance(right, int | float) and (left == right or _is_close(left, right))
    return as_list(left) is not None and as_list(right) is not None


def _is_close(left: float, right: float) -> bool:
    try:
        return math.isclose(left, right)
    except OverflowError:  # an integer that is too large for a float
        return False


def _parsed(text: str) -> object:
    if not text:
        raise NotJSONError("it is empty")
    try:
        return cast("object", _DECODER.decode(text))
    except json.JSONDecodeError:
        raise
    except ValueError:  # a constant, or an integer of over 4,300 digits, which is JSON
        return cast("object", json.loads(text, parse_constant=refuse_constant, parse_int=float))
