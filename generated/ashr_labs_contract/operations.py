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
    method: str
    path: str
    """A fragment for a call; `{+name}` stands for the rest of a path, slashes included."""
    scope: str | None
    """The scope that the key needs, or `any`; None where no key is needed."""
    media_type: str | None
    """Of the answer; None if it has no content."""
    last_event: str | None = None
    """The type of the event that completes a stream."""


OPERATIONS: dict[str, Operation] = {
    "init": Operation("session", True, None, "POST", "/#init", "any", "application/json"),
    "keep_alive": Operation("session", True, None, "POST", "/#keep_alive", "any", "application/json"),
    "get_sdk_notes": Operation("notes", True, None, "POST", "/#get_sdk_notes", "read", "application/json"),
    "create_dataset": Operation("datasets", False, "embedded", "POST", "/#create_dataset", "write", "application/json"),
    "get_dataset": Operation("datasets", True, None, "POST", "/#get_dataset", "read", "application/json"),
    "list_datasets": Operation("datasets", True, None, "POST", "/#list_datasets", "read", "application/json"),
    "update_dataset": Operation("datasets", True, "embedded", "POST", "/#update_dataset", "write", "application/json"),
    "delete_dataset": Operation("datasets", True, "embedded", "POST", "/#delete_dataset", "write", "application/json"),
    "set_dataset_agent": Operation("agents", True, None, "POST", "/#set_dataset_agent", "write", "application/json"),
    "get_agent_datasets": Operation("agents", True, None, "POST", "/#get_agent_datasets", "read", "application/json"),
    "list_agents": Operation("agents", True, None, "POST", "/#list_agents", "read", "application/json"),
    "create_agent": Operation("agents", False, None, "POST", "/#create_agent", "write", "application/json"),
    "update_agent": Operation("agents", True, None, "POST", "/#update_agent", "write", "application/json"),
    "delete_agent": Operation("agents", True, None, "POST", "/#delete_agent", "write", "application/json"),
    "create_run": Operation("runs", False, None, "POST", "/#create_run", "write", "application/json"),
    "get_run": Operation("runs", True, None, "POST", "/#get_run", "read", "application/json"),
    "list_runs": Operation("runs", True, None, "POST", "/#list_runs", "read", "application/json"),
    "start_run": Operation("runs", False, "embedded", "POST", "/#start_run", "write", "application/json"),
    "append_run_tests": Operation("runs", True, "embedded", "POST", "/#append_run_tests", "write", "application/json"),
    "finish_run": Operation("runs", False, "embedded", "POST", "/#finish_run", "write", "application/json"),
    "cancel_run": Operation("runs", True, "embedded", "POST", "/#cancel_run", "write", "application/json"),
    "delete_run": Operation("runs", True, None, "POST", "/#delete_run", "write", "application/json"),
    "create_request": Operation("requests", False, None, "POST", "/#create_request", "write", "application/json"),
    "get_request": Operation("requests", True, None, "POST", "/#get_request", "read", "application/json"),
    "list_requests": Operation("requests", True, None, "POST", "/#list_requests", "read", "application/json"),
    "create_api_key": Operation("api_keys", False, "embedded", "POST", "/#create_api_key", "admin", "application/json"),
    "list_api_keys": Operation("api_keys", True, None, "POST", "/#list_api_keys", "read", "application/json"),
    "revoke_api_key": Operation("api_keys", True, None, "POST", "/#revoke_api_key", "admin", "application/json"),
    "ingest_observability_trace": Operation(
        "observability", False, None, "POST", "/#ingest_observability_trace", "write", "application/json"
    ),
    "list_observability_traces": Operation(
        "observability", True, None, "POST", "/#list_observability_traces", "read", "application/json"
    ),
    "get_observability_trace": Operation(
        "observability", True, None, "POST", "/#get_observability_trace", "read", "application/json"
    ),
    "get_observability_analytics": Operation(
        "observability", True, None, "POST", "/#get_observability_analytics", "read", "application/json"
    ),
    "get_observability_errors": Operation(
        "observability", True, None, "POST", "/#get_observability_errors", "read", "application/json"
    ),
    "get_observability_tool_errors": Operation(
        "observability", True, None, "POST", "/#get_observability_tool_errors", "read", "application/json"
    ),
    "run_pentest": Operation("pentest", False, None, "POST", "/#run_pentest", "write", "application/json"),
    "get_health": Operation("server", True, None, "GET", "/health", None, "application/json"),
    "export_spans": Operation(
        "observability", True, "embedded", "POST", "/otlp/v1/traces", "write", "application/json"
    ),
    "list_sandboxes": Operation("sandboxes", True, "embedded", "GET", "/v1/sandboxes", "read", "application/json"),
    "create_sandbox": Operation("sandboxes", False, "embedded", "POST", "/v1/sandboxes", "write", "application/json"),
    "get_sandbox": Operation(
        "sandboxes", True, "embedded", "GET", "/v1/sandboxes/{sandbox_id}", "read", "application/json"
    ),
    "destroy_sandbox": Operation("sandboxes", True, "embedded", "DELETE", "/v1/sandboxes/{sandbox_id}", "write", None),
    "run_sandbox_command": Operation(
        "sandboxes", False, "embedded", "POST", "/v1/sandboxes/{sandbox_id}/commands", "write", "application/json"
    ),
    "write_sandbox_file": Operation(
        "sandboxes", True, "embedded", "POST", "/v1/sandboxes/{sandbox_id}/files", "write", None
    ),
    "read_sandbox_file": Operation(
        "sandboxes",
        True,
        "embedded",
        "GET",
        "/v1/sandboxes/{sandbox_id}/files/{+path}",
        "read",
        "application/octet-stream",
    ),
    "delete_sandbox_file": Operation(
        "sandboxes", False, "embedded", "DELETE", "/v1/sandboxes/{sandbox_id}/files/{+path}", "write", None
    ),
    "get_sandbox_state": Operation(
        "sandboxes", True, "embedded", "GET", "/v1/sandboxes/{sandbox_id}/state", "read", "application/json"
    ),
    "get_sandbox_diff": Operation(
        "sandboxes", True, "embedded", "GET", "/v1/sandboxes/{sandbox_id}/diff", "read", "application/json"
    ),
    "get_sandbox_findings": Operation(
        "sandboxes", True, "embedded", "GET", "/v1/sandboxes/{sandbox_id}/findings", "read", "application/json"
    ),
    "query_sandbox_service": Operation(
        "sandboxes",
        True,
        "embedded",
        "POST",
        "/v1/sandboxes/{sandbox_id}/services/{service}/queries",
        "write",
        "application/json",
    ),
    "list_sandbox_requests": Operation(
        "sandboxes",
        True,
        "embedded",
        "GET",
        "/v1/sandboxes/{sandbox_id}/services/{service}/requests",
        "read",
        "application/json",
    ),
    "download_media": Operation(
        "server", True, "embedded", "GET", "/media/{media_id}", None, "application/octet-stream"
    ),
    "list_specs": Operation("specs", True, "embedded", "GET", "/v1/specs", "read", "application/json"),
    "create_spec": Operation("specs", False, "embedded", "POST", "/v1/specs", "write", "application/json"),
    "get_spec": Operation("specs", True, "embedded", "GET", "/v1/specs/{spec_id}", "read", "application/json"),
    "delete_spec": Operation("specs", True, "embedded", "DELETE", "/v1/specs/{spec_id}", "write", None),
    "list_snapshots": Operation("snapshots", True, "embedded", "GET", "/v1/agents", "read", "application/json"),
    "upload_snapshot": Operation("snapshots", False, "embedded", "POST", "/v1/agents", "write", "application/json"),
    "get_latest_snapshot": Operation(
        "snapshots", True, "embedded", "GET", "/v1/agents/{agent_name}/latest", "read", "application/json"
    ),
    "list_snapshot_versions": Operation(
        "snapshots", True, "embedded", "GET", "/v1/agents/{agent_name}/versions", "read", "application/json"
    ),
    "get_snapshot_version": Operation(
        "snapshots", True, "embedded", "GET", "/v1/agents/{agent_name}/versions/{version}", "read", "application/json"
    ),
    "get_snapshot_by_tag": Operation(
        "snapshots", True, "embedded", "GET", "/v1/agents/{agent_name}/tags/{tag}", "read", "application/json"
    ),
    "get_snapshot": Operation(
        "snapshots", True, "embedded", "GET", "/v1/snapshots/{snapshot_id}", "read", "application/json"
    ),
    "delete_snapshot": Operation("snapshots", True, "embedded", "DELETE", "/v1/snapshots/{snapshot_id}", "write", None),
    "download_snapshot": Operation(
        "snapshots", True, "embedded", "GET", "/v1/snapshots/{snapshot_id}/bundle", "read", "application/gzip"
    ),
    "list_alerts": Operation("alerts", True, "embedded", "GET", "/v1/alerts", "read", "application/json"),
    "create_alert": Operation("alerts", False, "embedded", "POST", "/v1/alerts", "write", "application/json"),
    "get_alert": Operation("alerts", True, "embedded", "GET", "/v1/alerts/{alert_id}", "read", "application/json"),
    "delete_alert": Operation("alerts", True, "embedded", "DELETE", "/v1/alerts/{alert_id}", "write", None),
    "list_alert_firings": Operation(
        "alerts", True, "embedded", "GET", "/v1/alerts/{alert_id}/firings", "read", "application/json"
    ),
    "list_record_datasets": Operation("records", True, "embedded", "GET", "/v1/datasets", "read", "application/json"),
    "create_record_dataset": Operation(
        "records", False, "embedded", "POST", "/v1/datasets", "write", "application/json"
    ),
    "get_record_dataset": Operation(
        "records", True, "embedded", "GET", "/v1/datasets/{dataset}", "read", "application/json"
    ),
    "delete_record_dataset": Operation("records", True, "embedded", "DELETE", "/v1/datasets/{dataset}", "write", None),
    "list_dataset_records": Operation(
        "records", True, "embedded", "GET", "/v1/datasets/{dataset}/records", "read", "application/json"
    ),
    "add_dataset_records": Operation(
        "records", False, "embedded", "POST", "/v1/datasets/{dataset}/records", "write", "application/json"
    ),
    "delete_dataset_record": Operation(
        "records", True, "embedded", "DELETE", "/v1/datasets/{dataset}/records/{record_id}", "write", None
    ),
    "list_experiments": Operation(
        "experiments", True, "embedded", "GET", "/v1/experiments", "read", "application/json"
    ),
    "create_experiment": Operation(
        "experiments", False, "embedded", "POST", "/v1/experiments", "write", "application/json"
    ),
    "compare_experiments": Operation(
        "experiments", True, "embedded", "POST", "/v1/experiments/compare", "read", "application/json"
    ),
    "get_experiment": Operation(
        "experiments", True, "embedded", "GET", "/v1/experiments/{experiment_id}", "read", "application/json"
    ),
    "delete_experiment": Operation(
        "experiments", True, "embedded", "DELETE", "/v1/experiments/{experiment_id}", "write", None
    ),
    "run_experiment": Operation(
        "experiments", False, "embedded", "POST", "/v1/experiments/{experiment_id}/run", "write", "application/json"
    ),
    "export_experiment": Operation(
        "experiments", True, "embedded", "GET", "/v1/experiments/{experiment_id}/export", "read", "application/json"
    ),
    "score_experiment": Operation(
        "scoring", True, "embedded", "POST", "/v1/experiments/{experiment_id}/score", "write", "application/json"
    ),
    "list_experiment_scores": Operation(
        "scoring", True, "embedded", "GET", "/v1/experiments/{experiment_id}/scores", "read", "application/json"
    ),
    "cancel_experiment": Operation(
        "experiments", False, "embedded", "POST", "/v1/experiments/{experiment_id}/cancel", "write", "application/json"
    ),
    "get_experiment_metrics": Operation(
        "experiments", True, "embedded", "GET", "/v1/metrics/experiments/{experiment_id}", "read", "application/json"
    ),
    "list_labels": Operation("labels", True, "embedded", "GET", "/v1/labels", "read", "application/json"),
    "set_label": Operation("labels", True, "embedded", "PUT", "/v1/labels", "write", "application/json"),
    "delete_label": Operation("labels", True, "embedded", "DELETE", "/v1/labels/{label_id}", "write", None),
    "list_label_queue": Operation("labels", True, "embedded", "GET", "/v1/label-queue", "read", "application/json"),
    "get_label_agreement": Operation(
        "labels", True, "embedded", "GET", "/v1/label-agreement", "read", "application/json"
    ),
    "list_prompts": Operation("prompts", True, "embedded", "GET", "/v1/prompts", "read", "application/json"),
    "create_prompt": Operation("prompts", False, "embedded", "POST", "/v1/prompts", "write", "application/json"),
    "delete_prompt": Operation("prompts", True, "embedded", "DELETE", "/v1/prompts/{prompt}", "write", None),
    "render_prompt": Operation(
        "prompts", True, "embedded", "POST", "/v1/prompts/{prompt}/render", "read", "application/json"
    ),
    "get_latest_prompt": Operation(
        "prompts", True, "embedded", "GET", "/v1/prompts/{slug}/latest", "read", "application/json"
    ),
    "list_prompt_versions": Operation(
        "prompts", True, "embedded", "GET", "/v1/prompts/{slug}/versions", "read", "application/json"
    ),
    "get_prompt_version": Operation(
        "prompts", True, "embedded", "GET", "/v1/prompts/{slug}/versions/{version}", "read", "application/json"
    ),
    "get_prompt_by_tag": Operation(
        "prompts", True, "embedded", "GET", "/v1/prompts/{slug}/tags/{tag}", "read", "application/json"
    ),
    "set_prompt_tag": Operation(
        "prompts", True, "embedded", "PUT", "/v1/prompts/{slug}/tags/{tag}", "write", "application/json"
    ),
    "delete_prompt_tag": Operation(
        "prompts", True, "embedded", "DELETE", "/v1/prompts/{slug}/tags/{tag}", "write", None
    ),
    "post_api_agents": Operation("agents", False, "embedded", "POST", "/api/agents", "write", "application/json"),
    "get_api_agents": Operation("agents", True, "embedded", "GET", "/api/agents", "read", "application/json"),
    "get_api_agents_name": Operation(
        "agents", True, "embedded", "GET", "/api/agents/{name}", "read", "application/json"
    ),
    "delete_api_agents_name": Operation(
        "agents", True, "embedded", "DELETE", "/api/agents/{name}", "write", "application/json"
    ),
    "patch_api_agents_name": Operation(
        "agents", True, "embedded", "PATCH", "/api/agents/{name}", "write", "application/json"
    ),
    "get_api_agents_name_files": Operation(
        "agents", True, "embedded", "GET", "/api/agents/{name}/files", "read", "application/json"
    ),
    "post_api_agents_name_files": Operation(
        "agents", False, "embedded", "POST", "/api/agents/{name}/files", "write", "application/json"
    ),
    "get_api_agents_name_files_path": Operation(
        "agents", True, "embedded", "GET", "/api/agents/{name}/files/{+path}", "read", "application/json"
    ),
    "delete_api_agents_name_files_path": Operation(
        "agents", True, "embedded", "DELETE", "/api/agents/{name}/files/{+path}", "write", "application/json"
    ),
    "get_api_agents_name_config": Operation(
        "agents", True, "embedded", "GET", "/api/agents/{name}/config", "read", "application/json"
    ),
    "patch_api_agents_name_config": Operation(
        "agents", True, "embedded", "PATCH", "/api/agents/{name}/config", "write", "application/json"
    ),
    "get_api_agents_name_versions": Operation(
        "agents", True, "embedded", "GET", "/api/agents/{agent}/versions", "read", "application/json"
    ),
    "post_api_agents_name_versions": Operation(
        "agents", False, "embedded", "POST", "/api/agents/{agent}/versions", "write", "application/json"
    ),
    "get_api_agents_name_versions_version": Operation(
        "agents", True, "embedded", "GET", "/api/agents/{agent}/versions/{version}", "read", "application/json"
    ),
    "patch_api_agents_name_versions_version": Operation(
        "agents", True, "embedded", "PATCH", "/api/agents/{agent}/versions/{version}", "write", "application/json"
    ),
    "delete_api_agents_name_versions_version": Operation(
        "agents", True, "embedded", "DELETE", "/api/agents/{agent}/versions/{version}", "write", None
    ),
    "post_api_agents_name_versions_version_activate": Operation(
        "agents",
        True,
        "embedded",
        "POST",
        "/api/agents/{agent}/versions/{version}/activate",
        "write",
        "application/json",
    ),
    "post_api_sessions": Operation("sessions", False, "embedded", "POST", "/api/sessions", "write", "application/json"),
    "get_api_sessions": Operation("sessions", True, "embedded", "GET", "/api/sessions", "read", "application/json"),
    "get_api_sessions_id": Operation(
        "sessions", True, "embedded", "GET", "/api/sessions/{id}", "read", "application/json"
    ),
    "delete_api_sessions_id": Operation(
        "sessions", True, "embedded", "DELETE", "/api/sessions/{id}", "write", "application/json"
    ),
    "post_api_sessions_id_pause": Operation(
        "sessions", False, "embedded", "POST", "/api/sessions/{id}/pause", "write", "application/json"
    ),
    "post_api_sessions_id_stop": Operation(
        "sessions", False, "embedded", "POST", "/api/sessions/{id}/stop", "write", "application/json"
    ),
    "post_api_sessions_id_resume": Operation(
        "sessions", False, "embedded", "POST", "/api/sessions/{id}/resume", "write", "application/json"
    ),
    "post_api_sessions_id_fork": Operation(
        "sessions", False, "embedded", "POST", "/api/sessions/{id}/fork", "write", "application/json"
    ),
    "post_api_sessions_id_interrupt": Operation(
        "sessions", True, "embedded", "POST", "/api/sessions/{id}/interrupt", "write", "application/json"
    ),
    "patch_api_sessions_id_config": Operation(
        "sessions", True, "embedded", "PATCH", "/api/sessions/{id}/config", "write", "application/json"
    ),
    "get_api_sessions_id_messages": Operation(
        "sessions", True, "embedded", "GET", "/api/sessions/{id}/messages", "read", "application/json"
    ),
    "post_api_sessions_id_messages": Operation(
        "sessions", False, "embedded", "POST", "/api/sessions/{id}/messages", "write", "text/event-stream", "done"
    ),
    "get_api_sessions_id_messages_stream": Operation(
        "sessions", True, "embedded", "GET", "/api/sessions/{id}/messages/stream", "read", "text/event-stream", "done"
    ),
    "get_api_sessions_id_events": Operation(
        "sessions", True, "embedded", "GET", "/api/sessions/{id}/events", "read", "application/json"
    ),
    "get_api_sessions_id_logs": Operation(
        "sessions", True, "embedded", "GET", "/api/sessions/{id}/logs", "read", "application/json"
    ),
    "post_api_sessions_id_exec": Operation(
        "sessions", False, "embedded", "POST", "/api/sessions/{id}/exec", "write", "application/json"
    ),
    "get_api_sessions_id_files": Operation(
        "sessions", True, "embedded", "GET", "/api/sessions/{id}/files", "read", "application/json"
    ),
    "post_api_sessions_id_files": Operation(
        "sessions", True, "embedded", "POST", "/api/sessions/{id}/files", "write", "application/json"
    ),
    "get_api_sessions_id_files_path": Operation(
        "sessions", True, "embedded", "GET", "/api/sessions/{id}/files/{+path}", "read", "application/octet-stream"
    ),
    "delete_api_sessions_id_files_path": Operation(
        "sessions", True, "embedded", "DELETE", "/api/sessions/{id}/files/{+path}", "write", "application/json"
    ),
    "get_api_sessions_id_workspace": Operation(
        "sessions", True, "embedded", "GET", "/api/sessions/{id}/workspace", "read", "application/gzip"
    ),
    "post_api_sessions_id_workspace": Operation(
        "sessions", True, "embedded", "POST", "/api/sessions/{id}/workspace", "write", "application/json"
    ),
    "get_api_sessions_id_attachments": Operation(
        "sessions", True, "embedded", "GET", "/api/sessions/{id}/attachments", "read", "application/json"
    ),
    "post_api_sessions_id_attachments": Operation(
        "sessions", False, "embedded", "POST", "/api/sessions/{id}/attachments", "write", "application/json"
    ),
    "get_api_attachments_id": Operation(
        "attachments", True, "embedded", "GET", "/api/attachments/{id}", "read", "application/octet-stream"
    ),
    "delete_api_attachments_id": Operation(
        "attachments", True, "embedded", "DELETE", "/api/attachments/{id}", "write", None
    ),
    "get_api_credentials": Operation(
        "credentials", True, "embedded", "GET", "/api/credentials", "read", "application/json"
    ),
    "post_api_credentials": Operation(
        "credentials", False, "embedded", "POST", "/api/credentials", "write", "application/json"
    ),
    "delete_api_credentials_id": Operation(
        "credentials", True, "embedded", "DELETE", "/api/credentials/{id}", "write", None
    ),
    "get_api_queue": Operation("queue", True, "embedded", "GET", "/api/queue", "read", "application/json"),
    "post_api_queue": Operation("queue", False, "embedded", "POST", "/api/queue", "write", "application/json"),
    "get_api_queue_stats": Operation("queue", True, "embedded", "GET", "/api/queue/stats", "read", "application/json"),
    "get_api_queue_id": Operation("queue", True, "embedded", "GET", "/api/queue/{id}", "read", "application/json"),
    "delete_api_queue_id": Operation(
        "queue", True, "embedded", "DELETE", "/api/queue/{id}", "write", "application/json"
    ),
    "get_api_usage": Operation("usage", True, "embedded", "GET", "/api/usage", "read", "application/json"),
    "get_api_usage_stats": Operation("usage", True, "embedded", "GET", "/api/usage/stats", "read", "application/json"),
    "get_api_internal_runners": Operation(
        "default", True, "embedded", "GET", "/api/internal/runners", "admin", "application/json"
    ),
    "post_api_internal_runners_register": Operation(
        "default", True, "embedded", "POST", "/api/internal/runners/register", "admin", "application/json"
    ),
    "post_api_internal_runners_heartbeat": Operation(
        "default", True, "embedded", "POST", "/api/internal/runners/heartbeat", "admin", "application/json"
    ),
    "post_api_internal_runners_deregister": Operation(
        "default", True, "embedded", "POST", "/api/internal/runners/deregister", "admin", "application/json"
    ),
    "get_run_events": Operation(
        "runs", True, "embedded", "GET", "/v1/runs/{run_id}/events", "read", "text/event-stream", "ended"
    ),
    "preview_grading": Operation(
        "runs", True, "embedded", "POST", "/v1/runs/{run_id}/grading-preview", "read", "application/json"
    ),
    "list_score_rules": Operation("scoring", True, "embedded", "GET", "/v1/score-rules", "read", "application/json"),
    "create_score_rule": Operation(
        "scoring", False, "embedded", "POST", "/v1/score-rules", "write", "application/json"
    ),
    "get_score_rule": Operation(
        "scoring", True, "embedded", "GET", "/v1/score-rules/{rule_id}", "read", "application/json"
    ),
    "update_score_rule": Operation(
        "scoring", True, "embedded", "PATCH", "/v1/score-rules/{rule_id}", "write", "application/json"
    ),
    "delete_score_rule": Operation("scoring", True, "embedded", "DELETE", "/v1/score-rules/{rule_id}", "write", None),
    "get_score_rule_summary": Operation(
        "scoring", True, "embedded", "GET", "/v1/score-rules/{rule_id}/summary", "read", "application/json"
    ),
    "list_traces": Operation("trace_events", True, "embedded", "GET", "/v1/traces", "read", "application/json"),
    "ingest_traces": Operation("trace_events", True, "embedded", "POST", "/v1/traces", "write", "application/json"),
    "get_trace": Operation(
        "trace_events", True, "embedded", "GET", "/v1/traces/{trace_id}", "read", "application/json"
    ),
    "list_scenarios": Operation("experiments", True, "embedded", "GET", "/v1/scenarios", "read", "application/json"),
    "list_scores": Operation("scoring", True, "embedded", "GET", "/v1/scores", "read", "application/json"),
    "list_spans": Operation("trace_events", True, "embedded", "GET", "/v1/spans", "read", "application/json"),
    "ingest_sandbox_trace": Operation(
        "trace_events", True, "embedded", "POST", "/v1/sandboxes/{sandbox_id}/trace", "write", "application/json"
    ),
    "get_sandbox_trace": Operation(
        "trace_events", True, "embedded", "GET", "/v1/sandboxes/{sandbox_id}/trace", "read", "application/json"
    ),
}
