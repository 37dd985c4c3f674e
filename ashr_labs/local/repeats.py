"""Calls that take long and are sent again: each is performed once, and its repeats get the same result.

The results are kept in memory, as what such calls act on lives in memory, too.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from ..errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .idempotency import IdempotentRequest

__all__ = ["Repeats"]

_KEPT = 500
_T = TypeVar("_T")


class Repeats:
    """The calls with an `Idempotency-Key` of this process."""

    def __init__(self) -> None:
        self._calls: OrderedDict[tuple[int, str], tuple[str, Future[Any]]] = OrderedDict()
        self._changing = threading.Lock()

    def once(self, tenant_id: int, request: IdempotentRequest, act: Callable[[], _T]) -> _T:
        """Perform a call, or return the result of the first call with the same key; one that failed is performed again.

        Raises:
            ConflictError: The first call with this key was another one.
        """
        own: Future[_T] = Future()
        with self._changing:
            digest, first = self._calls.setdefault((tenant_id, request.key), (request.digest, own))
            while len(self._calls) > _KEPT:
                self._calls.popitem(last=False)
        if digest != request.digest:
            raise ConflictError("the Idempotency-Key was used for another call; use a new key for each call")
        if first is not own:
            result: _T = first.result()
            return result
        try:
            own.set_result(act())
        except BaseException as error:
            with self._changing:
                self._calls.pop((tenant_id, request.key), None)
            own.set_exception(error)
            raise
        return own.result()
