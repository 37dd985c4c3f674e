"""What the client says of its work: one line per request and per retry, none of them with a secret."""

from __future__ import annotations

import logging
import os

__all__ = ["logger", "turn_on"]

logger = logging.getLogger("ashr_labs")
_VARIABLE = "ASHR_LABS_LOG"


def turn_on() -> None:
    """Show every line on standard error where the environment's `ASHR_LABS_LOG` is `debug`."""
    is_shown = any(not isinstance(handler, logging.NullHandler) for handler in logger.handlers)
    if is_shown or os.environ.get(_VARIABLE, "").strip().lower() != "debug":
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
