from enum import StrEnum


class NoteCategory(StrEnum):
    BEST_PRACTICE = "best_practice"
    BREAKING_CHANGE = "breaking_change"
    DEPRECATION = "deprecation"
    INFO = "info"
    WARNING = "warning"

    def __str__(self) -> str:
        return str(self.value)
