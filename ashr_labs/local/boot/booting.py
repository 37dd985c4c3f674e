"""Boots a spec: from an engine and a spec to a sandbox that is ready for an agent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ...errors import ValidationError
from ...specs.capabilities import Capabilities, unsupported
from ...specs.values import HttpMock, ImageService
from ..sandbox.engines import UNSAFE
from ..sandbox.protocol import Limits, SandboxRequest, ServiceImage, WithServices
from .booted import BootedSandbox, ServiceStatus
from .fixtures import Preparation
from .packages import PACKAGES, package_folder
from .plan import addresses, host_names, resolved_secrets, scoped, with_secrets
from .services import ContainerServer, MockServer, PostgresServer, RedisServer, installed_services
from .services.postgres import SHARED_TEMPLATE, TEMPORARY_BYTES, Template
from .settings import BootSettings
from .watch import SecretWatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._secret import Secret
    from ...specs.values import Service, Spec
    from ..sandbox.protocol import Endpoint, Engine, Sandbox
    from .plan import Address

__all__ = ["BootRequest", "Booter"]

_OTHER_TEMPORARY = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BootRequest:
    """The facts about a sandbox that are not in its spec."""

    id: str
    """Name of the sandbox, unique among those of the engine."""
    secrets: Mapping[str, str]
    """Values of secrets, which win over those of the spec."""
    environment: Mapping[str, str]
    """Variables of all commands, which win over those of the spec."""
    lifetime: float | None = None
    """Seconds; None takes the spec's."""
    endpoint: Endpoint | None = None
    """A server that commands reach on their loopback."""
    keys: Mapping[str, Secret] = field(default_factory=dict[str, "Secret"])
    """Further secret variables, for which what is printed is not searched; those of the spec win over them."""


