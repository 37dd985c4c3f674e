"""The boot of a stored spec, as the platform asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .sandbox.protocol import Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._secret import Secret
    from ..specs import Spec
    from .boot import BootedSandbox, BootSettings
    from .platform_sandbox import Boot, PlatformSandbox
    from .sandbox.protocol import Engine

__all__ = ["boot_of"]

_ID_VARIABLES: tuple[str, ...] = ("ASHR_LABS_SANDBOX_ID", "KEYSTONE_SANDBOX_ID")
_KEY_VARIABLES: tuple[str, ...] = ("ASHR_LABS_API_KEY", "KEYSTONE_API_KEY")
_URL_VARIABLES: tuple[str, ...] = ("ASHR_LABS_BASE_URL", "KEYSTONE_BASE_URL")
"""Those that clients inside of a sandbox read."""


def boot_of(spec: Spec, settings: BootSettings, *, secrets: Mapping[str, str], lifetime: float) -> Boot:
    """Return the function that makes the sandbox of a spec.

    Args:
        spec: The spec.
        settings: Those of the operator.
        secrets: The values of its secrets, by name.
        lifetime: Seconds until the sandbox ends.
    """

    def boot(engine: Engine, sandbox: PlatformSandbox) -> BootedSandbox:
        # A function-level import: it takes 20 ms, and a platform is often opened for other things.
        from .boot import Booter, BootRequest  # noqa: PLC0415

        own: dict[str, str] = dict.fromkeys(_ID_VARIABLES, sandbox.id)
        keys: dict[str, Secret] = dict.fromkeys(_KEY_VARIABLES, sandbox.key)
        endpoint = Endpoint(sandbox.serve, _URL_VARIABLES)
        return Booter(engine, settings).boot(spec, BootRequest(sandbox.id, secrets, own, lifetime, endpoint, keys))

    return boot
