"""Durations and sizes as specs write them."""

from __future__ import annotations

import re

from ..errors import ConfigurationError

__all__ = ["parse_duration", "parse_size"]

_DURATION_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"([0-9]{1,19}(?:\.[0-9]{1,9})?)([kKMGT]?)(i?)B?")
_POWERS = {"": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4}
_MAX_DURATION_TEXT = 50


def parse_duration(text: str, *, name: str = "duration") -> float:
    """Return the seconds of a duration such as `30s`, `10m`, `1h30m` or `500ms`.

    Args:
        text: The duration.
        name: Its name in messages.

    Raises:
        ConfigurationError: It is not a duration above zero.

    Examples:
        >>> parse_duration("1h30m")
        5400.0
    """
    parts = _DURATION_PART.findall(text) if len(text) <= _MAX_DURATION_TEXT else []
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if not seconds or "".join(map("".join, parts)) != text:
        raise ConfigurationError(f"`{name}` must be a duration above zero such as 30s, 10m or 1h30m, got {text[:50]!r}")
    return seconds


def parse_size(size: str | int, *, name: str = "size") -> int:
    """Return the bytes of a size such as `512Mi`, `2Gi`, `1G` or a number of bytes.

    `Mi` is 1024 times 1024 bytes, and `M` and `MB` are a million.

    Args:
        size: The size.
        name: Its name in messages.

    Raises:
        ConfigurationError: It is not a size above zero.

    Examples:
        >>> parse_size("2Gi")
        2147483648
    """
    match = _SIZE.fullmatch(str(size))
    number, unit, binary = match.groups() if match else ("0", "", "")
    value = int(float(number) * (1024 if binary else 1000) ** _POWERS[unit])
    if value <= 0 or (binary and not unit):
        raise ConfigurationError(
            f"`{name}` must be a size above zero such as 512Mi, 2Gi or a number of bytes, got {str(size)[:50]!r}"
        )
    return value
