"""Methods for API keys, health and penetration tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._validation import as_items, as_payload
from ._base import AsyncBaseClient

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ashr_labs_types import (
        APIKey,
        Confirmation,
        CreateApiKeyRequest,
        KeepAliveRequest,
        ListApiKeysRequest,
        PentestMode,
        RevokeApiKeyRequest,
        RunPentestRequest,
        RunPentestResponse,
    )

__all__ = ["AsyncAccountMethods"]


class AsyncAccountMethods(AsyncBaseClient):
    """Methods for API keys, health and reports of penetration tests."""

    async def health_check(self) -> Confirmation:
        """Check that the platform responds."""
        request: KeepAliveRequest = {"function": "keep_alive"}
        confirmation: Confirmation = await self._call(request)
        return confirmation

    async def create_api_key(
        self, name: str, scopes: Sequence[str] | None = None, expires_in_seconds: int | None = None
    ) -> APIKey:
        """Create an API key (embedded platform); its `key` is returned only here.

        Args:
            name: A name for it, such as its purpose.
            scopes: `read`, `write`, `admin`; defaults to all.
            expires_in_seconds: Seconds until it expires; by default it does not.
        """
        request: CreateApiKeyRequest = {"function": "create_api_key", "name": name}
        if scopes is not None:
            request["scopes"] = as_items(scopes, "scopes")
        if expires_in_seconds is not None:
            request["expires_in_seconds"] = expires_in_seconds
        key: APIKey = await self._call(request, "api_key")
        return key

    async def list_api_keys(self, include_inactive: bool = False) -> list[APIKey]:
        """List the tenant's API keys by their prefixes; `include_inactive` adds revoked ones."""
        request: ListApiKeysRequest = {"function": "list_api_keys", "include_inactive": include_inactive}
        keys: list[APIKey] = await self._call(request, "api_keys", list)
        return keys

    async def revoke_api_key(self, api_key_id: int) -> Confirmation:
        """Revoke an API key immediately."""
        request: RevokeApiKeyRequest = {"function": "revoke_api_key", "api_key_id": api_key_id}
        confirmation: Confirmation = await self._call(request)
        return confirmation

    async def run_pentest(
        self, agent_name: str, mode: PentestMode, report: Mapping[str, Any], categories_tested: Sequence[str]
    ) -> RunPentestResponse:
        """Store the report of a penetration test.

        Args:
            agent_name: The agent that was tested.
            mode: `quick`, `standard` or `thorough`.
            report: Any object.
            categories_tested: The categories of attacks.
        """
        request: RunPentestRequest = {
            "function": "run_pentest",
            "agent_name": agent_name,
            "mode": mode,
            "report": as_payload(report, "report"),
            "categories_tested": as_items(categories_tested, "categories_tested"),
        }
        response: RunPentestResponse = await self._call(request)
        return response
