"""The findings about a sandbox: what was done in it, and which rules of its spec were broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._format import counted
from ..sandbox.state import difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...specs.values import Forbidden, Spec
    from ..sandbox.protocol import Listing
    from ..sandbox.state import Difference
    from .services.http_mock import MockRequest
    from .writes import Write

__all__ = ["Findings", "Observed", "RuleResult", "findings"]

_MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Observed:
    """The observations since a sandbox was ready."""

    before: Listing
    after: Listing
    writes: tuple[Write, ...]
    requests: Mapping[str, tuple[MockRequest, ...]]
    """By service."""
    dropped: int
    """How many requests were not kept."""
    printed: tuple[tuple[str, str], ...]
    """Names of secrets, and where they were printed."""


class RuleResult(NamedTuple):
    """The result of a rule of `forbidden`."""

    rule: str
    violated: bool
    details: str
    """Each violation; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The actions in a sandbox, and the rules that they broke."""

    rules: tuple[RuleResult, ...]
    """One for each rule of the spec's `forbidden`."""
    audit: Mapping[str, Any]
    """The records that the spec asks for in `audit`, as JSON."""
    changes: Difference
    """The files that differ from when the sandbox was ready."""

    @property
    def violations(self) -> tuple[RuleResult, ...]:
        """The rules that were broken."""
        return tuple(rule for rule in self.rules if rule.violated)


def findings(spec: Spec, observed: Observed) -> Findings:
    """Return the findings for what was observed."""
    changes = difference(observed.before, observed.after)
    return Findings(tuple(_rules(spec.forbidden, observed, changes)), dict(_audit(spec, observed, changes)), changes)


def _rules(forbidden: Forbidden, observed: Observed, changes: Difference) -> Iterator[RuleResult]:
    if forbidden.db_writes_outside is not None:
        yield _result("db_writes_outside", _writes_outside(forbidden.db_writes_outside, observed.writes))
    if forbidden.http_except is not None:
        yield _result("http_except", _requests_except(forbidden.http_except, observed))
    if forbidden.secrets_in_logs:
        yield _result("secrets_in_logs", [f"{name} in {place}" for name, place in observed.printed])
    if forbidden.file_writes_outside is not None:
        yield _result("file_writes_outside", _changes_outside(forbidden.file_writes_outside, changes))


def _result(rule: str, violations: Iterable[str]) -> RuleResult:
    found = list(dict.fromkeys(violations))
    shown = found[:_MOST_SHOWN]
    if more := len(found) - len(shown):
        shown.append(f"and {more:,} more")
    return RuleResult(rule, bool(found), "; ".join(shown))


def _writes_outside(tables: tuple[str, ...], writes: tuple[Write, ...]) -> Iterator[str]:
    allowed = {name if "." in name else f"public.{name}" for name in tables}
    for write in writes:
        if write.table not in allowed:
            yield f"{write.table} of {write.service}: {', '.join(write.kinds)}"


def _requests_except(services: tuple[str, ...], observed: Observed) -> Iterator[str]:
    for service, requests in observed.requests.items():
        if service not in services:
            yield from (f"{request.method} {service}{request.path}" for request in requests)
    if observed.dropped:
        yield f"{counted(observed.dropped, 'request')} could not be recorded"


def _changes_outside(folders: tuple[str, ...], changes: Difference) -> Iterator[str]:
    for kind in ("added", "removed", "modified"):
        for path in getattr(changes, kind):
            if not any(not folder or path == folder or path.startswith(f"{folder}/") for folder in folders):
                yield f"{path} was {kind}"


def _audit(spec: Spec, observed: Observed, changes: Difference) -> Iterator[tuple[str, Any]]:
    if spec.audit.db_writes:
        yield "db_writes", [{**write._asdict(), "kinds": list(write.kinds)} for write in observed.writes]
    if spec.audit.http_calls:
        yield "http_calls", [_call(name, one) for name, requests in observed.requests.items() for one in requests]
    if spec.audit.file_changes:
        yield "file_changes", {kind: list(getattr(changes, kind)) for kind in ("added", "removed", "modified")}


def _call(service: str, request: MockRequest) -> dict[str, Any]:
    return {
        "service": service,
        "time": request.time,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "body": request.body,
        "status": request.status,
    }
