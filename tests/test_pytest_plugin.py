"""Tests of the pytest plugin: each runs pytest in a process of its own, as a user does."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ashr_labs import AshrLabsClient, RunOptions
from ashr_labs._retry import RateLimiter
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from ashr_labs.pytest_plugin._options import MARKER_ONLY, RUN_OPTIONS
from ashr_labs.pytest_plugin._scenarios import _run_options
from support.cli import AGENTS, SOURCE, scenario

pytest_plugins = ["pytester"]

KEY = "tp_for_the_plugin_0123456789"
MARKED = """
import pytest
from agents import {agent}

@pytest.mark.ashr(dataset="data.json", agent={agent})
def test_agent(ashr_test):
    assert ashr_test["status"]
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return a project with agents and a dataset."""
    pytester.makepyfile(agents=AGENTS)
    (pytester.path / "data.json").write_text(json.dumps(SOURCE), "utf-8")
    pytester.makeini("[pytest]\npythonpath = .\naddopts = --strict-markers")
    return pytester


def run(project: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run pytest with this plugin alone: loading all that are installed would take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        return run_as_installed(project, *(("-p", "xdist") if "-n" in options else ()), "-p", "ashr", *options)


def run_as_installed(project: pytest.Pytester, *options: str) -> pytest.RunResult:
    # The plugin of a library that tests compare with loads others.
    return project.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:polarity", "-W", "error", *options)


def test_each_scenario_is_an_item(project: pytest.Pytester) -> None:
    """A marked test becomes one item for each scenario, called by its id."""
    project.makepyfile(MARKED.format(agent="Greeter"))

    done = run(project, "-v")

    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["*::test_agent[[]first] PASSED*", "*::test_agent[[]second] PASSED*"])


def test_failure_shows_a_diff(project: pytest.Pytester) -> None:
    """A failure shows the expected and the actual reply, without a traceback of the plugin."""
    project.makepyfile(MARKED.format(agent="Mute"))

    done = run(project)

    done.assert_outcomes(failed=2)
    done.stdout.fnmatch_lines(
        [
            "*the required tool greet was not called*",
            "scenario first (A greeting) failed:",
            "*the required tool greet was not called*",
            "user: Hello",
            '- called greet(who="you")',
            "- said Hello there, how can I help?",
        ]
    )
    assert "pytest_plugin" not in done.stdout.str()
    [line] = [line for line in done.outlines if line.startswith("FAILED") and "[first]" in line]
    assert " - Failed: action " in line


def test_agent_crash_fails_with_traceback(project: pytest.Pytester) -> None:
    """A scenario that cannot be played fails and shows the agent's own traceback; the others are played."""
    project.makepyfile(MARKED.format(agent="Shy"))

    done = run(project)

    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        ["scenario second (Another greeting) ended with an error:", "*RuntimeError: not this one*"]
    )


def test_test_assertions_take_precedence(project: pytest.Pytester) -> None:
    """A test may look at what was recorded; the fixture need not be named."""
    project.makepyfile(
        """
        import pytest
        from agents import Greeter

        @pytest.fixture
        def polite():
            return Greeter()

        @pytest.mark.ashr(dataset="data.json", agent="polite")
        def test_own(ashr_test):
            assert len(ashr_test["action_results"]) == 99

        @pytest.mark.ashr(dataset="data.json", agent="polite")
        def test_nothing():
            pass
        """
    )

    done = run(project)

    done.assert_outcomes(passed=2, failed=2)
    done.stdout.fnmatch_lines(["*assert *99*"])


