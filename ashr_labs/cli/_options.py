"""Options that several commands share, and the types that they are checked by."""

from __future__ import annotations

import os
from math import isfinite
from pathlib import Path
from typing import Any

import click

__all__ = ["FileToWrite", "Number", "json_option"]

json_option = click.option(
    "--json", is_flag=True, expose_value=False, help="Write one JSON object to stdout, and nothing else."
)


class FileToWrite(click.Path):
    """The path of a file, which may be missing, in a folder that exists."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"there is no folder {path.parent}", param, ctx)
        return path


class Number(click.FloatRange):
    """A number in a range; NaN and infinity are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        number: float = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value!r} is not a number to count with", param, ctx)
        return number
