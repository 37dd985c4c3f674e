"""Redis inside of a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .installed import redis_program
from .process import ServiceProcess, wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....specs.values import ImageService
    from ...sandbox.protocol import Sandbox
    from ..plan import Address
    from ..watch import SecretWatch

__all__ = ["RedisServer"]


class RedisServer:
    """A Redis server that keeps its data in memory.

    Args:
        sandbox: Where it runs.
        service: Its declaration.
        address: Where it listens.
        env: Its variables.
        watch: Looks for secrets in its log.
    """

    def __init__(
        self, sandbox: Sandbox, service: ImageService, address: Address, env: Mapping[str, str], watch: SecretWatch
    ) -> None:
        self._sandbox = sandbox
        self._service = service
        self._address = address
        command = [redis_program() or "redis-server", "--bind", address.ip, "--port", str(address.port)]
        options = ["--save", "", "--appendonly", "no", "--dir", "/tmp", "--protected-mode", "no"]  # noqa: S108 - the sandbox's
        self._process = ServiceProcess(sandbox, service.name, [*command, *options], watch=watch, environment=env)

    def wait(self, seconds: float) -> None:
        """Wait until it answers.

        Raises:
            BootError: It does not in time.
        """
        ping = f"redis-cli -h {self._address.ip} -p {self._address.port} ping | grep -q PONG"
        wait_until_ready(self._sandbox, self._process, self._service.wait_for or ping, seconds=seconds)