@pytest.mark.parametrize("place", ["function", "class", "module"])
def test_failing_agent_fails_test_without_arguments(project: pytest.Pytester, place: str) -> None:
    """The scenario is played and judged wherever the marker is, also if the test does not take `ashr_test`."""
    mark = 'pytest.mark.ashr(dataset="data.json", agent=Broken)'
    project.makepyfile(
        f"""
        import pytest

        class Broken:
            def reset(self): ...
            def respond(self, message): raise ValueError("broken on purpose")

        {f"pytestmark = {mark}" if place == "module" else ""}

        {f"@{mark}" if place == "class" else ""}
        class TestAgent:
            {f"@{mark}" if place == "function" else ""}
            def test_nothing(self):
                pass
        """
    )

    done = run(project)

    done.assert_outcomes(failed=2)
    done.stdout.fnmatch_lines(["*broken on purpose*"])


@pytest.mark.parametrize(
    ("marker", "words"),
    [
        ('dataset="data.json", agent=Greeter, max_workers=2', "write the marker as"),
        ('dataset="absent.json", agent=Greeter', "absent.json"),
        ('dataset={"runs": []}, agent=Greeter', "must be an object of scenarios"),
        ('dataset={"runs": {}}, agent=Greeter', "no scenario of"),
        ('dataset="data.json", agent=Greeter, timeout=-1', "timeout must be a number > 0"),
    ],
)
def test_invalid_marker_fails_collection(project: pytest.Pytester, marker: str, words: str) -> None:
    """A wrong marker never means that nothing is tested."""
    project.makepyfile(
        f"import pytest\nfrom agents import Greeter\n\n@pytest.mark.ashr({marker})\ndef test_agent(ashr_test): ..."
    )

    done = run(project)

    assert 0 != done.ret
    assert words in done.stdout.str() + done.stderr.str()


def test_missing_dataset_is_one_line(project: pytest.Pytester) -> None:
    """A dataset that does not exist is one line with the folders that were searched, without a traceback."""
    project.makepyfile(MARKED.format(agent="Greeter").replace("data.json", "absent.json"))

    done = run(project)

    [line] = [line for line in done.outlines if "absent.json" in line]
    assert (
        f"@pytest.mark.ashr: dataset 'absent.json' does not exist in {project.path}" == line.removeprefix("E ").strip()
    )
    assert "Traceback" not in done.stdout.str()
    assert not [line for line in done.outlines if ".py:" in line]


@pytest.mark.parametrize(
    ("ini", "module", "message"),
    [
        ("ashr_teacher_forcing = maybe", MARKED, "ini option ashr_teacher_forcing is invalid, got 'maybe'"),
        ("", "def test_agent(ashr_test): ...", "ashr_test needs the marker"),
        ("", MARKED.replace("data.json", "agents.py"), "is not JSON"),
    ],
)
def test_invalid_settings_are_rejected(project: pytest.Pytester, ini: str, module: str, message: str) -> None:
    """An invalid ini option, a fixture without marker and a dataset that is not JSON are errors that say so."""
    project.makeini(f"[pytest]\npythonpath = .\n{ini}")
    project.makepyfile(module.replace("{agent}", "Greeter"))

    done = run(project)

    assert done.ret != 0
    done.stdout.fnmatch_lines([f"*{message}*"])


