"""What is written in place of a value that JSON cannot express."""

from __future__ import annotations

import json
import re

__all__ = ["MAX_CHARACTERS", "describe_error", "marker", "valid_text"]

MAX_CHARACTERS = 1_000_000
"""Characters of all the texts and keys in one value."""

_MAX_NAME = 200
_SURROGATES = re.compile("[\ud800-\udfff]+")


def describe_error(error: BaseException) -> str:
    """Return an exception as "Type: text", or "Type" where it has no text."""
    try:
        text = str(error)
    except Exception:  # the text is the host's code
        text = "<its text cannot be read>"
    name = type(error).__name__
    return valid_text(f"{name}: {text[:MAX_CHARACTERS]}" if text else name)


def valid_text(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot carry."""
    if text.isascii():
        return text
    try:
        text.encode("utf-16-le")  # for most texts faster than UTF-8
    except UnicodeEncodeError:
        paired: str = json.loads(json.dumps(text))  # joins what belongs together, at a tenth of any codec's time
        return _SURROGATES.sub(lambda found: "\ufffd" * len(found[0]), paired)
    return text


def marker(value: object, note: str = "") -> str:
    """Return the name of a value's class, with a note, in angle brackets."""
    kind = type(value)
    try:
        name = f"{kind.__qualname__}" if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    except Exception:  # a metaclass of the host's
        name = "object"
    return valid_text(f"<{name[:_MAX_NAME]}: {note}>" if note else f"<{name[:_MAX_NAME]}>")
