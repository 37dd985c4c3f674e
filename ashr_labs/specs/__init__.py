"""Specs of sandboxes: YAML texts that describe an environment for an agent, and what must hold afterwards."""

from __future__ import annotations

from .capabilities import Capabilities, Refusal, unsupported
from .faults import SpecFault
from .quantities import parse_duration, parse_size
from .reading import merged, parse_spec, spec_faults, spec_from_document, spec_from_value
from .schema import spec_schema
from .secrets import collect_declared_secrets, collect_declared_secrets_from_file, resolve_source
from .stored import SandboxSpec
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
from .yaml_document import parse_yaml

__all__ = [
    "Agent",
    "Audit",
    "Capabilities",
    "Directory",
    "Drift",
    "Fixture",
    "Forbidden",
    "GitRepo",
    "HttpMock",
    "ImageService",
    "Invariant",
    "Network",
    "Parallelism",
    "Refusal",
    "Resources",
    "Route",
    "SandboxSpec",
    "Secret",
    "Service",
    "Setup",
    "Spec",
    "SpecFault",
    "SqlFixture",
    "collect_declared_secrets",
    "collect_declared_secrets_from_file",
    "merged",
    "parse_duration",
    "parse_size",
    "parse_spec",
    "parse_yaml",
    "resolve_source",
    "spec_faults",
    "spec_from_document",
    "spec_from_value",
    "spec_schema",
    "unsupported",
]
