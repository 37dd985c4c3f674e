"""Scorers by edit distance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .._json import as_list, preview
from .builtin import ExpectedScorer
from .edit_distance import edit_similarity
from .options import flag_option, number_option
from .score import Score, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
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
        return Score(self.name, similarity, similarity == 1.0, f"similarity {similarity:.3f}")


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
        missing = [item for item in items if not self._is_found(item.casefold(), output)]
        share = (len(items) - len(missing)) / len(items)
        message = f"missing: {preview(missing)}" if missing else ""
        return Score(self.name, share, not missing, message)

    def _is_found(self, item: str, output: str) -> bool:
        if item in output:
            return True
        if not self.fuzzy:
            return False
        shortest, longest = self.fuzzy_threshold * len(item), len(item) / max(self.fuzzy_threshold, 1e-9)
        return any(
            edit_similarity(item, window) >= self.fuzzy_threshold
            for window in set(_windows(output, len(_WORD.findall(item))))
            if shortest <= len(window) <= longest
        )


def _items(value: object) -> list[str]:
    items = as_list(value)
    if items is None:
        items = [] if value is None else [value]
    return [text_of(item) for item in items]


def _windows(text: str, words: int) -> Iterator[str]:
    """Yield each part of text with that many words, one less or one more."""
    places = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    for size in range(max(1, words - 1), words + 2):
        for first in range(len(places) - size + 1):
            yield text[places[first][0] : places[first + size - 1][1]]
