"""Comparison of texts by rules: similar words, the same values, and no contradiction."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .._text import segment
from ..comparators import text_similarity, tokenize
from .arguments import DATE_OR_TIME, moments_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["TextComparison", "compare_texts"]

_KINDS = ("number", "id", "date", "year", "time", "name")
_MAX_FACTS = 5
_MAX_PIECES = 50
_MAX_CHARACTERS = 20_000
_MAX_SENTENCES = 200
"""How much text is searched for contradictions."""
_SAME = 0.85
_RELATED = 0.5
"""The likeness of sentences from which they say the same, or speak of the same."""
_EDGES = ".,;:!?()[]{}\"'*_`$€£%«»“”‘’„‚¿¡<>|~#…–—"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_DECIMAL = re.compile(r"\d+\.\d+", re.ASCII)
_MAX_CACHED = 40
_MAX_CACHED_SENTENCE = 400
"""The longest words and sentences that are remembered, in characters."""
_DIGIT = re.compile(r"\d")
_SEPARATED_DIGITS = re.compile(r"\d[-/.]\d{1,2}[-/.]\d|\d:\d", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+|\n+|(?<=[。！？；])")
_NEGATIONS = frozenset(("not", "no", "never", "none", "without", "neither", "nor", "nothing", "nobody", "unable"))
_FILLERS = re.compile(
    r"\bno (?:problem|worries|longer than|matter|doubt)\b|\bnot only\b|\bif not\b|\bor not\b|\bwhy not\b|"
    r"\bdon'?t (?:hesitate|worry)\b|\bnot to worry\b",
    re.IGNORECASE,
)
_CONTRACTION = re.compile(r"\b(?:(\w+)n't|(can)not)\b", re.IGNORECASE)
_STEMS = {"wo": "will", "ca": "can", "sha": "shall", "ai": "is"}
# "one" is often a pronoun.
_NUMBER_WORDS = {
    "zero": "0",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
}
_NO_NAMES = re.compile(
    r"i|i'm|i'll|i've|i'd|ok|okay|hi|hello|dear|thanks|thank|yes|no|please|sorry|great|sure|mr|mrs|ms|dr|am|pm|usd|eur|id"
)
"""Capitalized words that are not names."""


class TextComparison(NamedTuple):
    """The result of a comparison of two texts."""

    similarity: float
    """From 0 to 1; 1 if the actual text contains the expected one."""
    contradictions: tuple[str, ...] = ()
    """Statements of the opposite or of another value in the same place, for a message."""
    missing: tuple[str, ...] = ()
    """Numbers, dates, ids and names of the expected text that the actual one does not have."""


class _Word(NamedTuple):
    text: str
    """As written."""
    plain: str
    """Without case and punctuation around it; the same for the same number, date or time."""
    kind: str
    """`number`, `id`, `date`, `year`, `time`, `name` or `word`."""


_Value: TypeAlias = tuple[str, str]
"""The `plain` and `kind` of a `_Word`, by which it is compared: `word[1:]`."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    common: frozenset[str]
    """Its words without values, names and negations."""
    special: tuple[_Word, ...]
    """Its values and names."""
    words: tuple[str, ...]
    """The words of the text, normalized for comparison."""
    negations: int

    def likeness(self, other: _Sentence) -> float:
        """Return the share of the words that two sentences have in common."""
        words = len(self.common) + len(other.common)
        return 2 * len(self.common & other.common) / words if words else 0.0

    def pairs(self) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """Return its words with the word before each, and words after a negation with the word before that."""
        pairs: set[tuple[str, str]] = set()
        negated: set[tuple[str, str]] = set()
        before, is_negated = "", False
        for word in self.words:
            if word in _NEGATIONS:
                is_negated = True
                continue
            (negated if is_negated else pairs).add((before, word))
            before, is_negated = word, False
        return pairs, negated


