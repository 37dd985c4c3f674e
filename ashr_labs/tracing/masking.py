"""What may leave the process: personal data and secrets are replaced before anything is sent or written to disk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from .serialize import JSON, to_json

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["mask_personal_data", "masked"]

_FAILED = "<masked: the mask failed>"
_SECRET_NAMES = re.compile(
    r"pass(?:word|wd|phrase)|secret|token(?!s|_?count)|api[-_]?key|access[-_]?key|private[-_]?key|auth(?:orization)?$|cookie|"
    r"credential|\bssn\b|\bcvv\b",
    re.IGNORECASE,
)


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
    if isinstance(key, str) and _SECRET_NAMES.search(key) and isinstance(item, str):
        return "<secret>"
    return mask_personal_data(item)


def _mask_text(text: str) -> str:
    for rule in _RULES:
        text = rule.apply(text)
    return text


@dataclass(frozen=True, slots=True)
class _Rule:
    """What to replace: matches of a pattern that pass a check."""

    name: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool]

    def apply(self, text: str) -> str:
        return self.pattern.sub(lambda found: self.name if self.check(found[0]) else found[0], text)


def _is_card(written: str) -> bool:
    """Check a card's number by its last digit (Luhn)."""
    digits = [int(digit) for digit in written if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(written: str) -> bool:
    """Check an account's number by its check digits (ISO 7064)."""
    plain = re.sub(r"\s", "", written).upper()
    return 15 <= len(plain) <= 34 and int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def _is_ip(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True


def _is_phone(written: str) -> bool:
    digits = sum(sign.isdigit() for sign in written)
    return 8 <= digits <= 15 and (written.startswith("+") or any(sign in " -.()" for sign in written))


def _always(_written: str) -> bool:
    return True


def _rule(name: str, pattern: str, check: Callable[[str], bool] = _always) -> _Rule:
    return _Rule(name, re.compile(pattern), check)


# Each repetition is bounded or cannot overlap with what follows, so that no text takes more than linear time.
_RULES = [
    _rule("<private key>", r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"),
    _rule("<jwt>", r"\beyJ[\w-]{5,4000}\.eyJ[\w-]{5,8000}\.[\w-]{0,2000}"),
    _rule("<key>", r"\b(?:sk|pk|rk|tp|ghp|gho|ghs|github_pat|xox[abps]|glpat)[-_][\w-]{16,200}"),
    _rule("<key>", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}"),
    _rule("<key>", r"(?i:\bbearer )[\w.~+/=-]{8,4000}"),
    _rule("<email>", r"[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"),
    _rule("<iban>", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b", _is_iban),
    _rule("<card>", r"\b\d(?:[ -]?\d){12,18}\b", _is_card),
    _rule("<ssn>", r"\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b"),
    _rule("<ip>", r"\b\d{1,3}(?:\.\d{1,3}){3}\b", _is_ip),
    _rule("<ip>", r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])", _is_ip),
    _rule("<phone>", r"(?<![\w.])(?<!\d[ -])\+?\(?\d(?:[ ().-]{0,2}\d){7,14}(?!\w|[ .-]?\d)", _is_phone),
]
