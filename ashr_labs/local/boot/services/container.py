"""A service that an engine has started from an image."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ...sandbox.errors import SandboxError
from .process import wait_until_ready

if TYPE_CHECKING:
    from ....specs.values import ImageService
    from ...sandbox.protocol import Sandbox, ServiceContainer
    from ..plan import Address
    from ..watch import SecretWatch

__all__ = ["ContainerServer"]

_SHOWN_LINES = 15


class ContainerServer:
    """A service in a container.

    Args:
        sandbox: The sandbox beside which it runs.
        service: Its declaration.
        address: Where commands reach it.
        container: The container.
        watch: Looks for secrets in its log.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        service: ImageService,
        address: Address,
        container: ServiceContainer,
        watch: SecretWatch,
    ) -> None:
        self.name = service.name
        self._sandbox = sandbox
        self._service = service
        self._address = address
        self._container = container
        self._watch = watch

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._container.is_running

    @property
    def log(self) -> str:
        """The last lines that it has printed."""
        try:
            return self._container.log(lines=_SHOWN_LINES).decode("utf-8", "replace").strip()
        except SandboxError as error:
            return error.message

    def wait(self, seconds: float) -> None:
        """Wait until it is ready: its command succeeds, or a program listens on its port.

        Raises:
            BootError: It has ended, or is not ready in time.
        """
        # On the loopback that they share: needs nothing of the image but `grep`.
        listens = f"grep -qE ':{self._address.port:04X} [0-9A-F]+:[0-9A-F]+ 0A' /proc/net/tcp /proc/net/tcp6"
        wait_until_ready(self._sandbox, self, self._service.wait_for or listens, seconds=seconds)

    def pause(self, seconds: float) -> None:
        """Wait before it is looked at again."""
        time.sleep(seconds)

    def look(self) -> None:
        """Look for secrets in its log.

        Raises:
            SandboxError: The log cannot be read.
        """
        self._watch.look(self._container.log(), f"the log of the service {self.name!r}")