def compare_texts(expected: str, actual: str) -> TextComparison:
    """Compare an actual text with an expected one, neither of which is empty."""
    if expected.strip() == actual.strip():
        return TextComparison(1.0)
    is_told = _contains_facts(actual, expected)
    similarity = 1.0 if is_told or _contains(actual, expected) else text_similarity(expected, actual)
    wanted, given = _sentences(expected), _sentences(actual)
    expected_values, actual_values = _values(wanted), _values(given)
    surplus = actual_values - expected_values
    lacking = Counter[_Value]() if is_told else expected_values - actual_values
    found: list[str] = []
    if (lacking and surplus) or any(one.negations for one in (*wanted, *given)):
        found = [reason for one in wanted for reason in _contradictions(one, given, lacking, surplus)]
    return TextComparison(similarity, tuple(dict.fromkeys(found)), _as_written(lacking, wanted))


def _as_written(values: Counter[_Value], sentences: Iterable[_Sentence]) -> tuple[str, ...]:
    """Return the values as the sentences first write them."""
    if not values:
        return ()
    first: dict[_Value, str] = {}
    for word in (word for sentence in sentences for word in sentence.special if word[1:] in values):
        first.setdefault(word[1:], word.text)
    return tuple(dict.fromkeys(first.values()))


def _contradictions(
    wanted: _Sentence, given: Sequence[_Sentence], lacking: Counter[_Value], surplus: Counter[_Value]
) -> Iterator[str]:
    """Yield how the counterpart of a sentence says the opposite, or another value."""
    likeness, other = _counterpart(wanted, given)
    if other is None or likeness < _RELATED:
        return
    is_same = likeness >= _SAME and len(wanted.common) > 1
    if _negates(wanted, other) or _negates(other, wanted) or (is_same and wanted.negations != other.negations):
        yield f"{wanted.text!r} became {other.text!r}"
    if is_same:
        for kind in _KINDS if lacking and surplus else ():
            left = [word.text for word in wanted.special if word.kind == kind and word[1:] in lacking]
            right = [word.text for word in other.special if word.kind == kind and word[1:] in surplus]
            if left and right:
                yield f"{left[0]!r} became {right[0]!r}"


def _counterpart(wanted: _Sentence, given: Iterable[_Sentence]) -> tuple[float, _Sentence | None]:
    """Return the first of the sentences that are most like another one, and how much it is."""
    most, found = 0.0, None
    for other in given:
        if (likeness := wanted.likeness(other)) > most:
            most, found = likeness, other
            if likeness >= 1:
                break
    return most, found


def _negates(one: _Sentence, other: _Sentence) -> bool:
    """Return True if the only negations are between words that follow each other directly in the other sentence."""
    if not one.negations or other.negations:
        return False
    pairs, negated = one.pairs()
    return bool((negated & other.pairs()[0]) - pairs)


def _values(sentences: Iterable[_Sentence]) -> Counter[_Value]:
    return Counter(word[1:] for sentence in sentences for word in sentence.special)


def _sentences(text: str) -> tuple[_Sentence, ...]:
    parts = (part.strip() for part in _SENTENCE_END.split(text[:_MAX_CHARACTERS]))
    return tuple(
        _cached_sentence(part) if len(part) <= _MAX_CACHED_SENTENCE else _sentence(part) for part in parts if part
    )[:_MAX_SENTENCES]


def _sentence(text: str) -> _Sentence:
    words = _read_words(_expanded(text))
    plain = tuple([word.plain for word in words])
    special = tuple([word for word in words if word.kind != "word"])
    common = frozenset([word.plain for word in words if word.kind == "word"]) - _NEGATIONS
    return _Sentence(text, common, special, plain, sum(map(_NEGATIONS.__contains__, plain)))


_cached_sentence = lru_cache(maxsize=2048)(_sentence)


def _expanded(text: str) -> str:
    """Return the text with `not` in place of contractions, and without phrases that only look like negations."""
    text = text.replace("’", "'")
    lowered = text.lower()
    # The searches for a word are much quicker than the patterns, which cannot match without it.
    if "no" in lowered or "don" in lowered:
        text = _FILLERS.sub(" ", text)
    text = segment(text)
    if "n't" not in lowered and "cannot" not in lowered:
        return text
    return _CONTRACTION.sub(lambda match: f"{_STEMS.get(stem := (match[1] or match[2]).lower(), stem)} not", text)


