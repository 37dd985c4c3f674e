"""A scorer of the language of the output."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from .._json import preview
from ..errors import ConfigurationError
from .base import not_scored
from .builtin import BuiltInScorer
from .extras import library
from .options import number_option, texts_option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from .options import ScorerOptions
    from .score import Score, ScorerContext

__all__ = ["Language"]


class Language(BuiltInScorer):
    """The output is in a language, by py3langid; it works offline.

    A few words are often not enough: an output whose language is not clear is not scored.

    Args:
        language: The code of the language (ISO 639-1), such as `en`, or several, of which any will do.
        min_probability: The probability from which a detected language is clear.
        **options: See `BaseScorer`.

    Raises:
        ConfigurationError: A language is not known, or py3langid is not installed.
    """

    rule_type = "language"
    config_options = ("language", "min_probability")

    def __init__(
        self,
        language: str | Sequence[str],
        *,
        min_probability: float = 0.5,
        **options: Unpack[ScorerOptions],
    ) -> None:
        super().__init__(**options)
        self.language = list(texts_option("language", language))
        known = _identifier().labels
        unknown = next((code for code in self.language if code not in known), None)
        if unknown is not None:
            raise ConfigurationError(f"`language` must be a code of ISO 639-1, such as 'en', got {preview(unknown)}")
        self.min_probability = number_option("min_probability", min_probability, minimum=0, maximum=1)

    def evaluate(self, context: ScorerContext) -> Score:
        """Detect the language."""
        output = context.agent_output
        if not any(map(str.isalpha, output)):
            return not_scored(self.name, "the output contains no words")
        code, probability = _identifier().classify(output)
        if probability < self.min_probability:
            return not_scored(self.name, f"the language is not clear: {code} with a probability of {probability:.2f}")
        return self.decided(code in self.language, f"the language is {code}, expected {' or '.join(self.language)}")


@cache
def _identifier() -> Any:
    module = library("py3langid.langid", "Language")
    return module.LanguageIdentifier.from_model_file(module.MODEL_FILE, norm_probs=True)
