"""Comparison of texts: what stays of one without its markup, and how alike two are.

Texts come from agents and may be anything, so every function is linear in the length of its input: no pattern can start
over from each of many positions and read far ahead every time.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter

__all__ = ["fuzzy_str_match", "strip_markdown", "text_similarity", "tokenize"]

# The group is what stays of an emphasised stretch. A leading literal lets the search skip from star to star.
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
    """Return the words of a text in lower case, without Markdown and ASCII punctuation.

    Examples:
        >>> tokenize("Order **ORD-123** shipped!")
        ['order', 'ord123', 'shipped']
    """
    encoded = _without_markup(text).lower().encode("utf-8", "surrogatepass")
    return encoded.translate(None, _PUNCTUATION).decode("utf-8", "surrogatepass").split()


def fuzzy_str_match(a: str, b: str, threshold: float | None = None) -> bool:
    """Tell whether two texts say about the same: equal, one within the other as whole words, or enough words in common.

    Case and punctuation do not count. A text without any word, such as an empty one, matches only the same text.

    Args:
        a: One text.
        b: The other text.
        threshold: The share of the larger set of words that must be common. By default it depends on the smaller set:
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
    # The beginning is looked for first: getting ready to find a long text takes as long as to find a short one.
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
    """Return how alike two texts are, from 0.0 to 1.0 in steps of 0.01.

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
    """Put the text of each `[text](url)` in its place, only ever going forward."""
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
    """Return the lower-cased words between blanks, as UTF-8, so that a whole word is found with its blanks."""
    lowered = text.lower()
    if not lowered.isascii():
        lowered = _UNICODE_NON_WORD.sub(_blank_for_space, lowered)
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
