"""The capabilities of an engine, and the keys of a spec that it cannot honour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from .._hosts import is_allowed
from .values import Directory, GitRepo, HttpMock, ImageService, Service, Spec, SqlFixture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .values import Network

__all__ = ["Capabilities", "Refusal", "unsupported"]

_INSTALLABLE = {"postgres": "postgresql", "redis": "redis-server"}
"""The Debian packages of the services that run without containers."""
_NEED_ISOLATION = frozenset(("forbidden", "network", "services", "setup.packages"))
_HTTPS = 443
_PORTS = {"postgres": 5432, "redis": 6379}
"""On which images listen whose services name none."""
_FIRST_HIGH_PORT = 1024
"""Lower ones are for privileged processes."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The capabilities of an engine on its machine, with the settings of its operator."""

    engine: str
    """Its name in messages."""
    isolates: bool = True
    """Whether its sandboxes have a network and files of their own."""
    images: bool = False
    """Whether it runs container images."""
    images_of_services: bool = False
    """Whether services run from container images."""
    runs_statements: bool = True
    """Whether statements can be run in its databases, and their writes be observed."""
    local_system: bool = True
    """Whether it runs on the system of the machine."""
    ignores_base: bool = False
    """Whether the operator has decided that `base` is ignored."""
    services: Mapping[str, str] = field(default_factory=dict[str, str])
    """Major versions of the servers on the machine, by the names of their images."""
    egress_hosts: bool = False
    """Whether it allows chosen hosts."""
    open_egress: bool = False
    """Whether it allows all hosts."""
    ingress: bool = False
    """Whether others can connect to a sandbox."""
    low_ports: bool = False
    """Whether services can listen on ports below 1024."""
    packages: bool = False
    """Whether the operator allows packages to be installed."""
    fixtures_folder: bool = False
    """Whether the operator has set a folder of fixtures."""
    limits: frozenset[str] = frozenset()
    """Those keys of `resources` that it enforces."""


class Refusal(NamedTuple):
    """A key of a spec that an engine cannot honour."""

    path: str
    """The key, such as `services[0].image`."""
    reason: str
    """Why, and what would honour it."""

    def __str__(self) -> str:
        return f"`{self.path}` {self.reason}"


def unsupported(spec: Spec, capabilities: Capabilities) -> list[Refusal]:
    """Return what of a spec an engine cannot honour; a sandbox is created only if the list is empty.

    Args:
        spec: The spec.
        capabilities: Those of the engine.

    Examples:
        >>> spec = Spec("demo", base="ubuntu:24.04")
        >>> unsupported(spec, Capabilities("bubblewrap"))[0].path
        'base'
    """
    return [
        *_isolation_refusals(spec, capabilities),
        *_image_refusals(spec, capabilities),
        *_fixture_refusals(spec, capabilities),
        *_network_refusals(spec, capabilities),
        *_limit_refusals(spec, capabilities),
        *_audit_refusals(spec),
    ]


def _isolation_refusals(spec: Spec, capabilities: Capabilities) -> Iterator[Refusal]:
    if capabilities.isolates:
        return
    setup = {f"setup.{key}": value for key, value in spec.raw.get("setup", {}).items() if key == "packages"}
    for key in {**spec.raw, **setup}:
        if key in _NEED_ISOLATION:
            yield Refusal(key, f"needs an engine that isolates, which {capabilities.engine} does not")


def _image_refusals(spec: Spec, capabilities: Capabilities) -> Iterator[Refusal]:
    engine = capabilities.engine
    if spec.base is not None and not capabilities.images and not capabilities.ignores_base:
        system = "the system of the machine" if capabilities.local_system else "a system of its own"
        yield Refusal(
            "base",
            f"names the image {spec.base!r}, which needs Docker or Podman; the engine {engine} runs on {system}: leave "
            "`base` out, or let the platform ignore it",
        )
    if spec.setup.packages and not capabilities.packages:
        yield Refusal("setup.packages", "needs a platform that installs packages (`ashr-labs serve --allow-install`)")
    for index, service in enumerate(spec.services):
        if isinstance(service, ImageService) and not capabilities.images_of_services:
            yield from _service_refusals(index, service, capabilities)
        if capabilities.images_of_services:
            yield from _container_refusals(index, spec.services, engine)
        if capabilities.images_of_services and isinstance(service, ImageService):
            continue
        low = [port for port in service.ports if port < _FIRST_HIGH_PORT]
        if low and not capabilities.low_ports:
            yield Refusal(
                f"services[{index}].ports",
                f"must be {_FIRST_HIGH_PORT} or above with the engine {engine}, got {low[0]}",
            )


def _container_refusals(index: int, services: Sequence[Service], engine: str) -> Iterator[Refusal]:
    """Return why a service cannot run beside the others, whose loopback and ports it shares."""
    service, path = services[index], f"services[{index}].ports"
    port = _port(service)
    if port is None:
        yield Refusal(path, f"must name the port on which the service {service.name!r} listens")
    for other in services[:index]:
        if port is not None and _port(other) == port:
            yield Refusal(path, f"must not be {port}, as with the engine {engine} that is the service {other.name!r}")


def _port(service: Service) -> int | None:
    known = _PORTS.get(service.repository) if isinstance(service, ImageService) else None
    return service.ports[0] if service.ports else known


