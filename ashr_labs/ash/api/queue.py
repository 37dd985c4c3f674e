"""Endpoint functions of the queue."""

from ashr_labs_api.api.queue import (
    delete_api_queue_id,
    get_api_queue,
    get_api_queue_id,
    get_api_queue_stats,
    post_api_queue,
)

__all__ = [
    "delete_api_queue_id",
    "get_api_queue",
    "get_api_queue_id",
    "get_api_queue_stats",
    "post_api_queue",
]
