"""Builds the result of a run, action by action, into the plain dict that the platform stores and grades."""

from __future__ import annotations

from .one_test import TestBuilder
from .run import RecordedTest, RunBuilder, RunClient

__all__ = ["RecordedTest", "RunBuilder", "RunClient", "TestBuilder"]
