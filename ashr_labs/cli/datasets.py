"""`ashr-labs datasets`: the commands for datasets."""

from __future__ import annotations

from ._lazy_group import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "datasets",
    {"import": "Check a dataset file and store it."},
    description="Work with datasets.",
    prefix="datasets_",
)
