"""JSON text that passes through unread: what users own is neither parsed nor written anew on its way."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

from ...errors import ValidationError

__all__ = ["RawJson", "encode"]

# Nobody outside can write it, so it stands in an encoded text only where `encode` put it.
_MARK = secrets.token_hex(16)
_MARKED = re.compile(f'"{_MARK}:([0-9]+)"')


@dataclass(frozen=True, slots=True)
class RawJson:
    """A JSON value as its text, which is ASCII."""

    text: str

    @classmethod
    def of(cls, value: Any) -> RawJson:
        """Write a value down.

        Raises:
            ValidationError: It holds a number that JSON does not have.
        """
        return cls(encode(value))


def encode(value: Any) -> str:
    """Write a value as ASCII, raw parts as they are: the order of keys, `1` against `1.0`, half surrogates survive.

    Raises:
        ValidationError: It holds a number that JSON does not have.
    """
    raw: list[str] = []

    def mark(part: Any) -> str:
        if not isinstance(part, RawJson):
            raise TypeError(f"{type(part).__name__} is not a JSON value")
        raw.append(part.text)
        return f"{_MARK}:{len(raw) - 1}"

    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"), default=mark)
    except ValueError as error:
        raise ValidationError("a number is too large to be stored (NaN and infinity are not JSON)") from error
    return _MARKED.sub(lambda found: raw[int(found[1])], text) if raw else text
