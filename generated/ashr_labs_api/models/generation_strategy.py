from enum import StrEnum


class GenerationStrategy(StrEnum):
    BALANCED = "balanced"
    DIVERSE = "diverse"
    FOCUSED = "focused"

    def __str__(self) -> str:
        return str(self.value)
