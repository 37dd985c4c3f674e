"""Endpoint functions of credentials."""

from ashr_labs_api.api.credentials import (
    delete_api_credentials_id,
    get_api_credentials,
    post_api_credentials,
)

__all__ = [
    "delete_api_credentials_id",
    "get_api_credentials",
    "post_api_credentials",
]