def test_dataset_of_the_platform_is_played(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number names a dataset of the platform, whose scenarios become items."""
    platform = open_platform()
    platform.bootstrap(KEY)
    project.makepyfile(MARKED.format(agent="Greeter").replace('"data.json"', "1"))
    with running_server(platform) as url:
        monkeypatch.setenv("ASHR_LABS_API_KEY", KEY)
        monkeypatch.setenv("ASHR_LABS_BASE_URL", url)
        with AshrLabsClient.from_env() as client:
            client.create_dataset("D", SOURCE)
        done = run(project)
    platform.close()

    done.assert_outcomes(passed=2)


def test_fixtures(project: pytest.Pytester) -> None:
    """`ashr_client` is an empty platform of the test's own; `ashr_runner` plays a dataset and grades it."""
    project.makepyfile(
        """
        import pytest
        from agents import Shy

        @pytest.mark.parametrize("time", [1, 2])
        def test_client(ashr_client, time):
            assert ashr_client.list_datasets()["datasets"] == []
            ashr_client.create_dataset("mine", {"runs": {}})

        def test_runner(ashr_runner):
            run = ashr_runner("data.json", Shy())
            assert (run.passed, run.errors, len(run)) == (1, 1, 2)
        """
    )

    run(project).assert_outcomes(passed=3)


def test_every_run_option_is_a_plugin_option() -> None:
    """Each option of run() has the same name here, except those that pytest provides itself."""
    by_pytest = {
        "max_workers": "pytest -n",
        "executor": "pytest -n",
        "fail_on_error": "pytest --maxfail",
        "journal": "pytest --lf",
        "resume": "pytest --lf",
        "rerun_failed": "pytest --lf",
        "keep_results": "each item has one",
        "on_result": "pytest_runtest_logreport",
        "progress": "pytest shows its own",
        "live": "each item is a run of its own",
        "facts": "each item is a run of its own",
    }

    assert set(RunOptions.__annotations__) - by_pytest.keys() == {option.name for option in RUN_OPTIONS} | set(
        MARKER_ONLY
    )


def test_options_precedence(project: pytest.Pytester) -> None:
    """The command line wins over the marker, which wins over the ini file."""
    project.makeini("[pytest]\npythonpath = .\nashr_repeats = 3\nashr_filter = first\nashr_timeout = 0.2")
    project.makepyfile(
        """
        import pytest
        from agents import Greeter, Slow, Shy

        asked = []

        class Flaky(Greeter):
            def respond(self, message):
                asked.append(message)
                if len(asked) == 1:
                    raise KeyError("once")
                return super().respond(message)

        @pytest.mark.ashr(dataset="data.json", agent=Greeter)
        def test_ini(ashr_test):
            assert ashr_test["test_id"] == "first"

        @pytest.mark.ashr(dataset="data.json", agent=Flaky, repeats=1, filter=["*"], retries=1, retry_on=["KeyError"])
        def test_marker(ashr_test):
            assert ashr_test.get("attempts", 1) == 1 + (ashr_test["test_id"] == "first")

        @pytest.mark.ashr(dataset="data.json", agent=Slow, repeats=1, limit=1)
        def test_timeout(ashr_test):
            assert ashr_test["error"]["kind"] == "timeout"
            pytest.skip("as it should")

        def test_runner(ashr_runner):
            assert len(ashr_runner("data.json", Shy(), repeats=2, limit=1)) == 2
        """
    )

    by_ini = run(project, "-v")
    by_command = run(project, "-v", "-k", "test_ini", "--ashr-repeats", "2", "--ashr-filter", "sec*")

    by_ini.assert_outcomes(passed=6, skipped=1)
    by_ini.stdout.fnmatch_lines(["*::test_ini[[]first-0] PASSED*", "*::test_ini[[]first-2] PASSED*"])
    by_command.assert_outcomes(failed=2, deselected=5)


def test_rate_limit_spans_items(project: pytest.Pytester) -> None:
    """The rate limit applies to all items of the session together."""
    project.makepyfile(
        """
        import time
        import pytest
        from agents import Greeter

        asked = []

        class Timed(Greeter):
            def respond(self, message):
                asked.append(time.monotonic())
                return super().respond(message)

        @pytest.mark.ashr(dataset="data.json", agent=Timed)
        def test_items(ashr_test):
            pass

        def test_runner(ashr_runner):
            ashr_runner("data.json", Timed(), requests_per_minute=600)
            assert 4 == len(asked)
            assert asked[-1] - asked[0] > 0.2  # three times 0.1 s, unless the first one came late
        """
    )

    run(project, "--ashr-requests-per-minute", "600").assert_outcomes(passed=3)


def test_workers_share_the_rate_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """All runs of a worker share one limiter, whose rate is that of the session divided by the workers."""
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "4")
    first, again = (_run_options({"requests_per_minute": 60}) for _ in range(2))
    rate = first["requests_per_minute"]

    assert isinstance(rate, RateLimiter)
    assert rate is again["requests_per_minute"]
    assert [0, 4, 8] == [round(rate.reserve()) for _ in range(3)]


