"""The errors of sandboxes."""

from __future__ import annotations

from ...errors import AshrLabsError, ConfigurationError

__all__ = ["SandboxError", "SandboxFileError", "SandboxGoneError", "SandboxUnavailableError"]


class SandboxError(AshrLabsError):
    """A sandbox could not be made, or did not do what it was asked for."""


class SandboxUnavailableError(SandboxError, ConfigurationError):
    """No sandbox can be made as asked: the isolation, or a limit, is not to be had on this machine."""


class SandboxGoneError(SandboxError):
    """The sandbox has ended: it was destroyed, its lifetime is over, or its supervisor was killed."""


class SandboxFileError(SandboxError):
    """A file of a sandbox cannot be read, written or removed as asked."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code
        """`missing`, `link`, `folder`, `special`, `name`, `denied`, `large`, `full` or `failed`."""
