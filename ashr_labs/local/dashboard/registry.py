"""The registry of pages, and of the actions that their forms ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from .exchange import PREFIX, PageResponse, Template
from .view import View

__all__ = ["ACTIONS", "PAGES", "Action", "Page", "action", "page"]

Page: TypeAlias = Callable[[View], Template | PageResponse]
Action: TypeAlias = Callable[[View], Template | PageResponse]

PAGES: dict[str, Page] = {}
"""By the template of the path."""
ACTIONS: dict[str, Action] = {}


def page(path: str) -> Callable[[Page], Page]:
    """Register the decorated function as the page at a path below the prefix, such as `runs/{run_id}`."""

    def register(function: Page) -> Page:
        PAGES[PREFIX + path] = function
        return function

    return register


def action(path: str) -> Callable[[Action], Action]:
    """Register the decorated function as what the form at a path does; the token of the form was checked."""

    def register(function: Action) -> Action:
        ACTIONS[PREFIX + path] = function
        return function

    return register
