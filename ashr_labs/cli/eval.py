"""`ashr-labs eval`: test an agent against the scenarios of a dataset."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from .._format import counted, suggestion
from .._json import as_object
from ..errors import AshrLabsError
from ..eval import EvalRunner, repeat_metrics
from ..eval.collector import NOT_RECORDED
from ._agent_reference import HostedReference, connected, describe_error, load_agent
from ._client import check_one_platform, is_id, open_client, storing_client
from ._commands import program_command
from ._eval_report import EvalReport
from ._exit import CommandError, ExitCode, Failure, failure_of
from ._gates import finish, gate_options, pop_gates
from ._options import Number, OutputFile, json_option, run_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from ..client._sync import AshrLabsClient
    from ..eval import RunOptions
    from ..results import Gates
    from ..run_builder import RunBuilder
    from ._dataset_file import DatasetFile
    from ._output import Output

__all__ = ["command"]

_TRACES_SECONDS = 10.0
"""How long the end of a run waits for the delivery of its traces."""


@program_command("eval")
@click.argument("dataset")
@click.option(
    "--agent",
    "reference",
    metavar="MODULE:ATTRIBUTE",
    required=True,
    help="The agent, its class, or a factory; or hosted:NAME for a deployed agent, hosted:NAME@SESSION for forks.",
)
@click.option("--database", type=OutputFile(), metavar="FILE", help="Database of the embedded platform.")
@click.option("--remote", is_flag=True, help="Use the platform of ASHR_LABS_API_KEY and ASHR_LABS_BASE_URL.")
@click.option("--name", help="Name of the stored dataset [default: the one in the file].")
@click.option("--agent-id", type=click.IntRange(1), help="Agent whose configuration grades the run.")
@click.option(
    "--grading-timeout",
    type=Number(0),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="Maximum wait for grading.",
)
@click.option("--pass-k", type=click.IntRange(1), metavar="K", help="Show pass@k and pass^k of the repeats.")
@gate_options
@run_options
@click.option("--live", is_flag=True, help="Store the run while it is played; `runs cancel` stops it.")
@click.option("--scenario", "scenarios", multiple=True, metavar="ID", help="Play only this scenario; repeatable.")
@click.option("-v", "--verbose", is_flag=True, help="Show the transcripts of all scenarios.")
@click.option("--quiet", is_flag=True, help="Write only errors and the output of the agent to stderr.")
@click.option("--output", type=OutputFile(), metavar="FILE", help="Write the graded result to this file, as JSON.")
@json_option
@click.pass_obj
def command(
    out: Output,
    /,
    dataset: str,
    reference: str,
    database: Path | None,
    remote: bool,
    name: str | None,
    agent_id: int | None,
    grading_timeout: float,
    output: Path | None,
    pass_k: int | None,
    scenarios: tuple[str, ...],
    live: bool,
    verbose: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Test an agent against every scenario of DATASET and print the verdicts.

    DATASET is a file that `datasets import` reads, or the id of a stored dataset. A file is stored on the embedded
    platform, by default in memory; an id is looked up in --database, or else on the remote platform. A deployed agent
    is played on its platform, each scenario in a session of its own. The module of another agent is imported from the
    current folder first; its output goes to stderr. Failures are shown with their transcripts: `-` marks what was
    expected, `+` what happened. Thresholds are gates: the exit code is 1 if the run misses one.
    """
    gates = pop_gates(options)
    info: Callable[[str], object] = _discard if quiet else out.info
    options["progress"] = options["progress"] and not quiet
    _check_options(scenarios, pass_k, options)
    check_one_platform(database, remote=remote)
    file = None if is_id(dataset) else _read_dataset(out, Path(dataset))
    _check_stored(file, database, name)
    # The agent may change the current folder: resolve all paths before it is imported.
    database, output, options["journal"] = map(_absolute, (database, output, options["journal"]))
    out.reserve_stdout()
    agent = load_agent(reference)
    metadata = {"agent": reference, "dataset": name or (file.name if file else dataset), **_model(agent), **_commit()}
    with _client(database, file, agent, remote=remote) as client:
        agent = connected(agent, client)
        dataset_id = int(dataset) if file is None else _store(client, file, name)
        if agent_id is not None:
            client.set_dataset_agent(dataset_id, agent_id)  # before the run, which may be expensive
        source = client.get_dataset(dataset_id, include_signed_urls=False).get("dataset_source", {})
        options["filter"] += _exact(scenarios, source)
        options |= {"live": client if live else None, "facts": metadata}
        client.tracing.set_default()  # which delivers the traces of the tests
        run = _play(EvalRunner(source, dataset_id=dataset_id), agent, reference, _given(options))
        client.tracing.flush(_TRACES_SECONDS)
        run_id = run.run_id or run.deploy(client, dataset_id)["id"]
        info(f"grading run {run_id} of dataset {dataset_id}")
        graded = client.poll_run(run_id, timeout=grading_timeout)["result"]

    repeated = repeat_metrics(graded, pass_k) if pass_k is not None and run.status == "completed" else None
    report = EvalReport(dataset_id, run_id, graded, repeated)
    _show(out, report, _written(output, report.result) or _ended_early(run), gates, verbose=verbose or bool(scenarios))


