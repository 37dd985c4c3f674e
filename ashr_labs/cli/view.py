"""`ashr-labs view`: show the results of runs on the pages of the dashboard, without a database."""

from __future__ import annotations

import logging
import webbrowser
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..results import read_run
from ._client import platform_errors
from ._commands import program_command
from ._options import json_option

if TYPE_CHECKING:
    from ..results import RunResults
    from ._output import Output

__all__ = ["command"]


@program_command("view")
@click.argument("files", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path))
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 selects a free one.")
@click.option("--open", "opens", is_flag=True, help="Open the pages in the browser.")
@json_option
@click.pass_obj
def command(out: Output, files: tuple[Path, ...], port: int, opens: bool) -> None:
    """Show each RUN, a JSON file or a journal, as pages on this machine, until Ctrl-C or SIGTERM.

    The runs are kept in memory only, with the verdicts that the files have. Of two runs or more there are comparisons,
    too. The command prints a link that signs one browser in, once, within ten minutes.
    """
    from ..local import open_platform  # noqa: PLC0415 (needs the extra `local`)

    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    found = [read_run(file) for file in files]
    with platform_errors(), closing(open_platform()) as platform:
        from ..local.dashboard.site import Dashboard  # noqa: PLC0415 (as above)
        from ..local.server.app import serve  # noqa: PLC0415 (as above)

        for run in found:
            platform.store_graded(result_of(run), run.label)
        dashboard = Dashboard(platform)

        def announce(url: str) -> None:
            link = dashboard.sign_in_link(url)
            out.info(f"showing {', '.join(run.label for run in found)} until Ctrl-C: {link}")
            if out.as_json:
                out.write_json({"sign_in_url": link, "runs": [run.label for run in found]})
            if opens:
                webbrowser.open(link)

        serve(platform, port=port, on_ready=announce, dashboard=dashboard)


def result_of(run: RunResults) -> dict[str, Any]:
    """Return the result of a run, with the numbers that lists show."""
    metrics = {
        "total_tests": len(run),
        "tests_passed": run.passed,
        "tests_failed": run.checked - run.passed,
        "tests_unchecked": run.unchecked,
    }
    return {
        "tests": [dict(sample.record) for sample in run.samples],
        "status": "completed",
        "aggregate_metrics": metrics,
        "metadata": dict(run.facts),
    }
