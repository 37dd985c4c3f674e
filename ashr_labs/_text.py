"""Comparison of texts: markup, words and similarity.

Texts come from agents and can be anything, so every function is linear in the length of its input: no pattern may start
again from each of many positions and read far ahead every time.
"""

from __future__ import annotations

import math
import re
import string
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise

__all__ = ["fuzzy_str_match", "segment", "strip_markdown", "text_similarity", "tokenize"]

# The group is the emphasized text. A leading literal lets the search skip from star to star.
_EMPHASIS = re.compile(r"\*\*?\*?([^*]+)\*\*?\*?")
_HEADING_MARK = re.compile(r"\n#{1,6}(?=\s)")
# White space of the bullet's own line only: with that of empty lines before it, each of those would read it again.
_BULLET_MARK = re.compile(r"\n[^\S\n]*[-*+](?=\s)")

_PUNCTUATION = string.punctuation.encode()
_ASCII_NON_WORD = bytes(code for code in range(128) if re.fullmatch(r"[^\w\s]", chr(code)))
_ASCII_SPACE = bytes(code for code in range(128) if chr(code).isspace())
_SPACE_TO_BLANK = bytes.maketrans(_ASCII_SPACE, b" " * len(_ASCII_SPACE))
_UNICODE_NON_WORD = re.compile(r"[^\x00-\x7f](?<!\w)")

_BEGINNING = 64
"""Bytes."""

# Scripts that are written without spaces: Thai, Lao, Myanmar, Khmer, Hiragana, Katakana, and Chinese characters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+"
)

_PRICE = re.compile(r"\$[\d.]+")
# An order or refund id, or an ISO date: each starts from its hyphen, for which the search is much quicker than for its
# letters and digits. The id takes what looks like the rest of a date, so that `ORD-2024-01-15` does not hold one.
_ID_OR_DATE = re.compile(r"-(?:(?<=(ORD-|REF-))(\d+)(?:-\d\d-\d\d)?|(?<=(\d{4})-)(\d{2}-\d{2}))")
_TRACK_WORD = re.compile(r"TRACK\S*")
_HOST_AND_PATH = re.compile(r"\.\w+/\S")

_CONCEPTS = (
    ("refund", "credited"),
    ("shipped", "shipping", "transit", "delivered", "delivery"),
    ("track",),
    ("stock", "available", "availability", "inventory"),
    ("processing", "processed"),
    ("pickup", "store"),
    ("manual", "review", "escalat"),
    ("damaged", "defective", "cracked", "broken"),
)
_CONCEPT_BY_STEM = tuple((stem, concept) for concept, stems in enumerate(_CONCEPTS) for stem in stems)


def strip_markdown(text: str) -> str:
    """Return the text without emphasis, heading, bullet and link markup, its white space collapsed.

    Examples:
        >>> strip_markdown("**Bold** and [link](https://x.com)")
        'Bold and link'
    """
    return " ".join(_without_markup(text).split())


def tokenize(text: str) -> list[str]:
    """Return the words of text in lower case, without Markdown and punctuation.

    Text of scripts without spaces, such as Chinese or Thai, is split into overlapping pairs of characters.

    Examples:
        >>> tokenize("Order **ORD-123** shipped!")
        ['order', 'ord123', 'shipped']
        >>> tokenize("退款已批准。")
        ['退款', '款已', '已批', '批准']
    """
    plain = _without_markup(text).lower()
    if not plain.isascii():
        plain = segment(plain.translate(_unicode_punctuation()))
    encoded = plain.encode("utf-8", "surrogatepass")
    return encoded.translate(None, _PUNCTUATION).decode("utf-8", "surrogatepass").split()


def segment(text: str) -> str:
    """Return the text with runs of a script without spaces split into overlapping pairs of characters."""
    return text if text.isascii() else _UNSPACED.sub(_spaced_pairs, text)


def _spaced_pairs(run: re.Match[str]) -> str:
    clusters: list[str] = []
    for character in run[0]:
        if clusters and unicodedata.category(character)[0] == "M":  # a mark belongs to the character before it
            clusters[-1] += character
        else:
            clusters.append(character)
    pairs = [first + second for first, second in pairwise(clusters)]
    return f" {' '.join(pairs or clusters)} "


@cache
def _unicode_punctuation() -> dict[int, None]:
    """Return a table that deletes quotes, brackets and marks beyond ASCII; dashes and apostrophes are kept."""
    characters = (chr(code) for code in range(0x80, 0x10000) if code not in (0x2018, 0x2019))
    return {ord(one): None for one in characters if unicodedata.category(one) in ("Pi", "Pf", "Ps", "Pe", "Po")}