def _service_refusals(index: int, service: ImageService, capabilities: Capabilities) -> Iterator[Refusal]:
    path, name, installed = f"services[{index}].image", service.repository, capabilities.services
    subject = f"of the service {service.name!r} is {service.image!r}"
    package = _INSTALLABLE.get(name)
    if not capabilities.local_system:
        engine = capabilities.engine
        yield Refusal(path, f"{subject}; with the engine {engine} no services run but http_mock: use bubblewrap")
    elif package is None:
        yield Refusal(path, f"{subject}, which needs Docker or Podman; here run postgres, redis and http_mock")
    elif name not in installed:
        yield Refusal(path, f"{subject}, which needs the package {package!r} on the platform's machine")
    elif (tag := service.tag) not in ("", "latest") and tag.partition("-")[0].partition(".")[0] != installed[name]:
        yield Refusal(path, f"{subject}, but version {installed[name]} is the one that is installed")
    if len(service.ports) > 1:
        yield Refusal(f"services[{index}].ports", f"of the service {service.name!r} must be one port")


def _fixture_refusals(spec: Spec, capabilities: Capabilities) -> Iterator[Refusal]:
    databases = {service.name for service in spec.services if _is_postgres(service)}
    if not capabilities.runs_statements:
        yield from _statement_refusals(spec, capabilities.engine)
        databases |= {service.name for service in spec.services}
    for index, fixture in enumerate(spec.fixtures):
        path = f"fixtures[{index}]"
        if isinstance(fixture, SqlFixture) and fixture.service not in databases:
            yield Refusal(f"{path}.service", f"must be a service of the image postgres, got {fixture.service!r}")
        is_remote = isinstance(fixture, GitRepo) and fixture.url.startswith("https:")
        is_local = isinstance(fixture, GitRepo | Directory) and not is_remote
        if isinstance(fixture, GitRepo) and is_remote:
            yield from _remote_refusals(f"{path}.url", fixture.url, spec.network, capabilities)
        if is_local and not (isinstance(fixture, Directory) and fixture.source is None):
            key = "source" if isinstance(fixture, Directory) else "url"
            if not capabilities.fixtures_folder:
                yield Refusal(
                    f"{path}.{key}", "needs a platform with a folder of fixtures (`ashr-labs serve --fixtures`)"
                )


def _statement_refusals(spec: Spec, engine: str) -> Iterator[Refusal]:
    """Return the keys that need statements to be run in a database."""
    paths = [f"fixtures[{index}]" for index, one in enumerate(spec.fixtures) if isinstance(one, SqlFixture)]
    paths += [f"invariants.{one.name}.check" for one in spec.invariants if one.check.get("type") == "sql"]
    paths += ["audit.db_writes"] if spec.audit.db_writes else []
    paths += ["forbidden.db_writes_outside"] if spec.forbidden.db_writes_outside is not None else []
    for path in paths:
        yield Refusal(path, f"needs statements in a database, which only the engine bubblewrap runs, not {engine}")


def _remote_refusals(path: str, url: str, network: Network, capabilities: Capabilities) -> Iterator[Refusal]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _HTTPS
    if not (capabilities.egress_hosts or capabilities.open_egress):
        yield Refusal(path, f"needs a way out, which the engine {capabilities.engine} does not have")
    elif network.egress_default == "deny" and not is_allowed(host, port, network.egress_allow):
        needed = host if port == _HTTPS else f"{host}:{port}"
        yield Refusal(path, f"needs {needed!r} in `network.egress.allow`")


def _network_refusals(spec: Spec, capabilities: Capabilities) -> Iterator[Refusal]:
    network, engine = spec.network, capabilities.engine
    if network.egress_default == "allow" and not capabilities.open_egress:
        yield Refusal("network.egress.default", f"cannot be `allow` with the engine {engine}; name hosts in `allow`")
    if network.egress_allow and not capabilities.egress_hosts:
        yield Refusal("network.egress.allow", f"needs a proxy, which the engine {engine} does not have")
    if not capabilities.ingress and (network.ingress_default == "allow" or network.ingress_allow):
        yield Refusal("network.ingress", f"is not possible with the engine {engine}; leave it out")


def _limit_refusals(spec: Spec, capabilities: Capabilities) -> Iterator[Refusal]:
    for key in spec.raw.get("resources", {}):
        if key not in capabilities.limits:
            yield Refusal(f"resources.{key}", f"cannot be enforced by the engine {capabilities.engine} on this machine")


def _audit_refusals(spec: Spec) -> Iterator[Refusal]:
    observed = any(map(_is_postgres, spec.services))
    for path, is_asked in (
        ("audit.db_writes", spec.audit.db_writes),
        ("forbidden.db_writes_outside", spec.forbidden.db_writes_outside is not None),
    ):
        if is_asked and not observed:
            yield Refusal(path, "is observed on PostgreSQL only; the spec has no service of the image postgres")
    mocks = [service for service in spec.services if isinstance(service, HttpMock) and not service.record]
    if mocks and (spec.audit.http_calls or spec.forbidden.http_except is not None):
        yield Refusal("audit.http_calls", f"needs the requests of {mocks[0].name!r}, whose `record` is false")


def _is_postgres(service: Service) -> bool:
    return isinstance(service, ImageService) and service.repository == "postgres"
