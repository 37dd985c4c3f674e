"""`ashr-labs keys`: the commands for API keys."""

from __future__ import annotations

from ._lazy_group import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "keys",
    {"list": "List the API keys.", "create": "Make an API key, which is shown once.", "revoke": "Revoke an API key."},
    description="Work with API keys.",
    prefix="keys_",
)
