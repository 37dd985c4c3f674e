"""Endpoint functions of deployed agents."""

from ashr_labs_api.api.agents import (
    delete_api_agents_name,
    get_api_agents,
    get_api_agents_name,
    get_api_agents_name_files,
    get_api_agents_name_files_path,
    post_api_agents,
)

__all__ = [
    "delete_api_agents_name",
    "get_api_agents",
    "get_api_agents_name",
    "get_api_agents_name_files",
    "get_api_agents_name_files_path",
    "post_api_agents",
]
