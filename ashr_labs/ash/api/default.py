"""Endpoint functions of runners, which this platform does not have."""

from ashr_labs_api.api.default import (
    get_api_internal_runners,
    post_api_internal_runners_deregister,
    post_api_internal_runners_heartbeat,
    post_api_internal_runners_register,
)

__all__ = [
    "get_api_internal_runners",
    "post_api_internal_runners_deregister",
    "post_api_internal_runners_heartbeat",
    "post_api_internal_runners_register",
]
