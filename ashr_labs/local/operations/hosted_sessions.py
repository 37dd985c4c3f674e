"""Sessions of deployed agents: create, send messages, change the state, history and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from ...errors import ValidationError
from ..failures import RefusedError
from ..hosting.deploying import manifest_of
from ..hosting.environment import check_variables, session_config
from ..sandbox.errors import SandboxError
from ..store.event_log import list_events
from ..store.hosting_rows import (
    EVENTS,
    LOGS,
    MESSAGES,
    read_agent,
    read_session,
    record_id,
    session_topic,
    update_session,
)
from ..store.schema import hosted_sessions
from .hosted_agents import wire_time
from .registry import Context, LongContext, long_operation, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..store.event_log import StoredEvent
    from ..streams import Follow

__all__ = [
    "delete_api_sessions_id",
    "get_api_sessions",
    "get_api_sessions_id",
    "get_api_sessions_id_events",
    "get_api_sessions_id_logs",
    "get_api_sessions_id_messages",
    "get_api_sessions_id_messages_stream",
    "patch_api_sessions_id_config",
    "post_api_sessions",
    "post_api_sessions_id_exec",
    "post_api_sessions_id_fork",
    "post_api_sessions_id_interrupt",
    "post_api_sessions_id_messages",
    "post_api_sessions_id_pause",
    "post_api_sessions_id_resume",
    "post_api_sessions_id_stop",
]

_MAX_LOGS = 10_000
_MAX_OUTPUT = 10 << 20
_EXEC_MS = 30_000
_LEVELS = {"stdout", "stderr", "system"}
_SHOWN = [column for column in hosted_sessions.c if column.name != "config"]
_OF_TENANT = hosted_sessions.c.tenant_id == bindparam("of_tenant")


@long_operation("post_api_sessions", writes=True)
def post_api_sessions(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Create a session, with its sandbox and its process."""
    with context.database.read() as connection:
        agent = read_agent(connection, context.principal.tenant_id, params["agent"])
    check_variables(params.get("extraEnv", {}), "extraEnv")
    config = session_config(agent, {key: value for key, value in params.items() if key != "agent"})
    return {"session": _record(context.hosting.create(context.principal, agent, manifest_of(agent["bundle"]), config))}


