"""What the client must know of each operation before it sends one.

Derived from `openapi.yaml` by `make sdk`; do not edit.
"""

from typing import NamedTuple


class Operation(NamedTuple):
    """One operation of the API."""

    tag: str
    idempotent: bool
    """Whether a repeated call changes nothing, so that it may be retried."""
    availability: str | None
    """`hosted` or `embedded` where it exists on that platform only."""


OPERATIONS: dict[str, Operation] = {
    "init": Operation("session", True, None),
    "keep_alive": Operation("session", True, None),
    "get_sdk_notes": Operation("notes", True, None),
    "create_dataset": Operation("datasets", False, "embedded"),
    "get_dataset": Operation("datasets", True, None),
    "list_datasets": Operation("datasets", True, None),
    "update_dataset": Operation("datasets", True, "embedded"),
    "delete_dataset": Operation("datasets", True, "embedded"),
    "set_dataset_agent": Operation("agents", True, None),
    "get_agent_datasets": Operation("agents", True, None),
    "list_agents": Operation("agents", True, None),
    "create_agent": Operation("agents", False, None),
    "update_agent": Operation("agents", True, None),
    "delete_agent": Operation("agents", True, None),
    "create_run": Operation("runs", False, None),
    "get_run": Operation("runs", True, None),
    "list_runs": Operation("runs", True, None),
    "start_run": Operation("runs", False, "embedded"),
    "append_run_tests": Operation("runs", True, "embedded"),
    "finish_run": Operation("runs", False, "embedded"),
    "cancel_run": Operation("runs", True, "embedded"),
    "delete_run": Operation("runs", True, None),
    "create_request": Operation("requests", False, None),
    "get_request": Operation("requests", True, None),
    "list_requests": Operation("requests", True, None),
    "create_api_key": Operation("api_keys", False, "embedded"),
    "list_api_keys": Operation("api_keys", True, None),
    "revoke_api_key": Operation("api_keys", True, None),
    "ingest_observability_trace": Operation("observability", False, None),
    "list_observability_traces": Operation("observability", True, None),
    "get_observability_trace": Operation("observability", True, None),
    "get_observability_analytics": Operation("observability", True, None),
    "get_observability_errors": Operation("observability", True, None),
    "get_observability_tool_errors": Operation("observability", True, None),
    "run_pentest": Operation("pentest", False, None),
}