def fuzzy_str_match(a: str, b: str, threshold: float | None = None) -> bool:
    """Return True if two texts are equal, one contains the other in whole words, or they have enough common words.

    Case and punctuation do not count. Text without words, such as an empty one, matches only the same text.

    Args:
        a: One text.
        b: The other text.
        threshold: The share of the larger set of words that must be common. The default depends on the smaller set:
            0.35 up to 5 words, 0.40 up to 8, 0.55 above.

    Examples:
        >>> fuzzy_str_match("Customer wants a refund", "customer wants refund")
        True
        >>> fuzzy_str_match("apple banana", "cherry grape")
        False
    """
    if a == b:
        return True
    shorter, longer = _padded_words(a), _padded_words(b)
    if len(shorter) > len(longer):
        shorter, longer = longer, shorter
    if shorter == b"  ":
        return a.strip() == b.strip()
    # Search for the beginning first: preparing the search for a long text takes as long as finding a short one.
    if shorter[:_BEGINNING] in longer and shorter in longer:
        return True
    few, many = set(shorter.split()), set(longer.split())
    common = len(few & many)
    if len(few) > len(many):
        few, many = many, few
    if threshold is None:
        threshold = 0.55 if len(few) > 8 else 0.40 if len(few) > 5 else 0.35
    return common / len(many) >= threshold


def text_similarity(text_a: str, text_b: str) -> float:
    """Return the similarity of two texts, from 0.0 to 1.0 in steps of 0.01.

    It is the cosine of their word counts, plus up to 0.20 for entities that both name (order and refund ids, prices,
    ISO dates, tracking addresses) and up to 0.10 for concepts of order handling that both mention.

    Examples:
        >>> text_similarity(
        ...     "Your order ORD-123 has shipped and is on the way",
        ...     "Order ORD-123 has been shipped and is in transit",
        ... )
        0.93
    """
    counts_a, counts_b = Counter(tokenize(text_a)), Counter(tokenize(text_b))
    if not counts_a or not counts_b:
        return 0.0
    entity_bonus = 0.20 * _common_share(_entities(text_a.upper()), _entities(text_b.upper()))
    concept_bonus = 0.10 * _concept_overlap(text_a.lower(), text_b.lower())
    return round(min(1.0, _cosine(counts_a, counts_b) + entity_bonus + concept_bonus), 2)


def _without_markup(text: str) -> str:
    unemphasised = "\n" + "".join(_EMPHASIS.split(text))
    return _with_link_texts(_BULLET_MARK.sub("\n", _HEADING_MARK.sub("\n", unemphasised)))


def _with_link_texts(text: str) -> str:
    """Replace each `[text](url)` by its text, in one pass."""
    kept: list[str] = []
    copied = seen = 0
    while (closing := text.find("](", seen)) >= 0:
        opening = text.find("[", max(seen, text.rfind("]", seen, closing) + 1), closing)
        seen = closing + 2
        if not 0 <= opening < closing - 1:
            continue
        end = text.find(")", seen)
        if end < 0:
            break
        if end > seen:
            kept += text[copied:opening], text[opening + 1 : closing]
            copied = seen = end + 1
    return "".join(kept) + text[copied:]


def _padded_words(text: str) -> bytes:
    """Return the lower-case words separated and surrounded by blanks, as UTF-8; a search finds whole words only."""
    lowered = text.lower()
    if not lowered.isascii():
        lowered = " ".join(_UNICODE_NON_WORD.sub(_blank_for_space, segment(lowered)).split())
    words = lowered.encode("utf-8", "surrogatepass").translate(_SPACE_TO_BLANK, _ASCII_NON_WORD)
    return b" " + words.strip() + b" "


def _blank_for_space(match: re.Match[str]) -> str:
    return " " if match[0].isspace() else ""


def _cosine(counts_a: Counter[str], counts_b: Counter[str]) -> float:
    dot = sum(count * counts_b[word] for word, count in counts_a.items() if word in counts_b)
    squares_a = sum(count * count for count in counts_a.values())
    squares_b = sum(count * count for count in counts_b.values())
    return dot / (math.sqrt(squares_a) * math.sqrt(squares_b))


def _entities(upper: str) -> set[object]:
    """Return the ids, dates, prices and tracking addresses of an upper-cased text; an address holds no others."""
    addresses = {word for word in _TRACK_WORD.findall(upper) if _HOST_AND_PATH.search(word, len("TRACK") + 1)}
    if addresses:
        upper = _TRACK_WORD.sub(lambda match: "" if match[0] in addresses else match[0], upper)
    return {*addresses, *_PRICE.findall(upper), *_ID_OR_DATE.findall(upper)}


def _common_share(entities_a: set[object], entities_b: set[object]) -> float:
    if not entities_a or not entities_b:
        return 0.0
    return len(entities_a & entities_b) / max(len(entities_a), len(entities_b))


def _concept_overlap(lower_a: str, lower_b: str) -> float:
    concepts_a = {concept for stem, concept in _CONCEPT_BY_STEM if stem in lower_a}
    concepts_b = {concept for stem, concept in _CONCEPT_BY_STEM if stem in lower_b}
    either = concepts_a | concepts_b
    return len(concepts_a & concepts_b) / len(either) if either else 0.0
