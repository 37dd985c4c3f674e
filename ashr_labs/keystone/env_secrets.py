"""The names of `polarity_keystone.env_secrets`: values of the secrets that a spec declares."""

from __future__ import annotations

from ..specs import collect_declared_secrets, collect_declared_secrets_from_file, resolve_source

__all__ = ["collect_declared_secrets", "collect_declared_secrets_from_file", "resolve_source"]
