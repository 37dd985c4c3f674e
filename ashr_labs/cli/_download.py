"""Bytes of the platform as a file or on stdout, without holding all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import AshrLabsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ._output import Output

__all__ = ["save", "send"]


def save(parts: Iterable[bytes], path: Path) -> int:
    """Write parts to a file, which appears when all are there, and return the number of bytes.

    Raises:
        click.ClickException: The file cannot be written.
    """
    unfinished = path.with_name(f"{path.name}.part")
    size = 0
    try:
        with unfinished.open("wb") as file:
            for part in parts:
                size += file.write(part)
        unfinished.replace(path)
    except BaseException as error:
        unfinished.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, AshrLabsError):
            raise click.ClickException(f"cannot write {path}: {error.strerror or error}") from error
        raise
    return size


def send(parts: Iterable[bytes], out: Output) -> None:
    """Write parts of ASCII text to stdout, until its reader closes it."""
    for part in parts:
        out.write(part.decode("ascii"))
        if out.is_closed:
            return
