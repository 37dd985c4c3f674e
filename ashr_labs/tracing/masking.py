"""What may leave the process: personal data and secrets are replaced before anything is sent or written to disk."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from ._numbers import mask_iban, mask_numbers
from .serialize import JSON, to_json

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["mask_personal_data", "masked"]

_FAILED = "<masked: the mask failed>"
_NAME = (
    r"(?:pass(?:word|wd|phrase|code)|pwd|secret(?!ar)|token(?!s|iz|_?count)|api[-_]?key|access[-_]?key|private[-_]?key"
    r"|credential|auth(?:orization)?(?![a-z])|cookie|card[-_]?number|(?<![a-z])(?:ssn|cv[vc]|pin)(?![a-z]))"
)
_SECRET_NAMES = re.compile(_NAME, re.IGNORECASE)


def masked(value: JSON, mask: Callable[[Any], Any] | None) -> JSON:
    """Return what a mask leaves of one field, as JSON; nothing where it raises."""
    if mask is None or value is None:
        return value
    try:
        return to_json(mask(value))
    except Exception:  # the mask is the host's code
        return _FAILED


def mask_personal_data(value: Any) -> Any:
    """Replace e-mail addresses, phone, card and account numbers, addresses of machines, and secrets.

    Values under a key whose name says that they are secret are replaced whole.

    >>> mask_personal_data({"from": "ann@example.com", "password": "hunter2", "n": 3})
    {'from': '<email>', 'password': '<secret>', 'n': 3}
    """
    pairs: dict[Any, Any] = value
    items: list[Any] = value
    if isinstance(value, str):
        return _mask_text(value)
    if isinstance(value, dict):
        return {_mask_key(key): _mask_item(key, item) for key, item in pairs.items()}
    if isinstance(value, list | tuple):
        return [mask_personal_data(item) for item in items]
    # Numbers can be card and phone numbers too.
    if type(value) is int and abs(value) >= 10**8:
        text = str(value)
        return value if _mask_text(text) == text else _mask_text(text)
    return value


def _mask_key(key: Any) -> Any:
    return _mask_text(key) if isinstance(key, str) else key


def _mask_item(key: Any, item: Any) -> Any:
    if item is not None and not isinstance(item, bool) and isinstance(key, str) and _SECRET_NAMES.search(key):
        return "<secret>"
    return mask_personal_data(item)


def _mask_text(text: str) -> str:
    for pattern, replace in _RULES:
        text = pattern.sub(replace, text)
    return mask_numbers(text)


def _mask_value(found: re.Match[str]) -> str:
    quote: str = found[2] or found[3] or found[4] or ""
    return f"{found[1]}{quote}<secret>{quote}"


def _mask_ip(found: re.Match[str]) -> str:
    try:
        ip_address(found[0])
    except ValueError:
        return found[0]
    return "<ip>"


def _mask_iban(found: re.Match[str]) -> str:
    return mask_iban(found[0])


_WRITTEN_VALUE = (
    r"""(?:(\\{1,7}["'])[^\\]*+(?:(?!(?<!\\)\2)\\[^\\]*+)*(?:\2)?"""  # in JSON within JSON
    r"""|(")[^"\\]*+(?s:\\.[^"\\]*+)*"?|(')[^'\\]*+(?s:\\.[^'\\]*+)*'?"""
    r"""|[^\s"',;&}\])]++)"""
)
# Each repetition is bounded, or takes what it can and gives nothing back, and begins where no longer one could:
# no text takes more than linear time. Those of groups are not possessive, which Python before 3.11.5 gets wrong;
# what follows them cannot fail. Where a text is cut in the middle of a secret, what is there is replaced.
_PATTERNS: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[^-]*+(?:-(?!----)[^-]*+)*(?:-----END [A-Z ]{0,40}-----)?",
        "<private key>",
    ),
    (r"(?<![\w-])[\w-]{8,}+\.eyJ[\w-]{5,}+(?:\.[\w-]*+)?", "<jwt>"),
    (r"\b(?:sk|pk|rk|tp|ghp|gho|ghs|github_pat|xox[abps]|glpat)[-_][\w-]{16,}+", "<key>"),
    (r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35,}+", "<key>"),
    (r"(?i:\bbearer )[\w.~+/=-]{8,}+", "<key>"),
    (r"(?i:\b((?:set-)?cookie|authorization): ?)[^\r\n\"']++", r"\1: <secret>"),
    (rf"(?i:({_NAME}[\w-]{{0,20}}+\\{{0,7}}+[\"']?\s{{0,5}}+[:=]\s{{0,5}}+)){_WRITTEN_VALUE}", _mask_value),
    (r"(?<=://)[^\s/@:]{1,64}:[^\s/@]{1,256}@", "<secret>@"),
    (r"(?<![\w.%+-])[\w.%+-]++@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", "<email>"),
    (r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b|\b[a-z]{2}\d{2}[a-z0-9]{11,30}\b", _mask_iban),
    (r"\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b", "<ssn>"),
    (r"\b\d{1,3}(?:\.\d{1,3}){3}\b", _mask_ip),
    (r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])", _mask_ip),
]
_RULES = [(re.compile(pattern), replace) for pattern, replace in _PATTERNS]
