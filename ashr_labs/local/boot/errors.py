"""Errors of booting a sandbox."""

from __future__ import annotations

from ..sandbox.errors import SandboxError

__all__ = ["BootError"]


class BootError(SandboxError):
    """A sandbox did not become ready: a service, a fixture or a command of the setup failed."""
