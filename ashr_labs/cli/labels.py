"""`ashr-labs labels`: what people say of tests and traces, and how far judges agree with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ._client import stored_client, where_options
from ._commands import Group
from ._options import Number
from ._records import show_record, show_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]

command = Group("labels", "Label tests and traces, and compare judges with the labels.")
_COLUMNS = ("id", "run_id", "test_id", "repeat", "trace_id", "verdict", "score", "comment", "author")
_QUEUE_COLUMNS = ("run_id", "test_id", "repeat", "verdict", "reason")
_AGREEMENT_COLUMNS = ("name", "labels", "rate", "low", "high", "kappa", "only_judge_passed", "only_label_passed")


def _label_options(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--comment", help="Why."),
        click.option("--score", type=Number(0, 1), help="0 to 1."),
        click.option("--passed/--failed", default=None, help="Whether a person would let it pass."),
    ):
        function = option(function)
    return function


@command.command("list")
@click.option("--run", "run_id", type=click.IntRange(min=1), metavar="ID", help="Only labels of tests of this run.")
@where_options
@click.pass_obj
def list_labels(out: Output, /, run_id: int | None, database: Path | None, remote: bool) -> None:
    """List the labels, newest first."""
    with stored_client(database, remote=remote) as client:
        found: list[Any] = client.labels.list(run_id=run_id)
    show_rows(out, "labels", found, _COLUMNS)


@command.command("queue")
@click.argument("run_id", type=click.IntRange(min=1), required=False)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many tests.")
@where_options
@click.pass_obj
def list_queue(out: Output, /, run_id: int | None, limit: int, database: Path | None, remote: bool) -> None:
    """List the tests of a run, the newest by default, that should be labelled next."""
    with stored_client(database, remote=remote) as client:
        found: list[Any] = list(client.labels.queue(run_id, limit=limit)["items"])
    show_rows(out, "tests", found, _QUEUE_COLUMNS)


@command.command("test")
@click.argument("run_id", type=click.IntRange(min=1))
@click.argument("test_id")
@click.option("--repeat", type=click.IntRange(min=0), help="Which repeat of the scenario.")
@_label_options
@where_options
@click.pass_obj
def label_test(
    out: Output,
    /,
    run_id: int,
    test_id: str,
    repeat: int | None,
    passed: bool | None,
    score: float | None,
    comment: str | None,
    database: Path | None,
    remote: bool,
) -> None:
    """Label a test of a run, in place of the label that it has."""
    with stored_client(database, remote=remote) as client:
        label: Any = client.labels.label_test(
            run_id, test_id, _verdict(passed), repeat=repeat, score=score, comment=comment
        )
    show_record(out, label)


@command.command("trace")
@click.argument("trace_id")
@_label_options
@where_options
@click.pass_obj
def label_trace(
    out: Output,
    /,
    trace_id: str,
    passed: bool | None,
    score: float | None,
    comment: str | None,
    database: Path | None,
    remote: bool,
) -> None:
    """Label a trace, in place of the label that it has."""
    with stored_client(database, remote=remote) as client:
        label: Any = client.labels.label_trace(trace_id, _verdict(passed), score=score, comment=comment)
    show_record(out, label)


@command.command("agreement")
@click.option("--run", "run_id", type=click.IntRange(min=1), metavar="ID", help="Only labels of tests of this run.")
@where_options
@click.pass_obj
def show_agreement(out: Output, /, run_id: int | None, database: Path | None, remote: bool) -> None:
    """Show how far the verdict and each judge agree with the labels."""
    with stored_client(database, remote=remote) as client:
        found: list[Any] = client.labels.agreement(run_id=run_id)
    rounded = ("rate", "low", "high", "kappa")
    rows = [
        {name: value if name not in rounded or value is None else round(value, 3) for name, value in one.items()}
        for one in found
    ]
    show_rows(out, "agreement", found if out.as_json else rows, _AGREEMENT_COLUMNS)


@command.command("delete")
@click.argument("label_id")
@where_options
@click.pass_obj
def delete_label(out: Output, /, label_id: str, database: Path | None, remote: bool) -> None:
    """Delete a label."""
    with stored_client(database, remote=remote) as client:
        client.labels.delete(label_id)
    out.info(f"deleted {label_id}")
    if out.as_json:
        out.write_json({"deleted": label_id})


def _verdict(passed: bool | None) -> Any:
    return None if passed is None else "passed" if passed else "failed"
