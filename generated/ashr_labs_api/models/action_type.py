from enum import StrEnum


class ActionType(StrEnum):
    FILE = "file"
    TEXT = "text"
    TOOL_CALL = "tool_call"

    def __str__(self) -> str:
        return str(self.value)
