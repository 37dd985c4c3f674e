"""`ashr-labs experiment`: play an agent in sandboxes of a spec, and judge what it leaves behind."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._client import is_remote, stored_client, storing_client, where_options
from ._commands import Group
from ._download import save, send
from ._exit import CommandError, ExitCode, Failure
from ._experiment_text import comparison_text, results_text
from ._options import Number, OutputFile
from ._records import show_id, show_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeVar

    from ..client._sync import AshrLabsClient
    from ..client._sync._experiments import ExperimentHandle
    from ..experiments import RunResults
    from ._output import Output

    _Command = TypeVar("_Command", bound=Callable[..., Any])

__all__ = ["command"]

command = Group("experiment", "Play an agent in sandboxes of a spec, and judge what it leaves behind.")
_COLUMNS = ("id", "name", "spec_id", "status", "total_scenarios", "created_at")
_SCORE_COLUMNS = ("scenario_id", "name", "score", "passed", "status", "message")
_SUFFIXES = (".yaml", ".yml")
_TIMEOUT = 3600.0


def _draft_options(command: _Command) -> _Command:
    options = (
        click.option("--spec-version", type=click.IntRange(1), metavar="N", help="[default: the newest version]"),
        click.option(
            "--snapshot", metavar="SNAPSHOT", help="The agent, such as support@3 [default: that of the spec]."
        ),
        click.option("--seed", type=click.IntRange(0), metavar="N", help="The seed [default: 0]."),
        click.option("--scenario", "scenarios", multiple=True, metavar="ID", help="Play this scenario; repeatable."),
        click.option("--secret", "secrets", multiple=True, metavar="NAME", help="Pass on this variable as a secret."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@command.command("create")
@click.argument("name")
@click.argument("spec")
@_draft_options
@where_options
@click.pass_obj
def create_experiment(
    out: Output,
    /,
    name: str,
    spec: str,
    spec_version: int | None,
    snapshot: str | None,
    seed: int | None,
    scenarios: Sequence[str],
    secrets: Sequence[str],
    database: Path | None,
    remote: bool,
) -> None:
    """Create an experiment and print its id.

    SPEC is the id of a stored spec, or a YAML file, which is stored first.
    """
    with storing_client(database, remote=remote) as client:
        made = _created(client, name, spec, spec_version, snapshot, seed, scenarios, secrets)
    show_id(out, asdict(made.info))


@command.command("run")
@click.argument("experiment_id", required=False)
@click.option("--spec", metavar="SPEC", help="Create the experiment from this spec: an id, or a YAML file.")
@click.option("--name", help="The name of the experiment of --spec [default: experiment].")
@_draft_options
@click.option("--wait", is_flag=True, help="Wait for the end, and show the results. Without a server, always.")
@click.option("--timeout", type=Number(0, 1e7), default=_TIMEOUT, show_default=True, metavar="SECONDS")
@click.option("--min-pass-rate", type=Number(0, 1), default=1.0, show_default=True, metavar="RATE")
@where_options
@click.pass_obj
def run_experiment(
    out: Output,
    /,
    experiment_id: str | None,
    spec: str | None,
    name: str | None,
    spec_version: int | None,
    snapshot: str | None,
    seed: int | None,
    scenarios: Sequence[str],
    secrets: Sequence[str],
    wait: bool,
    timeout: float,
    min_pass_rate: float,
    database: Path | None,
    remote: bool,
) -> None:
    """Run an experiment, by its id or from a spec.

    With --wait, the exit code is 1 if fewer scenarios pass than --min-pass-rate, and 4 if none has a verdict.
    """
    if (experiment_id is None) == (spec is None):
        raise click.UsageError("give either the id of an experiment or --spec")
    if spec is None and (name or scenarios or secrets or (spec_version, snapshot, seed) != (None, None, None)):
        raise click.UsageError(
            "--name, --spec-version, --snapshot, --seed, --scenario and --secret need --spec; an experiment keeps its "
            "own"
        )
    waits = wait or not is_remote(database, remote=remote)
    with storing_client(database, remote=remote) as client:
        if spec is not None:
            made = _created(client, name or "experiment", spec, spec_version, snapshot, seed, scenarios, secrets)
            if waits:
                out.info(f"created {made.id}")
        else:
            made = client.experiments.handle(experiment_id or "")
        if not waits:
            made.run()
            show_id(out, asdict(made.info))
            return
        results = made.run_and_wait(timeout=timeout)
    _finish(out, results, min_pass_rate)


@command.command("show")
@click.argument("experiment_id")
@where_options
@click.pass_obj
def show_experiment(out: Output, /, experiment_id: str, database: Path | None, remote: bool) -> None:
    """Show the results of the last run: what did not hold, and which files were changed."""
    with stored_client(database, remote=remote) as client:
        results = client.experiments.get(experiment_id)
    if out.as_json:
        out.write_json(asdict(results))
    else:
        out.write(results_text(results))


@command.command("export")
@click.argument("experiment_id")
@click.option("--format", "format_", type=click.Choice(["json", "ndjson"]), default="json", show_default=True)
@click.option("--output", type=OutputFile(), metavar="FILE", help="The file [default: stdout].")
@where_options
@click.pass_obj
def export_experiment(
    out: Output, /, experiment_id: str, format_: str, output: Path | None, database: Path | None, remote: bool
) -> None:
    """Write the last run with its scenarios, spans and scores: one JSON object, or with ndjson a line for each."""
    if out.as_json and output is None and format_ != "json":
        raise click.UsageError("--json and --format ndjson are two formats of stdout; name a file with --output")
    with (
        stored_client(database, remote=remote) as client,
        closing(client.export.iter_bytes(experiment_id, format=format_)) as parts,
    ):
        if output is None:
            send(parts, out)
            size = 0
        else:
            size = save(parts, output)
    if output is None:
        out.write("\n" if format_ == "json" else "")
        return
    out.info(f"wrote {output}")
    if out.as_json:
        out.write_json({"experiment_id": experiment_id, "file": str(output), "format": format_, "bytes": size})


@command.command("score")
@click.argument("experiment_id")
@click.option("--rule", "rules", multiple=True, metavar="ID", help="A stored rule; repeatable.")
@click.option("--scorer", "scorers", multiple=True, metavar="SCORER", help="Such as contains:refund; repeatable.")
@click.option("--timeout", type=Number(0, 1e7), default=_TIMEOUT, show_default=True, metavar="SECONDS")
@where_options
@click.pass_obj
def score_experiment(
    out: Output,
    /,
    experiment_id: str,
    rules: Sequence[str],
    scorers: Sequence[str],
    timeout: float,
    database: Path | None,
    remote: bool,
) -> None:
    """Score the scenarios of the last run by rules and scorers of the platform, and show all of its scores.

    Without --rule and --scorer, the scores that are there are shown.
    """
    with stored_client(database, remote=remote) as client:
        if rules or scorers:
            client.scoring.score_experiment(experiment_id, list(rules), scorers=list(scorers))
        else:
            client.experiments.get(experiment_id, scenarios=False)  # a missing experiment has no scores, either
        scores = client.scoring.wait_for_scores(experiment_id, timeout)
    show_rows(out, "scores", scores, _SCORE_COLUMNS)


@command.command("delete")
@click.argument("experiment_id")
@where_options
@click.pass_obj
def delete_experiment(out: Output, /, experiment_id: str, database: Path | None, remote: bool) -> None:
    """Delete an experiment with its results and scores; the traces of its sandboxes stay."""
    with stored_client(database, remote=remote) as client:
        client.experiments.delete(experiment_id)
    out.info(f"deleted {experiment_id}")
    if out.as_json:
        out.write_json({"deleted": experiment_id})


@command.command("list")
@where_options
@click.pass_obj
def list_experiments(out: Output, /, database: Path | None, remote: bool) -> None:
    """List the experiments, newest first."""
    with stored_client(database, remote=remote) as client:
        rows = [asdict(one.info) for one in client.experiments.list()]
    show_rows(out, "experiments", rows, _COLUMNS)


@command.command("compare")
@click.argument("baseline_id")
@click.argument("candidate_id")
@click.option(
    "--fail-on",
    type=click.Choice(["worse", "regression"]),
    help="Exit with 1 if the pass rate is worse beyond chance, or if any metric regressed.",
)
@where_options
@click.pass_obj
def compare_experiments(
    out: Output, /, baseline_id: str, candidate_id: str, fail_on: str | None, database: Path | None, remote: bool
) -> None:
    """Compare the last runs of two experiments."""
    with stored_client(database, remote=remote) as client:
        found = client.experiments.compare(baseline_id, candidate_id)
    is_worse = found.paired is not None and found.paired.verdict == "worse"
    if not out.as_json:
        out.write(comparison_text(found))
    if (fail_on == "worse" and is_worse) or (fail_on == "regression" and found.regressed):
        reason = "the pass rate is worse" if fail_on == "worse" else f"worse: {', '.join(found.regressions)}"
        raise CommandError(Failure(ExitCode.GATE_FAILED, "GateFailed", reason), asdict(found))
    if out.as_json:
        out.write_json(asdict(found))


@command.command("cancel")
@click.argument("experiment_id")
@where_options
@click.pass_obj
def cancel_experiment(out: Output, /, experiment_id: str, database: Path | None, remote: bool) -> None:
    """End the run of an experiment, with the results that there are."""
    with stored_client(database, remote=remote) as client:
        record = client.experiments.cancel(experiment_id)
    show_id(out, asdict(record))


def _created(
    client: AshrLabsClient,
    name: str,
    spec: str,
    spec_version: int | None,
    snapshot: str | None,
    seed: int | None,
    scenarios: Sequence[str],
    secrets: Sequence[str],
) -> ExperimentHandle:
    spec_id = client.specs.create(_content(spec)).id if spec.endswith(_SUFFIXES) else spec
    return client.experiments.create(
        name,
        spec_id,
        secrets=_secrets(secrets),
        spec_version=spec_version,
        snapshot=snapshot,
        seed=seed,
        scenario_ids=list(scenarios) or None,
    )


def _content(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise click.UsageError(f"cannot read the spec {file}: {error.strerror}") from error


def _secrets(names: Sequence[str]) -> Mapping[str, str]:
    if missing := [name for name in names if name not in os.environ]:
        raise click.UsageError(f"the environment has no variable {', '.join(missing)}")
    return {name: os.environ[name] for name in names}


def _finish(out: Output, results: RunResults, min_pass_rate: float) -> None:
    document = asdict(results)
    if not out.as_json:
        out.write(results_text(results))
    if results.passed + results.failed + results.flaky == 0:
        message = f"nothing was tested: no scenario of {results.experiment_id} has a verdict"
        raise CommandError(Failure(ExitCode.NOTHING_RAN, "NothingRan", message), document)
    rate = results.metrics.pass_rate
    if rate < min_pass_rate:
        message = f"the pass rate is {rate:.3g}, it must be at least {min_pass_rate:g}"
        raise CommandError(Failure(ExitCode.GATE_FAILED, "GateFailed", message), document)
    if out.as_json:
        out.write_json(document)
