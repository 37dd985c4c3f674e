"""`ashr-labs doctor`: check the installation and its configuration."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from .._format import one_line
from ._commands import program_command
from ._exit import CommandError, ExitCode, Failure
from ._options import json_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._checks import Finding
    from ._output import Output

__all__ = ["command"]


@program_command("doctor")
@click.option("--remote", is_flag=True, help="Also check the key and the clock with the platform.")
@json_option
@click.pass_obj
def command(out: Output, /, remote: bool) -> None:
    """Check versions, extras, SQLite, key, URL, clock, spool and sandboxes, with advice for each problem.

    The spool holds undelivered traces. Of the engines of sandboxes, those that do not work here are marked with `-`,
    and are a problem only if ASHR_SANDBOX_ENGINE names them. The exit code is 3 if there is a problem.
    """
    findings = list(_findings(remote=remote))
    document = {"findings": [asdict(one) for one in findings]}
    if not out.as_json:
        out.write("".join(_line(one) for one in findings))
    wrong = [one.what for one in findings if one.is_problem]
    if wrong:
        raise CommandError(Failure(ExitCode.PLATFORM, "NotReady", f"not ready: {', '.join(wrong)}"), document)
    if out.as_json:
        out.write_json(document)


def _findings(*, remote: bool) -> Iterator[Finding]:
    # Imported here: `--help` does not need the client and the metadata of packages.
    from ..client._sync import AshrLabsClient  # noqa: PLC0415
    from ..errors import AshrLabsError  # noqa: PLC0415
    from . import _checks as checks  # noqa: PLC0415

    yield from checks.machine()
    yield from checks.extras()
    yield from checks.credentials(os.environ)
    yield from checks.variables(os.environ)
    yield checks.spool()
    yield from checks.sandboxes(os.environ, is_remote=remote)
    if not remote:
        return
    try:
        with AshrLabsClient.from_env() as client:
            yield from checks.remote(client)
    except AshrLabsError as error:
        yield checks.Finding("platform", is_fine=False, found=str(error), advice="set the key and the URL as above")


def _line(one: Finding) -> str:
    advice = f": {one.advice}" if one.advice and (not one.is_fine or one.what == "spool") else ""
    mark = "ok   " if one.is_fine else "WRONG" if one.is_problem else "-    "
    return one_line(f"{mark} {one.what}: {one.found}{advice}") + "\n"
