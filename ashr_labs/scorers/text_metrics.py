"""Metrics of text generation against one or several references: F1, BLEU and ROUGE."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from .._json import as_list
from .._text import segment, tokenize
from .builtin import ExpectedScorer
from .extras import library
from .options import choice_option
from .score import Score, text_of

if TYPE_CHECKING:
    from typing import Unpack

    from .options import ScorerOptions
    from .score import ScorerContext

__all__ = ["BLEU", "F1", "ROUGE"]

_Variant = Literal["rouge1", "rouge2", "rougeL", "rougeLsum"]
_TOKENIZERS = ("13a", "intl", "zh", "char", "none")
"""Those that need neither further packages nor the network."""
_WORD = re.compile(r"[^\W_]+")


class _ReferenceScorer(ExpectedScorer):
    """A scorer that compares the output with the closest of several references."""

    config_options: ClassVar[tuple[str, ...]] = ("expected", "expected_key")

    def __init__(
        self, *, expected: Any = None, expected_key: str | None = None, **options: Unpack[ScorerOptions]
    ) -> None:
        super().__init__(expected, expected_key, **options)

    def evaluate(self, context: ScorerContext) -> Score | None:
        """Compare the output with the references."""
        expected = self.expected_of(context)
        given = as_list(expected)
        references = [text_of(one) for one in ([expected] if given is None else given) if one is not None]
        if not references:
            return None
        value = min(1.0, max(0.0, self._value(context.agent_output, references)))
        return Score(self.name, value, value >= 0.5)

    def _value(self, output: str, references: list[str]) -> float:
        raise NotImplementedError


class F1(_ReferenceScorer):
    """The harmonic mean of precision and recall of the words, without case, markup and punctuation.

    Args:
        expected: The reference, or several, of which the best counts.
        expected_key: Its key in the parameters; see `ExpectedScorer`.
        **options: See `BaseScorer`.
    """

    rule_type = "f1"

    def _value(self, output: str, references: list[str]) -> float:
        words = Counter(tokenize(output))
        return max(_f1(words, Counter(tokenize(reference))) for reference in references)


class BLEU(_ReferenceScorer):
    """The BLEU of the output as a sentence, by sacreBLEU, from 0 to 1.

    Args:
        expected: The reference, or several.
        expected_key: Its key in the parameters; see `ExpectedScorer`.
        tokenize: A tokenizer of sacreBLEU: `13a`, `intl`, `zh`, `char` or `none`.
        **options: See `BaseScorer`.
    """

    rule_type = "bleu"
    config_options = ("expected", "expected_key", "tokenize")

    def __init__(
        self,
        *,
        expected: Any = None,
        expected_key: str | None = None,
        tokenize: str = "13a",
        **options: Unpack[ScorerOptions],
    ) -> None:
        super().__init__(expected=expected, expected_key=expected_key, **options)
        self.tokenize = choice_option("tokenize", tokenize, _TOKENIZERS)
        library("sacrebleu.metrics.bleu", "BLEU")

    def _value(self, output: str, references: list[str]) -> float:
        return float(_bleu(self.tokenize).sentence_score(output, references).score) / 100


class ROUGE(_ReferenceScorer):
    """The ROUGE of the output, by rouge-score: the F-measure with the closest reference.

    Words are split as rouge-score does it, and those of other scripts likewise.

    Args:
        expected: The reference, or several.
        expected_key: Its key in the parameters; see `ExpectedScorer`.
        variant: `rouge1`, `rouge2`, `rougeL` or `rougeLsum`.
        **options: See `BaseScorer`.
    """

    rule_type = "rouge"
    config_options = ("expected", "expected_key", "variant")

    def __init__(
        self,
        *,
        expected: Any = None,
        expected_key: str | None = None,
        variant: _Variant = "rougeL",
        **options: Unpack[ScorerOptions],
    ) -> None:
        super().__init__(expected=expected, expected_key=expected_key, **options)
        self.variant = choice_option("variant", variant, get_args(_Variant))
        library("rouge_score.rouge_scorer", "ROUGE")

    def _value(self, output: str, references: list[str]) -> float:
        return float(_rouge(self.variant).score_multi(references, output)[self.variant].fmeasure)


def _f1(words: Counter[str], wanted: Counter[str]) -> float:
    if not words or not wanted:
        return float(words == wanted)
    return 2 * (words & wanted).total() / (words.total() + wanted.total())


@cache
def _bleu(tokenize: str) -> Any:
    return library("sacrebleu.metrics.bleu", "BLEU").BLEU(tokenize=tokenize, effective_order=True)


@cache
def _rouge(variant: str) -> Any:
    return library("rouge_score.rouge_scorer", "ROUGE").RougeScorer([variant], tokenizer=_Tokenizer())


class _Tokenizer:
    """The tokenizer of rouge-score, extended to all scripts."""

    def tokenize(self, text: str) -> list[str]:
        return _WORD.findall(segment(text.lower()))
