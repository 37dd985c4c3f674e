from enum import StrEnum


class MatchStatus(StrEnum):
    DIVERGENT = "divergent"
    EXACT = "exact"
    MISMATCH = "mismatch"
    PARTIAL = "partial"
    PENDING = "pending"
    SIMILAR = "similar"

    def __str__(self) -> str:
        return str(self.value)
