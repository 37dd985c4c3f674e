"""Build the result of a run, action by action, as the plain dict that the platform stores and grades."""

from __future__ import annotations

from .run import RecordedTest, RunBuilder, RunClient
from .test_builder import TestBuilder

__all__ = ["RecordedTest", "RunBuilder", "RunClient", "TestBuilder"]
