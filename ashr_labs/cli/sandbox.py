"""`ashr-labs sandbox`: run commands in the sandboxes of a platform, and look at their files."""

from __future__ import annotations

import base64
import os
import secrets
import shlex
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._client import open_client
from ._commands import Group
from ._options import json_option
from ._records import show_id, show_record, show_rows, table_text

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from ..client._sync import AshrLabsClient
    from ..client._sync._sandboxes import Sandbox
    from ..sandboxes import CommandResult
    from ._output import Output

__all__ = ["command"]

command = Group("sandbox", "Run commands in the sandboxes of the platform of ASHR_LABS_BASE_URL.")


@command.command("create")
@click.argument("spec_id")
@click.option("--timeout", metavar="DURATION", help="The lifetime, such as 10m [default: that of the spec].")
@click.option("--secret", "names", multiple=True, metavar="NAME", help="Pass on this environment variable as a secret.")
@click.option("--metadata", "pairs", multiple=True, metavar="NAME=VALUE", help="A string of your own.")
@json_option
@click.pass_obj
def create_sandbox(
    out: Output, /, spec_id: str, timeout: str | None, names: Sequence[str], pairs: Sequence[str]
) -> None:
    """Create a sandbox from a spec and print its id."""
    metadata = dict(_pair(one) for one in pairs)
    with _client() as client:
        made = client.sandboxes.create(spec_id, timeout=timeout, metadata=metadata, secrets=_secrets(names))
    show_id(out, made.info)


@command.command("list")
@json_option
@click.pass_obj
def list_sandboxes(out: Output, /) -> None:
    """List the sandboxes that exist."""
    with _client() as client:
        rows = [one.info for one in client.sandboxes.list()]
    show_rows(out, "sandboxes", rows, ("id", "spec_id", "state", "created_at"))


@command.command("get")
@click.argument("sandbox_id")
@json_option
@click.pass_obj
def get_sandbox(out: Output, /, sandbox_id: str) -> None:
    """Show a sandbox and what isolates it."""
    with _client() as client:
        record = client.sandboxes.get(sandbox_id).info
    show_record(out, record if out.as_json else {**record, **record.get("isolation", {})})


@command.command("exec")
@click.argument("sandbox_id")
@click.argument("line", metavar="COMMAND")
@click.option("--timeout", metavar="DURATION", help="Such as 30s [default: 10m].")
@json_option
@click.pass_obj
def run_command(out: Output, /, sandbox_id: str, line: str, timeout: str | None) -> None:
    """Run a command and exit with its exit code."""
    with _client() as client:
        result = client.sandboxes.get(sandbox_id).exec(line, timeout)
    if out.as_json:
        out.write_json(asdict(result))
    else:
        _show(out, result)
    raise click.exceptions.Exit(result.exit_code)


@command.command("read")
@click.argument("sandbox_id")
@click.argument("path")
@json_option
@click.pass_obj
def read_file(out: Output, /, sandbox_id: str, path: str) -> None:
    """Write a file to stdout; with --json as text, or in Base64 if it is not UTF-8."""
    with _client() as client:
        content = client.sandboxes.get(sandbox_id).read(path)
    if out.as_json:
        out.write_json({"path": path, "size": len(content), **_as_text(content)})
        return
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


@command.command("write")
@click.argument("sandbox_id")
@click.argument("path")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@json_option
@click.pass_obj
def write_file(out: Output, /, sandbox_id: str, path: str, file: Path) -> None:
    """Write FILE, or stdin for -, to a path of the workspace."""
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    with _client() as client:
        client.sandboxes.get(sandbox_id).write(path, content)
    if out.as_json:
        out.write_json({"path": path, "size": len(content)})
    else:
        out.info(f"{len(content)} bytes written to {path}")


@command.command("diff")
@click.argument("sandbox_id")
@json_option
@click.pass_obj
def show_difference(out: Output, /, sandbox_id: str) -> None:
    """List the files that differ from when the sandbox became ready."""
    with _client() as client:
        found = client.sandboxes.get(sandbox_id).diff()
    if out.as_json:
        out.write_json(asdict(found))
        return
    marked = [("A", found.added), ("D", found.removed), ("M", found.modified)]
    out.write("".join(f"{mark} {path}\n" for mark, paths in marked for path in paths))


