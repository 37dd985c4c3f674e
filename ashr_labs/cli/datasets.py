"""`ashr-labs datasets`: the commands for datasets."""

from __future__ import annotations

from ._lazy_group import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "datasets",
    {
        "list": "List the newest datasets.",
        "get": "Show a dataset.",
        "generate": "Let the platform make a dataset.",
        "import": "Check a dataset file and store it.",
        "export": "Write a dataset to a file.",
    },
    description="Work with datasets.",
    prefix="datasets_",
)