@operation("get_api_sessions")
def get_api_sessions(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sessions of the tenant, newest first."""
    query = select(*_SHOWN).where(_OF_TENANT).order_by(hosted_sessions.c.created_at.desc(), hosted_sessions.c.id)
    for name, column in (("agent", hosted_sessions.c.agent_name), ("status", hosted_sessions.c.status)):
        if name in params:
            query = query.where(column == params[name])
    rows = context.connection.execute(query, {"of_tenant": context.principal.tenant_id}).mappings()
    return {"sessions": [_record(row) for row in rows]}


@operation("get_api_sessions_id", is_quick=True)
def get_api_sessions_id(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a session."""
    return {"session": _record(read_session(context.connection, context.principal.tenant_id, params["id"]))}


@long_operation("delete_api_sessions_id")
def delete_api_sessions_id(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """End a session; its history stays."""
    return {"session": _record(context.hosting.stop(context.principal, params["id"], ends=True))}


@long_operation("post_api_sessions_id_pause")
def post_api_sessions_id_pause(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Pause a session."""
    return {"session": _record(context.hosting.pause(context.principal, params["id"]))}


@long_operation("post_api_sessions_id_resume")
def post_api_sessions_id_resume(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make a session active again."""
    return {"session": _record(context.hosting.resume(context.principal, params["id"]))}


@long_operation("post_api_sessions_id_stop")
def post_api_sessions_id_stop(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """End the process of a session."""
    return {"session": _record(context.hosting.stop(context.principal, params["id"]))}


@long_operation("post_api_sessions_id_fork", writes=True)
def post_api_sessions_id_fork(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make a session with the files and messages of another one."""
    return {"session": _record(context.hosting.fork(context.principal, params["id"], params.get("after")))}


@long_operation("post_api_sessions_id_interrupt")
def post_api_sessions_id_interrupt(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """End the turn in progress of a session."""
    row, is_interrupted = context.hosting.interrupt(context.principal, params["id"])
    return {"session": _record(row), "interrupted": is_interrupted}


@operation("patch_api_sessions_id_config", writes=True)
def patch_api_sessions_id_config(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Change what the next messages of a session are answered with."""
    row = read_session(context.connection, context.principal.tenant_id, params["id"], locks=True)
    changes = {key: value for key, value in params.items() if key != "id"}
    update_session(context.connection, row["id"], config={**row["config"], **changes})
    return {"session": _record(row)}


@long_operation("post_api_sessions_id_messages", writes=True)
def post_api_sessions_id_messages(context: LongContext, params: Mapping[str, Any]) -> Follow:
    """Send a message, and follow the turn."""
    body = {key: value for key, value in params.items() if key != "id"}
    return context.hosting.send(context.principal, params["id"], body)


@long_operation("get_api_sessions_id_messages_stream")
def get_api_sessions_id_messages_stream(context: LongContext, params: Mapping[str, Any]) -> Follow:
    """Follow the last turn."""
    return context.hosting.follow(context.principal, params["id"], params.get("after"))


@operation("get_api_sessions_id_messages")
def get_api_sessions_id_messages(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the messages of a session."""
    found = _listed(context, params, MESSAGES, params.get("limit", 100))
    return {
        "messages": [{**_numbered(params["id"], context, one), "role": one.type, "content": one.data} for one in found]
    }


@operation("get_api_sessions_id_events")
def get_api_sessions_id_events(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has happened in a session."""
    found = _listed(context, params, EVENTS, params.get("limit", 200), params.get("type"))
    return {"events": [{**_numbered(params["id"], context, one), "type": one.type, "data": one.data} for one in found]}


@operation("get_api_sessions_id_logs")
def get_api_sessions_id_logs(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the log of the agent's process, which is kept after its end."""
    after = params.get("after", -1) + 1
    found = _listed(context, {"id": params["id"], "after": after}, LOGS, _MAX_LOGS)
    return {"logs": [_log_record(one) for one in found], "source": "sandbox"}


@long_operation("post_api_sessions_id_exec", writes=True)
def post_api_sessions_id_exec(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Run a command in the workspace, beside the agent."""
    if "\0" in params["command"]:
        raise ValidationError("`command` must not have NUL characters", response={"path": "command"})
    live = context.hosting.running(context.principal, params["id"])
    timeout = params.get("timeout", _EXEC_MS) / 1000
    try:
        done = live.sandbox.exec(params["command"], timeout=timeout, output_limit=_MAX_OUTPUT)
    except SandboxError as error:
        raise RefusedError(500, error.message) from error
    stdout, stderr = (
        live.watch.masked(printed.decode("utf-8", "replace"), is_cut=total > _MAX_OUTPUT)
        for printed, total in ((done.stdout, done.stdout_bytes), (done.stderr, done.stderr_bytes))
    )
    return {"exitCode": 1 if done.timed_out else done.exit_code, "stdout": stdout, "stderr": stderr}


def _listed(
    context: Context, params: Mapping[str, Any], kind: str, limit: int, event: str | None = None
) -> list[StoredEvent]:
    read_session(context.connection, context.principal.tenant_id, params["id"])
    return list_events(context.connection, session_topic(kind, params["id"]), params.get("after", 0), limit, event)


def _log_record(one: StoredEvent) -> dict[str, Any]:
    """Return a line of the log; clients of this wire know no other levels than those of `_LEVELS`."""
    level = {"level": one.type} if one.type in _LEVELS else {"level": "system", "severity": one.type}
    return {"index": one.sequence - 1, **level, "text": one.value["text"], "ts": wire_time(one.created_at)}


def _numbered(session_id: str, context: Context, one: StoredEvent) -> dict[str, Any]:
    return {
        "id": record_id(session_id, one.kind, one.sequence),
        "sessionId": session_id,
        "tenantId": str(context.principal.tenant_id),
        "sequence": one.sequence,
        "createdAt": wire_time(one.created_at),
    }


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "tenantId": str(row["tenant_id"]),
        "agentName": row["agent_name"],
        "sandboxId": row["sandbox_id"],
        "status": row["status"],
        "runnerId": row["server_id"],
        "parentSessionId": row["parent_id"],
        "createdAt": wire_time(row["created_at"]),
        "lastActiveAt": wire_time(row["last_active_at"]),
    }
