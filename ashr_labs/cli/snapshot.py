"""`ashr-labs snapshot`: manage versions of the files of agents."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..snapshots import LATEST, AgentAuth
from ._client import stored_client, storing_client, where_options
from ._commands import Group
from ._records import show_id, show_record, show_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..client._sync._snapshots import Snapshot
    from ._output import Output

__all__ = ["command"]

command = Group("snapshot", "Manage snapshots: versions of the files of agents.")
_COLUMNS = ("id", "name", "version", "tag", "runtime", "size_bytes", "created_at")
_TAG_COLUMNS = ("tag", "version", "id", "created_at")


@command.command("upload")
@click.argument("name")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.argument("entrypoint", nargs=-1, required=True)
@click.option("--runtime", metavar="RUNTIME", help="Such as python3.12 or node20.")
@click.option("--tag", metavar="TAG", help="A name for this version, such as stable.")
@click.option("--needs", "required_env", multiple=True, metavar="NAME", help="A variable that it needs; repeatable.")
@click.option(
    "--config-file",
    "config_files",
    multiple=True,
    metavar="PATH=TEMPLATE",
    help="Write PATH from the file TEMPLATE, with {{ secrets.NAME }} replaced; repeatable.",
)
@where_options
@click.pass_obj
def upload_snapshot(
    out: Output,
    /,
    name: str,
    path: Path,
    entrypoint: Sequence[str],
    runtime: str | None,
    tag: str | None,
    required_env: Sequence[str],
    config_files: Sequence[str],
    database: Path | None,
    remote: bool,
) -> None:
    """Upload the files of an agent as the next version of NAME, and print the id.

    PATH is a folder, a file or a .tar.gz. ENTRYPOINT is the program that starts the agent, with its arguments; options
    among them follow `--`.
    """
    auth: dict[str, Any] = {
        "required_env": list(required_env),
        "config_files": [_config_file(given) for given in config_files],
    }
    with storing_client(database, remote=remote) as client:
        made = client.snapshots.upload(
            name,
            path,
            list(entrypoint),
            runtime=runtime,
            auth=auth if required_env or config_files else None,
            tag=tag,
        )
    out.info(f"uploaded {made.name}@{made.version}, {made.info.size_bytes:,} bytes, {made.digest}")
    show_id(out, asdict(made.info))


@command.command("list")
@click.argument("name", required=False)
@where_options
@click.pass_obj
def list_snapshots(out: Output, /, name: str | None, database: Path | None, remote: bool) -> None:
    """List the newest snapshot of each agent, or all snapshots of NAME, newest first."""
    with stored_client(database, remote=remote) as client:
        found = client.snapshots.list() if name is None else client.snapshots.versions(name)
    show_rows(out, "snapshots", [asdict(one.info) for one in found], _COLUMNS)


@command.command("show")
@click.argument("snapshot")
@where_options
@click.pass_obj
def show_snapshot(out: Output, /, snapshot: str, database: Path | None, remote: bool) -> None:
    """Show a snapshot: NAME, NAME@VERSION, NAME:TAG, an id or a digest."""
    with stored_client(database, remote=remote) as client:
        info = client.snapshots.get(snapshot).info
    record = asdict(info)
    if out.as_json:
        out.write_json(record)
        return
    auth = info.auth or AgentAuth()
    needs = {"needs": ", ".join(auth.required_env), "config_files": ", ".join(file.path for file in auth.config_files)}
    lists = {"tags": ", ".join(info.tags), "entrypoint": shlex.join(info.entrypoint), **needs}
    hidden = {"tag", "auth", "storage_path"}
    show_record(out, {name: value for name, value in {**record, **lists}.items() if name not in hidden})


@command.command("tags")
@click.argument("name")
@where_options
@click.pass_obj
def list_tags(out: Output, /, name: str, database: Path | None, remote: bool) -> None:
    """List the tags of an agent, and which version each one means."""
    with stored_client(database, remote=remote) as client:
        found = client.snapshots.versions(name)
    tagged = [(LATEST, found[0]), *sorted((tag, one) for one in found for tag in one.info.tags)]
    show_rows(out, "tags", [_tag_row(tag, one) for tag, one in tagged], _TAG_COLUMNS)


@command.command("download")
@click.argument("snapshot")
@click.argument("to", type=click.Path(path_type=Path))
@where_options
@click.pass_obj
def download_snapshot(out: Output, /, snapshot: str, to: Path, database: Path | None, remote: bool) -> None:
    """Write the files of a snapshot into the folder TO, or as one archive if TO ends with .tar.gz."""
    with stored_client(database, remote=remote) as client:
        written = client.snapshots.download(snapshot, to)
    out.info(f"wrote {written}")
    if out.as_json:
        out.write_json({"path": str(written)})


@command.command("delete")
@click.argument("snapshot")
@where_options
@click.pass_obj
def delete_snapshot(out: Output, /, snapshot: str, database: Path | None, remote: bool) -> None:
    """Delete a snapshot: an id or NAME@VERSION. Its version number is not used again."""
    with stored_client(database, remote=remote) as client:
        client.snapshots.delete(snapshot)
    out.info(f"deleted {snapshot}")
    if out.as_json:
        out.write_json({"deleted": snapshot})


def _config_file(given: str) -> dict[str, str]:
    path, separator, template = given.partition("=")
    if not separator:
        raise click.UsageError(f"--config-file must be PATH=TEMPLATE, got {given!r}")
    try:
        return {"path": path, "template": Path(template).read_text("utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read {template}: {error}") from error


def _tag_row(tag: str, snapshot: Snapshot) -> dict[str, Any]:
    return {"tag": tag, "version": snapshot.version, "id": snapshot.id, "created_at": snapshot.info.created_at}
