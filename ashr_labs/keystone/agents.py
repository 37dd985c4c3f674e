"""The service `Keystone.agents`: snapshots of agents, and handles that carry their methods."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeAlias

from ..client._outgoing import resource
from ..client._sync._snapshots import SnapshotMethods
from .errors import as_keystone_error
from .types import AgentSnapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from ..snapshots import AgentAuth
    from ._connection import Connection

    Page: TypeAlias = tuple[list["AgentSnapshotHandle"], str | None]
    # In the class, `list` is a method.

__all__ = ["AgentService", "AgentSnapshotHandle"]

_LIMIT = 100


class AgentSnapshotHandle(AgentSnapshot):
    """An `AgentSnapshot`, with the methods of the service for its id.

    Args:
        info: Its record.
        svc: The service.
    """

    def __init__(self, info: AgentSnapshot, svc: AgentService) -> None:
        super().__init__(**_fields(info))
        self._svc = svc

    @property
    def info(self) -> AgentSnapshot:
        """Its record, as it was fetched."""
        return AgentSnapshot(**_fields(self))

    def delete(self) -> None:
        """Delete this snapshot."""
        self._svc.delete_snapshot(self.id)


class AgentService:
    """Uploads, finds, lists and deletes snapshots of agents: `ks.agents`; each failed request is a `KeystoneError`."""

    def __init__(self, http: Connection) -> None:
        self._http = http
        self._methods = SnapshotMethods(http.transport)

    @as_keystone_error
    def upload(
        self,
        name: str,
        path: str | PathLike[str],
        entrypoint: Sequence[str],
        *,
        runtime: str | None = None,
        auth: AgentAuth | Mapping[str, Any] | None = None,
        tag: str | None = None,
    ) -> AgentSnapshotHandle:
        """Upload the files of an agent as the next version of its name.

        Args:
            name: The name of the agent.
            path: A folder, of which `.git`, `.env`, `node_modules` and the like are left out; a single file; or a
                `.tar.gz`.
            entrypoint: A program and its arguments, such as `["python", "main.py"]`.
            runtime: Such as `python3.12` or `node20`.
            auth: What it needs: `required_env`, `config_files` and `egress`.
            tag: A name for this version.
        """
        made = self._methods.upload(name, path, entrypoint, runtime=runtime, auth=auth, tag=tag)
        return AgentSnapshotHandle(made.info, self)

    @as_keystone_error
    def get(self, name: str, *, version: int | None = None, tag: str | None = None) -> AgentSnapshotHandle:
        """Return the snapshot of a name that has a tag, else that of a version, else the newest one."""
        path: dict[str, object] = {"agent_name": name}
        if tag:
            return self._one("get_snapshot_by_tag", {**path, "tag": tag})
        if version is not None:
            return self._one("get_snapshot_version", {**path, "version": version})
        return self._one("get_latest_snapshot", path)

    @as_keystone_error
    def get_by_id(self, snapshot_id: str) -> AgentSnapshotHandle:
        """Return the snapshot of an id."""
        return self._one("get_snapshot", {"snapshot_id": snapshot_id})

    @as_keystone_error
    def list(self, limit: int = _LIMIT, cursor: str | None = None) -> Page:
        """Return a page of the newest snapshot of each name, and the cursor of the next page; None if there is none."""
        return self._page("list_snapshots", {}, limit, cursor)

    @as_keystone_error
    def list_versions(self, name: str, limit: int = _LIMIT, cursor: str | None = None) -> Page:
        """Return a page of the snapshots of a name, newest first, and the cursor of the next page."""
        return self._page("list_snapshot_versions", {"agent_name": name}, limit, cursor)

    @as_keystone_error
    def delete(self, snapshot: AgentSnapshot) -> None:
        """Delete a snapshot."""
        self._methods.delete(snapshot.id)

    @as_keystone_error
    def delete_snapshot(self, snapshot_id: str) -> None:
        """Delete the snapshot of an id."""
        self._methods.delete(snapshot_id)

    def _one(self, operation: str, path: Mapping[str, object]) -> AgentSnapshotHandle:
        return AgentSnapshotHandle(AgentSnapshot.from_dict(self._http.get(resource(operation, path).target)), self)

    def _page(self, operation: str, path: Mapping[str, object], limit: int, cursor: str | None) -> Page:
        found: Mapping[str, Any] = (
            self._http.get(resource(operation, path, {"limit": limit, "cursor": cursor or None}).target) or {}
        )
        items = [AgentSnapshotHandle(AgentSnapshot.from_dict(one), self) for one in found.get("items") or ()]
        return items, found.get("next_cursor") or None


def _fields(record: AgentSnapshot) -> dict[str, Any]:
    return {one.name: getattr(record, one.name) for one in fields(AgentSnapshot)}
