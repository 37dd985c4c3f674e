"""`ashr-labs prompts`: manage prompts, which are stored in versions."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from ._client import stored_client, storing_client, where_options
from ._commands import Group
from ._options import read_json_object
from ._records import show_record, show_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..prompts import Prompt
    from ._output import Output

__all__ = ["command"]

command = Group("prompts", "Manage prompts.")
_COLUMNS = ("slug", "version", "tags", "id", "created_at")


@command.command("list")
@where_options
@click.pass_obj
def list_prompts(out: Output, /, database: Path | None, remote: bool) -> None:
    """List the newest version of each prompt."""
    with stored_client(database, remote=remote) as client:
        found = client.prompts.list()
    _show_all(out, found)


@command.command("versions")
@click.argument("slug")
@where_options
@click.pass_obj
def list_versions(out: Output, /, slug: str, database: Path | None, remote: bool) -> None:
    """List the versions of a prompt, newest first."""
    with stored_client(database, remote=remote) as client:
        found = client.prompts.versions(slug)
    _show_all(out, found)


@command.command("get")
@click.argument("slug")
@click.option("--version", type=click.IntRange(1), help="The number of the version [default: the newest].")
@click.option("--tag", help="A tag of the version.")
@where_options
@click.pass_obj
def get_prompt(
    out: Output, /, slug: str, version: int | None, tag: str | None, database: Path | None, remote: bool
) -> None:
    """Print the template of a prompt; with --json everything about the version."""
    if version is not None and tag is not None:
        raise click.UsageError("give --version or --tag, not both")
    with stored_client(database, remote=remote) as client:
        prompt = client.prompts.get(slug, version=version, tag=tag)
    if out.as_json:
        out.write_json(asdict(prompt))
    else:
        out.write(_with_line_feed(prompt.template))


@command.command("create")
@click.argument("slug")
@click.argument("template", type=click.File("r", encoding="utf-8"))
@click.option("--tag", help="A tag for the version; it moves if another one has it.")
@click.option("--variables", type=click.Path(path_type=Path), metavar="FILE", help="JSON: default values of variables.")
@click.option("--metadata", type=click.Path(path_type=Path), metavar="FILE", help="JSON: metadata of the version.")
@where_options
@click.pass_obj
def create_prompt(
    out: Output,
    /,
    slug: str,
    template: IO[str],
    tag: str | None,
    variables: Path | None,
    metadata: Path | None,
    database: Path | None,
    remote: bool,
) -> None:
    """Store the next version of a prompt from TEMPLATE, a file or - for stdin, and print its number."""
    text = _text(template)
    given = None if variables is None else read_json_object(variables, "set of variables")
    facts = None if metadata is None else read_json_object(metadata, "set of metadata")
    with storing_client(database, remote=remote) as client:
        prompt = client.prompts.create(slug, text, tag=tag, variables=given, metadata=facts)
    if out.as_json:
        out.write_json(asdict(prompt))
    else:
        out.write(f"{prompt.version}\n")


@command.command("tag")
@click.argument("slug")
@click.argument("tag")
@click.argument("version", type=click.IntRange(1))
@where_options
@click.pass_obj
def set_tag(out: Output, /, slug: str, tag: str, version: int, database: Path | None, remote: bool) -> None:
    """Give TAG to a version of a prompt; it moves if another version has it."""
    with stored_client(database, remote=remote) as client:
        prompt = client.prompts.set_tag(slug, tag, version)
    show_record(out, asdict(prompt) if out.as_json else _row(prompt))


@command.command("untag")
@click.argument("slug")
@click.argument("tag")
@where_options
@click.pass_obj
def delete_tag(out: Output, /, slug: str, tag: str, database: Path | None, remote: bool) -> None:
    """Remove TAG from a prompt."""
    with stored_client(database, remote=remote) as client:
        client.prompts.delete_tag(slug, tag)
    _show_deleted(out, f"{slug}@{tag}")


@command.command("render")
@click.argument("prompt")
@click.argument("variables", nargs=-1, metavar="[NAME=VALUE]...")
@where_options
@click.pass_obj
def render_prompt(out: Output, /, prompt: str, variables: tuple[str, ...], database: Path | None, remote: bool) -> None:
    """Print a prompt, given by its slug or the id of a version, with its variables filled in."""
    given = dict(_named_value(one) for one in variables)
    with stored_client(database, remote=remote) as client:
        rendered = client.prompts.render(prompt, **given)
    if out.as_json:
        out.write_json({"rendered": rendered})
    else:
        out.write(_with_line_feed(rendered))


@command.command("delete")
@click.argument("prompt")
@where_options
@click.pass_obj
def delete_prompt(out: Output, /, prompt: str, database: Path | None, remote: bool) -> None:
    """Delete a version by its id, or all versions by the slug of the prompt."""
    with stored_client(database, remote=remote) as client:
        client.prompts.delete(prompt)
    _show_deleted(out, prompt)


def _show_all(out: Output, found: Sequence[Prompt]) -> None:
    show_rows(out, "prompts", [asdict(one) if out.as_json else _row(one) for one in found], _COLUMNS)


def _row(prompt: Prompt) -> dict[str, object]:
    return {**{name: getattr(prompt, name) for name in _COLUMNS}, "tags": ", ".join(prompt.tags) or "-"}


def _show_deleted(out: Output, what: str) -> None:
    out.info(f"deleted {what}")
    if out.as_json:
        out.write_json({"deleted": what})


def _with_line_feed(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _named_value(argument: str) -> tuple[str, str]:
    name, separator, value = argument.partition("=")
    if not separator or not name:
        raise click.UsageError(f"a variable must have the form NAME=VALUE, got {argument!r}")
    return name, value


def _text(file: IO[str]) -> str:
    try:
        return file.read()
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} must be UTF-8: {error}") from error
