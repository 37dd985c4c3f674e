from enum import StrEnum


class Strictness(StrEnum):
    EXPECTED = "expected"
    OPTIONAL = "optional"
    REQUIRED = "required"

    def __str__(self) -> str:
        return str(self.value)
