"""How the process of a session is started: its program, its model, and what it may reach."""

from __future__ import annotations

import base64
import json
import threading
import zlib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..._json import as_object, parsed_json
from ...errors import ValidationError
from ..agent_runtimes import find_runtime
from ..boot.errors import BootError
from ..boot.packages import PACKAGES, package_folder
from ..sandbox.engines import UNSAFE
from ..sandbox.errors import SandboxError, SandboxUnavailableError
from .guarding import GuardedProcess, secrets_of
from .inside.bootstrap import PACKAGE
from .inside.model_names import chosen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

    from ..sandbox.protocol import Engine, Process, Sandbox
    from ..settings import Settings
    from .inside.model_names import ModelChoice
    from .manifest import Manifest

__all__ = ["SCRIPTED", "Launch", "launch_of", "start_process"]

SCRIPTED = "scripted"
"""The name of the model that answers from a script."""
_MANY = 1_000_000
_READY_SECONDS = 120.0
"""How long the modules of an agent may take to be imported."""
_MAX_EARLY, _MAX_SHOWN = 1 << 20, 4000


@dataclass(frozen=True, slots=True)
class Launch:
    """How the process of a session is started."""

    command: tuple[str, ...] = ()
    """A program of the agent."""
    start: Mapping[str, Any] | None = None
    """The line that the runtime starts with; None for a program or the scripted runtime."""
    hosts: tuple[str, ...] = ()
    """The hosts that it reaches."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    folders: Mapping[str, str] = field(default_factory=dict[str, str])
    """Folders of the machine, by their path in the sandbox."""
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Values that are masked in its output, by name."""
    turn_seconds: float | None = None
    """How long a turn may take."""

    def hosts_on(self, engine: Engine) -> tuple[str, ...]:
        """Return the hosts to ask an engine for.

        Raises:
            SandboxUnavailableError: It cannot let commands reach chosen hosts only.
        """
        if self.folders and engine.runs_images:
            raise SandboxUnavailableError(f"`packages` need an engine without images, and this one is {engine.name}")
        if not self.hosts or engine.name == UNSAFE:  # whose commands reach everything
            return ()
        if not engine.allows_hosts:
            raise SandboxUnavailableError(
                f"the agent needs {', '.join(self.hosts)}, and the sandbox engine {engine.name} cannot let it reach "
                "chosen hosts only; use bubblewrap"
            )
        return self.hosts


def launch_of(manifest: Manifest, model: str | None, variables: Mapping[str, str], settings: Settings) -> Launch:
    """Return how the process of a session is started.

    Args:
        manifest: That of the agent.
        model: The model that the session asks for.
        variables: The session's own environment, which may have the URL of an API.
        settings: The operator's.

    Raises:
        ValidationError: Packages are not allowed on this platform, or cannot be installed; or the agent names private
            addresses, and they are not allowed.
    """
    folders: dict[str, str] = {}
    environment: dict[str, str] = {}
    if manifest.packages:
        folders[PACKAGES] = _installed(manifest.packages, settings)
        environment["PYTHONPATH"] = PACKAGES
    start, hosts = _start(manifest, model, variables, settings)
    reached = tuple(dict.fromkeys([*manifest.allow, *hosts]))
    _check_hosts(reached, settings)
    # Programs do not use a proxy for addresses of the loopback, which are the sandbox's own, unless they are told to.
    if any(_is_loopback(host) for host in reached):
        environment |= dict.fromkeys(("NO_PROXY", "no_proxy"), "localhost")
    masked = secrets_of(variables)
    return Launch(manifest.command, start, reached, environment, folders, masked, manifest.turn_seconds)


def _start(
    manifest: Manifest, model: str | None, variables: Mapping[str, str], settings: Settings
) -> tuple[dict[str, Any] | None, list[str]]:
    """Return what the runtime starts with, and the host of its model."""
    if manifest.command:
        return None, []
    if manifest.entry:
        return {"entry": manifest.entry}, []
    name = model or manifest.model or settings.agent_model
    if not name or name == SCRIPTED:
        return None, []
    choice = chosen(name, _base_url(name, manifest, settings), variables)
    return {"model": choice.record(), "price": _price(choice, settings)}, [_host(choice.base_url)]


def _base_url(name: str, manifest: Manifest, settings: Settings) -> str:
    """Return the URL that is configured for the API of a model, which is also that of other models there."""
    for configured, url in ((manifest.model, manifest.base_url), (settings.agent_model, settings.agent_base_url)):
        if configured and url and chosen(configured).api == chosen(name).api:
            return url
    return ""


