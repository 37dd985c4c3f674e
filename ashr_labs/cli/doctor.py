"""`ashr-labs doctor`: is everything there that the package needs?"""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES, CommandError, ExitCode, Failure
from ._options import json_option
from ._output import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._checks import Finding
    from ._output import Output

__all__ = ["command"]


@click.command("doctor", epilog=EXIT_CODES)
@click.option(
    "--remote", is_flag=True, help="Ask the platform, too: whether it knows the key, and how late it is there."
)
@json_option
@click.pass_obj
def command(out: Output, /, remote: bool) -> None:
    """Look at versions, extras, SQLite, key, URL, clock and spool, and say what to do about what is wrong.

    The spool keeps traces that could not be delivered. Exit code 3 if anything is wrong.
    """
    findings = list(_findings(remote=remote))
    document = {"findings": [asdict(one) for one in findings]}
    if not out.as_json:
        out.write("".join(_line(one) for one in findings))
    wrong = [one.what for one in findings if not one.is_fine]
    if wrong:
        raise CommandError(Failure(ExitCode.PLATFORM, "NotReady", f"not ready: {', '.join(wrong)}"), document)
    if out.as_json:
        out.document(document)


def _findings(*, remote: bool) -> Iterator[Finding]:
    # Imported here because they load the client and what looks for packages, which `--help` does not need.
    from ..client._sync import AshrLabsClient  # noqa: PLC0415
    from ..errors import AshrLabsError  # noqa: PLC0415
    from . import _checks as checks  # noqa: PLC0415

    yield from checks.machine()
    yield from checks.extras()
    yield from checks.credentials(os.environ)
    yield checks.spool()
    if not remote:
        return
    try:
        with AshrLabsClient.from_env() as client:
            yield from checks.remote(client)
    except AshrLabsError as error:
        yield checks.Finding("platform", is_fine=False, found=str(error), advice="set the key and the URL as said")


def _line(one: Finding) -> str:
    advice = f": {one.advice}" if one.advice and (not one.is_fine or one.what == "spool") else ""
    return one_line(f"{'ok   ' if one.is_fine else 'WRONG'} {one.what}: {one.found}{advice}") + "\n"
