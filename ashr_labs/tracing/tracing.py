"""What can be asked of and told to tracing: `client.tracing`."""

from __future__ import annotations

import os
import weakref
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from .context import DEFAULT
from .settings import is_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from .export.destination import Outlet
    from .export.exporter import Exporter
    from .export.item import Parcel
    from .export.worker import Source
    from .settings import Mirror, Settings

__all__ = ["Tracing"]


class Tracing:
    """The tracing of one platform and key; all clients that share them share it."""

    def __init__(self, exporter: Exporter, outlet: Outlet) -> None:
        self._exporter = exporter
        self._outlet = outlet
        self._busy_until = 0.0
        # A client that is forgotten without being closed must not hold a thread and sockets for ever.
        self._release = weakref.finalize(self, exporter.release, outlet)
        self._release.atexit = False

    @property
    def settings(self) -> Settings:
        """What holds now."""
        return self._outlet.settings

    def hand_over(self, parcel: Parcel) -> None:
        """Let a trace be delivered."""
        self._exporter.hand_over(self._outlet, parcel)

    def attend(self, source: Source) -> None:
        """Let what makes traces out of what it gathers say when they are due."""
        self._exporter.attend(source)

    def dismiss(self, source: Source) -> None:
        """Forget what has nothing more to say."""
        self._exporter.dismiss(source)

    def hurry(self) -> None:
        """Deliver at once: somebody waits."""
        self._exporter.hurry()

    def configure(
        self,
        *,
        enabled: bool | None = None,
        sample_rate: float | None = None,
        mask: Callable[[Any], Any] | None = None,
        mirror: Mirror | None = None,
        capture: bool | None = None,
        max_queue_items: int | None = None,
        max_queue_bytes: int | None = None,
        flush_timeout: float | None = None,
        exit_timeout: float | None = None,
    ) -> None:
        """Change settings for the traces that start from now on.

        Args:
            enabled: Whether anything is traced; where the environment's `ASHR_LABS_TRACING` says no, nothing is.
            sample_rate: The share of traces that is kept, from 0 to 1; which ones depends on their ids alone.
            mask: Gets each input, output, metadata and message, and returns what may leave the process; a field for
                which it raises is left out. `ashr_labs.mask_personal_data` is one.
            mirror: Gets a copy of each trace when it ends; `ashr_labs.otel.Mirror` is one.
            capture: Whether `@traced` records arguments and results.
            max_queue_items: Traces that wait in memory at most.
            max_queue_bytes: Bytes that wait in memory at most, roughly.
            flush_timeout: Seconds that reading an answer waits at most, counted from the trace's end.
            exit_timeout: Seconds that the end of the process waits at most; 0 switches it off.

        Raises:
            ConfigurationError: If one of them cannot work.
        """
        given = {name: value for name, value in locals().items() if name != "self" and value is not None}
        if not is_on(os.environ.get("ASHR_LABS_TRACING")):  # whoever runs the program has the last word
            given["enabled"] = False
        self._outlet.settings = replace(self._outlet.settings, **given)

    def use_by_default(self) -> None:
        """Let functions under `@traced` that are called outside of any trace start one of their own here.

        It holds for the whole process, until another client takes its place or this one is closed.

        >>> from ashr_labs import AshrLabsClient, traced
        >>> client = AshrLabsClient.local()
        >>> client.tracing.use_by_default()
        >>> traced("double", lambda number: 2 * number)(21)
        42
        """
        DEFAULT.tracing = self

    def stats(self) -> dict[str, int]:
        """Return how many traces were sent, wait, were dropped, failed, wait on disk, and came from other processes."""
        return self._outlet.stats()

    def flush(self, timeout: float | None = None) -> dict[str, int]:
        """Wait until all traces that have ended are delivered, and return the counts so far; never raises.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            `sent`, `queued`, `dropped` and `failed`, in traces.
        """
        bound = self._outlet.settings.flush_timeout if timeout is None else timeout
        if self._outlet.settings.enabled:
            with suppress(Exception):
                self._exporter.flush([self._outlet], bound)
        return self._outlet.counts()

    def shutdown(self, timeout: float | None = None) -> dict[str, int]:
        """Deliver what there is, keep the rest on disk, and end the worker; otherwise as `flush`."""
        with suppress(Exception):
            if timeout is None:
                self._exporter.stop()
            else:
                self._exporter.stop(timeout, grace=0.0)
        return self._outlet.counts()

    def is_busy(self) -> bool:
        """Tell whether traces are still under way, for as long as `flush_timeout` from the first question on."""
        now = monotonic()
        self._busy_until = self._busy_until or now + self.settings.flush_timeout
        self._exporter.hurry()
        return self._outlet.queued > 0 and now < self._busy_until

    def release(self) -> None:
        """Note that the client is closed."""
        if DEFAULT.tracing is self:
            DEFAULT.tracing = None
        with suppress(Exception):
            self._release()
