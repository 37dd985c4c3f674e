"""Reads a spec from its text: YAML, the schema, and what the schema cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_object
from ..errors import SpecError
from .faults import SpecFault, error_of, placed
from .paths import workspace_path
from .quantities import parse_duration, parse_size
from .references import reference_faults
from .schema import schema_faults
from .values import (
    Agent,
    Audit,
    Directory,
    Drift,
    Fixture,
    Forbidden,
    GitRepo,
    HttpMock,
    ImageService,
    Invariant,
    Network,
    Parallelism,
    Resources,
    Route,
    Secret,
    Service,
    Setup,
    Spec,
    SqlFixture,
)
from .yaml_document import Document, Position, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["merged", "parse_spec", "spec_faults", "spec_from_document", "spec_from_value"]

_AGENT_TIMEOUT = "5m"
_HTTP = (8080,)
_OWN = frozenset(("id", "description", "extends"))
"""Keys that are not inherited."""


def parse_spec(content: str | bytes) -> Spec:
    """Return the spec that a YAML text describes.

    A spec with `extends` is read without the other one, so what it refers to is not checked.

    Args:
        content: The text, at most 512 KiB.

    Raises:
        SpecError: The text is not a valid spec; the message lists the first faults with their lines.
        ConfigurationError: The packages of the extra `specs` are not installed.

    Examples:
        >>> parse_spec("{id: fix-failing-test, resources: {timeout: 5m}}").resources.timeout
        300.0
    """
    return spec_from_document(parse_yaml(content))


def spec_from_document(document: Document, parent: Mapping[str, Any] | None = None) -> Spec:
    """Return the spec of a parsed text.

    Args:
        document: The text.
        parent: The value of the spec that it extends.

    Raises:
        SpecError: It is not a valid spec.
    """
    if parent is not None and (child := as_object(document.value)) is not None:
        inherited = {key: value for key, value in parent.items() if key not in _OWN}
        document = document._replace(value=merged(inherited, child))
    if faults := _faults(document, is_whole=parent is not None):
        raise error_of(faults)
    return _spec(document.value)


def spec_from_value(value: Mapping[str, Any]) -> Spec:
    """Return the spec of a parsed value; places in errors are paths, all in line 1.

    Raises:
        SpecError: It is not a valid spec.
    """
    return spec_from_document(Document(value, {(): Position(1, 1)}), parent={})


def spec_faults(content: str | bytes) -> list[SpecFault]:
    """Return all faults of the text, in its order; an empty list if it is a valid spec.

    Raises:
        ConfigurationError: The packages of the extra `specs` are not installed.
    """
    try:
        return _faults(parse_yaml(content))
    except SpecError as error:
        message = error.message.partition(": ")[2]
        return [SpecFault(message, error.path, error.line, error.column)]


def merged(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of a spec that extends another one: mappings are merged, other values replaced."""
    both = {
        key: merged(above, below)
        for key, value in child.items()
        if (below := as_object(value)) is not None and (above := as_object(parent.get(key))) is not None
    }
    return {**parent, **child, **both}


def _faults(document: Document, *, is_whole: bool = False) -> list[SpecFault]:
    """Return the faults; references are looked at once the values have the right types."""
    faults = list(schema_faults(document.value))
    if not faults and (is_whole or "extends" not in document.value):
        faults = list(reference_faults(document.value))
    return sorted((placed(document, fault) for fault in faults), key=lambda fault: (fault.line, fault.column))


def _spec(raw: Mapping[str, Any]) -> Spec:
    return Spec(
        id=raw["id"],
        description=raw.get("description", ""),
        extends=raw.get("extends"),
        base=raw.get("base"),
        task=raw.get("task", {}),
        agent=_agent(raw["agent"]) if "agent" in raw else None,
        setup=_setup(raw.get("setup", {})),
        resources=_resources(raw.get("resources", {})),
        fixtures=tuple(map(_fixture, raw.get("fixtures", ()))),
        services=tuple(map(_service, raw.get("services", ()))),
        secrets=tuple(map(_secret, raw.get("secrets", ()))),
        network=_network(raw.get("network", {})),
        audit=Audit(**raw.get("audit", {})),
        forbidden=_forbidden(raw.get("forbidden", {})),
        invariants=tuple(Invariant(name, **one) for name, one in raw.get("invariants", {}).items()),
        pass_threshold=raw.get("scoring", {}).get("pass_threshold"),
        parallelism=_parallelism(raw.get("parallelism", {})),
        raw=raw,
    )


