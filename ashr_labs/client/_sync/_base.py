"""Base of all resource methods: sends calls and caches the session."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from ...errors import PollTimeoutError
from .._responses import ID, require_field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ashr_labs_types import GetSdkNotesRequest, InitRequest, SdkNote, Session

    from .._retry import PollSchedule
    from ._transport import SyncRetryTransport

__all__ = ["BaseClient"]

Item = TypeVar("Item")


class BaseClient:
    """Sends calls and caches the session that the API key belongs to."""

    _transport: SyncRetryTransport

    def init(self) -> Session:
        """Check the API key and return its user and tenant.

        The client calls it once by itself, when a call first needs the tenant or the user.

        Raises:
            AuthenticationError: If the key is unknown, expired or revoked.
        """
        request: InitRequest = {"function": "init"}
        session: Session = self._call(request)
        for part in ("user", "tenant"):
            require_field(require_field(session, part, "init"), "id", "init", ID)
        self._transport.session.session = session
        self._transport.session.notes = session.get("notes") or []
        return session

    @property
    def notes(self) -> list[SdkNote]:
        """The advisories of the last `init()` or `get_notes()`; reading them sends nothing."""
        return list(self._transport.session.notes)

    def get_notes(self, agent_id: int | None = None) -> list[SdkNote]:
        """Fetch the active advisories: global ones, the tenant's, and with `agent_id` those for that agent."""
        request: GetSdkNotesRequest = {"function": "get_sdk_notes"}
        if agent_id is not None:
            request["agent_id"] = agent_id
        self._transport.session.notes = self._call(request, "notes", list)
        return list(self._transport.session.notes)

    def _call(self, request: Mapping[str, object], key: str | None = None, kind: type = dict) -> Any:
        """Send a call; return the response's JSON object, or its field `key`, which must be of a kind."""
        body = self._transport.call(request)
        return body if key is None else require_field(body, key, str(request["function"]), kind)

    def _tenant(self, given: int | None) -> int:
        return given if given is not None else (self._transport.session.session or self.init())["tenant"]["id"]

    def _user(self, given: int | None) -> int:
        return given if given is not None else (self._transport.session.session or self.init())["user"]["id"]

    def _poll(
        self,
        fetch: Callable[[], Item],
        is_finished: Callable[[Item], bool],
        schedule: PollSchedule,
        what: str,
        on_poll: Callable[[float, Item], object] | None = None,
    ) -> Item:
        """Fetch an item until it is finished, at least once; raise PollTimeoutError after the timeout."""
        clock = self._transport.clock
        start = clock.now()
        for attempt in count():
            item = fetch()
            if is_finished(item):
                return item
            elapsed = clock.now() - start
            if on_poll is not None:
                on_poll(elapsed, item)
            delay = schedule.delay_after(attempt, elapsed, clock.jitter())
            if delay is None:
                break
            clock.sleep(delay)
        raise PollTimeoutError(
            f"{what} was not finished after {schedule.timeout:g} s; the platform continues, so poll again later"
        )
