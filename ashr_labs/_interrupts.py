"""Interrupts by the user among the exceptions of code that users bring."""

from __future__ import annotations

from typing import cast

__all__ = ["ends_run", "members_of"]


def ends_run(error: BaseException) -> bool:
    """Return True for an interrupt by the user, or a group with one; other exceptions of users' code are recorded."""
    return isinstance(error, KeyboardInterrupt) or any(map(ends_run, members_of(error)))


def members_of(error: BaseException) -> tuple[BaseException, ...]:
    """Return the exceptions of a group; nothing for other exceptions."""
    group = cast("BaseExceptionGroup[BaseException]", error) if isinstance(error, BaseExceptionGroup) else None
    return () if group is None else group.exceptions
