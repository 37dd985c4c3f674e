"""Tokens by the kinds that have prices of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .usage import read_usage

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Tokens", "read_tokens"]


class Tokens(NamedTuple):
    """The tokens of a call; `input` and `output` are the totals, the others are parts of them."""

    input: int = 0
    output: int = 0
    cached: int = 0
    written: int = 0
    written_1h: int = 0
    input_audio: int = 0
    output_audio: int = 0

    def by_kind(self) -> Iterator[tuple[str, int]]:
        """Yield each kind of tokens by the name of its price, and how many there are that are of no other kind."""
        written_1h = min(self.written_1h, self.written)
        new = max(self.input - self.cached - self.written, 0)
        input_audio, output_audio = min(self.input_audio, new), min(self.output_audio, self.output)
        yield "input", new - input_audio
        yield "cached_input", self.cached
        yield "cache_write", self.written - written_1h
        yield "cache_write_1h", written_1h
        yield "output", self.output - output_audio
        yield "input_audio", input_audio
        yield "output_audio", output_audio


def read_tokens(usage: object) -> Tokens | None:
    """Return the tokens of a call from the usage of any of the common model APIs; None if it has none."""
    counts = read_usage(usage)
    if "input_tokens" not in counts and "output_tokens" not in counts:
        return None
    return Tokens(
        counts.get("input_tokens", 0),
        counts.get("output_tokens", 0),
        counts.get("cached_input_tokens", 0),
        counts.get("cache_write_input_tokens", 0),
        counts.get("cache_write_1h_input_tokens", 0),
        counts.get("input_audio_tokens", 0),
        counts.get("output_audio_tokens", 0),
    )
