"""Calls of runners, which other platforms of this wire have; here sessions run on the platform itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "get_api_internal_runners",
    "post_api_internal_runners_deregister",
    "post_api_internal_runners_heartbeat",
    "post_api_internal_runners_register",
]


@operation("get_api_internal_runners", is_quick=True)
def get_api_internal_runners(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return that there are no runners."""
    return {"runners": [], "count": 0, "hasLocal": True}


@operation("post_api_internal_runners_register", is_quick=True)
def post_api_internal_runners_register(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Register nothing."""
    return {"ok": True}


@operation("post_api_internal_runners_heartbeat", is_quick=True)
def post_api_internal_runners_heartbeat(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Note nothing."""
    return {"ok": True}


@operation("post_api_internal_runners_deregister", is_quick=True)
def post_api_internal_runners_deregister(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Forget nothing."""
    return {"ok": True}
