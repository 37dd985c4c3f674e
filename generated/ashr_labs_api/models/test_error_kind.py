from enum import StrEnum


class TestErrorKind(StrEnum):
    AGENT = "agent"
    CANCELLED = "cancelled"
    DATASET = "dataset"
    ENVIRONMENT = "environment"
    TIMEOUT = "timeout"

    def __str__(self) -> str:
        return str(self.value)
