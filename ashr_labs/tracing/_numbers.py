"""Numbers that lead to a person: of payment cards, phones and bank accounts, wherever they stand in a text."""

from __future__ import annotations

import re

__all__ = ["is_iban", "mask_iban", "mask_numbers"]

# Words, or digits that stand close together and what is glued to them; each sign is looked at once.
_CLUSTER = re.compile(r"[^\W\d]\w*+|[+(]{0,2}\d(?:[ ().-]{0,2}\d)*(\w*+)")
_DATE = re.compile(
    r"((?<!\d)(?:[12]\d{3}-[01]\d-[0-3]\d|[0-3]?\d\.[01]?\d\.[12]\d{3}|[0-3]?\d-[01]?\d-[12]\d{3})(?!\d))"
)
_CORE = re.compile(r"[+(]{0,2}\d(?:.*\d)?", re.DOTALL)
_DIGITS = re.compile(r"\d+")
_DECIMAL = re.compile(r"\d+\.\d+")
_SHORTEST = 8
_SHORTEST_GROUP = 3
"""Digits that stand together in a written card number; lists of small numbers are none."""


def mask_numbers(text: str) -> str:
    """Replace the numbers of cards and phones, and keep dates, decimals and other numbers."""
    return _CLUSTER.sub(_mask_cluster, text)


def _mask_cluster(found: re.Match[str]) -> str:
    tail: str | None = found[1]
    if tail is None or len(found[0]) < _SHORTEST:
        return found[0]
    number, rest = found[0].removesuffix(tail), tail
    if tail:  # as in "2nd": the last digits belong to a word
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
    """Return the number of the group after a card's number that begins with a group, or 0 if none begins there."""
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
    if sum(sign.isdigit() for sign in part) <= 15:
        return code + gap + _mask_one_phone(part)
    return code + gap + " ".join(_mask_one_phone(piece) for piece in part.split(" "))


def _mask_one_phone(part: str) -> str:
    found = _CORE.search(part)
    if found is None or not _is_phone(found[0]):
        return part
    return part[: found.start()] + "<phone>" + part[found.end() :]


def _is_phone(written: str) -> bool:
    digits = sum(sign.isdigit() for sign in written)
    has_signs = written[0] in "+(" or any(sign in " -.()" for sign in written)
    return 8 <= digits <= 15 and has_signs and not _DECIMAL.fullmatch(written)


def mask_iban(written: str) -> str:
    """Replace the number of a bank account, and keep the words that follow and look as if they were part of it."""
    number, gap = written, " "
    while gap and not is_iban(number):
        number, gap, _ = number.rpartition(" ")
    return f"<iban>{written[len(number) :]}" if number else written


def is_iban(written: str) -> bool:
    """Check the number of a bank account by its check digits (ISO 7064)."""
    plain = written.replace(" ", "").upper()
    if not 15 <= len(plain) <= 34 or not plain.isascii() or not plain.isalnum():
        return False
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1
