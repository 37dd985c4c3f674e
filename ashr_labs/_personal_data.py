"""Masking of personal data and secrets."""

from __future__ import annotations

import re
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KINDS", "mask_personal_data"]

KINDS = ("email", "phone", "card", "iban", "ssn", "ip", "secret", "key", "jwt", "private key")
"""The kinds that are masked: each is replaced by its name in angle brackets."""

_NAME = (
    r"(?:pass(?:word|wd|phrase|code)|pwd|secret(?!ar)|token(?!s|iz|_?count)|api[-_]?key|access[-_]?key|private[-_]?key"
    r"|credential|auth(?:orization)?(?![a-z])|cookie|card[-_]?number|(?<![a-z])(?:ssn|cv[vc]|pin)(?![a-z]))"
)
_SECRET_NAMES = re.compile(_NAME, re.IGNORECASE)


def mask_personal_data(value: Any) -> Any:
    """Mask e-mail addresses, phone, card and account numbers, IP addresses and secrets.

    The value of a key whose name suggests a secret, such as `password`, is replaced entirely.

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
    # A card or phone number may be an integer.
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
    for pattern, replace in _rules():
        text = pattern.sub(replace, text)
    return _mask_numbers(text)


def _mask_value(found: re.Match[str]) -> str:
    quote: str = found[2] or found[3] or found[4] or ""
    return f"{found[1]}{quote}<secret>{quote}"


def _mask_ip(found: re.Match[str]) -> str:
    try:
        ip_address(found[0])
    except ValueError:
        return found[0]
    return "<ip>"


# Words, or groups of digits and the letters attached to them; linear time.
_CLUSTER = re.compile(r"[^\W\d]\w*+|[+(]{0,2}\d(?:[ ().-]{0,2}\d)*(\w*+)")
_DATE = re.compile(
    r"((?<!\d)(?:[12]\d{3}-[01]\d-[0-3]\d|[0-3]?\d\.[01]?\d\.[12]\d{3}|[0-3]?\d-[01]?\d-[12]\d{3})(?!\d))"
)
_CORE = re.compile(r"[+(]{0,2}\d(?:.*\d)?", re.DOTALL)
_DIGITS = re.compile(r"\d+")
_DECIMAL = re.compile(r"\d+\.\d+")
_SHORTEST = 8
_SHORTEST_GROUP = 3
"""Digits per group of a card number; lists of small numbers are not card numbers."""


def _mask_numbers(text: str) -> str:
    """Mask card and phone numbers; keep dates, decimals and other numbers."""
    return _CLUSTER.sub(_mask_cluster, text)


def _mask_cluster(found: re.Match[str]) -> str:
    tail: str | None = found[1]
    if tail is None or len(found[0]) < _SHORTEST:
        return found[0]
    number, rest = found[0].removesuffix(tail), tail
    if tail:  # as in "2nd": the last digits are part of a word
        number = number.rstrip("0123456789")
        rest = found[0][len(number) :]
    before = found.string[max(0, found.start() - 2) : found.start()]
    is_code = before[1:] == "-" and before[0].isalnum()  # as in ORD-1001-2002
    parts = _DATE.split(number)
    masked = (part if place % 2 else _mask_part(part, is_code=is_code) for place, part in enumerate(parts))
    return "".join(masked) + rest


def _mask_part(part: str, *, is_code: bool) -> str:
    groups = list(_DIGITS.finditer(part))
    done: list[str] = []
    position = index = 0
    while index < len(groups):
        end = _card_end(groups, index)
        if end:
            done += [_mask_phone(part[position : groups[index].start()], is_code=is_code), "<card>"]
            position = groups[end - 1].end()
        index = end or index + 1
    return "".join([*done, _mask_phone(part[position:], is_code=is_code)])


def _card_end(groups: list[re.Match[str]], index: int) -> int:
    """Return the index after the last group of a card number that starts at `index`, or 0."""
    digits, end = "", 0
    for number in range(index, len(groups)):
        group = groups[number][0]
        digits += group
        if len(group) < _SHORTEST_GROUP or len(digits) > 19 or digits[0] not in "23456":
            break
        if len(digits) >= 13 and _passes_luhn(digits):
            end = number + 1
    return end


def _passes_luhn(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(doubled)) % 10 == 0


def _mask_phone(part: str, *, is_code: bool) -> str:
    code, gap, part = part.partition(" ") if is_code else ("", "", part)
    if sum(character.isdigit() for character in part) <= 15:
        return code + gap + _mask_one_phone(part)
    return code + gap + " ".join(_mask_one_phone(piece) for piece in part.split(" "))


def _mask_one_phone(part: str) -> str:
    found = _CORE.search(part)
    if found is None or not _is_phone(found[0]):
        return part
    return part[: found.start()] + "<phone>" + part[found.end() :]


def _is_phone(written: str) -> bool:
    digits = sum(character.isdigit() for character in written)
    has_separators = written[0] in "+(" or any(separator in written for separator in " -.()")
    return 8 <= digits <= 15 and has_separators and not _DECIMAL.fullmatch(written)


def _mask_iban(written: str) -> str:
    """Mask an IBAN; keep following words that look like part of it."""
    number, gap = written, " "
    while gap and not _is_iban(number):
        number, gap, _ = number.rpartition(" ")
    return f"<iban>{written[len(number) :]}" if number else written


def _is_iban(written: str) -> bool:
    """Return True if the check digits of an IBAN are valid (ISO 7064)."""
    plain = written.replace(" ", "").upper()
    if not 15 <= len(plain) <= 34 or not plain.isascii() or not plain.isalnum():
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


_WRITTEN_VALUE = (
    r"""(?:(\\{1,7}["'])[^\\]*+(?:(?!(?<!\\)\2)\\[^\\]*+)*(?:\2)?"""  # in JSON within JSON
    r"""|(")[^"\\]*+(?s:\\.[^"\\]*+)*"?|(')[^'\\]*+(?s:\\.[^'\\]*+)*'?"""
    r"""|[^\s"',;&}\])]++)"""
)
# Linear time for any text: each repetition is bounded or possessive. Groups are not possessive (a bug of Python before
# 3.11.5), but what follows them always matches. The part of a secret that remains of a truncated text is masked.
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
    (
        r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b|\b[a-z]{2}\d{2}[a-z0-9]{11,30}\b",
        lambda found: _mask_iban(found[0]),
    ),
    (r"\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b", "<ssn>"),
    (r"\b\d{1,3}(?:\.\d{1,3}){3}\b", _mask_ip),
    (r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])", _mask_ip),
]


@cache
def _rules() -> list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]]:
    """Compile the patterns, which takes longer than to import the rest of tracing."""
    return [(re.compile(pattern), replace) for pattern, replace in _PATTERNS]
