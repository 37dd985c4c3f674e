"""Endpoint functions of attachments."""

from ashr_labs_api.api.attachments import (
    delete_api_attachments_id,
    get_api_attachments_id,
)

__all__ = [
    "delete_api_attachments_id",
    "get_api_attachments_id",
]
