"""Sandboxes by Docker or Podman: one container each, through the HTTP API of the daemon."""

from __future__ import annotations

import math
import os
import threading
from typing import TYPE_CHECKING, Any

from .docker_api import DockerAPI, find_socket
from .docker_sandbox import DockerSandbox, DockerService
from .errors import SandboxError, SandboxUnavailableError
from .limits import DEFAULTS
from .owners import is_left_over, owner
from .protocol import Limits, SandboxRequest
from .supervised import environment_items

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .protocol import ServiceImage

__all__ = ["Docker"]

WORKSPACE = "/workspace"
_TEMPORARY = "/tmp"  # noqa: S108 - of the container
_UID = 1000
_IMAGE_VARIABLE = "ASHR_SANDBOX_IMAGE"
_DEFAULT_IMAGE = "python:3.12"
_SANDBOX_LABEL, _OWNER_LABEL = "ashr-labs.sandbox", "ashr-labs.owner"
_FOREVER = 2**31 - 1
_PIDS_OF_INIT = 2
"""The init process of the container and its `sleep`, which count as well."""


class Docker:
    """Makes sandboxes by a daemon of Docker or Podman on this machine.

    Raises:
        SandboxUnavailableError: There is no socket, or the daemon does not answer.
    """

    name = "docker"
    allows_hosts = False
    runs_images = True
    has_local_system = False

    def __init__(self) -> None:
        self._api = DockerAPI(find_socket(os.environ))
        self._image = os.environ.get(_IMAGE_VARIABLE) or _DEFAULT_IMAGE
        self._sandboxes: set[DockerSandbox] = set()
        self._changing = threading.Lock()
        try:
            self._api.get("/version")
            self._remove_left_over()
        except SandboxError as error:
            self._api.close()
            raise SandboxUnavailableError(f"Docker does not work here: {error.message}") from error

    def create(self, request: SandboxRequest) -> DockerSandbox:
        """Make a container and return it when it takes commands."""
        environment = dict(_variables(request))
        limits = _wanted(request.limits)
        image = request.image or self._image
        self._api.pull(image)
        made = self._api.post("/containers/create", _container(image, request, limits), name=f"ashr-{request.id}")
        container: str = made["Id"]

        def ended(sandbox: DockerSandbox) -> None:
            with self._changing:
                self._sandboxes.discard(sandbox)

        sandbox = DockerSandbox(
            self._api,
            container,
            id=request.id,
            engine=self.name,
            environment=environment,
            in_force=_in_force(image, limits),
            on_end=ended,
        )
        with self._changing:
            self._sandboxes.add(sandbox)
        try:
            self._api.post(f"/containers/{container}/start")
            for service in request.services:
                self._start_service(sandbox, container, request.id, service, limits)
        except BaseException:
            sandbox.destroy()
            raise
        return sandbox

    def _start_service(
        self, sandbox: DockerSandbox, container: str, sandbox_id: str, service: ServiceImage, limits: Mapping[str, Any]
    ) -> None:
        self._api.pull(service.image)
        config = _service_container(container, sandbox_id, service, limits)
        made = self._api.post("/containers/create", config, name=f"ashr-{sandbox_id}-{service.name}")
        sandbox.services[service.name] = DockerService(self._api, made["Id"])
        self._api.post(f"/containers/{made['Id']}/start")

    def close(self) -> None:
        """Destroy all sandboxes of this engine."""
        with self._changing:
            sandboxes = tuple(self._sandboxes)
        for sandbox in sandboxes:
            sandbox.destroy()
        self._api.close()

    def _remove_left_over(self) -> None:
        """Remove the containers of servers of this machine that have ended."""
        for one in self._api.get("/containers/json", all="true", filters=f'{{"label":["{_SANDBOX_LABEL}"]}}') or ():
            if is_left_over(one.get("Labels", {}).get(_OWNER_LABEL, "")):
                self._api.delete(f"/containers/{one['Id']}", force="true", v="true")


