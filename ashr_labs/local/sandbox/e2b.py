"""Sandboxes by E2B: a virtual machine of its cloud, or of an installation of your own, for each."""

from __future__ import annotations

import math
import os
import threading
import time
from shlex import quote
from typing import TYPE_CHECKING, Any

from ..._json import as_object
from .e2b_api import E2BSettings, Service
from .e2b_sandbox import WORKSPACE, E2BSandbox
from .errors import SandboxError, SandboxUnavailableError
from .owners import is_left_over, machine, owner
from .protocol import MIB, Limits
from .supervised import environment_items

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .protocol import SandboxRequest

__all__ = ["E2B"]

_SANDBOX, _MACHINE, _OWNER = "ashr-labs-sandbox", "ashr-labs-machine", "ashr-labs-owner"
_DEFAULT_LIFETIME = 3600
"""Seconds, where none is given: E2B has no sandboxes without an end."""
_CLOSES_INPUT = (0, 5, 2)
"""The version of the daemon that can end the standard input of a program."""
_PREPARE = f"mkdir -p {WORKSPACE} && chown user:user {WORKSPACE} && chmod 755 {WORKSPACE} && cat >> /etc/hosts"
_MEASURED = {"memory": ("memoryMB", MIB), "cpus": ("cpuCount", 1), "disk": ("diskSizeMB", MIB)}
"""Limits that the size of a virtual machine keeps, with E2B's fields and their units."""


class E2B:
    """Makes sandboxes by E2B.

    Raises:
        SandboxUnavailableError: There is no key, or E2B does not accept it.
    """

    name = "e2b"
    allows_hosts = False
    runs_images = False
    has_local_system = False

    def __init__(self) -> None:
        self._settings = E2BSettings.from_env(os.environ)
        self._service = Service(self._settings)
        self._sandboxes: set[E2BSandbox] = set()
        self._changing = threading.Lock()
        try:
            self._remove_left_over()
        except SandboxError as error:
            self._service.close()
            raise SandboxUnavailableError(error.message) from error

    def create(self, request: SandboxRequest) -> E2BSandbox:
        """Make a sandbox, and return it when it takes commands."""
        environment = _variables(request)
        if request.image is not None or request.folders:
            raise SandboxUnavailableError("sandboxes by E2B have neither images nor folders of this machine")
        seconds = _DEFAULT_LIFETIME if request.lifetime is None else max(1, math.ceil(request.lifetime))
        made = self._service.create(
            {
                "templateID": self._settings.template,
                "timeout": seconds,
                "autoPause": False,
                "secure": True,
                "allow_internet_access": False,
                "metadata": {_SANDBOX: request.id, _MACHINE: machine(), _OWNER: owner()},
            }
        )
        ends_at = time.monotonic() + seconds
        try:
            return self._prepared(made, request, environment, seconds, ends_at)
        except BaseException:
            self._service.delete(made["sandboxID"])
            raise

    def close(self) -> None:
        """Destroy all sandboxes of this engine."""
        with self._changing:
            sandboxes = tuple(self._sandboxes)
        for sandbox in sandboxes:
            sandbox.destroy()
        self._service.close()

    def _prepared(
        self,
        made: Mapping[str, Any],
        request: SandboxRequest,
        environment: Mapping[str, str],
        seconds: int,
        ends_at: float,
    ) -> E2BSandbox:
        _check_version(made)
        size = self._service.describe(made["sandboxID"]) or {}
        kept = _kept(request.limits, size, allow_missing=request.allow_missing_limits)
        sandbox = E2BSandbox(
            self._service,
            made["sandboxID"],
            self._service.daemon(made),
            id=request.id,
            environment=environment,
            in_force={**_isolation(self._settings), **kept, "lifetime": f"{seconds} seconds at most"},
            ends_at=ends_at,
            on_end=self._forget,
        )
        hosts = "".join(f"{address} {name}\n" for name, address in request.hosts.items())
        sandbox.prepare(_PREPARE, hosts.encode())
        with self._changing:
            self._sandboxes.add(sandbox)
        return sandbox

    def _forget(self, sandbox: E2BSandbox) -> None:
        with self._changing:
            self._sandboxes.discard(sandbox)

    def _remove_left_over(self) -> None:
        """End the sandboxes of servers of this machine that have ended."""
        for one in self._service.with_metadata(_MACHINE, machine()):
            labels = as_object(one.get("metadata")) or {}
            if is_left_over(str(labels.get(_OWNER, ""))):
                self._service.delete(str(one.get("sandboxID", "")))


def _variables(request: SandboxRequest) -> dict[str, str]:
    variables = {"HOME": WORKSPACE, "LANG": "C.UTF-8", "TMPDIR": "/tmp", **request.environment, **request.secrets}  # noqa: S108 - of the sandbox
    list(environment_items(variables))  # raises for what no environment takes
    return variables


def _check_version(made: Mapping[str, Any]) -> None:
    version = str(made.get("envdVersion", ""))
    numbers = tuple(int(part) for part in version.split("-", maxsplit=1)[0].split(".") if part.isdecimal())
    if numbers < _CLOSES_INPUT:
        needed = ".".join(map(str, _CLOSES_INPUT))
        raise SandboxUnavailableError(
            f"the template has the daemon {version or '?'}, and {needed} is needed: rebuild it"
        )


def _kept(limits: Limits, of: Mapping[str, Any], *, allow_missing: bool) -> dict[str, str]:
    """Return the limits that the size of a virtual machine keeps.

    Raises:
        SandboxUnavailableError: One that was asked for is not among them.
    """
    told: dict[str, str] = {}
    missing: list[str] = []
    for name in Limits.__slots__:
        field, unit = _MEASURED.get(name, ("", 1))
        size = of.get(field)
        asked = getattr(limits, name)
        if isinstance(size, int):
            told[name] = f"{size * unit} of the virtual machine"
        else:
            told[name] = "not limited"
        if asked is not None and not (isinstance(size, int) and size * unit <= asked):
            missing.append(f"{name} (there: {told[name]})")
    if missing and not allow_missing:
        raise SandboxUnavailableError(
            f"the limits {', '.join(missing)} cannot be kept by E2B: the size of a sandbox is that of its template; "
            "leave them out, or set ASHR_E2B_TEMPLATE to a smaller one"
        )
    return told


def _isolation(settings: E2BSettings) -> dict[str, str]:
    return {
        "isolation": f"a virtual machine of {settings.domain}",
        "files": f"those of the template {quote(settings.template)}",
        "network": "none but the loopback: no access to the internet",
        "users": "the template's `user`, which may become root inside of the machine",
        "visible processes": "those of the machine",
        "platform": "not reachable from inside",
    }
