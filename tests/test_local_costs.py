"""Costs: model prices, costs sent by clients, and unknown costs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import AshrLabsClient
from ashr_labs.errors import ConfigurationError
from ashr_labs.local import open_platform
from ashr_labs.local.settings import Settings
from ashr_labs.pricing import PricingTable, read_prices
from support.local_api import Api, Place

PRICES = PricingTable({"small": {"input": 2, "output": 10}, "free": {"input": 0, "output": 0}})


def generation(model: str | None, tokens: tuple[int | None, int | None] | None = None, **fields: Any) -> dict[str, Any]:
    usage = {} if tokens is None else {"input_tokens": tokens[0], "output_tokens": tokens[1]}
    usage |= {"cost": fields.pop("usage_cost")} if "usage_cost" in fields else {}
    return {"id": "1", "type": "generation", "name": "g", "model": model, "usage": usage or None, **fields}


def analytics_at(place: Place, *observations: dict[str, Any], prices: PricingTable = PRICES) -> dict[str, Any]:
    platform = open_platform(place, settings=Settings(prices=prices))
    api = Api(platform, platform.bootstrap())
    api("ingest_observability_trace", trace={"name": "t", "observations": list(observations)})
    answer = api("get_observability_analytics")
    platform.close()
    return answer


@pytest.fixture(name="analytics")
def _analytics(place: Place) -> Callable[..., dict[str, Any]]:
    """Return a function that stores a trace of observations and returns the analytics."""
    return partial(analytics_at, place)


def costs(answer: dict[str, Any]) -> dict[str | None, tuple[float | None, int]]:
    """Return total cost and number of unpriced calls: of everything (None) and of each model."""
    found = {None: answer["overview"], **{usage["model"]: usage for usage in answer["model_usage"]}}
    return {name: (totals["total_cost"], totals["unpriced_calls"]) for name, totals in found.items()}


MILLION = 1_000_000


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        ([], {None: (None, 0)}),
        ([generation("small", (MILLION, MILLION // 2))], {None: (7.0, 0), "small": (7.0, 0)}),
        ([generation("small", (1, 1)), generation("small", (2, 0))], {None: (0.000016, 0), "small": (0.000016, 0)}),
        ([generation("free", (MILLION, 1))], {None: (0.0, 0), "free": (0.0, 0)}),
        ([generation("other", (MILLION, 1))], {None: (None, 1), "other": (None, 1)}),
        ([generation("small")], {None: (None, 1), "small": (None, 1)}),
        ([generation("small", (MILLION, None))], {None: (2.0, 0), "small": (2.0, 0)}),
        ([generation("small", (MILLION, 0), cost=0.5)], {None: (0.5, 0), "small": (0.5, 0)}),
        ([generation("small", (MILLION, 0), cost=0.5, usage_cost=0.25)], {None: (0.25, 0), "small": (0.25, 0)}),
        ([generation("small", (MILLION, 0), cost=0)], {None: (0.0, 0), "small": (0.0, 0)}),
        ([generation("small", (MILLION, 0), cost=-1)], {None: (2.0, 0), "small": (2.0, 0)}),
        ([generation("other", cost=1e300)], {None: (None, 1), "other": (None, 1)}),
        (
            [generation("other", cost=3), generation("other", (5, 5)), generation("small", (MILLION, 0))],
            {None: (5.0, 1), "other": (3.0, 1), "small": (2.0, 0)},
        ),
        ([generation(None, cost=1.5), generation(None, (5, 5))], {None: (1.5, 0)}),
        ([{"id": "1", "type": "span", "name": "tool:search", "cost": 0.75}], {None: (0.75, 0)}),
    ],
)
def test_known_costs_are_added_up(
    analytics: Callable[..., dict[str, Any]],
    observations: list[dict[str, Any]],
    expected: dict[str | None, tuple[float | None, int]],
) -> None:
    """A cost sent with a step takes precedence over the model's price; steps with neither are counted as unpriced."""
    assert expected == costs(analytics(*observations))


KINDS = PricingTable(
    {
        "m": {"input": 4, "output": 8, "cached_input": 1, "cache_write": 5, "cache_write_1h": 6, "input_audio": 9},
        "tiered": {"input": 1, "output": 0, "above": {"100": {"input": 2}, "200": {"input": 3}}},
        "changed": [{"input": 10, "output": 0}, {"input": 1, "output": 0, "from": "2026-06-10"}],
        "cheap at night": [{"input": 10, "output": 0}, {"input": 1, "output": 0, "hours": ["22:00", "06:00"]}],
        "groq/m": {"input": 100, "output": 100},
    }
)


def usage_of(model: str, provider: str | None = None, **usage: int) -> dict[str, Any]:
    metadata = {} if provider is None else {"gen_ai.provider.name": provider}
    return {**generation(model), "usage": usage, "metadata": metadata}


