"""Rules between the parts of a spec, beyond the schema: names, paths, patterns, alternatives."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from .._format import suggestion
from ..errors import ConfigurationError
from .faults import Fault
from .paths import workspace_path
from .quantities import parse_duration, parse_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .yaml_document import Path

__all__ = ["SECRET_REFERENCE", "reference_faults"]

SECRET_REFERENCE = re.compile(r"\{\{\s*secrets\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
"""In the environment of services."""
_OWN_NAMES = frozenset(("localhost", "sandbox"))


def reference_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the faults of a spec that satisfies the schema."""
    services = {service["name"]: service for service in raw.get("services", ())}
    secrets = [secret if isinstance(secret, str) else secret["name"] for secret in raw.get("secrets", ())]
    yield from _repeated("services", [service["name"] for service in raw.get("services", ())])
    yield from _repeated("secrets", secrets)
    yield from _own_names(raw)
    yield from _quantities(raw)
    for index, file in enumerate(raw.get("setup", {}).get("files", ())):
        yield from _path_faults(("setup", "files", index, "path"), file["path"], needs_name=True)
    for index, fixture in enumerate(raw.get("fixtures", ())):
        yield from _fixture_faults(("fixtures", index), fixture, services)
    for index, service in enumerate(raw.get("services", ())):
        yield from _secret_references(("services", index, "env"), service.get("env", {}), secrets)
    yield from _rule_faults(raw, services)
    for name, invariant in raw.get("invariants", {}).items():
        yield from _check_faults(("invariants", name, "check"), invariant["check"], services)


def _repeated(key: str, names: list[str]) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Fault((key, index), f"the name {name!r} must be there once; rename one of them")


def _own_names(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield faults of hosts that have a name of the sandbox itself."""
    paths: list[Path] = [("services", index, "name") for index in range(len(raw.get("services", ())))]
    names = [service["name"] for service in raw.get("services", ())]
    overridden = raw.get("network", {}).get("dns_overrides", {})
    paths += [("network", "dns_overrides", host) for host in overridden]
    for path, name in zip(paths, [*names, *overridden], strict=True):
        if name.lower() in _OWN_NAMES:
            yield Fault(path, f"must not be a name of the sandbox itself, got {name!r}")


def _quantities(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield faults of quantities that have the right form, such as a duration of zero."""
    resources = raw.get("resources", {})
    places: list[tuple[Path, Callable[..., object], Any]] = [
        (("resources", "timeout"), parse_duration, resources.get("timeout")),
        (("resources", "memory"), parse_size, resources.get("memory")),
        (("resources", "disk"), parse_size, resources.get("disk")),
        (("agent", "timeout"), parse_duration, raw.get("agent", {}).get("timeout")),
    ]
    checks = ((name, one["check"].get("timeout")) for name, one in raw.get("invariants", {}).items())
    places += [(("invariants", name, "check", "timeout"), parse_duration, timeout) for name, timeout in checks]
    for path, parse, value in places:
        if value is not None:
            yield from _raised(path, partial(parse, value, name=str(path[-1])))


def _raised(path: Path, act: Callable[[], object]) -> Iterator[Fault]:
    try:
        act()
    except ConfigurationError as error:
        yield Fault(path, error.message)


def _path_faults(path: Path, text: str, *, needs_name: bool = False) -> Iterator[Fault]:
    yield from (faults := list(_raised(path, lambda: workspace_path(text))))
    if needs_name and not faults and not workspace_path(text):
        yield Fault(path, "must name a file, got the workspace itself")


def _fixture_faults(path: Path, fixture: Mapping[str, Any], services: Mapping[str, Any]) -> Iterator[Fault]:
    if "path" in fixture:
        yield from _path_faults((*path, "path"), fixture["path"])
    for name in fixture.get("files", {}):
        yield from _path_faults((*path, "files", name), name, needs_name=True)
    if ".." in fixture.get("source", fixture.get("url", "")).split("/"):
        yield Fault(path, "a fixture's name must not contain `..`")
    if fixture["type"] == "directory" and ("source" in fixture) == ("files" in fixture):
        yield Fault(path, "one of `source` and `files` must be given")
    if fixture["type"] == "sql":
        yield from _unknown((*path, "service"), fixture["service"], services, "service")
        if ("sql" in fixture) == ("path" in fixture):
            yield Fault(path, "one of `sql` and `path` must be given")


def _unknown(path: Path, name: str, known: Iterable[str], noun: str) -> Iterator[Fault]:
    if name not in known:
        yield Fault(path, f"must be the name of a {noun}, got {name!r}{suggestion(name, known)}")


def _secret_references(path: Path, env: Mapping[str, Any], secrets: list[str]) -> Iterator[Fault]:
    for variable, value in env.items():
        for name in SECRET_REFERENCE.findall(str(value)):
            yield from _unknown((*path, variable), name, secrets, "secret")


def _rule_faults(raw: Mapping[str, Any], services: Mapping[str, Any]) -> Iterator[Fault]:
    network, forbidden = raw.get("network", {}), raw.get("forbidden", {})
    for host, service in network.get("dns_overrides", {}).items():
        yield from _unknown(("network", "dns_overrides", host), service, services, "service")
    reachable = [*services, *network.get("egress", {}).get("allow", ())]
    for index, name in enumerate(forbidden.get("http_except", ())):
        yield from _unknown(("forbidden", "http_except", index), name, reachable, "service or allowed host")
    for index, text in enumerate(forbidden.get("file_writes_outside", ())):
        yield from _path_faults(("forbidden", "file_writes_outside", index), text)


def _check_faults(path: Path, check: Mapping[str, Any], services: Mapping[str, Any]) -> Iterator[Fault]:
    if "path" in check:
        yield from _path_faults((*path, "path"), check["path"], needs_name=True)
    if "service" in check:
        mocks = [name for name, service in services.items() if "type" in service]
        is_mock = check["type"] == "http_mock_assertions"
        noun = "service of the type http_mock" if is_mock else "service"
        yield from _unknown((*path, "service"), check["service"], mocks if is_mock else services, noun)
    if check["type"] == "file_content":
        yield from _content_faults(path, check)
    if check["type"] == "llm_as_judge":
        yield from _judge_faults(path, check, services)


def _content_faults(path: Path, check: Mapping[str, Any]) -> Iterator[Fault]:
    if not check.keys() & {"contains", "not_contains", "pattern"}:
        yield Fault(path, "one of `contains`, `not_contains` and `pattern` must be given")
    try:
        re.compile(check.get("pattern", ""))
    except (re.error, OverflowError, RecursionError) as error:
        yield Fault((*path, "pattern"), f"must be a regular expression: {error}")


def _judge_faults(path: Path, check: Mapping[str, Any], services: Mapping[str, Any]) -> Iterator[Fault]:
    if not check.keys() & {"criteria", "template_key", "prompt_template"}:
        yield Fault(path, "`criteria` is missing")
    service, separator, _ = check.get("input_from", "workspace").partition(".")
    if separator:
        yield from _unknown((*path, "input_from"), service, services, "service")
