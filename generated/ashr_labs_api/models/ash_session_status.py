from enum import StrEnum


class AshSessionStatus(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"
    ERROR = "error"
    PAUSED = "paused"
    STARTING = "starting"
    STOPPED = "stopped"

    def __str__(self) -> str:
        return str(self.value)
