"""Tests of `ashr-labs doctor`: what it looks at, and what it says to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from ashr_labs.cli import _checks as checks
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from ashr_labs.tracing.export.spool import Spool
from ashr_labs.tracing.settings import Settings
from support.cli import Workspace

KEY = "tp_a_key_for_the_tests"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_complete_installation_is_ok(tmp_path: Path) -> None:
    """On a complete installation each line but those of engines that are not there says ok; no key is shown."""
    workspace = Workspace(tmp_path)
    key = "tp_0123456789_secret"

    done = workspace.call("doctor", ASHR_LABS_API_KEY=key)

    assert 0 == done.code, done
    assert all(line.startswith(("ok ", "- sandboxes by ")) for line in done.out.splitlines())
    assert "secret" not in done.out
    found = workspace.call("doctor", "--json").document["findings"]
    assert all(one["is_fine"] or not one["is_needed"] for one in found)


@pytest.mark.parametrize(
    ("engine", "line", "code"),
    [
        ("", "- sandboxes by docker: does not work: neither Docker nor Podman answers at /nowhere/d.sock", 0),
        ("docker", "WRONG sandboxes by docker: does not work: neither Docker nor Podman answers", 3),
        ("dokcer", "WRONG ASHR_SANDBOX_ENGINE: 'dokcer': must be one of bubblewrap, docker", 3),
        ("e2b", "ok sandboxes by e2b: set; --remote asks the service", 0),
        ("unsafe-subprocess", "ok sandboxes by unsafe-subprocess: set: commands are not isolated", 0),
    ],
)
def test_engine_that_does_not_work_is_not_ok(tmp_path: Path, engine: str, line: str, code: int) -> None:
    """An engine that does not work here is marked with its reason, and is a problem if it is the one that is set."""
    settings = {"DOCKER_HOST": "unix:///nowhere/d.sock", "ASHR_SANDBOX_ENGINE": engine}
    done = Workspace(tmp_path).call("doctor", **settings)

    assert code == done.code, done
    assert any(one.startswith(line) for one in done.out.splitlines()), done.out


def test_machine_without_bubblewrap_is_told_what_to_install(tmp_path: Path) -> None:
    """Without an engine the doctor names the package, and creating a sandbox is refused with the same sentence."""
    (tmp_path / "bin").mkdir()
    settings = {"PATH": str(tmp_path / "bin"), "DOCKER_HOST": "unix:///nowhere/d.sock"}
    done = Workspace(tmp_path).call("doctor", **settings)
    [line] = [one for one in done.out.splitlines() if "sandboxes by bubblewrap" in one]

    assert (0, True) == (done.code, line.startswith("- sandboxes by bubblewrap: does not work: "))
    assert "install the package `bubblewrap`" in line


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        ([], {"ASHR_LABS_API_KEY": "sk_wrong"}, "keys begin with tp_"),
        ([], {"ASHR_LABS_TRACING": "flase"}, "ASHR_LABS_TRACING must be true or false, got 'flase'"),
        ([], {"ASHR_LABS_APIKEY": "tp_x"}, "is not read; did you mean 'ASHR_LABS_API_KEY'?"),
        ([], {"ASHR_LABS_BASE_URL": "api.ashr.io"}, "write it as https://host/path"),
        ([], {"ASHR_LABS_BASE_URL": "https://me:secret@api.ashr.io"}, "contains a user name or a password"),
        (["--remote"], {}, "ASHR_LABS_API_KEY"),
        (
            ["--remote"],
            {"ASHR_LABS_API_KEY": "tp_0123456789", "ASHR_LABS_BASE_URL": "http://127.0.0.1:1"},
            "check the key, the URL and the network",
        ),
    ],
)
def test_each_problem_has_advice(tmp_path: Path, arguments: list[str], settings: dict[str, str], words: str) -> None:
    """Each problem is named with advice, and the exit code is 3."""
    done = Workspace(tmp_path).call("doctor", *arguments, **settings)

    assert "not ready: " in done.error(3)
    assert any(line.startswith("WRONG") and words in line for line in done.out.splitlines()), done.out


def test_remote_check_reports_key_owner_and_clock(tmp_path: Path) -> None:
    """With --remote it says whose key it is and that the clocks agree."""
    platform = open_platform()
    platform.bootstrap(KEY)
    with running_server(platform) as url:
        settings = {"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": url}
        done = Workspace(tmp_path).call("doctor", "--remote", "--json", **settings)
    platform.close()

    found = {one["what"]: one["found"] for one in done.document["findings"]}
    assert "same as the platform" == found["clock"]
    assert "accepts the key of" in found["platform"]
    assert {"ashr-labs", "Python", "SQLite", "extra local", "extra cli", "spool"} < found.keys()


@pytest.mark.parametrize(
    ("minutes", "is_fine", "words"),
    [
        (0, True, "same as the platform"),
        (0.9, True, "same as"),
        (2, False, "120 s behind"),
        (-60, False, "3600 s ahead"),
    ],
)
def test_clock_skew_is_reported(minutes: float, is_fine: bool, words: str) -> None:
    """A minute apart from the platform's header `Date` is too much, and the advice is to set the clock."""
    clock = checks.clock(format_datetime(NOW + timedelta(minutes=minutes), usegmt=True), NOW)

    assert ("clock", is_fine) == (clock.what, clock.is_fine)
    assert words in clock.found
    assert "set the clock of this machine" in clock.advice


@pytest.mark.parametrize("date", [None, "yesterday"])
def test_missing_date_header_is_accepted(date: str | None) -> None:
    """Without a date that can be read there is nothing to compare."""
    assert checks.clock(date, NOW).is_fine


def test_waiting_traces_in_spool_are_reported(tmp_path: Path) -> None:
    """The finding names the folder, the number of waiting traces, and when they are sent."""
    environment = {"ASHR_LABS_SPOOL_DIR": str(tmp_path / "spool")}
    assert "no undelivered traces" in checks.spool(environment).found
    spool = Spool(tmp_path / "spool" / "one", 10_000)
    records = [spool.write(name, b"{}") for name in ("a", "b", "c")]
    assert records[0]
    spool.done(records[0])

    found = checks.spool(environment)

    assert found.is_fine
    assert f"{tmp_path / 'spool'}, 2 undelivered" in found.found
    assert "sent the next time a process traces" in found.advice
    full = checks.spool(environment, Settings(max_spool_bytes=50))
    assert (False, True) == (full.is_fine, full.advice.startswith("nearly full"))
    (tmp_path / "spool").chmod(0o777)
    assert f"chmod 700 {tmp_path / 'spool'}" in checks.spool(environment).advice
    assert "off: " in checks.spool({**environment, "ASHR_LABS_TRACING_SPOOL": "no"}).found
    spool.close()
