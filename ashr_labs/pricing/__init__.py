"""Tokens and costs of language models."""

from __future__ import annotations

from .usage import USAGE_NAMES, observation_usage, read_usage

__all__ = ["USAGE_NAMES", "observation_usage", "read_usage"]
