"""`auto_instrument` of `polarity-keystone`: all supported libraries report to a sandbox."""

from __future__ import annotations

from .. import instrumentation
from ._connection import setting
from .client import Keystone

__all__ = ["auto_instrument"]


def auto_instrument(
    *, sandbox_id: str | None = None, api_key: str | None = None, base_url: str | None = None
) -> list[str]:
    """Record the calls of all supported libraries in this process; return their labels.

    `ashr_labs.auto_instrument` needs no sandbox.

    Args:
        sandbox_id: The sandbox that the calls belong to; defaults to `KEYSTONE_SANDBOX_ID`.
        api_key: As for `Keystone`.
        base_url: As for `Keystone`.

    Raises:
        RuntimeError: There is no sandbox id.
        ConfigurationError: There is neither a key nor a URL.
    """
    named = setting("SANDBOX_ID", sandbox_id)
    if not named:
        raise RuntimeError(
            "auto_instrument needs a sandbox: pass sandbox_id= or set KEYSTONE_SANDBOX_ID; "
            "ashr_labs.auto_instrument() records without one"
        )
    Keystone(api_key, base_url).init_tracing(named)
    return instrumentation.auto_instrument()
