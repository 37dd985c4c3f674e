"""Find the runs that commands are given: files, or ids of stored runs."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..results import read_run
from ._platforms import check_one_platform, open_client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..results import RunResults

__all__ = ["load_runs"]

_ID = re.compile(r"[0-9]{1,18}")


def load_runs(references: Sequence[str], database: Path | None, *, remote: bool) -> list[RunResults]:
    """Return runs: from files, and by their ids from the database, else from the remote platform."""
    check_one_platform(database, remote=remote)
    if database and not database.exists():
        raise click.ClickException(f"there is no database {database}")
    with ExitStack() as stack:
        is_stored = any(map(_ID.fullmatch, references))
        client = stack.enter_context(open_client(database, remote=database is None)) if is_stored else None
        return [
            read_run(client.get_run(int(one))) if client and _ID.fullmatch(one) else read_run(Path(one))
            for one in references
        ]
