"""Exports of experiments, read in small transactions while they are sent, so that their size does not matter."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ...errors import ConflictError
from ..events.listing import is_of_session, spans_after
from ..events.mapping import event_of
from ..store.experiment_score_rows import listed_scores, score_record, scores_of_run
from ..store.experiment_tables import experiment_scenarios, experiment_scores
from ..store.pages import fetch_page
from ..store.raw_json import encode
from ..store.scenario_lists import listed_scenarios
from .listing import listed_scenario
from .results import experiment_record, experiment_results

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from sqlalchemy import ColumnElement, Select

    from ..events.listing import SpanPlace
    from ..store.engine import Database

__all__ = ["FORMATS", "exported", "score_array"]

FORMATS: Final = {"json": "application/json", "ndjson": "application/x-ndjson"}
"""The media types of formats."""
_CHUNK: Final = 64 * 1024
"""Characters that are sent at once, at least."""
_ROWS: Final = 500
_PAGE_BYTES: Final = 1_000_000
_LISTS: Final = {"scenarios": "scenario", "traces": "span", "scores": "score"}
"""The fields of an export in JSON, and the types of their items."""
_END: Final = "end"


class _Piece(NamedTuple):
    """A part of an export."""

    kind: str
    text: str
    """Its JSON."""


def exported(database: Database, experiment: Mapping[Any, Any], media_type: str) -> Generator[bytes]:
    """Yield the export of the last run of an experiment.

    Args:
        database: It is read between two parts, and not for longer.
        experiment: The row of the experiment, whose run stays the same if it is run again meanwhile.
        media_type: One of the values of `FORMATS`.

    Raises:
        ConflictError: The experiment was deleted meanwhile.
    """
    text = _as_json if media_type == FORMATS["json"] else _as_lines
    yield from _in_chunks(text(_pieces(database, experiment)))


def score_array(database: Database, experiment: Mapping[Any, Any]) -> Generator[bytes]:
    """Yield the scores of the last run of an experiment as one JSON array; see `exported()`."""

    def texts() -> Iterator[str]:
        separator = "["
        for text in _scores(database, experiment):
            yield f"{separator}{text}"
            separator = ","
        yield "[]" if separator == "[" else "]"

    yield from _in_chunks(texts())


def _as_json(pieces: Iterator[_Piece]) -> Iterator[str]:
    experiment, result, piece = next(pieces), next(pieces), next(pieces)
    yield f'{{"experiment":{experiment.text},"result":{result.text}'
    for field, kind in _LISTS.items():
        yield f',"{field}":['
        separator = ""
        while piece.kind == kind:
            yield f"{separator}{piece.text}"
            separator, piece = ",", next(pieces)
        yield "]"
    yield "}"


def _as_lines(pieces: Iterator[_Piece]) -> Iterator[str]:
    for piece in pieces:
        yield f'{{"type":"{piece.kind}","data":{piece.text}}}\n'


def _in_chunks(texts: Iterable[str]) -> Generator[bytes]:
    waiting: list[str] = []
    size = 0
    for text in texts:
        waiting.append(text)
        size += len(text)
        if size >= _CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()


def _pieces(database: Database, experiment: Mapping[Any, Any]) -> Iterator[_Piece]:
    counts = dict.fromkeys(_LISTS, 0)
    with database.read() as connection:
        result = experiment_results(connection, experiment, with_scenarios=False)
    yield _Piece("experiment", encode(experiment_record(experiment)))
    yield _Piece("result", encode(result))
    sources = {"scenarios": _scenarios, "traces": _spans, "scores": _scores}
    for field, kind in _LISTS.items():
        for text in sources[field](database, experiment):
            counts[field] += 1
            yield _Piece(kind, text)
        if field == "scenarios" and counts[field] != (experiment["total_scenarios"] if experiment["run"] else 0):
            raise ConflictError(f"the experiment {experiment['id']} was deleted while it was exported")
    yield _Piece(_END, encode(counts))


def _scenarios(database: Database, experiment: Mapping[Any, Any]) -> Iterator[str]:
    own = experiment_scenarios.c.experiment_id == experiment["id"]
    wanted = listed_scenarios(experiment["tenant_id"], own, run=experiment["run"])
    for row in _each(database, wanted, experiment_scenarios.c.id):
        yield listed_scenario(row).text


def _scores(database: Database, experiment: Mapping[Any, Any]) -> Iterator[str]:
    wanted = listed_scores(experiment["tenant_id"], scores_of_run(experiment))
    for row in _each(database, wanted, experiment_scores.c.id):
        yield encode(score_record(row))


def _spans(database: Database, experiment: Mapping[Any, Any]) -> Iterator[str]:
    """Yield the spans of all sandboxes, in the order of the scenarios."""
    row = experiment_scenarios.c
    wanted = select(row.sandbox_id).where(
        row.tenant_id == experiment["tenant_id"],
        row.experiment_id == experiment["id"],
        row.run == experiment["run"],
        row.sandbox_id.is_not(None),
    )
    for found in _each(database, wanted, row.id):
        yield from _spans_of_session(database, experiment["tenant_id"], found["sandbox_id"])


def _spans_of_session(database: Database, tenant_id: int, session_id: str) -> Iterator[str]:
    place: SpanPlace | None = None
    is_last = False
    while not is_last:
        with (
            database.read() as connection,
            closing(spans_after(connection, [is_of_session(tenant_id, session_id)], place)) as spans,
        ):
            page, is_last = _page_of_spans(spans)
        for place, text in page:  # noqa: B007 - the last one is used for the next page
            yield text


def _page_of_spans(spans: Iterator[tuple[SpanPlace, Any]]) -> tuple[list[tuple[SpanPlace, str]], bool]:
    """Return the next spans with their places, and True if there are no more."""
    page: list[tuple[SpanPlace, str]] = []
    size = 0
    for place, content in spans:
        text = encode(event_of(content, place.trace_id))
        page.append((place, text))
        size += len(text)
        if len(page) == _ROWS or size > _PAGE_BYTES:
            return page, False
    return page, True


def _each(database: Database, wanted: Select[Any], key: ColumnElement[int]) -> Iterator[Mapping[Any, Any]]:
    """Yield rows in the order of a number, each page in a transaction of its own."""
    ordered = wanted.add_columns(key.label("key_of_page")).order_by(key)
    last = 0
    while True:
        with database.read() as connection:
            rows, has_more = fetch_page(connection, ordered.where(key > last), _ROWS, dict, max_bytes=_PAGE_BYTES)
        yield from rows
        if not has_more:
            return
        last = rows[-1]["key_of_page"]
