"""Which report a file's name asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import ConfigurationError
from .html import html_report
from .junit import junit_xml
from .markdown import markdown_report
from .tables import csv_text, json_text, jsonl_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..comparison import Comparison
    from ..runs import RunResults

__all__ = ["ENDINGS", "check_endings", "write_report"]

_OF_A_RUN: dict[str, Callable[[RunResults], str]] = {
    ".xml": junit_xml,
    ".csv": csv_text,
    ".jsonl": jsonl_text,
    ".json": json_text,
}
ENDINGS = ", ".join([".html", ".md", *_OF_A_RUN])


def check_endings(*paths: Path) -> None:
    """Refuse files whose names do not say which report they want.

    Raises:
        ConfigurationError: There is such a file.
    """
    for path in paths:
        if path.suffix not in {".html", ".md", *_OF_A_RUN}:
            raise ConfigurationError(f"{path}: its name must end with one of {ENDINGS}")


def write_report(path: Path, run: RunResults, comparison: Comparison | None = None, title: str | None = None) -> None:
    """Write the report that the file's name asks for; of the comparison, where there is one, in .html and .md.

    Raises:
        ConfigurationError: The name asks for none.
        OSError: It cannot be written.
    """
    check_endings(path)
    match path.suffix:
        case ".html":
            text = html_report(comparison or run, title)
        case ".md":
            text = markdown_report(comparison or run)
        case suffix:
            text = _OF_A_RUN[suffix](run)
    path.write_text(text, "utf-8")
