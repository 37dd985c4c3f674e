from enum import StrEnum


class Verdict(StrEnum):
    FAILED = "failed"
    PASSED = "passed"
    UNCHECKED = "unchecked"

    def __str__(self) -> str:
        return str(self.value)
