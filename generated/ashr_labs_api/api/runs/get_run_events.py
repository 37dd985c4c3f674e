from collections.abc import AsyncGenerator, Generator
from typing import Any
from urllib.parse import quote

from ashr_labs._http.event_streams import ServerEvent, astream, stream

from ...client import AuthenticatedClient, Client
from ...models.run_ended import RunEnded
from ...models.run_progress import RunProgress
from ...models.run_test_finished import RunTestFinished
from ...types import UNSET, Unset


def _get_kwargs(
    run_id: int,
    *,
    after: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(last_event_id, Unset):
        headers["Last-Event-ID"] = last_event_id

    params: dict[str, Any] = {}

    params["after"] = after

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/runs/{run_id}/events".format(
            run_id=quote(str(run_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


_EVENTS: dict[str, type[RunEnded | RunProgress | RunTestFinished]] = {
    "progress": RunProgress,
    "test_finished": RunTestFinished,
    "ended": RunEnded,
}
"""The models of the types of events."""
_LAST_EVENT = "ended"


def sync(
    run_id: int,
    *,
    client: AuthenticatedClient | Client,
    after: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Generator[ServerEvent[RunEnded | RunProgress | RunTestFinished]]:
    """Follow a run while it is played and graded.

     A stream of server-sent events: first those that have happened already, then the others as they
    happen. It ends with `ended`, once the run is graded. Events are kept for a day; of a run that ended
    earlier there is `ended` only.

    Args:
        run_id (int):
        after (int | Unset):
        last_event_id (str | Unset):

    Raises:
        ashr_labs.StreamInterruptedError: If the stream stops before the event that completes it.
        errors.UnexpectedStatus: If the server refuses, unless the client raises errors of its own.

    Returns:
        An iterator; close it, or read it to its end, to free its connection.
    """

    return stream(
        client.get_httpx_client(),
        _get_kwargs(run_id=run_id, after=after, last_event_id=last_event_id),
        _EVENTS,
        _LAST_EVENT,
    )


def asyncio(
    run_id: int,
    *,
    client: AuthenticatedClient | Client,
    after: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> AsyncGenerator[ServerEvent[RunEnded | RunProgress | RunTestFinished]]:
    """Follow a run while it is played and graded.

     A stream of server-sent events: first those that have happened already, then the others as they
    happen. It ends with `ended`, once the run is graded. Events are kept for a day; of a run that ended
    earlier there is `ended` only.

    Args:
        run_id (int):
        after (int | Unset):
        last_event_id (str | Unset):

    Raises:
        ashr_labs.StreamInterruptedError: If the stream stops before the event that completes it.
        errors.UnexpectedStatus: If the server refuses, unless the client raises errors of its own.

    Returns:
        An iterator; close it, or read it to its end, to free its connection.
    """

    return astream(
        client.get_async_httpx_client(),
        _get_kwargs(run_id=run_id, after=after, last_event_id=last_event_id),
        _EVENTS,
        _LAST_EVENT,
    )