class Booter:
    """Boots specs on one engine; thread-safe.

    Args:
        engine: Makes the sandboxes.
        settings: Those of the operator.
        template: The empty cluster of PostgreSQL; by default all booters of a process share one.
    """

    def __init__(
        self, engine: Engine, settings: BootSettings | None = None, *, template: Template | None = None
    ) -> None:
        self._engine = engine
        self._settings = settings or BootSettings()
        self._template = template or SHARED_TEMPLATE

    def capabilities(self) -> Capabilities:
        """Return what this engine can do for specs, on this machine and with these settings."""
        own_system = self._engine.has_local_system
        return Capabilities(
            self._engine.name,
            isolates=self._engine.name != UNSAFE,
            images=self._engine.runs_images,
            images_of_services=self._engine.runs_images,
            runs_statements=own_system,
            local_system=own_system,
            ignores_base=self._settings.ignore_base,
            services=installed_services() if own_system else {},
            packages=self._settings.packages is not None and own_system,
            egress_hosts=self._engine.allows_hosts,
            fixtures_folder=self._settings.fixtures is not None,
            limits=frozenset(("timeout", "memory", "cpu", "disk")),  # the engine refuses those that it cannot keep
        )

    def boot(self, spec: Spec, request: BootRequest) -> BootedSandbox:
        """Return a sandbox in which the services are ready, and the fixtures and the setup are done.

        Raises:
            ValidationError: The engine cannot honour a key of the spec, or a secret is missing; nothing was started.
            BootError: A service did not become ready, or a fixture or a command of the setup failed.
            SandboxError: The sandbox cannot be made.
        """
        if refusals := unsupported(spec, self.capabilities()):
            raise ValidationError(
                f"the spec {spec.id!r} cannot be booted here: {'; '.join(map(str, refusals))}",
                response={"path": refusals[0].path},
            )
        if not self._engine.has_local_system:  # whose commands do not reach the server that the keys are for
            request = replace(request, endpoint=None, keys={})
        secrets = resolved_secrets(spec, request.secrets)
        services = {
            service.name: with_secrets(service.env, scoped(spec, secrets, "services"))
            for service in spec.services
            if isinstance(service, ImageService)
        }
        wanted = _sandbox_request(spec, request, scoped(spec, secrets, "agent"))
        if self._engine.runs_images:
            wanted = replace(wanted, services=_images(spec, services))
        sandbox = self._engine.create(self._with_packages(spec, wanted))
        try:
            return self._booted(spec, sandbox, secrets, services, SecretWatch(secrets, request.keys))
        except BaseException:
            sandbox.destroy()
            raise

    def _with_packages(self, spec: Spec, request: SandboxRequest) -> SandboxRequest:
        """Return the request with the folder of the packages, which are installed if they are not there yet."""
        if not spec.setup.packages or self._settings.packages is None:
            return request
        seconds = self._settings.setup_seconds
        folder = package_folder(self._settings.packages, spec.setup.packages, seconds=seconds)
        environment = {"PYTHONPATH": PACKAGES, **request.environment}
        return replace(request, folders={PACKAGES: str(folder)}, environment=environment)

    def _booted(
        self,
        spec: Spec,
        sandbox: Sandbox,
        secrets: Mapping[str, Secret],
        variables: Mapping[str, Mapping[str, str]],
        watch: SecretWatch,
    ) -> BootedSandbox:
        places = addresses(spec.services)
        servers = {
            service.name: self._started(sandbox, service, places[service.name], variables.get(service.name, {}), watch)
            for service in spec.services
        }
        for server in servers.values():
            server.wait(self._settings.ready_seconds)
        databases = {name: server for name, server in servers.items() if isinstance(server, PostgresServer)}
        mocks = {name: server for name, server in servers.items() if isinstance(server, MockServer)}
        preparation = Preparation(sandbox, databases, self._settings, scoped(spec, secrets, "setup"))
        preparation.apply(spec.fixtures, spec.setup)
        status = {name: ServiceStatus(place.name, place.port, ready=True) for name, place in places.items()}
        return BootedSandbox(
            spec,
            sandbox,
            status,
            databases=databases,
            mocks=mocks,
            containers=[server for server in servers.values() if isinstance(server, ContainerServer)],
            watch=watch,
            secrets=scoped(spec, secrets, "agent"),
        )

    def _started(
        self, sandbox: Sandbox, service: Service, address: Address, env: Mapping[str, str], watch: SecretWatch
    ) -> MockServer | PostgresServer | RedisServer | ContainerServer:
        if isinstance(service, HttpMock):
            return MockServer(sandbox, service, address, watch)
        if self._engine.runs_images and isinstance(sandbox, WithServices):
            return ContainerServer(sandbox, service, address, sandbox.services[service.name], watch)
        if service.repository == "postgres":
            archive = self._template.archive(self._engine)
            return PostgresServer(sandbox, service, address, env, watch, archive)
        return RedisServer(sandbox, service, address, env, watch)


def _sandbox_request(spec: Spec, request: BootRequest, secrets: Mapping[str, Secret]) -> SandboxRequest:
    keys = {name: key for name, key in request.keys.items() if name not in spec.setup.env}
    databases = sum(isinstance(service, ImageService) and service.repository == "postgres" for service in spec.services)
    return SandboxRequest(
        id=request.id,
        environment={**spec.setup.env, **request.environment},
        secrets={**keys, **secrets},
        limits=_limits(spec, databases),
        lifetime=request.lifetime or spec.resources.timeout,
        hosts=host_names(spec),
        allowed_hosts=spec.network.egress_allow,
        endpoint=request.endpoint,
        image=spec.base,
    )


def _images(spec: Spec, variables: Mapping[str, Mapping[str, str]]) -> tuple[ServiceImage, ...]:
    images = [service for service in spec.services if isinstance(service, ImageService)]
    return tuple(ServiceImage(one.name, one.image, variables.get(one.name, {})) for one in images)


def _limits(spec: Spec, databases: int) -> Limits:
    """Return the limits that the spec asks for; the engine has defaults for the others."""
    resources, asked = spec.resources, spec.raw.get("resources", {})
    limits = Limits(
        memory=resources.memory if "memory" in asked else None,
        cpus=resources.cpu if "cpu" in asked else None,
        disk=resources.disk,
    )
    return replace(limits, temporary=_OTHER_TEMPORARY + databases * TEMPORARY_BYTES) if databases else limits
