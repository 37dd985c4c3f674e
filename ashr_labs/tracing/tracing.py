"""`client.tracing`: settings, counts, flush and shutdown."""

from __future__ import annotations

import os
import weakref
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from .._deprecation import warn_deprecated
from .._environment import warn_once
from .context import DEFAULT
from .export.destination import Destination
from .export.exporter import EXPORTER, Exporter
from .export.spool import Spool
from .settings import Settings, environment_problems, is_on, spool_folder

if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Unpack

    from .export.transport import TraceTransport
    from .settings import TracingOptions

__all__ = ["Tracing", "tracing_for"]


class Tracing:
    """The tracing of one platform and API key, shared by all clients that use them."""

    def __init__(self, exporter: Exporter, destination: Destination) -> None:
        self._exporter = exporter
        self._sink = destination
        self._busy_until = 0.0
        # A client that is garbage-collected without being closed must not keep a thread and sockets.
        self._release = weakref.finalize(self, exporter.release, destination)
        self._release.atexit = False

    def __repr__(self) -> str:
        counts = ", ".join(f"{name}={number}" for name, number in self._sink.counts().items())
        state = "" if self.settings.enabled else "disabled, "
        return f"<Tracing {state}{counts}>"

    @property
    def settings(self) -> Settings:
        """The current settings."""
        return self._sink.settings

    def configure(self, **settings: Unpack[TracingOptions]) -> None:
        """Change settings for traces that start from now on; settings that are not passed keep their values.

        Args:
            **settings: Settings by name, see `TracingOptions`: `enabled`, `sample_rate`, `mask`, `mirror`, `capture`,
                `max_queue_items`, `max_queue_bytes`, `flush_timeout` and `exit_timeout`.

        Raises:
            ConfigurationError: A setting is unknown, or its value is invalid.
        """
        changed = self._sink.settings.changed(settings)
        self._sink.settings = changed if is_on(os.environ.get("ASHR_LABS_TRACING")) else replace(changed, enabled=False)

    def set_default(self) -> None:
        """Start a trace here for each `@traced` function that is called outside of any trace.

        Applies to the whole process, until another client becomes the default or this one is closed.

        >>> from ashr_labs import AshrLabsClient, traced
        >>> client = AshrLabsClient.local()
        >>> client.tracing.set_default()
        >>> traced("double", lambda number: 2 * number)(21)
        42
        """
        DEFAULT.tracing = self

    def use_by_default(self) -> None:
        """Call `set_default` (deprecated name)."""
        warn_deprecated("client.tracing.use_by_default()", "client.tracing.set_default()")
        self.set_default()

    def stats(self) -> dict[str, int]:
        """Return the number of traces: sent, queued, dropped, failed, spooled to disk, resent for dead processes."""
        return self._sink.stats()

    def flush(self, timeout: float | None = None) -> dict[str, int]:
        """Wait until all traces that have ended are delivered, and return the counts; never raises.

        Args:
            timeout: Maximum seconds to wait; defaults to `flush_timeout`.

        Returns:
            The number of traces that are `sent`, `queued`, `dropped` and `failed`.
        """
        bound = self._sink.settings.flush_timeout if timeout is None else timeout
        if self._sink.settings.enabled:
            with suppress(Exception):
                self._exporter.flush([self._sink], bound)
        return self._sink.counts()

    def shutdown(self, timeout: float | None = None) -> dict[str, int]:
        """Deliver all traces, unfinished ones too, write the rest to disk, and end the worker; never raises.

        Args:
            timeout: Maximum seconds to wait; defaults to `exit_timeout`.

        Returns:
            The counts, as `flush` does.
        """
        with suppress(Exception):
            if timeout is None:
                self._exporter.close()
            else:
                self._exporter.close(timeout, grace=0.0)
        return self._sink.counts()

    def _is_busy(self) -> bool:
        """Return True while traces are queued, for at most `flush_timeout` from the first call on."""
        now = monotonic()
        if not self._busy_until:
            self._busy_until = now + self.settings.flush_timeout
            self._sink.enqueue_unfinished()
        self._exporter.wake()
        return self._sink.queued > 0 and now < self._busy_until

    def _close(self) -> None:
        """Release the destination; the client is closed."""
        if DEFAULT.tracing is self:
            DEFAULT.tracing = None
        with suppress(Exception):
            if self._release.alive and self._sink.users == 1:
                self._sink.enqueue_unfinished()
            self._release()


def tracing_for(key: Hashable, transport: TraceTransport, identity: str | None) -> Tracing:
    """Return the tracing that all clients with the same key share.

    Args:
        key: Identifies the platform, the API key and the transport.
        transport: Sends to the platform.
        identity: Name of the spool's folder; None for a platform that ends with this process.
    """
    for problem in environment_problems():
        warn_once("ashr_labs.tracing", problem)

    def make(exporter: Exporter) -> Destination:
        settings = Settings.from_env()
        spool = None
        with suppress(Exception):  # a user without a home
            if settings.enabled and settings.spool and identity is not None:
                spool = Spool(spool_folder() / identity, settings.max_spool_bytes)
        return Destination(key, transport, settings, spool, exporter)

    return Tracing(EXPORTER, EXPORTER.register(key, make))
