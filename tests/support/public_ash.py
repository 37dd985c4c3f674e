"""Every operation of the public package `ash-ai-sdk` against a platform; run with that package on the path.

    python public_ash.py URL KEY FOLDER

FOLDER is that of an agent, below the platform's folder of agents. Ends with code 0 when all went as documented; prints
what was seen as JSON.
"""

from __future__ import annotations

import asyncio
import base64
import json
import pkgutil
import sys
from importlib import import_module
from typing import Any

import ash_sdk.api
from ash_sdk import AshClient, AuthenticatedClient
from ash_sdk.models import (
    PatchApiSessionsIdConfigBody,
    PostApiAgentsBody,
    PostApiCredentialsBody,
    PostApiSessionsBody,
    PostApiSessionsIdAttachmentsBody,
    PostApiSessionsIdExecBody,
    PostApiSessionsIdFilesBody,
    PostApiSessionsIdFilesBodyFilesItem,
    PostApiSessionsIdMessagesBody,
    PostApiSessionsIdWorkspaceBody,
)

URL, KEY, FOLDER = sys.argv[1:]
OTHERS = {"queue", "usage"}
"""Tags whose operations other tests call."""
MODULES: dict[str, Any] = {
    name: import_module(f"ash_sdk.api.{tag}.{name}")
    for tag in (one.name for one in pkgutil.iter_modules(ash_sdk.api.__path__))
    if tag not in OTHERS
    for name in (one.name for one in pkgutil.iter_modules(import_module(f"ash_sdk.api.{tag}").__path__))
}
STATUSES: dict[str, list[int]] = {}
TEXT = base64.b64encode(b"attached").decode()


def main() -> None:
    seen = {"high_level": high_level(AshClient(URL, token=KEY))}
    with AuthenticatedClient(base_url=URL, token=KEY) as client:
        seen["generated"] = generated(client)
    not_called = MODULES.keys() - STATUSES.keys()
    if not_called:
        raise AssertionError(f"not called: {sorted(not_called)}")
    wrong = {
        name: found for name, found in STATUSES.items() if len(found) != 2 or not all(200 <= one < 300 for one in found)
    }
    sys.stdout.write(json.dumps({**seen, "operations": len(STATUSES), "wrong": wrong}) + "\n")


def high_level(client: AshClient) -> dict[str, Any]:
    deployed = client.deploy_agent("my-agent", FOLDER)
    options: dict[str, Any] = {
        "model": "scripted",
        "system_prompt": "Be brief.",
        "permission_mode": "bypassPermissions",
    }
    tools: dict[str, Any] = {"allowed_tools": ["Read"], "disallowed_tools": ["Bash"], "betas": ["b"]}
    servers: dict[str, Any] = {"mcp_servers": {"a": {"command": "x"}}, "extra_env": {"A": "1"}}
    session = client.create_session("my-agent", **options, **tools, **servers)

    async def turn() -> list[str]:
        return [type(event).__name__ async for event in client.asend_message_stream(session.id, "again")]

    events = client.send_message_stream(session.id, "Hello!", include_partial_messages=True, max_turns=3, effort="low")
    seen = {
        "health": client.health()["status"],
        "deployed": deployed.version,
        "agents": [agent.name for agent in client.list_agents()],
        "agent": client.get_agent("my-agent").version,
        "turn": [type(event).__name__ for event in events],
        "async": asyncio.run(turn()),
        "states": [
            change(session.id).status
            for change in (client.pause_session, client.resume_session, client.stop_session, client.resume_session)
        ],
        "forked": client.fork_session(session.id).status,
        "ended": [client.get_session(session.id).status, client.end_session(session.id).status],
        "sessions": len(client.list_sessions(agent="my-agent")),
    }
    client.delete_agent("my-agent")
    return seen


def call(client: AuthenticatedClient, name: str, *args: Any, **kwargs: Any) -> Any:
    """Call an operation synchronously and asynchronously; arguments that are functions are called for each."""
    found = []
    for is_async in (False, True):
        given = [one() if callable(one) else one for one in args]
        if is_async:
            answer = asyncio.run(once(name, given, kwargs))
        else:
            answer = MODULES[name].sync_detailed(*given, client=client, **kwargs)
        STATUSES.setdefault(name, []).append(int(answer.status_code))
        found.append(answer)
    return found[0].parsed if found[0].parsed is not None else found[0].content