@pytest.mark.parametrize(
    ("observations", "micro_dollars"),
    [
        ([usage_of("m", input_tokens=10, cached_input_tokens=4, output_tokens=2)], 6 * 4 + 4 * 1 + 2 * 8),
        ([usage_of("m", input_tokens=10, cache_write_input_tokens=10, cache_write_1h_input_tokens=4)], 6 * 5 + 4 * 6),
        ([usage_of("m", input_tokens=10, input_audio_tokens=3)], 7 * 4 + 3 * 9),
        ([usage_of("m", input_tokens=10, output_audio_tokens=3, output_tokens=3)], None),
        ([usage_of("m-2026-01-01", input_tokens=1)], 4),
        ([usage_of("m", "groq", input_tokens=2), usage_of("m", input_tokens=1)], 204),
        ([usage_of("tiered", input_tokens=100)] * 3, 300),
        ([usage_of("tiered", input_tokens=count) for count in (100, 101, 200, 201)], 100 + 202 + 400 + 603),
        ([usage_of("tiered", input_tokens=201), {**usage_of("tiered", input_tokens=201), "cost": 1}], 1_000_603),
    ],
)  # fmt: skip
def test_kinds_and_sizes_of_calls_are_priced(
    analytics: Callable[..., dict[str, Any]], observations: list[dict[str, Any]], micro_dollars: int | None
) -> None:
    """Analytics price each kind of tokens, the size of each call, and models at the prices of their providers."""
    answer = analytics(*observations, prices=KINDS)

    assert (None if micro_dollars is None else micro_dollars / MILLION) == answer["overview"]["total_cost"]


@pytest.mark.parametrize(
    ("model", "times", "micro_dollars"),
    [
        ("changed", ["2026-06-08T12:00", "2026-06-09T23:59", "2026-06-10T00:00"], 21),
        ("changed", ["2026-06-08T12:00"], 10),
        ("cheap at night", ["2026-06-08T21:59", "2026-06-08T22:00", "2026-06-09T05:59", "2026-06-09T06:00"], 22),
    ],
)
def test_calls_have_the_price_of_their_time(place: Place, model: str, times: list[str], micro_dollars: int) -> None:
    """A call costs what its model cost when the platform received it."""
    now = [0.0]
    platform = open_platform(place, settings=Settings(prices=KINDS), now=lambda: now[0])
    now[0] = datetime.fromisoformat(f"{times[0]}+00:00").timestamp()
    api = Api(platform, platform.bootstrap())
    for time in times:
        now[0] = datetime.fromisoformat(f"{time}+00:00").timestamp()
        api("ingest_observability_trace", trace={"name": "t", "observations": [usage_of(model, input_tokens=1)]})

    assert micro_dollars / MILLION == api("get_observability_analytics")["overview"]["total_cost"]
    platform.close()


def test_estimated_part_of_the_cost_is_separate(analytics: Callable[..., dict[str, Any]]) -> None:
    """`estimated_cost` is the part of the total that no client stated."""
    answer = analytics(
        generation("small", (MILLION, 0)), generation("small", (5, 5), cost=0.5), generation("other", cost=3)
    )

    assert (5.5, 2.0) == (answer["overview"]["total_cost"], answer["overview"]["estimated_cost"])
    assert {"small": 2.0, "other": None} == {one["model"]: one["estimated_cost"] for one in answer["model_usage"]}


def test_common_models_have_a_price_without_settings(place: Place) -> None:
    """Without a table of its own, a platform uses the prices of `estimate_cost`."""
    with Api.opened(place) as api:
        trace = {"name": "t", "observations": [generation("gpt-4o-mini-2024-07-18", (MILLION, 0))]}
        api("ingest_observability_trace", trace=trace)

        assert 0.15 == api("get_observability_analytics")["overview"]["total_cost"]


def test_prices_are_read_from_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`ASHR_PRICES` is read when a platform is opened, and applies to earlier traces too."""
    path, file = tmp_path / "evals.db", tmp_path / "prices.json"
    with Api.opened(path) as api:
        trace = {"name": "t", "observations": [generation("gpt", (MILLION, MILLION))]}
        api("ingest_observability_trace", trace=trace)
        assert {None: (None, 1), "gpt": (None, 1)} == costs(api("get_observability_analytics"))
    file.write_text('{"gpt": {"input": 2.5, "output": 10}}', "utf-8")
    monkeypatch.setenv("ASHR_PRICES", str(file))

    with Api.opened(path) as api:
        assert {None: (12.5, 0), "gpt": (12.5, 0)} == costs(api("get_observability_analytics"))


def test_traced_generation_reports_cost(local_client: AshrLabsClient) -> None:
    """Analytics add up the tokens and costs that a program passes at the end of a generation."""
    with local_client.trace("chat") as trace, trace.generation("answer", model="gpt") as generation:
        generation.end(output="hi", usage={"input_tokens": 10, "output_tokens": 5, "cost": 0.25})
    local_client.tracing.flush()

    answer = local_client.get_observability_analytics()
    assert (0.25, 15) == (answer["overview"]["total_cost"], answer["overview"]["total_tokens"])


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "nonsense", '{"m": 5}', '{"m": {"input": 1}}', '{"m": {"input": 1, "output": -1}}',
        '{"m": {"input": 1, "output": "2"}}', '{"m": {"input": 1, "output": NaN}}',
        '{"m": {"input": true, "output": 1}}',
        '{"m": {"input": 1, "output": 1, "cached": 1}}', json.dumps({"m": {"input": 10**400, "output": 1}}),
    ],
)  # fmt: skip
def test_invalid_prices_are_rejected(tmp_path: Path, content: str) -> None:
    """An unreadable table, or a price that is not a number >= 0, is rejected with the file's name."""
    file = tmp_path / "prices.json"
    file.write_text(content, "utf-8")

    with pytest.raises(ConfigurationError, match=r"prices\.json"):
        read_prices(file)


def test_missing_price_table_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform does not open if its configured prices cannot be read."""
    monkeypatch.setenv("ASHR_PRICES", "/nowhere/prices.json")

    with pytest.raises(ConfigurationError, match=r"/nowhere/prices\.json.*No such file"):
        open_platform()
