"""The plan of a boot: addresses, variables and secrets, decided before anything starts."""

from __future__ import annotations

import secrets as random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..._format import counted
from ..._secret import Secret
from ...errors import ValidationError
from ...specs.references import SECRET_REFERENCE
from ...specs.values import ImageService

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...specs.values import Secret as DeclaredSecret
    from ...specs.values import Service, Spec

__all__ = ["DEFAULT_PORTS", "Address", "addresses", "host_names", "resolved_secrets", "scoped", "with_secrets"]

DEFAULT_PORTS = {"postgres": 5432, "redis": 6379}
_FIRST_ADDRESS = 2
"""127.0.0.1 stays free for the agent's own servers."""
_STATIC = "static://"
_RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service listens inside of a sandbox."""

    name: str
    """Its host name."""
    ip: str
    port: int


def addresses(services: tuple[Service, ...]) -> dict[str, Address]:
    """Return an address of its own for each service, so that two services can have the same port."""
    return {
        service.name: Address(service.name, f"127.0.0.{number}", _port(service))
        for number, service in enumerate(services, _FIRST_ADDRESS)
    }


def _port(service: Service) -> int:
    match service:
        case ImageService(ports=()):
            return DEFAULT_PORTS.get(service.repository, 0)
        case _:
            return service.ports[0]


def host_names(spec: Spec) -> dict[str, str]:
    """Return the IP addresses of the services by their names, and by the names that are overridden."""
    found = {name: address.ip for name, address in addresses(spec.services).items()}
    return {**found, **{host: found[service] for host, service in spec.network.dns_overrides.items()}}


def resolved_secrets(spec: Spec, given: Mapping[str, str]) -> dict[str, Secret]:
    """Return the values of all secrets: those that are given, and those that the spec lets the platform make.

    Raises:
        ValidationError: A declared secret has no value; the message names all of them.
    """
    made = {secret.name: value for secret in spec.secrets if (value := _own_value(secret)) is not None}
    values = {**made, **given}
    missing = [secret.name for secret in spec.secrets if not values.get(secret.name)]
    if missing:
        raise ValidationError(
            f"{counted(len(missing), 'secret')} of the spec {spec.id!r} must be given in `secrets`: "
            f"{', '.join(missing)}",
            response={"path": "secrets"},
        )
    if unusable := sorted(name for name, value in values.items() if "\0" in value):
        raise ValidationError(f"the secret {unusable[0]!r} must not contain a zero byte", response={"path": "secrets"})
    return {name: Secret(value) for name, value in values.items()}


def _own_value(secret: DeclaredSecret) -> str | None:
    if secret.origin is None:
        return None
    return secret.origin.removeprefix(_STATIC) if secret.origin.startswith(_STATIC) else random.token_hex(_RANDOM_BYTES)


def scoped(spec: Spec, values: Mapping[str, Secret], scope: str) -> dict[str, Secret]:
    """Return the secrets that are available in a scope; those that the spec does not declare are everywhere."""
    elsewhere = {secret.name for secret in spec.secrets if secret.scope not in (None, scope)}
    return {name: value for name, value in values.items() if name not in elsewhere}


def with_secrets(env: Mapping[str, str], values: Mapping[str, Secret]) -> dict[str, str]:
    """Return variables of a service with `{{ secrets.NAME }}` replaced; values are not looked at again.

    Raises:
        ValidationError: A secret is not available to services.
    """

    def value_of(name: str) -> str:
        if name not in values:
            raise ValidationError(f"the secret {name!r} is used by a service, but its `scope` is another one")
        return values[name]

    return {name: SECRET_REFERENCE.sub(lambda match: value_of(match[1]), text) for name, text in env.items()}
