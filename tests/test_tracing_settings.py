"""Tests of the settings of tracing: what would be ignored is refused, or logged where nothing may raise."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest

import ashr_labs
from ashr_labs import AshrLabsClient, ConfigurationError, MissingAPIKeyError, traced
from ashr_labs._environment import VARIABLES, warn_once
from ashr_labs.llm import client_from_env
from ashr_labs.tracing.settings import Settings, environment_problems

INVALID: list[tuple[dict[str, Any], str]] = [
    *(({name: "no"}, f"`{name}` must be True or False, got 'no'") for name in ("enabled", "capture")),
    *(
        ({"sample_rate": given}, f"`sample_rate` must be a number between 0 and 1, got {given!r}")
        for given in (2, "1", True)
    ),
    *(
        ({name: given}, f"`{name}` must be a number >= 0, got {given!r}")
        for name in ("max_queue_items", "max_queue_bytes", "flush_timeout", "exit_timeout")
        for given in (-1, "5", float("nan"), True)
    ),
    ({"mask": "***"}, "`mask` must be a function or None, got '***'"),
    ({"mirror": "otel"}, "`mirror` must be an exporter such as ashr_labs.otel.Mirror(tracer), or None, got 'otel'"),
    ({"sampel_rate": 0.5}, "unknown setting 'sampel_rate'; did you mean 'sample_rate'?"),
    ({"max_spool_bytes": 1}, "unknown setting 'max_spool_bytes'"),
]


@pytest.mark.parametrize(("given", "problem"), INVALID)
def test_an_invalid_setting_is_refused_by_name(given: Any, problem: str) -> None:
    """A setting of a wrong type or name is an error that names it, and changes nothing."""
    with AshrLabsClient.local() as client:
        before = client.tracing.settings
        with pytest.raises(ConfigurationError) as caught:
            client.tracing.configure(**{"flush_timeout": 1.0, **given})

        assert problem in str(caught.value)
        assert before == client.tracing.settings


ENVIRONMENT: list[tuple[str, str, str]] = [
    *(
        (name, "flase", f"{name} must be true or false, got 'flase'; it counts as true")
        for name in ("ASHR_LABS_TRACING", "ASHR_LABS_TRACING_CAPTURE", "ASHR_LABS_TRACING_SPOOL")
    ),
    *(
        ("ASHR_LABS_TRACING_SAMPLE_RATE", value, f"between 0 and 1, got {value!r}; the default 1 is used")
        for value in ("10%", "2", "nan")
    ),
    ("ASHR_LABS_TRACING_EXIT_TIMEOUT", "-1", "a number >= 0, got '-1'; the default 2 is used"),
    ("ASHR_LABS_TRACING_SAMPLERATE", "0.1", "is not read; did you mean 'ASHR_LABS_TRACING_SAMPLE_RATE'?"),
    ("ASHR_LABS_TRACEING", "0", "is not read; did you mean 'ASHR_LABS_TRACING'?"),
    ("ashr_judge_model", "m", "is not read; did you mean 'ASHR_JUDGE_MODEL'?"),
]


@pytest.mark.parametrize(("name", "value", "problem"), ENVIRONMENT)
def test_a_variable_that_is_ignored_is_logged_once(
    name: str, value: str, problem: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Tracing goes on with the default, and one warning of the process names the variable and the value."""
    monkeypatch.setenv(name, value)
    warn_once.cache_clear()
    with caplog.at_level(logging.WARNING, "ashr_labs.tracing"):
        for _ in range(2):
            with AshrLabsClient.local() as client, client.trace("t"):
                pass

    [record] = [record for record in caplog.records if "ASHR" in record.getMessage().upper()]
    assert name in record.getMessage()
    assert problem in record.getMessage()
    assert Settings(sample_rate=1.0) == Settings.from_env({name: value})


def test_valid_variables_are_no_problem() -> None:
    """Values in any case and with blanks, empty values, and variables of others are accepted."""
    values = {"ASHR_LABS_TRACING": " TRUE ", "ASHR_LABS_TRACING_CAPTURE": "Off", "ASHR_LABS_TRACING_SPOOL": ""}
    numbers = {"ASHR_LABS_TRACING_SAMPLE_RATE": " 0.5 ", "ASHR_LABS_TRACING_EXIT_TIMEOUT": "0"}

    assert [] == environment_problems({**values, **numbers, "ASHR_BENCHMARK_DATA": "x", "PATH": "x"})
    assert Settings(capture=False, sample_rate=0.5, exit_timeout=0.0) == Settings.from_env({**values, **numbers})


def test_every_variable_is_known() -> None:
    """The list of variables has each one that the source reads or sets, and no other."""
    paths = [path for path in Path(ashr_labs.__file__).parent.rglob("*.py") if path.name != "_environment.py"]
    written = {name for path in paths for name in re.findall(r'"(ASHR_[A-Z0-9_]*[A-Z])"', path.read_text("utf-8"))}
    composed = {f"ASHR_{role}_{part}" for role in ("JUDGE", "GENERATOR") for part in ("MODEL", "BASE_URL", "API_KEY")}
    composed |= {f"ASHR_E2B_{part}" for part in ("API_KEY", "API_URL", "DOMAIN", "SANDBOX_URL", "TEMPLATE")}

    assert set(VARIABLES) == written | composed


def test_a_missing_key_names_its_misspelt_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an API key, a variable with a similar name is shown."""
    monkeypatch.delenv("ASHR_LABS_API_KEY", raising=False)
    monkeypatch.setenv("ASHR_LAB_API_KEY", "tp_x")
    with pytest.raises(MissingAPIKeyError, match="did you mean 'ASHR_LABS_API_KEY' by 'ASHR_LAB_API_KEY'"):
        AshrLabsClient()


def test_an_invalid_log_level_is_logged_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """`ASHR_LABS_LOG` with a value other than `debug` is named in one warning."""
    monkeypatch.setenv("ASHR_LABS_LOG", "verbose")
    warn_once.cache_clear()
    for _ in range(2):
        AshrLabsClient.local().close()

    assert ["ASHR_LABS_LOG must be debug, got 'verbose'; it is ignored"] == caplog.messages


@pytest.mark.parametrize("name", ["ASHR_JUDGE_BASE_URL", "ASHR_JUDGE_API_KEY"])
def test_a_judge_without_a_model_is_logged_once(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """A URL or key of a judge whose model is not set is named in one warning, without its value."""
    warn_once.cache_clear()
    for _ in range(2):
        assert client_from_env({name: "http://127.0.0.1:9/secret"}) is None

    assert [f"{name} is ignored: ASHR_JUDGE_MODEL is not set"] == caplog.messages


@pytest.mark.parametrize("kind", ["tol", "generaton", "", None, 3])
def test_an_unknown_kind_of_traced_is_refused(kind: Any) -> None:
    """A misspelt kind is an error where the function is decorated, and not a plain span."""
    with pytest.raises(ConfigurationError, match="traced: `kind` must be one of 'span', 'generation', 'tool', got"):
        traced("look up", kind=kind)
