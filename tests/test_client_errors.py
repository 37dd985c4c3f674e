"""Error classes, and errors of invalid options."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from ashr_labs import (
    AshrLabsClient,
    AshrLabsError,
    ConfigurationError,
    DatasetError,
    MissingAPIKeyError,
    SpecError,
    errors,
)
from ashr_labs._retry import retry_after

KEY = "tp_canary_0123456789abcdef"


@pytest.mark.parametrize(
    "key", ["", "   ", "sk_other", "tp_with space", "tp_line\nbreak", "tp_tab\tkey", "tp_\u00e9", "tp_nul\x00"]
)
def test_invalid_key_is_rejected_without_disclosure(key: str) -> None:
    """A bad key fails before any request, as a ValueError, and is not in the message."""
    with pytest.raises(ValueError, match="API key") as caught:
        AshrLabsClient(key)

    assert not key.strip() or key not in str(caught.value)


def test_options_precedence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Arguments come first, then the environment, then the defaults; blank counts as absent."""
    monkeypatch.setenv("ASHR_LABS_API_KEY", "tp_from_the_environment")
    monkeypatch.setenv("ASHR_LABS_BASE_URL", "https://env.example/api/")

    assert "https://env.example/api" in repr(AshrLabsClient.from_env())
    assert "https://arg.example" in repr(AshrLabsClient(base_url="https://arg.example/"))
    monkeypatch.setenv("ASHR_LABS_BASE_URL", "  ")
    assert "https://api.ashr.io/testing-platform-api" in repr(AshrLabsClient.from_env())


def test_missing_key_raises_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """`from_env` without a key raises an error that names the variable; it is a RuntimeError and a ValueError."""
    with pytest.raises(MissingAPIKeyError, match="ASHR_LABS_API_KEY") as caught:
        AshrLabsClient.from_env()

    assert isinstance(caught.value, RuntimeError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), True])
def test_invalid_timeout_is_rejected(timeout: float) -> None:
    """A timeout is a finite number of seconds above zero."""
    with pytest.raises(ConfigurationError, match="timeout"):
        AshrLabsClient(KEY, timeout=timeout)


def test_invalid_url_is_rejected() -> None:
    """A base URL without a scheme is refused at once."""
    with pytest.raises(ConfigurationError, match="base_url"):
        AshrLabsClient(KEY, "api.example.com")


ALL_ERRORS = sorted(
    (cls for name in errors.__all__ if isinstance(cls := getattr(errors, name), type)), key=lambda cls: cls.__name__
)


@pytest.mark.parametrize("cls", ALL_ERRORS)
def test_errors_survive_pickle_and_copy(cls: type[AshrLabsError]) -> None:
    """An error keeps its attributes when it is pickled or copied."""
    if cls is DatasetError:
        error: AshrLabsError = DatasetError("is null", path="runs.a.actions[0]")
    elif cls is SpecError:
        error = SpecError("must be a list", path="services", line=3, column=1)
    else:
        error = cls("why", 429, {"a": 1}, operation="get_run", request_id="r", retry_after=1.5)

    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (type(error), str(error), vars(error)) == (type(twin), str(twin), vars(twin))


def test_docstring_lists_error_hierarchy() -> None:
    """Each class is in the module's docstring."""
    drawn = errors.__doc__ or ""

    assert [] == [cls.__name__ for cls in ALL_ERRORS if cls.__name__ not in drawn]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:10 GMT"}, 10.0),
        ({"retry-after": "Fri, 20 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_retry_after_formats(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, milliseconds and HTTP dates are understood; malformed values are ignored."""
    assert seconds == retry_after(headers, datetime(2026, 11, 20, 12, tzinfo=UTC))


def test_guide_lists_error_hierarchy() -> None:
    """Each class and each attribute is in `docs/errors.md`."""
    guide = (Path(__file__).resolve().parent.parent / "docs" / "errors.md").read_text("utf-8")
    attributes = vars(AshrLabsError("x")) | vars(SpecError("x", path="y", line=1, column=1))

    assert [] == [cls.__name__ for cls in ALL_ERRORS if cls.__name__ not in guide]
    assert [] == [name for name in (*attributes, "may_have_arrived") if f"`{name}`" not in guide]


def test_errors_propagate_from_process_pool() -> None:
    """An error in a worker process is raised in the parent with its class."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        error = pool.submit(AshrLabsClient, "no_key").exception()

    assert isinstance(error, ConfigurationError)


def test_every_httpcore_error_maps_to_httpx() -> None:
    """Every error of httpcore is mapped to the httpx error of the same name."""
    import httpcore
    import httpx

    from ashr_labs.client._async._pool import TRANSPORT_ERRORS

    raised = [value for name in httpcore.__all__ if isinstance(value := getattr(httpcore, name), type)]
    failures = {cls.__name__ for cls in raised if issubclass(cls, Exception)} - {"ConnectionNotAvailable"}

    assert failures == {name for name in failures if issubclass(getattr(httpcore, name), TRANSPORT_ERRORS)}
    assert failures == {name for name in failures if issubclass(getattr(httpx, name), httpx.TransportError)}
