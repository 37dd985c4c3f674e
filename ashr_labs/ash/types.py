"""The types of the endpoint functions."""

from ashr_labs_api.types import UNSET, File, Response, Unset

__all__ = ["UNSET", "File", "Response", "Unset"]
