"""JSON text that is stored and sent without being decoded and encoded again."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

from ...errors import ValidationError

__all__ = ["RawJSON", "encode"]

# Random for each process, so that clients cannot forge it: it only occurs where `encode` has put it.
_MARK = secrets.token_hex(16)
_MARKED = re.compile(f'"{_MARK}:([0-9]+)"')


@dataclass(frozen=True, slots=True)
class RawJSON:
    """A JSON value as ASCII text."""

    text: str

    @classmethod
    def dump(cls, value: Any) -> RawJSON:
        """Encode a value.

        Raises:
            ValidationError: It holds NaN or an infinity.
        """
        return cls(encode(value))


def encode(value: Any) -> str:
    """Encode a value as ASCII and insert `RawJSON` parts as they are.

    The order of keys, `1` against `1.0` and lone surrogates survive.

    Raises:
        ValidationError: It holds NaN or an infinity.
    """
    raw: list[str] = []

    def mark(part: Any) -> str:
        if not isinstance(part, RawJSON):
            raise TypeError(f"{type(part).__name__} is not a JSON value")
        raw.append(part.text)
        return f"{_MARK}:{len(raw) - 1}"

    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"), default=mark)
    except ValueError as error:
        raise ValidationError("a number is too large to be stored (JSON does not have NaN and infinity)") from error
    return _MARKED.sub(lambda found: raw[int(found[1])], text) if raw else text
