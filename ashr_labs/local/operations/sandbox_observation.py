"""Observation of sandboxes: queries to databases, requests that HTTP mocks got, and rules that were broken."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ...errors import ConflictError, NotFoundError, ValidationError
from ...invariants import WorldError
from ..booted_world import BootedWorld
from ..sandbox.errors import SandboxError
from .registry import LongContext, long_operation

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ..platform_sandbox import PlatformSandbox

__all__ = ["get_sandbox_findings", "list_sandbox_requests", "query_sandbox_service"]


@long_operation("query_sandbox_service")
def query_sandbox_service(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rows of a query that changes nothing."""
    with _world(context, params) as world:
        return asdict(world.query(params["service"], params["query"]))


@long_operation("list_sandbox_requests")
def list_sandbox_requests(context: LongContext, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the requests since the sandbox was ready."""
    with _world(context, params) as world:
        return [{**asdict(one), "headers": dict(one.headers)} for one in world.requests(params["service"])]


@long_operation("get_sandbox_findings")
def get_sandbox_findings(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was done since the sandbox was ready, and which rules were broken."""
    found = context.sandboxes.live(context.principal.tenant_id, params["sandbox_id"])
    try:
        findings = found.ready().findings()
    except SandboxError as error:
        raise ConflictError(error.message) from error
    return {"rules": [rule._asdict() for rule in findings.rules], "audit": dict(findings.audit)}


@contextmanager
def _world(context: LongContext, params: Mapping[str, Any]) -> Generator[BootedWorld]:
    """Yield the sandbox, which must have the service."""
    found = context.sandboxes.live(context.principal.tenant_id, params["sandbox_id"])
    booted = found.ready()
    service = params["service"]
    if service not in booted.services:
        raise NotFoundError(f"the sandbox {found.id} has no service {service!r}")
    try:
        yield BootedWorld(booted)
    except WorldError as error:
        raise _error_of(found, error) from error


def _error_of(found: PlatformSandbox, error: WorldError) -> ConflictError | ValidationError:
    """Return the error of the platform; a sandbox that has ended is a conflict with its state."""
    return ValidationError(error.message) if found.is_active else ConflictError(error.message)
