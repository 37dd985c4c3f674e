"""Display of stored records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._format import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ._output import Output

__all__ = ["show_id", "show_record", "show_rows", "table_text"]


def show_rows(out: Output, name: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write rows: complete as one JSON object, or a table of some columns."""
    if out.as_json:
        out.write_json({name: list(rows)})
        return
    if not rows:
        out.info(f"there are no {name.replace('_', ' ').replace('api keys', 'API keys')}")
        return
    cells = [[_cell(row.get(key)) for key in columns] for row in rows]
    out.write(table_text([list(columns), *cells]))


def show_id(out: Output, record: Mapping[str, Any]) -> None:
    """Write a created or changed record: as JSON, or its id."""
    if out.as_json:
        out.write_json(record)
    else:
        out.write(f"{record['id']}\n")


def show_record(out: Output, record: Mapping[str, Any]) -> None:
    """Write a record: as JSON, or a line for each scalar value."""
    if out.as_json:
        out.write_json(record)
        return
    scalars = {key: value for key, value in record.items() if not isinstance(value, dict | list)}
    out.write(table_text([[key, _cell(value)] for key, value in scalars.items()]))


def _cell(value: object) -> str:
    return "-" if value is None else one_line(str(value))


def table_text(lines: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as text with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)
