"""Reports of runs and comparisons, in the format that the name of a file asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import ConfigurationError
from ..comparison import check_subject
from .html import html_report
from .junit import junit_xml
from .markdown import markdown_report
from .tables import csv_text, json_text, jsonl_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..comparison import Comparison
    from ..runs import RunResults

__all__ = ["SUFFIXES", "check_suffixes", "write_report"]

_OF_A_RUN: dict[str, Callable[[RunResults], str]] = {
    ".xml": junit_xml,
    ".csv": csv_text,
    ".jsonl": jsonl_text,
    ".json": json_text,
}
SUFFIXES = ", ".join([".html", ".md", *_OF_A_RUN])


def check_suffixes(*paths: Path) -> None:
    """Check that the name of each file selects a format.

    Raises:
        ConfigurationError: One of them does not.
    """
    for path in paths:
        if path.suffix not in {".html", ".md", *_OF_A_RUN}:
            raise ConfigurationError(f"{path}: its name must end with one of {SUFFIXES}")


def write_report(path: Path, run: RunResults, comparison: Comparison | None = None, title: str | None = None) -> None:
    """Write a report of a run in the format of the file's suffix; .html and .md show the comparison, if there is one.

    Raises:
        ConfigurationError: The suffix is unknown, or the run is not one.
        OSError: The file cannot be written.
    """
    check_suffixes(path)
    check_subject(run)
    match path.suffix:
        case ".html":
            text = html_report(comparison or run, title)
        case ".md":
            text = markdown_report(comparison or run)
        case suffix:
            text = _OF_A_RUN[suffix](run)
    path.write_text(text, "utf-8")
