"""What every group of calls stands on: one way to send, and who is calling."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from ...errors import PollTimeoutError
from .._responses import ID, take

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ashr_labs_types import GetSdkNotesRequest, InitRequest, SdkNote, Session

    from .._polling import Schedule
    from ._transport import SyncGate

__all__ = ["Calls"]

Item = TypeVar("Item")


class Calls:
    """Sends calls, and remembers whom the platform said the key belongs to."""

    _gate: SyncGate

    def init(self) -> Session:
        """Check the key and return who it belongs to.

        The client calls it by itself, once, when a call first needs the tenant or the user.

        Raises:
            AuthenticationError: If the key is unknown, expired or revoked.
        """
        request: InitRequest = {"function": "init"}
        session: Session = self._call(request)
        for part in ("user", "tenant"):
            take(take(session, part, "init"), "id", "init", ID)  # a later call would fail far from the cause
        self._gate.memory.session = session
        self._gate.memory.notes = session.get("notes") or []
        return session

    @property
    def notes(self) -> list[SdkNote]:
        """The advisories of the last `init()` or `get_notes()`; asking for them sends nothing."""
        return list(self._gate.memory.notes)

    def get_notes(self, agent_id: int | None = None) -> list[SdkNote]:
        """Fetch the active advisories: global ones, the tenant's, and with `agent_id` those for that agent."""
        request: GetSdkNotesRequest = {"function": "get_sdk_notes"}
        if agent_id is not None:
            request["agent_id"] = agent_id
        self._gate.memory.notes = self._call(request, "notes", list)
        return list(self._gate.memory.notes)

    def _call(self, request: Mapping[str, object], key: str | None = None, kind: type = dict) -> Any:
        """Send a call; return the whole answer, or only the part of it under `key`, which is of this kind."""
        body = self._gate.call(request)
        return body if key is None else take(body, key, str(request["function"]), kind)

    def _tenant(self, given: int | None) -> int:
        return given if given is not None else (self._gate.memory.session or self.init())["tenant"]["id"]

    def _user(self, given: int | None) -> int:
        return given if given is not None else (self._gate.memory.session or self.init())["user"]["id"]

    def _poll(
        self,
        look: Callable[[], Item],
        is_finished: Callable[[Item], bool],
        schedule: Schedule,
        what: str,
        on_poll: Callable[[float, Item], object] | None = None,
    ) -> Item:
        """Look until it is finished, at least once; raise PollTimeoutError when time is up."""
        clock = self._gate.clock
        start = clock.now()
        for attempt in count():
            item = look()
            if is_finished(item):
                return item
            elapsed = clock.now() - start
            if on_poll is not None:
                on_poll(elapsed, item)
            wait = schedule.wait_after(attempt, elapsed, clock.spread())
            if wait is None:
                break
            clock.sleep(wait)
        raise PollTimeoutError(f"{what} was not finished after {schedule.timeout:g} s; it goes on, so ask again later")
