"""The pytest plugin: one test item for each scenario of a dataset.

    @pytest.mark.ashr(dataset="support.json", agent=SupportAgent)
    def test_support(ashr_test):
        assert ashr_test["verdict"] == "passed"  # checked anyway, after the test's own assertions

Nothing is imported or opened before a test uses the marker, a fixture or an option.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ._options import add_run_options, run_options

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ..client._sync import AshrLabsClient
    from ..results import RunResults

__all__ = ["ashr_client", "ashr_runner", "ashr_test"]

_PLAYED = pytest.StashKey[str]()
_MARKER = (
    "ashr(dataset, agent, config=None, **options): one test item for each scenario of the dataset, which is a file, an "
    "id or a dataset_source; the agent is an object, its class, a factory, or the name of a fixture; the config is the "
    "configuration of the agent for grading; the options are those of EvalRunner.run() for an item, such as timeout, "
    "retries, repeats, filter, on_environment."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("ashr", "agents tested against scenarios")
    group.addoption(
        "--ashr-deploy", action="store_true", help="Store the results as runs on the platform of the environment."
    )
    group.addoption(
        "--ashr-live", action="store_true", help="Store them while they are played; `runs cancel` stops the session."
    )
    group.addoption("--ashr-baseline", metavar="FILE", help="Compare with this run, and fail on a regression.")
    group.addoption(
        "--ashr-report", metavar="FILE", action="append", help="Write a report, .html or .json; repeatable."
    )
    add_run_options(parser, group)


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str, obj: object) -> None:
    """Let a marked test use `ashr_test`, which plays the scenario, if it does not have it as an argument."""
    # Before pytest reads the fixtures of the function: it drops those that are added later.
    if collector.istestfunction(obj, name) and _is_marked(collector, obj):
        pytest.mark.usefixtures("ashr_test")(obj)


def _is_marked(collector: pytest.Module | pytest.Class, function: object) -> bool:
    own = getattr(function, "pytestmark", [])
    return any(mark.name == "ashr" for mark in own) or collector.get_closest_marker("ashr") is not None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Create an item for each scenario of a marker."""
    marker = metafunc.definition.get_closest_marker("ashr")
    if marker is None:
        return
    from ._scenarios import scenarios_of  # noqa: PLC0415 (only tests with the marker load it)

    try:
        options = run_options(metafunc.config, marker.kwargs)
        scenarios = scenarios_of(marker, options, metafunc.config.rootpath, metafunc.definition.path.parent)
    except pytest.UsageError as error:  # pytest would print it with a traceback of itself
        raise pytest.Collector.CollectError(str(error)) from None
    metafunc.parametrize("ashr_test", scenarios, indirect=True, ids=[one.name for one in scenarios])


@pytest.fixture(scope="session")
def _ashr_platform(pytestconfig: pytest.Config) -> Generator[AshrLabsClient | None]:
    """Return the client of the platform that stores the runs, if one does; at the end, deliver the tests' traces."""
    from ._stored import delivering_client  # noqa: PLC0415 (only tests with the marker load it)

    with delivering_client(is_on=_stores_runs(pytestconfig)) as client:
        yield client


@pytest.fixture
def ashr_test(request: pytest.FixtureRequest, _ashr_platform: AshrLabsClient | None) -> dict[str, Any]:
    """Play the scenario of the item with the agent of the marker; return the graded test."""
    from ._scenarios import MarkedScenario, played  # noqa: PLC0415 (as above)

    scenario = getattr(request, "param", None)
    if not isinstance(scenario, MarkedScenario):
        raise pytest.UsageError("ashr_test needs the marker: @pytest.mark.ashr(dataset=..., agent=...)")
    agent: Any = request.getfixturevalue(scenario.agent) if isinstance(scenario.agent, str) else scenario.agent
    record = played(scenario, agent, _ashr_platform)
    request.node.stash[_PLAYED] = json.dumps({**record, "test": request.node.nodeid.partition("[")[0]}, default=str)
    graded: dict[str, Any] = record["graded"]
    return graded


@pytest.fixture
def ashr_client() -> Generator[AshrLabsClient]:
    """Return a client of an embedded platform in memory that only this test uses."""
    from ..client._sync import AshrLabsClient  # noqa: PLC0415 (as above)

    with AshrLabsClient.local() as client:
        yield client


@pytest.fixture
def ashr_runner() -> Callable[..., RunResults]:
    """Return a function `(dataset, agent, config=None, **options)` that plays and grades every scenario.

    It returns the graded run; the options are those of `EvalRunner.run()`.
    """
    from ._scenarios import graded_run  # noqa: PLC0415 (as above)

    return graded_run


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Fail an item whose scenario failed, after its own assertions."""
    outcome = yield
    if (played := pyfuncitem.stash.get(_PLAYED, None)) is not None:
        from ._scenarios import why_failed  # noqa: PLC0415 (as above)

        if why := why_failed(json.loads(played)["graded"]):
            pytest.fail(why, pytrace=False)
    return outcome


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the result to the report, which pytest-xdist sends from a worker."""
    report = yield
    if report.when == "call" and (played := item.stash.get(_PLAYED, None)) is not None:
        report.ashr_played = played  # type: ignore[attr-defined]
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Collect the results if they are reported, in the process that reports."""
    config = session.config
    reports, baseline, is_live = (config.getoption(f"ashr_{name}") for name in ("report", "baseline", "live"))
    stores = _stores_runs(config)
    if (reports or baseline or stores) and not hasattr(config, "workerinput"):
        from ._session import Session  # noqa: PLC0415 (only with an option)
        from ._stored import StoredRuns  # noqa: PLC0415 (as above)

        stored = StoredRuns(session, is_live=bool(is_live)) if stores else None
        config.pluginmanager.register(Session.of(reports, baseline, stored))


def _stores_runs(config: pytest.Config) -> bool:
    return bool(config.getoption("ashr_live") or config.getoption("ashr_deploy"))