def _read_words(text: str) -> list[_Word]:
    if not _DIGIT.search(text):
        return _plain_words(text, starts_sentence=True)
    words: list[_Word] = []
    position = 0
    text = _THOUSANDS.sub("", text) if "," in text else text
    for found in DATE_OR_TIME.finditer(text) if _may_hold_moment(text) else ():
        words += _plain_words(text[position : found.start()], starts_sentence=position == 0)
        words += _moment(found[0])
        position = found.end()
    return words + _plain_words(text[position:], starts_sentence=position == 0)


def _may_hold_moment(text: str) -> bool:
    """Return False for text without a date or time; much quicker than searching for one."""
    lowered = text.lower()
    return _SEPARATED_DIGITS.search(lowered) is not None or any(month in lowered for month in _MONTHS)


def _moment(text: str) -> Iterator[_Word]:
    """Yield a date as its day, and its year if it has one; or a time."""
    moments = moments_of(text)
    if moments is None:
        yield _Word(text, text.casefold(), "date")
    elif ":" in text:
        yield _Word(text, f"{moments[0]:%H:%M:%S%z}", "time")
    else:
        yield _Word(text, f"{moments[0]:%m-%d}", "date")
        if moments[0].year == moments[1].year:
            yield _Word(str(moments[0].year), str(moments[0].year), "year")


def _plain_words(text: str, *, starts_sentence: bool) -> list[_Word]:
    words: list[_Word] = []
    for token in text.split():
        word = (_cached_word if len(token) <= _MAX_CACHED else _word)(token, starts_sentence)
        if word is not None:
            words.append(word)
        starts_sentence = word is None or token[-1] in ".!?"
    return words


def _word(token: str, starts_sentence: bool) -> _Word | None:
    """Return the word in text between white space; None if it is only punctuation."""
    word = token.strip(_EDGES)
    if not word:
        return None
    plain = word.casefold()
    plain = _NUMBER_WORDS.get(plain, plain)
    if _DIGIT.search(plain):
        return _Word(word, _number(plain), "id" if any(map(str.isalpha, plain)) else "number")
    is_name = word[0].isupper() and not starts_sentence and not _NO_NAMES.fullmatch(plain)
    return _Word(word, plain, "name" if is_name else "word")


_cached_word = lru_cache(maxsize=8192)(_word)


def _number(plain: str) -> str:
    return plain.rstrip("0").rstrip(".") if "." in plain and _DECIMAL.fullmatch(plain) else plain


def _contains(actual: str, expected: str) -> bool:
    """Return True if the actual text contains the expected words in a row; markup and case do not count."""
    words = tokenize(expected)
    return bool(words) and f" {' '.join(words)} " in f" {' '.join(tokenize(actual))} "


def _contains_facts(actual: str, expected: str) -> bool:
    """Return True if the actual text contains every word of each fact.

    An expected text of at most five words is one fact; of a longer one, the pieces between commas and semicolons are,
    if none of them has more than five words. Case, punctuation around words and the format of numbers do not count:
    "$1,126.40" is "1126.4".
    """
    pieces: list[set[str]] = []
    for piece in map(_fact_words, _pieces(expected)):
        if not 0 < len(piece) <= _MAX_FACTS:
            return False
        pieces.append(piece)
    return bool(pieces) and set[str]().union(*pieces) <= _fact_words(actual)


def _pieces(text: str) -> list[str]:
    joined = _THOUSANDS.sub("", text)
    if len(joined.split()) <= _MAX_FACTS:
        return [joined]
    pieces = [piece for piece in re.split(r"[,;，；、]", joined) if piece.strip()]
    return pieces if len(pieces) <= _MAX_PIECES else []


def _fact_words(text: str) -> set[str]:
    words = (word.strip(_EDGES) for word in _THOUSANDS.sub("", text).casefold().split())
    return {_number(word) for word in words if word}