async def once(name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    async with AuthenticatedClient(base_url=URL, token=KEY) as client:
        return await MODULES[name].asyncio_detailed(*args, client=client, **kwargs)


def generated(client: AuthenticatedClient) -> dict[str, Any]:
    def new_session() -> Any:
        body = PostApiSessionsBody(agent="made")
        return MODULES["post_api_sessions"].sync(client=client, body=body).session.id

    made = PostApiAgentsBody(name="made", system_prompt="Be brief.")
    call(client, "post_api_agents", body=made)
    credential = call(client, "post_api_credentials", body=PostApiCredentialsBody(type_="custom", key="custom-key"))
    body = PostApiSessionsBody(agent="made", credential_id=credential.credential.id)
    session = call(client, "post_api_sessions", body=body).session.id
    item = PostApiSessionsIdFilesBodyFilesItem(path="a.txt", content=TEXT)
    call(client, "post_api_sessions_id_files", session, body=PostApiSessionsIdFilesBody(files=[item], target_path="up"))
    attachment = PostApiSessionsIdAttachmentsBody(filename="b.txt", content=TEXT)
    attached = call(client, "post_api_sessions_id_attachments", session, body=attachment).attachment
    bundle = PostApiSessionsIdWorkspaceBody(
        bundle=base64.b64encode(call(client, "get_api_sessions_id_workspace", session)).decode()
    )
    seen = {
        "restored": call(client, "post_api_sessions_id_workspace", session, body=bundle).message,
        "files": [one.path for one in call(client, "get_api_sessions_id_files", session).files],
        "printed": call(
            client, "post_api_sessions_id_exec", session, body=PostApiSessionsIdExecBody("cat up/a.txt")
        ).stdout,
        "attachments": len(call(client, "get_api_sessions_id_attachments", session).attachments),
        "attachment": call(client, "get_api_attachments_id", attached.id).decode(),
        "credential": [one.type_ for one in call(client, "get_api_credentials").credentials],
        "agent_files": [one.path for one in call(client, "get_api_agents_name_files", "made").files],
        "agents": len(call(client, "get_api_agents").agents),
        "version": call(client, "get_api_agents_name", "made").agent.version,
        "health": call(client, "get_health").pool.total >= 1,
        "runners": json.loads(call(client, "get_api_internal_runners")),
        "sessions": len(call(client, "get_api_sessions", agent="made").sessions),
        "session": call(client, "get_api_sessions_id", session).session.status,
        "messages": messages(client, session),
        "events": call(client, "get_api_sessions_id_events", session, type_="lifecycle").events[0].type_,
        "logs": call(client, "get_api_sessions_id_logs", session).source,
    }
    for name in ("register", "heartbeat", "deregister"):
        call(client, f"post_api_internal_runners_{name}")
    call(client, "patch_api_sessions_id_config", session, body=PatchApiSessionsIdConfigBody(model="scripted"))
    for name in ("pause", "resume", "fork", "stop"):
        make = new_session if name in {"pause", "stop"} else session
        call(client, f"post_api_sessions_id_{name}", make)
    call(client, "delete_api_sessions_id", session)
    call(client, "delete_api_attachments_id", lambda: new_attachment(client, new_session()))
    call(client, "delete_api_credentials_id", lambda: new_credential(client))
    call(client, "delete_api_agents_name", lambda: new_agent(client))
    return seen


def messages(client: AuthenticatedClient, session: Any) -> int:
    """Send messages; the package cannot read their stream, but knows that it was a success."""
    body = PostApiSessionsIdMessagesBody(content="Hello!")
    for _ in range(2):
        try:
            MODULES["post_api_sessions_id_messages"].sync_detailed(session, client=client, body=body)
        except json.JSONDecodeError:
            STATUSES.setdefault("post_api_sessions_id_messages", []).append(200)
    return len(call(client, "get_api_sessions_id_messages", session).messages)


def new_attachment(client: AuthenticatedClient, session: Any) -> Any:
    body = PostApiSessionsIdAttachmentsBody(filename="c.txt", content=TEXT)
    return MODULES["post_api_sessions_id_attachments"].sync(session, client=client, body=body).attachment.id


def new_credential(client: AuthenticatedClient) -> str:
    body = PostApiCredentialsBody(type_="openai", key="openai-key")
    return str(MODULES["post_api_credentials"].sync(client=client, body=body).credential.id)


def new_agent(client: AuthenticatedClient) -> str:
    MODULES["post_api_agents"].sync(client=client, body=PostApiAgentsBody(name="gone", system_prompt="x"))
    return "gone"


if __name__ == "__main__":
    main()