def _container(image: str, request: SandboxRequest, limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration of a container.

    Variables are given to each command, and not to the container: its configuration is shown by the daemon.
    """
    seconds = _FOREVER if request.lifetime is None else max(1, math.ceil(request.lifetime))
    return {
        "Image": image,
        "Entrypoint": ["sleep"],
        "Cmd": [str(seconds)],
        "User": f"{_UID}:{_UID}",
        "WorkingDir": WORKSPACE,
        "Labels": {_SANDBOX_LABEL: request.id, _OWNER_LABEL: owner()},
        "HostConfig": {
            "AutoRemove": True,
            "Init": True,
            "NetworkMode": "none",
            "IpcMode": "private",
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges"],
            "ExtraHosts": [f"{name}:{address}" for name, address in request.hosts.items()],
            "Binds": [f"{source}:{target}:ro" for target, source in request.folders.items()],
            **_limited(limits),
        },
    }


def _service_container(
    container: str, sandbox_id: str, service: ServiceImage, limits: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the configuration of a service's container.

    It has the network of the sandbox, which is a loopback without a way out, and its process ids, so that the kernel
    ends it with the first process of the sandbox, whatever happens to the platform.
    """
    return {
        "Image": service.image,
        "Env": [f"{name}={value}" for name, value in service.environment.items()],
        "Labels": {_SANDBOX_LABEL: sandbox_id, _OWNER_LABEL: owner()},
        "HostConfig": {
            "NetworkMode": f"container:{container}",
            "PidMode": f"container:{container}",
            "IpcMode": "private",
            "CapDrop": ["NET_RAW", "MKNOD", "AUDIT_WRITE"],
            "SecurityOpt": ["no-new-privileges"],
            "Memory": limits["memory"],
            "MemorySwap": limits["memory"],
            "NanoCpus": round(limits["cpus"] * 1e9),
            "PidsLimit": limits["processes"],
        },
    }


def _limited(limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resource limits of a container's configuration."""
    workspace = {
        "Type": "volume",
        "Target": WORKSPACE,
        "VolumeOptions": {"DriverConfig": {"Name": "local", "Options": _memory(limits["disk"], "0755", _UID)}},
    }
    per_process = {"core": 0, "fsize": limits["file_size"], "nofile": limits["open_files"]}
    return {
        "Mounts": [workspace],
        "Tmpfs": {_TEMPORARY: f"rw,exec,nosuid,nodev,mode=1777,size={limits['temporary']}"},
        "Memory": limits["memory"],
        "MemorySwap": limits["memory"],
        "NanoCpus": round(limits["cpus"] * 1e9),
        "PidsLimit": limits["processes"] + _PIDS_OF_INIT,
        "Ulimits": [{"Name": name, "Soft": value, "Hard": value} for name, value in per_process.items()],
    }


def _memory(size: int, mode: str, uid: int) -> dict[str, str]:
    """Return the options of a volume in memory, into which the daemon can copy, as it cannot into its own kind."""
    return {"type": "tmpfs", "device": "tmpfs", "o": f"size={size},mode={mode},uid={uid},gid={uid}"}


def _variables(request: SandboxRequest) -> dict[str, str]:
    own = {"HOME": WORKSPACE, "LANG": "C.UTF-8", "TMPDIR": _TEMPORARY, "USER": "agent"}
    variables = {**own, **request.environment, **request.secrets}
    list(environment_items(variables))  # raises for what no environment takes
    return variables


def _wanted(limits: Limits) -> dict[str, Any]:
    want = {name: getattr(limits, name) or getattr(DEFAULTS, name) for name in Limits.__slots__}
    if limits.disk is not None and limits.file_size is None:
        want["file_size"] = limits.disk
    return want


def _in_force(image: str, limits: Mapping[str, Any]) -> dict[str, str]:
    return {
        "files": f"those of the image {image}, read-only",
        "network": "none but the loopback",
        "users": "an unprivileged user without capabilities",
        "visible processes": "those of the container",
        "system calls": "the filter of the daemon",
        "platform": "not reachable from inside",
        "memory": f"{limits['memory']} bytes in total (control group)",
        "cpus": f"{limits['cpus']:g} (control group)",
        "processes": f"{limits['processes']} in total (control group)",
        "disk": f"{limits['disk']} bytes in total (tmpfs)",
        "temporary": f"{limits['temporary']} bytes in total (tmpfs)",
        "file_size": f"{limits['file_size']} bytes per file",
        "open_files": f"{limits['open_files']} per process",
    }
