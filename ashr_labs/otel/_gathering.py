"""What the exporter and the processor share: from finished spans to traces that are delivered."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from functools import partial
from threading import main_thread
from time import monotonic, time_ns
from typing import TYPE_CHECKING

from opentelemetry.context import (
    _SUPPRESS_INSTRUMENTATION_KEY,  # pyright: ignore[reportPrivateUsage] - there is no public name in the API
    attach,
    get_value,
    set_value,
)

from ..tracing.export.delivery import Delivery
from ..tracing.export.item import Parcel
from ..tracing.propagation import is_kept
from . import _conventions as names
from ._assembly import Assembly
from ._mapping import identifier_of, is_of_an_agent, trace_id, trace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from ..client._async import AsyncAshrLabsClient
    from ..client._sync import AshrLabsClient
    from ._assembly import Part

__all__ = ["Gathering"]

_REMEMBERED = 1_000


class Gathering:
    """Gathers spans to traces and hands these over to the delivery that all traces have; never raises, never waits."""

    def __init__(
        self,
        client: AshrLabsClient | AsyncAshrLabsClient | None,
        *,
        keep: Callable[[Sequence[ReadableSpan]], bool] | None,
        max_spans: int,
        idle_timeout: float,
        sees_starts: bool,
    ) -> None:
        if client is None:
            from ..client._sync import AshrLabsClient  # noqa: PLC0415 - most give the client that they have

            client = AshrLabsClient.from_env()
        self._client = client
        self._tracing = client.tracing
        self._keep = keep or _has_an_agent
        self._delivered: OrderedDict[int, None] = OrderedDict()
        """Traces of which a part was delivered: the rest is to follow, whatever it is."""
        self._assembly = Assembly(sees_starts=sees_starts, max_spans=max_spans, idle_timeout=idle_timeout)
        self._since = 0
        """When this process began, if it was forked: what began before is the parent's."""
        self._is_over = False
        self._is_attended = False
        self._attend()

    @property
    def spans(self) -> int:
        """How many spans wait for the rest of their traces."""
        return self._assembly.spans

    @property
    def is_over(self) -> bool:
        """Whether it was shut down."""
        return self._is_over

    def started(self, span: ReadableSpan) -> None:
        """Note that a span is open."""
        with suppress(Exception):
            if self._is_wanted(span):
                self._assembly.started(span, monotonic())

    def ended(self, span: ReadableSpan) -> None:
        """Take a span that has ended."""
        with suppress(Exception):
            if self._is_wanted(span):
                self._attend()
                self._hand_over(self._assembly.ended(span, monotonic()))

    def look(self, now: float) -> None:
        """Hand over what has waited for long enough; called by the worker that delivers, again and again."""
        with suppress(Exception):
            # What the worker sends must not be traced in its turn, or there would be no end to it.
            if not get_value(_SUPPRESS_INSTRUMENTATION_KEY):
                attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
            self._hand_over(self._assembly.due(now))

    def hurry(self, *, is_last: bool = False) -> None:
        """Hand over what has a root at once; at the end of the process, all there is."""
        with suppress(Exception):
            self._hand_over(self._assembly.everything() if is_last else self._assembly.finished())

    def begin_anew(self) -> None:
        """Leave everything to the parent, in a process that was forked."""
        self._since = time_ns()
        self._is_attended = False
        self._assembly.begin_anew()

    def flush(self, seconds: float) -> bool:
        """Wait until all finished traces are delivered, and tell whether they are."""
        return self._tracing.flush(seconds)["queued"] == 0

    def shutdown(self) -> None:
        """Deliver all there is, in bounded time; what ends later is not taken."""
        if not self._is_over:
            self._is_over = True
            self.hurry(is_last=True)
            self._tracing.dismiss(self)
            if main_thread().is_alive():  # else the process ends, and waits for the delivery itself
                self.flush(self._tracing.settings.exit_timeout)

    def _attend(self) -> None:
        if not self._is_attended:  # so it is in a process that was forked
            self._is_attended = True
            self._tracing.attend(self)

    def _is_wanted(self, span: ReadableSpan) -> bool:
        context = span.get_span_context()
        return (
            not self._is_over
            and context is not None
            and context.trace_flags.sampled
            and names.MIRRORED not in (span.attributes or ())
            and (span.start_time or 0) >= self._since
            and self._tracing.settings.enabled
        )

    def _hand_over(self, parts: list[Part]) -> None:
        for part in parts:
            with suppress(Exception):
                identifier = trace_id(part[0])
                if not is_kept(f"{identifier:032x}", self._tracing.settings.sample_rate):
                    continue
                if identifier in self._delivered or self._keep(part):
                    self._tracing.hand_over(self._parcel(part))
                    self._remember(identifier)

    def _remember(self, identifier: int) -> None:
        self._delivered[identifier] = None
        if len(self._delivered) > _REMEMBERED:
            self._delivered.popitem(last=False)

    def _parcel(self, part: Part) -> Parcel:
        identifier = identifier_of(part)
        write = partial(trace_of, part, self._tracing.settings.mask)
        return Parcel(identifier, Delivery(), write, sum(_rough_size(span) for span in part))


def _has_an_agent(spans: Sequence[ReadableSpan]) -> bool:
    return any(is_of_an_agent(span) for span in spans)


def _rough_size(span: ReadableSpan) -> int:
    held = [span.attributes or {}, *(event.attributes or {} for event in span.events)]
    values = [value for attributes in held for value in attributes.values()]
    return 500 + sum(50 + (len(value) if isinstance(value, str) else 0) for value in values)
