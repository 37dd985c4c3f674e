"""A trace: one piece of an agent's work in production."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from . import context
from .export.delivery import Delivery
from .export.item import Parcel, rough_size
from .masking import masked
from .payload import array_of_texts, json_object, optional_text, text
from .propagation import Remote, is_kept, make_trace_id
from .recorder import Recorder
from .serialize import describe_error, to_json
from .spans import NOT_GIVEN, Parent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from ashr_labs_types import TracePayload

    from .context import Block
    from .settings import Settings

__all__ = ["NO_TRACE", "Delivering", "Trace"]


class Delivering(Protocol):
    """What a trace needs of whatever delivers it."""

    @property
    def settings(self) -> Settings:
        """What holds for traces that start now."""
        ...

    def hand_over(self, parcel: Parcel) -> None:
        """Let a trace be delivered."""
        ...

    def hurry(self) -> None:
        """Deliver at once: somebody waits."""
        ...


class Trace(Parent):
    """One piece of an agent's work in production, delivered once, by `end()` or by leaving its `with` block.

    Args:
        name: What the trace is of, such as `handle-ticket`.
        user_id: The end user, for grouping.
        session_id: The conversation, for grouping.
        metadata: Anything worth knowing about it.
        tags: Words to filter by.
        wait: Whether `end()` and the end of the block wait for the delivery.
        traceparent: The header of the request that is served, to be found under `metadata`.
        sampled: Whether it is kept; unless given, `sample_rate` decides by its id.
        tracing: Delivers it.
    """

    __slots__ = (
        "_begun",
        "_block",
        "_delivery",
        "_metadata",
        "_name",
        "_open",
        "_session_id",
        "_tags",
        "_tracing",
        "_user_id",
        "_wait",
    )

    def __init__(
        self,
        name: str,
        *,
        user_id: str | None = None,
        session_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        wait: bool = False,
        traceparent: str | None = None,
        sampled: bool | None = None,
        tracing: Delivering,
    ) -> None:
        settings = tracing.settings
        remote = Remote.read(traceparent)
        trace_id = make_trace_id(remote)
        if sampled is None:
            sampled = is_kept(trace_id, settings.sample_rate, remote)
        is_open = settings.enabled and sampled
        forwarded = traceparent if remote and not settings.enabled else None
        captures = settings.capture
        recorder = Recorder(trace_id, is_kept=sampled, is_open=is_open, captures=captures, forwarded=forwarded)
        super().__init__(recorder, None)
        self._name = name
        self._user_id = user_id
        self._session_id = session_id
        self._metadata = to_json(metadata) if is_open else None
        if remote is not None:
            self._metadata = {**(json_object(self._metadata) or {}), **remote.as_metadata()}
        self._tags = to_json(tags) if is_open else None
        self._wait = wait
        self._tracing = tracing
        self._begun: Any = None
        if is_open and settings.mirror is not None:
            with suppress(Exception):
                self._begun = settings.mirror.begin()
        self._delivery = Delivery()
        self._open = [is_open]
        self._block: Block | None = None

    @property
    def trace_id(self) -> str:
        """The trace's id: our own 32 hexadecimal digits, or that of a platform that answered with another.

        After the trace's end this waits for the platform's answer, for a bounded time.
        """
        answered = None
        with suppress(Exception):
            answered = self._delivery.wait().get("trace_id")
        return answered if isinstance(answered, str) else self._recorder.trace_id

    def end(self, *, output: Any = NOT_GIVEN, wait: bool = False) -> Delivery:
        """Hand the trace over for delivery and return the platform's answer, which need not be there yet.

        Only the first call counts; each returns the same. Never raises: where the trace could not be delivered, the
        answer is `{"status": "error", "message": ...}`.

        Args:
            output: What the whole gave; None is recorded too when it is given.
            wait: Whether to return only when it is delivered, or `flush_timeout` is over.
        """
        try:
            is_open = self._open.pop()
        except IndexError:
            pass
        else:
            with suppress(Exception):
                self._ship(output, is_open=is_open)
        if wait or self._wait:
            with suppress(Exception):
                self._delivery.wait()
        return self._delivery

    def __enter__(self) -> Self:
        with suppress(Exception):  # a fault of tracing must not be the host's
            self._block = context.enter(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        block, self._block = self._block, None
        with suppress(Exception):
            if block is not None:
                context.leave(block)
        output: Any = NOT_GIVEN
        if error is not None and not isinstance(error, GeneratorExit):
            with suppress(Exception):
                output = {"error": describe_error(error)}
        self.end(output=output)

    def _ship(self, output: Any, *, is_open: bool) -> None:
        if not is_open:
            self._delivery.settle({"status": "ok", "trace_id": self._recorder.trace_id, "kept": False})
            return
        try:
            result = output if output is NOT_GIVEN else to_json(output)
            self._recorder.is_open = False
            self._delivery.begin(self._tracing.settings.flush_timeout, self._tracing.hurry)
            size = 300 + rough_size(self._metadata) + rough_size(result) + self._recorder.size()
            write: Callable[[], TracePayload] = partial(self._payload, result)
            if self._begun is not None:
                write = self._mirror(write())
            self._tracing.hand_over(Parcel(self._recorder.trace_id, self._delivery, write, size))
        except Exception as error:
            self._delivery.settle({"status": "error", "message": f"The trace was not kept: {type(error).__name__}"})

    def _mirror(self, payload: TracePayload) -> Callable[[], TracePayload]:
        mirror = self._tracing.settings.mirror
        if mirror is not None:
            with suppress(Exception):
                mirror.copy(payload, self._begun)
        return lambda: payload

    def _payload(self, output: Any) -> TracePayload:
        mask = self._tracing.settings.mask
        payload: TracePayload = {
            "id": self._recorder.trace_id,
            "name": text(self._name),
            "user_id": optional_text(self._user_id),
            "session_id": optional_text(self._session_id),
            "metadata": json_object(masked(self._metadata, mask)),
            "tags": array_of_texts(masked(self._tags, mask)),
            "observations": self._recorder.payloads(mask),
        }
        if output is not NOT_GIVEN:
            payload["output"] = masked(output, mask)
        return payload


class _Nothing(Trace):
    """What stands in for a trace that could not be begun: nothing of it is recorded, and it is never current."""

    __slots__ = ()

    def __init__(self) -> None:
        Parent.__init__(self, Recorder("0" * 32, is_kept=False, is_open=False), None)
        self._delivery = Delivery()
        self._delivery.settle({"status": "error", "message": "The trace could not be begun."})

    def end(self, **_given: Any) -> Delivery:
        """Do nothing."""
        return self._delivery

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""


NO_TRACE: Final[Trace] = _Nothing()
