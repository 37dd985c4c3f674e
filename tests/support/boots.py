"""Booting of specs for tests, on the engine that the machine has."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from ashr_labs.local.boot import BootedSandbox, Booter, BootRequest
from ashr_labs.specs import parse_spec

_NUMBERS = itertools.count(1)


def booted(booter: Booter, text: str, secrets: Mapping[str, str] | None = None) -> BootedSandbox:
    """Boot a spec without its id."""
    return booter.boot(parse_spec(f"id: test\n{text}"), BootRequest(f"test-{next(_NUMBERS)}", secrets or {}, {}))


def output(booted: BootedSandbox, command: str) -> str:
    """Run a command that succeeds, and return what it prints."""
    done = booted.exec(command, timeout=30)
    assert 0 == done.exit_code, (command, done)
    return done.stdout.decode()


def broken(booted: BootedSandbox) -> dict[str, str]:
    """Return the rules that were broken, with their details."""
    return {rule.rule: rule.details for rule in booted.findings().violations}
