"""Scorers by edit distance."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .._json import as_list, preview
from .builtin import ExpectedScorer
from .edit_distance import edit_similarity
from .options import flag_option, number_option
from .score import Score, text_of

if TYPE_CHECKING:
    from typing import Unpack

    from .options import CommonOptions
    from .score import ScorerContext

__all__ = ["Levenshtein", "SemanticListContains"]

# A word, or one character of a script that is written without spaces.
_WORD = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)


class Levenshtein(ExpectedScorer):
    """1 minus the edit distance of the output from the expected text, by the longer length.

    Args:
        expected: The expected text.
        expected_key: Its key in the parameters; see `ExpectedScorer`.
        threshold: The similarity from which it passes.
        **options: See `BaseScorer`.
    """

    rule_type = "levenshtein"
    config_options = ("expected", "expected_key", "threshold")

    def __init__(
        self,
        *,
        expected: Any = None,
        expected_key: str | None = None,
        threshold: float = 0.8,
        **options: Unpack[CommonOptions],
    ) -> None:
        super().__init__(expected, expected_key, threshold=threshold, **options)

    def evaluate(self, context: ScorerContext) -> Score | None:
        """Compare the output with the expected text."""
        expected = self.expected_text_of(context)
        if expected is None:
            return None
        similarity = edit_similarity(context.agent_output, expected)
        return self.graded(similarity)


class SemanticListContains(ExpectedScorer):
    """The share of the expected items that the output contains, in any case.

    Args:
        expected: The items; a string is one item.
        expected_key: Their key in the parameters; see `ExpectedScorer`.
        fuzzy: Whether an item is also found if as many words of the output are similar.
        fuzzy_threshold: The similarity by edit distance from which they are.
        threshold: The share from which it passes.
        **options: See `BaseScorer`.
    """

    rule_type = "semantic_list_contains"
    config_options = ("expected", "expected_key", "fuzzy", "fuzzy_threshold", "threshold")

    def __init__(
        self,
        *,
        expected: Any = None,
        expected_key: str | None = None,
        fuzzy: bool = False,
        fuzzy_threshold: float = 0.75,
        threshold: float = 1.0,
        **options: Unpack[CommonOptions],
    ) -> None:
        super().__init__(expected, expected_key, threshold=threshold, **options)
        self.fuzzy = flag_option("fuzzy", fuzzy)
        self.fuzzy_threshold = number_option("fuzzy_threshold", fuzzy_threshold, minimum=0, maximum=1)

    def evaluate(self, context: ScorerContext) -> Score | None:
        """Look for each item."""
        items = _items(self.expected_of(context))
        if not items:
            return None
        output = "\n".join(_items(context.output)).casefold()
        if not output:
            return self.decided(False, "the output is empty")
        windows = _Windows(output)
        missing = [item for item in items if not self._is_found(item.casefold(), windows)]
        share = (len(items) - len(missing)) / len(items)
        return self.graded(share, f"missing: {preview(missing)}" if missing else "")

    def _is_found(self, item: str, windows: _Windows) -> bool:
        if item in windows.text:
            return True
        if not self.fuzzy:
            return False
        words, threshold = len(_WORD.findall(item)), self.fuzzy_threshold
        shortest, longest = threshold * len(item), len(item) / max(threshold, 1e-9)
        near = (words, words + 1, words - 1)
        return any(
            shortest <= len(window) <= longest and edit_similarity(item, window) >= threshold
            for size in near
            for window in windows.of(size)
        )


def _items(value: object) -> list[str]:
    items = as_list(value)
    if items is None:
        items = [] if value is None else [value]
    return [text_of(item) for item in items]


class _Windows:
    """The parts of text that have a number of words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._by_size: dict[int, frozenset[str]] = {}

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        return [found.span() for found in _WORD.finditer(self.text)]

    def of(self, size: int) -> frozenset[str]:
        """Return the different parts with that many words."""
        if size < 1:
            return frozenset()
        if size not in self._by_size:
            ends = self._places[size - 1 :]
            parts = (self.text[first[0] : last[1]] for first, last in zip(self._places, ends, strict=False))
            self._by_size[size] = frozenset(parts)
        return self._by_size[size]
