"""Starting the supervisor of a sandbox."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from .command_line import base_environment
from .egress import PROXY_PORT, AllowingProxy, proxy_environment, without_proxy
from .errors import SandboxError
from .inside.supervisor import READY
from .inside.wire import pack, pack_map
from .supervised import environment_items

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Mapping

    from .limits import Plan
    from .protocol import SandboxRequest
    from .supervised import SupervisedSandbox

__all__ = ["configure", "not_started", "popen", "stop", "wait_until_ready"]

_START_SECONDS = 20.0


def configure(sandbox: SupervisedSandbox, request: SandboxRequest, decided: Plan) -> None:
    """Open the ports of the loopback, and set what all commands have in common.

    Raises:
        ConfigurationError: A variable is not allowed in an environment.
        SandboxError: The sandbox has ended.
    """
    variables = base_environment(sandbox.workspace) | without_proxy(request.hosts)
    if request.allowed_hosts:
        sandbox.listen(PROXY_PORT, AllowingProxy(request.allowed_hosts).handle)
        variables |= proxy_environment()
    if request.endpoint is not None:
        url = f"http://127.0.0.1:{sandbox.listen(0, request.endpoint.handle)}"
        variables |= dict.fromkeys(request.endpoint.variables, url)
    variables |= {**request.environment, **request.secrets}
    sandbox.configure(_configuration(request, decided, variables))


def _configuration(request: SandboxRequest, decided: Plan, variables: Mapping[str, str]) -> dict[str, bytes]:
    options = {
        "environment": pack(environment_items(variables)),
        "limits": pack_map({name: b"%d" % value for name, value in decided.rlimits.items()}),
    }
    if request.lifetime is not None:
        options["lifetime"] = b"%f" % request.lifetime
    return options


def popen(command: list[str], descriptors: Iterable[int]) -> subprocess.Popen[bytes]:
    """Start a supervisor; it gets these descriptors, and no variables."""
    return subprocess.Popen(  # noqa: S603 - the arguments are this module's own
        command,
        pass_fds=tuple(descriptors),
        env={"PATH": "/usr/bin:/bin"},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def wait_until_ready(control: socket.socket, process: subprocess.Popen[bytes]) -> None:
    """Wait until a supervisor takes requests.

    Raises:
        SandboxError: It has ended, or takes too long.
    """
    control.settimeout(_START_SECONDS)
    with suppress(OSError):
        if control.recv(1) == READY:
            return
    raise not_started(control, process)


def not_started(control: socket.socket, process: subprocess.Popen[bytes]) -> SandboxError:
    """End a supervisor that does not start, and return the error with what it printed."""
    control.close()
    printed = process.stderr.read().decode(errors="replace").strip() if process.stderr is not None else ""
    stop(process)
    return SandboxError(f"the sandbox did not start: {printed[-1000:] or f'no answer in {_START_SECONDS:g} seconds'}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill a supervisor, and wait for its end."""
    process.kill()
    process.wait()
    if process.stderr is not None:
        process.stderr.close()
