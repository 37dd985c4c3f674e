"""Sample strings that match a regular expression, as used in schemas of tools.

Literals, classes, common escapes, groups, alternatives and repetition are supported; look-arounds and back-references
raise ValueError. `rstr` draws control characters for `.` and has no bound on the length or the time, so it is not used.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from random import Random

__all__ = ["sample_pattern"]

_MAX_DRAWS = 10_000
_EXTRA_REPEATS = 4
_WORD = string.ascii_letters + string.digits + "_"
_VISIBLE = string.ascii_letters + string.digits + " !#$%&()*+,-./:;<=>?@[]^_{|}~"
_ESCAPED: Final = {"d": string.digits, "w": _WORD, "s": " ", "n": "\n", "t": "\t", "r": "\r"}
_NEGATED: Final = {"D": string.digits, "W": _WORD, "S": string.whitespace}
_NOTHING = "bBAZz"


def sample_pattern(pattern: str, rng: Random) -> str:
    """Return a string in which the pattern is found.

    Raises:
        ValueError: The pattern uses an unsupported feature, or the string would be too long.

    >>> matching_text("^[A-Z]{3}-[0-9]{4}$", Random(1))
    'ESZ-4939'
    """
    try:
        return _Parser(pattern).parse()(_Sample(rng))
    except RecursionError:
        raise ValueError(f"{pattern[:80]!r} is nested too deeply") from None


class _Sample:
    """State of sampling one string, with a bound on the number of choices."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.left = _MAX_DRAWS

    def times(self, least: int, most: int) -> range:
        number = self.rng.randint(least, most)
        self.left -= number
        if self.left < 0:
            raise ValueError(f"the pattern requires more than {_MAX_DRAWS} characters")
        return range(number)


_Sampler: TypeAlias = Callable[[_Sample], str]


class _Parser:
    """Recursive descent parser that compiles a pattern to a sampling function."""

    def __init__(self, pattern: str) -> None:
        self.rest = pattern
        self.pattern = pattern

    def parse(self) -> _Sampler:
        sampler = self.alternatives()
        if self.rest:
            raise self.unknown()
        return sampler

    def alternatives(self) -> _Sampler:
        branches = [self.sequence()]
        while self.skip("|"):
            branches.append(self.sequence())
        return lambda sample: sample.rng.choice(branches)(sample)

    def sequence(self) -> _Sampler:
        parts: list[_Sampler] = []
        while self.rest and self.rest[0] not in "|)":
            parts.append(self.repeated(self.atom()))
        return lambda sample: "".join(part(sample) for part in parts)

    def repeated(self, atom: _Sampler) -> _Sampler:
        least, most = self.bounds()
        if least is None:
            return atom
        self.skip("?")
        return lambda sample: "".join(atom(sample) for _ in sample.times(least, most))

    def bounds(self) -> tuple[int | None, int]:
        for sign, least, most in (("*", 0, _EXTRA_REPEATS), ("+", 1, 1 + _EXTRA_REPEATS), ("?", 0, 1)):
            if self.skip(sign):
                return least, most
        inside, closed, after = self.rest[1:].partition("}")
        low, comma, high = inside.partition(",")
        if not (self.rest.startswith("{") and closed and low.isdecimal() and (not high or high.isdecimal())):
            return None, 0
        self.rest = after
        least = _repeats(low)
        return least, _repeats(high) if high else least + (_EXTRA_REPEATS if comma else 0)

    def atom(self) -> _Sampler:
        character = self.take()
        if character == "(":
            return self.group()
        if character == "[":
            return _one_of(self.members())
        if character == "\\":
            return self.escape()
        if character in "*+?":
            raise self.unknown()
        literal = "" if character in "^$" else character
        return _one_of(_WORD) if character == "." else lambda _: literal

    def group(self) -> _Sampler:
        if self.skip("?") and not self.skip(":"):
            named = self.skip("P<") or (self.skip("<") and self.rest[:1] not in ("=", "!"))
            if not named:
                raise self.unknown()
            _, _, self.rest = self.rest.partition(">")
        inside = self.alternatives()
        if not self.skip(")"):
            raise self.unknown()
        return inside

    def escape(self) -> _Sampler:
        character = self.take()
        if character in _NOTHING:
            return lambda _: ""
        if character in _ESCAPED or character in _NEGATED:
            return _one_of(_escaped(character))
        if character.isalnum():
            raise self.unknown()
        return lambda _: character

    def members(self) -> str:
        """Parse the members of a class up to its closing bracket."""
        negated = self.skip("^")
        found = self.take() if self.rest.startswith("]") else ""
        while not self.skip("]"):
            found += self.member()
        return "".join(character for character in _VISIBLE if character not in found) if negated else found

    def member(self) -> str:
        first = self.take()
        if first == "\\":
            first = self.take()
            if first in _ESCAPED or first in _NEGATED:
                return _escaped(first)
            if first.isalnum():
                raise self.unknown()
        if self.rest[:1] == "-" and self.rest[1:2] not in ("]", ""):
            self.take()
            last = self.take()
            last = self.take() if last == "\\" else last
            return "".join(map(chr, range(ord(first), min(ord(last), ord(first) + 200) + 1)))
        return first

    def skip(self, start: str) -> bool:
        if not self.rest.startswith(start):
            return False
        self.rest = self.rest[len(start) :]
        return True

    def take(self) -> str:
        if not self.rest:
            raise self.unknown()
        character, self.rest = self.rest[0], self.rest[1:]
        return character

    def unknown(self) -> ValueError:
        position = len(self.pattern) - len(self.rest)
        return ValueError(f"{self.pattern!r} has an unsupported feature before character {position}")


def _repeats(digits: str) -> int:
    return min(int(digits[:9]), _MAX_DRAWS + 1)


def _escaped(letter: str) -> str:
    if letter in _ESCAPED:
        return _ESCAPED[letter]
    return "".join(character for character in _VISIBLE if character not in _NEGATED[letter])


def _one_of(characters: str) -> _Sampler:
    if not characters:
        raise ValueError("an empty class matches nothing")
    return lambda sample: sample.rng.choice(characters)
