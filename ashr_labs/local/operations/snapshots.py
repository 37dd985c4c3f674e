"""Snapshots of agents: upload, versions, tags, download."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ...errors import ConfigurationError, ConflictError, NotFoundError, ValidationError
from ...snapshots import LATEST, SnapshotReference
from ..contract import load_contract, parse_body
from ..cursors import keyset_page, page_of
from ..exchange import Attachment
from ..multipart import Upload
from ..store.bundle_rows import bundle_content, lock_bundles, store_bundle
from ..store.snapshot_rows import (
    NEWEST_OF_EACH_NAME,
    add_snapshot,
    delete_snapshot_row,
    find_snapshots,
    select_snapshots,
    tags_of,
)
from ..store.snapshot_tables import snapshots
from ..uploads import CheckedUpload, checked_upload
from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

__all__ = [
    "delete_snapshot",
    "download_snapshot",
    "get_latest_snapshot",
    "get_snapshot",
    "get_snapshot_by_tag",
    "get_snapshot_version",
    "list_snapshot_versions",
    "list_snapshots",
    "snapshot_of",
    "upload_snapshot",
]

_PAGE: Final = 100
_NAMED: Final = 4
"""Snapshots of one digest that an error names."""
_MAX_METADATA: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Prepared:
    metadata: Mapping[str, Any]
    upload: CheckedUpload


def _prepared(params: Mapping[str, Any]) -> _Prepared:
    metadata = _metadata(_bytes(params["metadata"]))
    return _Prepared(metadata, checked_upload(metadata, _bytes(params["bundle"])))


@operation("upload_snapshot", writes=True, prepare=_prepared)
def upload_snapshot(context: Context, prepared: _Prepared) -> dict[str, Any]:
    """Store the files of an agent as the next version of its name."""
    connection, tenant_id = context.connection, context.principal.tenant_id
    metadata, upload = prepared.metadata, prepared.upload
    lock_bundles(connection, tenant_id)
    row = {
        "tenant_id": tenant_id,
        "user_id": context.principal.user_id,
        "created_at": context.timestamp,
        "name": metadata["name"],
        "digest": store_bundle(connection, tenant_id, upload.bundle, context.timestamp),
        "runtime": metadata.get("runtime", ""),
        "entrypoint": metadata["entrypoint"],
        "auth": metadata.get("auth"),
        "requirements": upload.requirements,
    }
    snapshot_id = add_snapshot(connection, row, metadata.get("tag"))
    return _record(context, snapshot_of(connection, tenant_id, SnapshotReference(id=snapshot_id)))


@operation("list_snapshots")
def list_snapshots(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page of the newest snapshot of each name."""
    found, cursor = keyset_page(
        context.connection,
        select_snapshots(context.principal.tenant_id, NEWEST_OF_EACH_NAME),
        [snapshots.c.name],
        cursors=context.cursors("list_snapshots"),
        limit=params.get("limit", _PAGE),
        cursor=params.get("cursor"),
    )
    return page_of(_records(context, found), cursor)