def _client(
    database: Path | None, file: DatasetFile | None, agent: object, *, remote: bool
) -> AbstractContextManager[AshrLabsClient]:
    """Return a client of the platform that stores the run, which is that of a deployed agent."""
    if isinstance(agent, HostedReference):
        return storing_client(database, remote=remote)
    return open_client(database, remote=remote or (file is None and database is None))


def _check_options(scenarios: tuple[str, ...], pass_k: int | None, options: dict[str, Any]) -> None:
    if pass_k is not None and pass_k > options["repeats"]:
        raise click.ClickException(f"--pass-k {pass_k} needs --repeats {pass_k} or more, got {options['repeats']}")
    if scenarios and options["filter"]:
        raise click.UsageError("--scenario and --filter exclude each other; use one of them")


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()


def _read_dataset(out: Output, path: Path) -> DatasetFile:
    """Read a dataset of our own or a file of another tool, without faults."""
    from ..importing.formats import Keys  # noqa: PLC0415 (not for stored datasets)
    from ._import_file import read_import, refuse_faults  # noqa: PLC0415

    imported = read_import(path, None, Keys())
    for note, count in imported.notes.items():
        out.info(f"{count} x {note}")
    refuse_faults(out, imported)
    return imported.file


def _commit() -> dict[str, str]:
    """Return the commit of the current folder, if it is in a git repository."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607 (the user's own git)
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return {"commit": done.stdout.strip()} if done.returncode == 0 else {}


def _exact(scenarios: Sequence[str], source: Mapping[str, Any]) -> tuple[str, ...]:
    """Return filters that match exactly these scenarios."""
    known = as_object(source.get("runs")) or {}
    for name in scenarios:
        if name not in known:
            raise click.ClickException(f"--scenario {name}: the dataset has no such scenario{suggestion(name, known)}")
    return tuple(map(escape, scenarios))


def _model(agent: object) -> dict[str, str]:
    """Return the model of the agent, if it has an attribute `model` that is a string."""
    model = getattr(agent, "model", None)
    return {"model": model} if isinstance(model, str) else {}


def _check_stored(file: DatasetFile | None, database: Path | None, name: str | None) -> None:
    if file is not None:
        return
    if name is not None:
        raise click.ClickException("--name needs a DATASET that is a file; a stored dataset has a name")
    if database and not database.exists():
        raise click.ClickException(f"there is no database {database}")


def _store(client: AshrLabsClient, file: DatasetFile, name: str | None) -> int:
    return client.create_dataset(name or file.name, file.source, file.description)["id"]


def _discard(_: str) -> None: ...


def _play(
    runner: EvalRunner,
    agent: Any,
    reference: str,
    options: RunOptions,
) -> RunBuilder:
    try:
        run = runner.run(agent, **options)
    except AshrLabsError:
        raise
    except (Exception, SystemExit) as error:  # factories may raise anything
        raise click.ClickException(
            f"--agent {reference}: creating the agent failed: {describe_error(error)}"
        ) from error
    if not run.build()["tests"] and run.status == "completed":
        raise CommandError(Failure(ExitCode.NOTHING_RAN, "NothingRan", "nothing ran: no scenario has any action"))
    return run


def _given(options: dict[str, Any]) -> RunOptions:
    """Return the options for `run()`; an empty tuple is an option that was not given."""
    return cast("RunOptions", {name: value for name, value in options.items() if value != ()})


def _ended_early(run: RunBuilder) -> Failure | None:
    match run.status:
        case "cancelled":
            return Failure(ExitCode.INTERRUPTED, "Interrupted", "interrupted; the finished scenarios are stored")
        case "failed" if missing := _not_recorded(run):
            text = f"the run ended without a result for {counted(missing, 'scenario')}"
            return Failure(ExitCode.GATE_FAILED, "NotRecorded", text)
        case "failed":
            return Failure(ExitCode.GATE_FAILED, "TooManyErrors", "more scenarios failed than --fail-on-error allows")
        case _:
            return None


def _not_recorded(run: RunBuilder) -> int:
    return sum(test.get("error", {}).get("type") == NOT_RECORDED for test in run.iter_tests())


def _written(output: Path | None, result: Mapping[str, Any]) -> Failure | None:
    if output is None:
        return None
    try:
        output.write_text(f"{json.dumps(result, indent=2)}\n", "utf-8")
    except OSError as error:
        return failure_of(error)
    return None


def _show(out: Output, report: EvalReport, failure: Failure | None, gates: Gates, *, verbose: bool) -> None:
    """Show the report, and raise the failure of the command if it failed."""
    if not out.as_json:
        terminal = out.terminal
        out.write(report.fancy(terminal, verbose=verbose) if terminal else report.plain(verbose=verbose))
    if failure := failure or report.failure(gates.min_pass_rate):
        raise CommandError(failure, report.document())
    checked = gates if report.has_verdicts else replace(gates, min_pass_rate=None)
    finish(out, checked, report.run, report.document())
