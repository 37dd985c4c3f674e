"""Instrumentation: the calls of other libraries, recorded as spans without changes of the program."""

from __future__ import annotations

from .clients import wrap
from .instrumenting import auto_instrument, observe, uninstrument

__all__ = ["auto_instrument", "observe", "uninstrument", "wrap"]