@command.command("findings")
@click.argument("sandbox_id")
@json_option
@click.pass_obj
def show_findings(out: Output, /, sandbox_id: str) -> None:
    """List the rules of its spec, and which were broken since it became ready; exit with 1 if one was."""
    with _client() as client:
        found = client.sandboxes.get(sandbox_id).findings()
    if out.as_json:
        out.write_json(asdict(found))
    elif found.rules:
        marked = [[one.rule, "broken" if one.violated else "kept", one.details] for one in found.rules]
        out.write(table_text(marked))
    else:
        out.info("the spec has no rules in `forbidden`")
    raise click.exceptions.Exit(int(any(one.violated for one in found.rules)))


@command.command("destroy")
@click.argument("sandbox_ids", metavar="SANDBOX_ID...", nargs=-1, required=True)
@json_option
@click.pass_obj
def destroy_sandboxes(out: Output, /, sandbox_ids: Sequence[str]) -> None:
    """End sandboxes with all of their processes and files."""
    with _client() as client:
        for sandbox_id in sandbox_ids:
            client.sandboxes.destroy(sandbox_id)
            out.info(f"{sandbox_id} is destroyed")
    if out.as_json:
        out.write_json({"destroyed": list(sandbox_ids)})


@command.command("shell")
@click.argument("sandbox_id", required=False)
@click.option("--spec", metavar="SPEC_ID", help="Create a sandbox from this spec, and destroy it at the end.")
@click.option("--secret", "names", multiple=True, metavar="NAME", help="Pass on this environment variable as a secret.")
@json_option
@click.pass_obj
def open_shell(out: Output, /, sandbox_id: str | None, spec: str | None, names: Sequence[str]) -> None:
    """Run lines from the terminal or stdin, until its end.

    Each line is a command of its own: the folder is kept, and variables are not. Commands have no standard input.
    """
    if (sandbox_id is None) == (spec is None):
        raise click.UsageError("give either the id of a sandbox or --spec")
    with _client() as client:
        if sandbox_id is not None:
            results = _run_lines(out, client.sandboxes.get(sandbox_id))
        else:
            with client.sandboxes.create(spec or "", secrets=_secrets(names)) as sandbox:
                results = _run_lines(out, sandbox)
    if out.as_json:
        out.write_json({"results": results})


def _client() -> AbstractContextManager[AshrLabsClient]:
    """Return a client of the remote platform: a sandbox exists only while the platform that made it runs."""
    return open_client(None, remote=True)


def _run_lines(out: Output, sandbox: Sandbox) -> list[dict[str, object]]:
    """Run lines, and return their results; without --json they are shown at once."""
    folder, marker = sandbox.path, secrets.token_hex(16)
    results: list[dict[str, object]] = []
    for line in _lines(f"{sandbox.id}$ "):
        result = sandbox.exec(f'cd -- {shlex.quote(folder)} && eval {shlex.quote(line)}\nprintf %s%s {marker} "$PWD"')
        stdout, found, new = result.stdout.rpartition(marker)
        if found:
            folder = new
        shown = replace(result, command=line, stdout=stdout if found else result.stdout)
        if out.as_json:
            results.append({**asdict(shown), "folder": folder})
        else:
            _show(out, shown)
    return results


def _lines(prompt: str) -> Generator[str]:
    """Yield the lines of stdin until its end or `exit`; the prompt is shown in a terminal only."""
    while True:
        if sys.stdin.isatty():
            sys.stderr.write(prompt)
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line or line.strip() == "exit":
            return
        if line.strip():
            yield line.rstrip("\n")


def _show(out: Output, result: CommandResult) -> None:
    out.write(result.stdout)
    sys.stderr.write(result.stderr)
    sys.stderr.flush()
    if result.timed_out:
        out.info("the command ran out of time and was killed")
    if result.truncated:
        out.info("the output was longer; the rest was dropped")


def _as_text(content: bytes) -> dict[str, str]:
    try:
        return {"content": content.decode()}
    except UnicodeDecodeError:
        return {"content_base64": base64.b64encode(content).decode()}


def _secrets(names: Sequence[str]) -> Mapping[str, str]:
    missing = [name for name in names if name not in os.environ]
    if missing:
        raise click.UsageError(f"the environment has no variable {', '.join(missing)}")
    return {name: os.environ[name] for name in names}


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not name:
        raise click.UsageError(f"--metadata must be NAME=VALUE, got {text!r}")
    return name, value