@pytest.mark.parametrize("wrong", [None, 0, -1, True, float("nan"), "many"])
def test_invalid_rate_is_passed_to_the_run(wrong: Any) -> None:
    """An invalid rate is passed on to the run, which refuses it."""
    options: RunOptions = {"requests_per_minute": wrong}

    assert repr({"progress": False, **options}) == repr(_run_options(options))


WORKERS = pytest.param(("-n", "2"), marks=pytest.mark.integration, id="xdist")  # each imports everything again
WITH_XDIST = pytest.mark.parametrize("workers", [pytest.param((), id="one process"), WORKERS])


@WITH_XDIST
def test_reports_cover_the_whole_session(project: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """With and without workers there is one report of all items."""
    project.makepyfile(MARKED.format(agent="Shy"))

    done = run(project, *workers, "--ashr-report", "page.html", "--ashr-report", "run.json")

    done.assert_outcomes(passed=1, failed=1)
    tests: list[Any] = json.loads((project.path / "run.json").read_text("utf-8"))["tests"]
    assert {"first": "passed", "second": "failed"} == {test["test_id"]: test["verdict"] for test in tests}
    assert "1 of 2 passed" in (project.path / "page.html").read_text("utf-8")


def test_regression_fails_the_session(project: pytest.Pytester) -> None:
    """A session is compared with its baseline; one that is told to be worse fails, whatever its tests say."""
    source = {"runs": {f"s{number}": scenario("A greeting") for number in range(9)}}
    (project.path / "data.json").write_text(json.dumps(source), "utf-8")
    project.makepyfile(MARKED.format(agent="Greeter"))
    run(project, "--ashr-report", "good.json").assert_outcomes(passed=9)
    project.makepyfile(MARKED.format(agent="Mute").replace("def test", "@pytest.mark.xfail(strict=True)\ndef test"))

    worse = run(project, "--ashr-baseline", "good.json")
    project.makepyfile(MARKED.format(agent="Greeter"))
    same = run(project, "--ashr-baseline", "good.json")

    assert (1, 0) == (worse.ret, same.ret)
    worse.stdout.fnmatch_lines(["verdict: worse", "regressed: 9 *"])
    same.stdout.fnmatch_lines(["verdict: cannot tell"])
    assert "absent.json" in run(project, "--ashr-baseline", "absent.json").stderr.str()


@WITH_XDIST
def test_deploy_stores_one_run(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    """The results of all workers are stored as one run, and the platform grades it to the same verdicts."""
    platform = open_platform()
    platform.bootstrap(KEY)
    project.makepyfile(MARKED.format(agent="Shy"))
    with running_server(platform) as url:
        monkeypatch.setenv("ASHR_LABS_API_KEY", KEY)
        monkeypatch.setenv("ASHR_LABS_BASE_URL", url)
        done = run(project, *workers, "--ashr-deploy")
        with AshrLabsClient.from_env() as client:
            (stored,) = client.list_runs()["runs"]
            tests = client.poll_run(stored["id"])["result"]["tests"]
    platform.close()

    done.assert_outcomes(passed=1, failed=1)
    assert {"first": "passed", "second": "failed"} == {test["test_id"]: test["verdict"] for test in tests}
    done.stdout.fnmatch_lines(["stored test_deploy_stores_one_run.py::test_agent as run 1 of dataset 1"])


@pytest.mark.parametrize("options", [("--ashr-deploy",), ("--ashr-live", "-n", "2")])
def test_traces_of_tests_are_delivered(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Runs that are stored have the traces of their tests on the platform, and other traces are not sent there."""
    platform = open_platform()
    platform.bootstrap(KEY)
    project.makepyfile(
        MARKED.format(agent="Tooled")
        + """
from ashr_labs import traced

def test_unmarked():
    assert 3 == traced("other", abs)(-3)
"""
    )
    with running_server(platform) as url:
        monkeypatch.setenv("ASHR_LABS_API_KEY", KEY)
        monkeypatch.setenv("ASHR_LABS_BASE_URL", url)
        run(project, *options)
        with AshrLabsClient.from_env() as client:
            (stored,) = client.list_runs()["runs"]
            tests = client.poll_run(stored["id"])["result"]["tests"]
            traces = client.list_observability_traces()["traces"]
    platform.close()

    assert 2 == len(tests)
    assert {test["trace_id"]: test["test_id"] for test in tests} == {trace["id"]: trace["name"] for trace in traces}


@WITH_XDIST
def test_live_stores_the_run_while_it_is_played(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    """With `--ashr-live` the run is on the platform after its first test, and a cancelled one stops the session."""
    platform = open_platform()
    platform.bootstrap(KEY)
    project.makepyfile(
        MARKED.format(agent="Greeter")
        + """
import time
from ashr_labs import AshrLabsClient

def test_cancel():
    with AshrLabsClient.from_env() as client:
        while not (runs := client.list_runs()["runs"]) or runs[0]["progress"]["tests_done"] < 1:
            time.sleep(0.01)
        client.cancel_run(runs[0]["id"])

@pytest.mark.parametrize("number", range(300))
def test_never_ends(number):
    time.sleep(0.1)
"""
    )
    with running_server(platform) as url:
        monkeypatch.setenv("ASHR_LABS_API_KEY", KEY)
        monkeypatch.setenv("ASHR_LABS_BASE_URL", url)
        done = run(project, *workers, "--ashr-live")
        with AshrLabsClient.from_env() as client:
            (stored,) = client.list_runs()["runs"]
            result = client.poll_run(stored["id"])["result"]
            (dataset,) = client.list_datasets()["datasets"]
    platform.close()

    assert done.ret == pytest.ExitCode.INTERRUPTED
    assert ("cancelled", ["first", "second"]) == (result["status"], sorted(test["test_id"] for test in result["tests"]))
    assert {"first", "second"} == dataset["dataset_source"]["runs"].keys()
    done.stdout.fnmatch_lines(["*test_agent was cancelled*"])


def test_live_needs_a_platform(project: pytest.Pytester) -> None:
    """Without an API key, a session that is to be stored while it is played does not start."""
    project.makepyfile(MARKED.format(agent="Greeter"))

    done = run(project, "--ashr-live")

    assert pytest.ExitCode.USAGE_ERROR == done.ret
    done.stderr.fnmatch_lines(["ERROR: --ashr-live: *ASHR_LABS_API_KEY*"])


def test_unreachable_platform_fails_the_session(project: pytest.Pytester) -> None:
    """Without an API key nothing is stored, and the session fails with an error."""
    project.makepyfile(MARKED.format(agent="Greeter"))

    done = run(project, "--ashr-deploy")

    done.assert_outcomes(passed=2)
    assert 1 == done.ret
    done.stdout.fnmatch_lines(["error: *ASHR_LABS_API_KEY*"])


def test_unused_plugin_loads_nothing(project: pytest.Pytester) -> None:
    """A suite that does not use the plugin loads nothing of the package but the plugin itself."""
    project.makepyfile(
        """
        import sys

        def test_modules():
            ours = {"ashr_labs", "httpx", "sqlalchemy", "rich"}
            loaded = {name for name in sys.modules if name.partition(".")[0] in ours}
            assert loaded == {"ashr_labs", "ashr_labs.pytest_plugin", "ashr_labs.pytest_plugin._options"}
        """
    )

    done = run_as_installed(project)

    done.assert_outcomes(passed=1)
    assert not re.search("(?i)ashr", re.sub(r"(?m)^(plugins|rootdir).*", "", done.stdout.str()))


def test_plugin_can_be_disabled(project: pytest.Pytester) -> None:
    """Like any plugin it is disabled by its name."""
    project.makepyfile("def test_nothing(): ...")

    run_as_installed(project, "-p", "no:ashr").assert_outcomes(passed=1)
