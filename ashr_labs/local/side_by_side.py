"""A few calls at once."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["side_by_side"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def side_by_side(act: Callable[[_Item], _Result], items: Iterable[_Item], count: int) -> list[_Result]:
    """Do something that does not raise with every item, in `count` threads; return what came of each, in order.

    Unlike executors, this works while the interpreter comes to its end: then the calling thread does it alone.
    """
    left = iter(enumerate(items))
    results: dict[int, _Result] = {}
    guard = threading.Lock()

    def work() -> None:
        while True:
            with guard:
                place, item = next(left, (None, None))
            if place is None or item is None:
                return
            results[place] = act(item)

    helpers: list[threading.Thread] = []
    with suppress(RuntimeError):
        for _ in range(count - 1):
            helper = threading.Thread(target=work, name="ashr-labs-helper", daemon=True)
            helper.start()
            helpers.append(helper)
    work()
    for helper in helpers:
        helper.join()
    return [results[place] for place in sorted(results)]
