"""The boot of a stored spec, as the platform asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .boot import Booter, BootRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..specs import Spec
    from .boot import BootedSandbox, BootSettings
    from .sandbox.protocol import Engine
    from .sandboxes import Boot

__all__ = ["boot_of"]


def boot_of(spec: Spec, settings: BootSettings, *, secrets: Mapping[str, str], lifetime: float) -> Boot:
    """Return the function that makes the sandbox of a spec.

    Args:
        spec: The spec.
        settings: Those of the operator.
        secrets: The values of its secrets, by name.
        lifetime: Seconds until the sandbox ends.
    """

    def boot(engine: Engine, id: str) -> BootedSandbox:  # noqa: A002 - as in SandboxRequest
        own = {"ASHR_LABS_SANDBOX_ID": id, "KEYSTONE_SANDBOX_ID": id}
        return Booter(engine, settings).boot(spec, BootRequest(id, secrets, own, lifetime))

    return boot