def _price(choice: ModelChoice, settings: Settings) -> dict[str, float]:
    """Return US dollars per token by kind; empty if they are not known."""
    kinds = {
        "input": {"input_tokens": _MANY},
        "output": {"input_tokens": 0, "output_tokens": _MANY},
        "cached": {"input_tokens": _MANY, "cached_input_tokens": _MANY},
        "cache_write": {"input_tokens": _MANY, "cache_write_input_tokens": _MANY},
    }
    found = {kind: settings.prices.estimate_cost(choice.name, usage) for kind, usage in kinds.items()}
    return {kind: cost / _MANY for kind, cost in found.items() if cost is not None} if found["input"] else {}


def _check_hosts(hosts: Iterable[str], settings: Settings) -> None:
    """Refuse private addresses that a tenant names; names of such are refused by the proxy."""
    if settings.agent_private_addresses:
        return
    own = _host(settings.agent_base_url) if settings.agent_base_url else ""
    for host in hosts:
        if host != own and _is_private(host):
            raise ValidationError(
                f"the agent would reach the private address {host}; the operator of the platform can allow that with "
                "ASHR_AGENT_PRIVATE_ADDRESSES=allow"
            )


def _is_private(host: str) -> bool:
    name = host.rpartition(":")[0] if host.count(":") == 1 else host
    try:
        return not ip_address(name).is_global
    except ValueError:
        return False


def _installed(packages: tuple[str, ...], settings: Settings) -> str:
    root = settings.boot.packages
    if root is None:
        raise ValidationError(
            "the agent's `packages` need a platform that installs packages (`ashr-labs serve --allow-install`)"
        )
    try:
        return str(package_folder(root, packages, seconds=settings.boot.setup_seconds))
    except BootError as error:
        raise ValidationError(f"the agent's `packages` cannot be installed: {error.message}") from error


def _host(url: str) -> str:
    """Return the host of a URL as the proxy takes it, which knows no ports of addresses of IPv6."""
    split = urlsplit(url)
    name = str(split.hostname)
    return f"{name}:{split.port}" if split.port and ":" not in name else name


def _is_loopback(host: str) -> bool:
    return host.startswith("127.")


def start_process(sandbox: Sandbox, launch: Launch) -> Process:
    """Start the process of a session: its program, the runtime, or the scripted one.

    Raises:
        SandboxError: It cannot be started.
        ValidationError: There is no Python in the sandbox.
    """
    early: list[tuple[str, bytes]] = []
    process = _spawned(sandbox, launch, early)
    return GuardedProcess(process, early, secrets=launch.secrets, turn_seconds=launch.turn_seconds)


def _spawned(sandbox: Sandbox, launch: Launch, early: list[tuple[str, bytes]]) -> Process:
    if launch.command:
        return sandbox.spawn(list(launch.command))
    python = find_runtime(sandbox, "python").path
    if launch.start is None:
        return sandbox.spawn([python, "-c", _inside("scripted.py")])
    process = sandbox.spawn([python, "-u", "-c", _inside("bootstrap.py")])
    process.write(_runtime() + b"\n" + json.dumps(launch.start).encode() + b"\n")
    try:
        early += _until_ready(process)
    except BaseException:
        process.close()
        raise
    return process


def _until_ready(process: Process) -> list[tuple[str, bytes]]:
    """Return what the runtime prints until it is ready.

    Raises:
        SandboxError: It cannot run the agent, or takes too long.
    """
    timer = threading.Timer(_READY_SECONDS, process.close)
    timer.start()
    early: list[tuple[str, bytes]] = []
    line, size = b"", 0
    try:
        for stream, data in process.output():
            size += len(data)
            if stream == "stdout":
                line += data
            elif size < _MAX_EARLY:
                early.append((stream, data))
            if b"\n" in line:
                break
    except SandboxError as error:
        raise SandboxError(f"the agent was not ready in {_READY_SECONDS:g} seconds") from error
    finally:
        timer.cancel()
    return _answered(line, early)


def _answered(line: bytes, early: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    first, _, rest = line.partition(b"\n")
    said = as_object(parsed_json(first.decode("utf-8", "replace"))) or {}
    if said.get("event") == "ready":
        return [*early, ("stdout", rest)] if rest else early
    printed = b"".join(data for _, data in early).decode("utf-8", "replace").strip()[-_MAX_SHOWN:]
    raise SandboxError(str(said.get("error") or printed or "its process has ended")[:_MAX_SHOWN])


def _inside(name: str) -> str:
    return files("ashr_labs.local.hosting.inside").joinpath(name).read_text("utf-8")


@cache
def _runtime() -> bytes:
    """Return the modules of the runtime as a line."""
    texts = dict(_texts(files("ashr_labs.local.hosting.inside"), PACKAGE))
    return base64.b64encode(zlib.compress(json.dumps(texts).encode(), 9))


def _texts(folder: Traversable, package: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        name = entry.name.removesuffix(".py")
        if entry.is_dir() and (entry / "__init__.py").is_file():
            yield from _texts(entry, f"{package}.{entry.name}")
        elif name != entry.name:
            yield package if name == "__init__" else f"{package}.{name}", entry.read_text("utf-8")