def _agent(raw: Mapping[str, Any]) -> Agent:
    return Agent(
        type=raw["type"],
        timeout=parse_duration(raw.get("timeout", _AGENT_TIMEOUT)),
        snapshot=raw.get("snapshot"),
        command=raw.get("command"),
        env=_environment(raw.get("env", {})),
    )


def _environment(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return variables as text; true and false are written as in YAML."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in raw.items()}


def _setup(raw: Mapping[str, Any]) -> Setup:
    return Setup(
        packages=tuple(raw.get("packages", ())),
        files={workspace_path(file["path"]): file["content"] for file in raw.get("files", ())},
        commands=tuple(raw.get("commands", ())),
        env=_environment(raw.get("env", {})),
    )


def _resources(raw: Mapping[str, Any]) -> Resources:
    read: dict[str, Any] = {"timeout": parse_duration, "memory": parse_size, "cpu": float, "disk": parse_size}
    return Resources(**{key: read[key](value) for key, value in raw.items()})


def _fixture(raw: Mapping[str, Any]) -> Fixture:
    match raw["type"]:
        case "git_repo":
            path = workspace_path(raw.get("path", ""))
            return GitRepo(raw["url"], path, raw.get("branch"), raw.get("depth"))
        case "sql":
            return SqlFixture(raw["service"], raw.get("sql"), workspace_path(raw["path"]) if "path" in raw else None)
        case "directory":
            source = raw["source"].partition(":")[2] if "source" in raw else None
            files = {workspace_path(path): content for path, content in raw.get("files", {}).items()}
            return Directory(workspace_path(raw["path"]), source, files)
        case _:
            return Drift(tuple(raw["commands"]))


def _service(raw: Mapping[str, Any]) -> Service:
    ports = tuple(map(int, raw.get("ports", ())))
    if "type" in raw:
        routes = tuple(Route(**route) for route in raw.get("routes", ()))
        options = {key: raw[key] for key in ("record", "default_response") if key in raw}
        return HttpMock(raw["name"], routes, ports=ports or _HTTP, **options)
    return ImageService(raw["name"], raw["image"], _environment(raw.get("env", {})), ports, raw.get("wait_for"))


def _secret(raw: str | Mapping[str, Any]) -> Secret:
    if isinstance(raw, str):
        return Secret(raw)
    return Secret(raw["name"], raw.get("source", "env"), raw.get("from"), raw.get("scope"))


def _network(raw: Mapping[str, Any]) -> Network:
    egress, ingress = raw.get("egress", {}), raw.get("ingress", {})
    return Network(
        egress_default=egress.get("default", "deny"),
        egress_allow=tuple(egress.get("allow", ())),
        ingress_default=ingress.get("default", "deny"),
        ingress_allow=tuple((rule["from"], int(rule["to_port"])) for rule in ingress.get("allow", ())),
        dns_overrides=raw.get("dns_overrides", {}),
    )


def _forbidden(raw: Mapping[str, Any]) -> Forbidden:
    tables, hosts, paths = (raw.get(key) for key in ("db_writes_outside", "http_except", "file_writes_outside"))
    return Forbidden(
        db_writes_outside=None if tables is None else tuple(tables),
        http_except=None if hosts is None else tuple(hosts),
        secrets_in_logs=raw.get("secrets_in_logs") == "deny",
        file_writes_outside=None if paths is None else tuple(map(workspace_path, paths)),
    )


def _parallelism(raw: Mapping[str, Any]) -> Parallelism:
    matrix = {name: tuple(values) for name, values in raw.get("matrix", {}).items()}
    return Parallelism(int(raw.get("replicas", 1)), matrix)
