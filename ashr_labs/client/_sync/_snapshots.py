"""Snapshots of agents on the embedded platform."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...bundles import pack, unpack
from ...errors import ConfigurationError
from ...snapshots import AgentSnapshot
from .._outgoing import resource
from .._snapshots import upload_form
from ._pages import each_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike
    from typing import Any, TypeAlias

    from ...snapshots import AgentAuth
    from ._transport import SyncRetryTransport

    Snapshots: TypeAlias = list["Snapshot"]
    # In the class, `list` is a method.

__all__ = ["Snapshot", "SnapshotMethods"]

_ARCHIVES = (".tar.gz", ".tgz")


class Snapshot:
    """A version of an agent's files, as it was when it was fetched.

    Example:
        >>> snapshot = client.snapshots.upload("support", "./agent", ["python", "main.py"])  # doctest: +SKIP
        >>> snapshot.id, snapshot.name, snapshot.version  # doctest: +SKIP
        ('snap_1', 'support', 1)
    """

    def __init__(self, methods: SnapshotMethods, info: AgentSnapshot) -> None:
        self._methods = methods
        self.info = info
        """The record of the platform."""
        self.id: str = info.id
        self.name: str = info.name
        self.version: int = info.version
        """Counts up from 1 for each name."""
        self.digest: str = info.digest
        """`sha256:...` of the paths and contents; the same files have the same digest."""

    def __repr__(self) -> str:
        tags = "".join(f" {tag!r}" for tag in self.info.tags)
        return f"<{type(self).__name__} {self.id} {self.name}@{self.version}{tags}>"

    def download(self, to: str | PathLike[str]) -> Path:
        """Write the files into a folder, or as one archive; see `client.snapshots.download()`."""
        return self._methods.download(self.id, to)

    def versions(self) -> Snapshots:
        """Return all snapshots of this name, newest first."""
        return self._methods.versions(self.name)

    def delete(self) -> None:
        """Delete the snapshot."""
        self._methods.delete(self.id)


class SnapshotMethods:
    """Snapshots of the agents of the tenant: `client.snapshots`.

    A snapshot is referred to by its id (`snap_7`), by its digest (`sha256:...`), or by its name: alone for the newest
    version, with a version (`support@3`), or with a tag (`support:stable`).

    Example:
        >>> client.snapshots.upload(  # doctest: +SKIP
        ...     "support", "./agent", ["python", "main.py"], runtime="python3.12", tag="stable"
        ... )
        <Snapshot snap_1 support@1 'stable'>
    """

    def __init__(self, transport: SyncRetryTransport) -> None:
        self._transport = transport

    def upload(
        self,
        name: str,
        path: str | PathLike[str],
        entrypoint: Sequence[str],
        *,
        runtime: str | None = None,
        auth: AgentAuth | Mapping[str, Any] | None = None,
        tag: str | None = None,
    ) -> Snapshot:
        """Upload the files of an agent as the next version of its name.

        Of a folder, `.git`, `.env`, `node_modules`, `__pycache__` and the like are left out, and what its `.ashrignore`
        names. The same files have the same digest.

        Args:
            name: The name of the agent: letters, digits, `.`, `_` and `-`.
            path: A folder, a single file, or an archive whose name ends with `.tar.gz` or `.tgz`.
            entrypoint: A program and its arguments, such as `["python", "main.py"]`, run where the files are.
            runtime: The program that the sandbox must have, such as `python3.12` or `node20`.
            auth: What it needs: `required_env`, names of variables; `config_files`, files with secrets; `egress`.
            tag: A name for this version, which no other version keeps.

        Raises:
            ConfigurationError: If the files cannot be packed, or an argument has another type; nothing is sent then.
            ValidationError: If the platform refuses the files, or an argument.

        Example:
            >>> client.snapshots.upload(  # doctest: +SKIP
            ...     "support", "./agent", ["./run.sh"], auth={"required_env": ["OPENAI_API_KEY"]}
            ... )
            <Snapshot snap_2 support@2>
        """
        bundle = pack(path)
        body, kind = upload_form(name, bundle.content, entrypoint, runtime=runtime, auth=auth, tag=tag)
        return self._one(self._transport.request(resource("upload_snapshot", body=body, content_type=kind)))

    def list(self) -> Snapshots:
        """List the newest snapshot of each agent, by name."""
        return [self._one(item) for page in each_page(self._transport, "list_snapshots", {}) for item in page]

    def versions(self, name: str) -> Snapshots:
        """List the snapshots of an agent, newest first.

        Raises:
            NotFoundError: If there is none of this name.
        """
        pages = each_page(self._transport, "list_snapshot_versions", {}, {"agent_name": name})
        return [self._one(item) for page in pages for item in page]

    def get(self, reference: str) -> Snapshot:
        """Get a snapshot.

        Args:
            reference: Such as `support`, `support@3`, `support:stable`, `snap_7` or `sha256:...`.

        Raises:
            NotFoundError: If there is no such snapshot.
        """
        return self._one(self._transport.request(resource("get_snapshot", {"snapshot_id": reference})))

    def download(self, reference: str, to: str | PathLike[str]) -> Path:
        """Write the files of a snapshot into a folder, or as one archive, and return where they are.

        Args:
            reference: As for `get`.
            to: A folder that is empty or missing; or an archive, a name that ends with `.tar.gz` or `.tgz`.

        Raises:
            NotFoundError: If there is no such snapshot.
            ConfigurationError: If the folder has files, or it cannot be written.
        """
        target = Path(to)
        content = self._transport.request_bytes(resource("download_snapshot", {"snapshot_id": reference}))
        if not target.name.endswith(_ARCHIVES):
            unpack(content, target)
            return target
        try:
            target.write_bytes(content)
        except OSError as error:
            raise ConfigurationError(f"{target} cannot be written: {error.strerror or error}") from error
        return target

    def delete(self, reference: str) -> None:
        """Delete a snapshot; its version number is not used again.

        Args:
            reference: An id or a name with its version; or a digest that no other snapshot has.

        Raises:
            NotFoundError: If there is no such snapshot.
            ConflictError: If several snapshots have the digest.
            ValidationError: If it is a bare name, or has a tag, which may mean another snapshot later.
        """
        self._transport.request(resource("delete_snapshot", {"snapshot_id": reference}), None)

    def _one(self, answer: Mapping[str, Any]) -> Snapshot:
        return Snapshot(self, AgentSnapshot.from_dict(answer))