@operation("list_snapshot_versions")
def list_snapshot_versions(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page of the snapshots of a name, newest first."""
    tenant_id, name = context.principal.tenant_id, params["agent_name"]
    snapshot_of(context.connection, tenant_id, SnapshotReference(name))
    found, cursor = keyset_page(
        context.connection,
        select_snapshots(tenant_id, snapshots.c.name == name),
        [snapshots.c.version],
        cursors=context.cursors(f"list_snapshot_versions/{name}"),
        limit=params.get("limit", _PAGE),
        cursor=params.get("cursor"),
        descending=True,
    )
    return page_of(_records(context, found), cursor)


@operation("get_latest_snapshot")
def get_latest_snapshot(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the newest snapshot of a name."""
    return _one(context, SnapshotReference(params["agent_name"]))


@operation("get_snapshot_version")
def get_snapshot_version(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return one version of a name."""
    return _one(context, SnapshotReference(params["agent_name"], version=params["version"]))


@operation("get_snapshot_by_tag")
def get_snapshot_by_tag(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the snapshot of a name that has a tag."""
    tag = params["tag"]
    return _one(context, SnapshotReference(params["agent_name"], tag=None if tag == LATEST else tag))


@operation("get_snapshot")
def get_snapshot(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the snapshot of a reference."""
    return _one(context, _parsed(params))


@operation("delete_snapshot", writes=True)
def delete_snapshot(context: Context, params: Mapping[str, Any]) -> None:
    """Delete the only snapshot that a reference means."""
    reference = _parsed(params)
    if not reference.is_fixed and reference.digest is None:
        raise ValidationError(
            f"a snapshot is deleted by its id or version, got {str(reference)!r}, which may mean a newer one later",
            response={"path": "snapshot_id"},
        )
    tenant_id = context.principal.tenant_id
    lock_bundles(context.connection, tenant_id)
    found = find_snapshots(context.connection, tenant_id, reference, limit=_NAMED)
    if not found:
        raise _missing(reference)
    if len(found) > 1:
        ids = ", ".join(f"snap_{row['id']}" for row in found)
        raise ConflictError(f"several snapshots have the digest {reference}; name one by its id: {ids}")
    delete_snapshot_row(context.connection, found[0])


@operation("download_snapshot")
def download_snapshot(context: Context, params: Mapping[str, Any]) -> Attachment:
    """Return the archive of a snapshot."""
    row = snapshot_of(context.connection, context.principal.tenant_id, _parsed(params))
    headers = {
        "content-type": "application/gzip",
        "content-disposition": f'attachment; filename="{row["name"]}-{row["version"]}.tar.gz"',
        "x-content-type-options": "nosniff",
    }
    return Attachment(bundle_content(context.connection, row["tenant_id"], row["digest"]), headers)


def snapshot_of(connection: Connection, tenant_id: int, reference: SnapshotReference) -> Mapping[Any, Any]:
    """Return the row of a snapshot.

    Raises:
        NotFoundError: The tenant has none.
    """
    found = find_snapshots(connection, tenant_id, reference)
    if not found:
        raise _missing(reference)
    return found[0]


def _missing(reference: SnapshotReference) -> NotFoundError:
    return NotFoundError(f"there is no snapshot {str(reference)!r}")


def _parsed(params: Mapping[str, Any]) -> SnapshotReference:
    try:
        return SnapshotReference.parse(params["snapshot_id"])
    except ConfigurationError as error:
        raise NotFoundError(error.message) from error


def _bytes(value: str | Upload) -> bytes:
    """Return the content of a field, which clients may send as text or as a file."""
    return value.content if isinstance(value, Upload) else value.encode("utf-8", "surrogatepass")


def _metadata(content: bytes) -> dict[str, Any]:
    if len(content) > _MAX_METADATA:
        raise ValidationError(f"`metadata` must have at most {_MAX_METADATA:,} bytes, got {len(content):,}")
    metadata = parse_body(content, "`metadata`")
    load_contract().shape("SnapshotMetadata").check("upload_snapshot", metadata)
    return metadata


def _one(context: Context, reference: SnapshotReference) -> dict[str, Any]:
    return _record(context, snapshot_of(context.connection, context.principal.tenant_id, reference))


def _record(context: Context, row: Mapping[Any, Any]) -> dict[str, Any]:
    return _records(context, [row])[0]


def _records(context: Context, rows: Sequence[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    tags = tags_of(context.connection, [row["id"] for row in rows])
    kept = ("name", "version", "digest", "size_bytes", "runtime", "entrypoint", "auth", "created_at")
    return [
        {
            "id": f"snap_{row['id']}",
            **{name: row[name] for name in kept},
            "tag": next(iter(tags[row["id"]]), ""),
            "tags": tags[row["id"]],
            "storage_path": f"/agents/{row['name']}/v{row['version']}",
        }
        for row in rows
    ]
