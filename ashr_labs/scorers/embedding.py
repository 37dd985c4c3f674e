"""A scorer by embeddings of texts."""

from __future__ import annotations

import inspect
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .._json import preview
from ..errors import ConfigurationError, ScorerError
from .base import failed_score, not_scored
from .builtin import ExpectedScorer
from .score import Score

if TYPE_CHECKING:
    from typing import Unpack

    from .options import CommonOptions
    from .score import ScorerContext

__all__ = ["Embedder", "EmbeddingSimilarity", "openai_embedder"]

Embedder: TypeAlias = Callable[[str], Sequence[float] | Awaitable[Sequence[float]]]
"""A function that returns the vector of text, synchronous or asynchronous."""


class EmbeddingSimilarity(ExpectedScorer):
    """The cosine of the embeddings of the output and of the expected text, 0 where it is negative.

    Args:
        embedder: Returns the vector of text, such as `openai_embedder(client)`; without one, nothing is scored.
        expected: The expected text.
        expected_key: Its key in the parameters. One of both must be given.
        threshold: The similarity from which it passes.
        model: The name of the model, for the message only.
        **options: See `BaseScorer`.

    Raises:
        ConfigurationError: Both or none of `expected` and `expected_key` are given.
    """

    rule_type = "embedding_similarity"
    is_pure = False
    config_options = ("expected", "expected_key", "threshold", "model")

    def __init__(
        self,
        *,
        embedder: Embedder | None = None,
        expected: str | None = None,
        expected_key: str | None = None,
        threshold: float = 0.85,
        model: str = "custom",
        **options: Unpack[CommonOptions],
    ) -> None:
        if (expected is None) is (expected_key is None):
            given = "both" if expected is not None else "none"
            raise ConfigurationError(f"one of `expected` and `expected_key` must be given, got {given}")
        if embedder is not None and not callable(cast("object", embedder)):
            raise ConfigurationError(f"`embedder` must be a function, got {preview(embedder)}; see openai_embedder()")
        super().__init__(expected, expected_key, threshold=threshold, **options)
        self.embedder = embedder
        self.model = model

    def evaluate(self, context: ScorerContext) -> Score | Awaitable[Score] | None:
        """Compare the embeddings; a failure of the embedder is a score of None with the error."""
        expected, output = self.expected_text_of(context), context.agent_output
        if not expected:
            return None
        if not output:
            return self.decided(False, "the output is empty")
        if self.embedder is None:
            return not_scored(self.name, "there is no embedder; pass `embedder=openai_embedder(client)`")
        try:
            first = self.embedder(output)
            if isinstance(first, Awaitable):
                return self._after(first, cast("Callable[[str], Awaitable[Sequence[float]]]", self.embedder), expected)
            return self._compared(first, cast("Sequence[float]", self.embedder(expected)))
        except Exception as error:  # code of the user, or of a client
            return failed_score(self.name, error)

    async def _after(
        self, first: Awaitable[Sequence[float]], embed: Callable[[str], Awaitable[Sequence[float]]], expected: str
    ) -> Score:
        try:
            return self._compared(await first, await embed(expected))
        except Exception as error:  # as above
            return failed_score(self.name, error)

    def _compared(self, output: Sequence[float], expected: Sequence[float]) -> Score:
        similarity = max(0.0, _cosine(output, expected))
        message = f"cosine {similarity:.4f} with the model {self.model}"
        return Score(self.name, similarity, similarity == 1.0, message)


def openai_embedder(client: Any, model: str = "text-embedding-3-small") -> Embedder:
    """Return an embedder that calls the embeddings of an OpenAI client, synchronous or asynchronous.

    Args:
        client: A client with `embeddings.create(model=, input=)`.
        model: The name of the model.

    Raises:
        ConfigurationError: The client has no embeddings.
    """
    create = getattr(getattr(client, "embeddings", None), "create", None)
    if not callable(create):
        raise ConfigurationError(
            f"`client` must have `embeddings.create()`, as clients of OpenAI do, got {preview(client)}"
        )

    def embed(text: str) -> Sequence[float] | Awaitable[Sequence[float]]:
        response: Any = create(model=model, input=text)
        return _later(response) if inspect.isawaitable(response) else _vector(response)

    return embed


async def _later(response: Awaitable[Any]) -> Sequence[float]:
    return _vector(await response)


def _vector(response: Any) -> Sequence[float]:
    return list(response.data[0].embedding)


def _cosine(left: Sequence[float], right: Sequence[float]) -> float:
    """Return the cosine of two vectors, up to 1.

    Raises:
        ScorerError: They have none.
    """
    if len(left) != len(right):
        raise ScorerError(f"the embedder returned vectors of different lengths: {len(left)} and {len(right)}")
    lengths = math.hypot(*left) * math.hypot(*right)
    cosine = sum(one * other for one, other in zip(left, right, strict=True)) / lengths if lengths else math.nan
    if math.isfinite(cosine):
        return min(1.0, round(cosine, 12))  # that of a vector with itself may be a little off 1
    raise ScorerError("the embedder returned a vector without a direction: it is empty, 0 or not finite")
