"""Costs of model calls: published prices, names of models, kinds of tokens, dates, and the user's own prices."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.errors import ConfigurationError
from ashr_labs.pricing import PricingTable, estimate_cost, pricing_table, read_prices
from ashr_labs.pricing.entries import read_price_file
from ashr_labs.pricing.kept import KeptPrices
from ashr_labs.pricing.names import places
from ashr_labs.pricing.table import BUILT_IN

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
CALL = {"input_tokens": 1000, "cached_input_tokens": 400, "output_tokens": 500, "reasoning_output_tokens": 300}

# The cost of CALL in US dollars, worked out by hand from the price lists of the providers: those of OpenAI, Anthropic,
# Cohere and xAI as of March 2026, of Google and Mistral as of November 2025. The comments have the prices of new input
# (600 tokens), cached input (400) and output (500).
PUBLISHED = {
    "gpt-3.5-turbo": 0.00125,  # 0.50, no discount, 1.50
    "gpt-4": 0.06,  # 30, -, 60
    "gpt-4-turbo": 0.025,  # 10, -, 30
    "gpt-4.1": 0.0054,  # 2, 0.50, 8
    "gpt-4.1-mini": 0.00108,  # 0.40, 0.10, 1.60
    "gpt-4.1-nano": 0.00027,  # 0.10, 0.025, 0.40
    "gpt-4o": 0.007,  # 2.50, 1.25, 10
    "gpt-4o-2024-05-13": 0.0125,  # 5, -, 15
    "gpt-4o-mini": 0.00042,  # 0.15, 0.075, 0.60
    "gpt-5": 0.0058,  # 1.25, 0.125, 10
    "gpt-5-mini": 0.00116,  # 0.25, 0.025, 2
    "gpt-5-nano": 0.000232,  # 0.05, 0.005, 0.40
    "gpt-5-pro": 0.075,  # 15, -, 120
    "gpt-5.1": 0.0058,  # 1.25, 0.125, 10
    "gpt-5.2": 0.00812,  # 1.75, 0.175, 14
    "gpt-5.4": 0.0091,  # 2.50, 0.25, 15
    "o1": 0.042,  # 15, 7.50, 60
    "o3": 0.0054,  # 2, 0.50, 8
    "o3-mini": 0.00308,  # 1.10, 0.55, 4.40
    "o3-pro": 0.06,  # 20, -, 80
    "o4-mini": 0.00297,  # 1.10, 0.275, 4.40
    "claude-3-haiku": 0.000787,  # 0.25, 0.03, 1.25
    "claude-3-opus": 0.0471,  # 15, 1.50, 75
    "claude-3-5-haiku": 0.002512,  # 0.80, 0.08, 4
    "claude-3-5-sonnet": 0.00942,  # 3, 0.30, 15
    "claude-3-7-sonnet": 0.00942,
    "claude-haiku-4-5": 0.00314,  # 1, 0.10, 5
    "claude-opus-4": 0.0471,  # 15, 1.50, 75
    "claude-opus-4-1": 0.0471,
    "claude-opus-4-5": 0.0157,  # 5, 0.50, 25
    "claude-opus-4-6": 0.0157,
    "claude-sonnet-4": 0.00942,  # 3, 0.30, 15
    "claude-sonnet-4-5": 0.00942,
    "claude-sonnet-4-6": 0.00942,
    "gemini-1.5-flash": 0.0002025,  # 0.075, 0.01875, 0.30
    "gemini-2.0-flash": 0.00027,  # 0.10, 0.025, 0.40
    "gemini-2.0-flash-lite": 0.000225,  # 0.075, -, 0.30
    "gemini-2.5-flash": 0.001442,  # 0.30, 0.03, 2.50
    "gemini-2.5-flash-lite": 0.000264,  # 0.10, 0.01, 0.40
    "gemini-2.5-pro": 0.0058,  # 1.25, 0.125, 10
    "gemini-3-pro-preview": 0.00728,  # 2, 0.20, 12
    "codestral": 0.00075,  # 0.30, -, 0.90
    "mistral-large": 0.005,  # 2, -, 6
    "mistral-nemo": 0.000225,  # 0.15, -, 0.15
    "grok-3": 0.0096,  # 3, 0.75, 15
    "grok-3-mini": 0.00046,  # 0.30, 0.075, 0.50
    "grok-4": 0.0096,  # 3, 0.75, 15
    "command-a": 0.0075,  # 2.50, -, 10
    "command-r": 0.00045,  # 0.15, -, 0.60
    "command-r-plus": 0.0075,  # 2.50, -, 10
}


@pytest.fixture(name="built_in", scope="module")
def _built_in() -> PricingTable:
    return PricingTable(below=[BUILT_IN])


@pytest.fixture(name="kept", scope="module")
def _kept() -> PricingTable:
    pytest.importorskip("genai_prices")
    return PricingTable(below=[KeptPrices()])


@pytest.mark.parametrize("model", PUBLISHED)
def test_built_in_prices_are_the_published_ones(built_in: PricingTable, model: str) -> None:
    """The built-in table has the prices that the providers publish; tokens of reasoning are part of the output."""
    assert PUBLISHED[model] == built_in.estimate_cost(model, CALL, at=NOVEMBER)


@pytest.mark.parametrize("model", PUBLISHED)
def test_kept_prices_are_the_published_ones(kept: PricingTable, model: str) -> None:
    """The prices of genai-prices are those that the providers publish."""
    assert PUBLISHED[model] == kept.estimate_cost(model, CALL, at=NOVEMBER)


NAMES = [
    ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
    ("gpt-4o-mini-2099-01-01", "gpt-4o-mini"),
    ("gpt-5-mini-2025-08-07", "gpt-5-mini"),
    ("GPT-4o", "gpt-4o"),
    (" gpt-4o ", "gpt-4o"),
    ("gpt-4o-latest", "gpt-4o"),
    ("openai/gpt-4o", "gpt-4o"),
    ("azure/gpt-4o", "gpt-4o"),
    ("azure_ai/gpt-4.1-mini", "gpt-4.1-mini"),
    ("openrouter/openai/gpt-4o-2024-08-06", "gpt-4o"),
    ("litellm_proxy/gpt-4o", "gpt-4o"),
    ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
    ("claude-sonnet-4-20250514", "claude-sonnet-4"),
    ("claude-3-5-sonnet-latest", "claude-3-5-sonnet"),
    ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
    ("claude-haiku-4-5@20251001", "claude-haiku-4-5"),
    ("vertex_ai/claude-haiku-4-5@20251001", "claude-haiku-4-5"),
    ("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet"),
    ("publishers/anthropic/models/claude-opus-4-5", "claude-opus-4-5"),
    ("projects/p/locations/us-central1/publishers/google/models/gemini-2.0-flash-001", "gemini-2.0-flash"),
    ("models/gemini-2.5-pro", "gemini-2.5-pro"),
    ("gemini/gemini-2.5-flash", "gemini-2.5-flash"),
    ("anthropic.claude-3-5-haiku-20241022-v1:0", "claude-3-5-haiku"),
    ("bedrock/us-east-1/anthropic.claude-3-5-haiku-20241022-v1:0", "claude-3-5-haiku"),
    ("bedrock/converse/us.anthropic.claude-3-7-sonnet-20250219-v1:0", "claude-3-7-sonnet"),
    ("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-3-7-sonnet-20250219-v1:0", "claude-3-7-sonnet"),
    ("xai/grok-4", "grok-4"),
    ("mistral/mistral-large-latest", "mistral-large"),
]


@pytest.mark.parametrize(("name", "model"), NAMES)
def test_names_of_programs_are_resolved(built_in: PricingTable, kept: PricingTable, name: str, model: str) -> None:
    """Dates, providers, regions and the spellings of clouds do not change the price of a model."""
    assert PUBLISHED[model] == built_in.estimate_cost(name, CALL, at=NOVEMBER)
    assert PUBLISHED[model] == kept.estimate_cost(name, CALL, at=NOVEMBER)


@pytest.mark.parametrize(
    "name",
    [
        "solo1-chat", "gpt", "gpt-4o-minii", "my-gpt-4o", "gpt-4o-mini-finetuned", "gpt-4x", "o1x", "claude",
        "unknown/gpt-4o", "ft:gpt-5.4:acme::1", "llama-3.3-70b-versatile", "gpt-4o-2024", "gemini-2.5-prolific",
        "gpt-4o-20241399", "", "/", "models/", "ft:", "arn:aws:bedrock:", "publishers/x/models/",
    ],
)  # fmt: skip
def test_unknown_models_have_no_cost(built_in: PricingTable, kept: PricingTable, name: str) -> None:
    """A model whose name only contains or resembles that of another one has an unknown cost, not 0."""
    assert built_in.estimate_cost(name, CALL) is None
    assert kept.estimate_cost(name, CALL) is None


@given(st.text(max_size=60), st.one_of(st.none(), st.text(max_size=20)))
def test_any_name_has_places(name: str, provider: str | None) -> None:
    """No name is an error, and an exact name comes before all others."""
    found = places(name, provider)

    assert name.strip().lower() == found[0].name
    assert len(set(found)) == len(found)


def test_provider_decides_between_sellers(kept: PricingTable) -> None:
    """The price is that of the provider; a host that does not sell a model has no price for it."""
    usage = {"input_tokens": 1_000_000, "output_tokens": 0}

    assert 0.15 == kept.estimate_cost("groq/openai/gpt-oss-120b", usage, at=NOVEMBER)
    assert 0.15 == kept.estimate_cost("openai/gpt-oss-120b", usage, provider="groq", at=NOVEMBER)
    assert kept.estimate_cost("gpt-4o", usage, provider="groq", at=NOVEMBER) is None
    assert 2.5 == kept.estimate_cost("gpt-4o", usage, provider="azure.ai.openai", at=NOVEMBER)
    assert 1.1 == kept.estimate_cost("us.anthropic.claude-haiku-4-5-20251001-v1:0", usage, at=NOVEMBER)
    assert 1.0 == kept.estimate_cost("global.anthropic.claude-haiku-4-5-20251001-v1:0", usage, at=NOVEMBER)


CONVENTIONS: list[tuple[str, dict[str, Any], float]] = [
    (
        "gpt-4o",
        {"prompt_tokens": 1000, "completion_tokens": 500, "prompt_tokens_details": {"cached_tokens": 400}},
        0.007,
    ),
    (
        "claude-sonnet-4-5",  # 600 new at 3, 400 read at 0.30, 500 out at 15
        {"input_tokens": 600, "cache_read_input_tokens": 400, "output_tokens": 500},
        0.00942,
    ),
    (
        "claude-sonnet-4-5",  # 10 new at 3, 100,000 read at 0.30
        {"input_tokens": 10, "cache_read_input_tokens": 100_000, "output_tokens": 0},
        0.03003,
    ),
    (
        "claude-sonnet-4-5",  # 10 new at 3, 1000 written at 3.75
        {"input_tokens": 10, "cache_creation_input_tokens": 1000, "output_tokens": 0},
        0.00378,
    ),
    (
        "claude-sonnet-4-5",  # 400 written for five minutes at 3.75, 600 for an hour at 6
        {
            "input_tokens": 0,
            "cache_creation_input_tokens": 1000,
            "cache_creation": {"ephemeral_5m_input_tokens": 400, "ephemeral_1h_input_tokens": 600},
            "output_tokens": 0,
        },
        0.0051,
    ),
    (
        "o4-mini",  # 100 in at 1.10, 700 out at 4.40, of which 600 are reasoning
        {"input_tokens": 100, "output_tokens": 700, "output_tokens_details": {"reasoning_tokens": 600}},
        0.00319,
    ),
    (
        "gemini-2.5-flash",  # 100 in at 0.30, 100 out and 600 thoughts at 2.50
        {"promptTokenCount": 100, "candidatesTokenCount": 100, "thoughtsTokenCount": 600},
        0.00178,
    ),
    (
        "gpt-audio",  # 100 text at 2.50, 900 audio at 32, 50 text at 10, 450 audio at 64
        {
            "prompt_tokens": 1000,
            "prompt_tokens_details": {"audio_tokens": 900},
            "completion_tokens": 500,
            "completion_tokens_details": {"audio_tokens": 450},
        },
        0.05835,
    ),
    ("text-embedding-3-small", {"prompt_tokens": 1000, "total_tokens": 1000}, 0.00002),
    ("gemini-2.5-pro", {"input_tokens": 200_000, "output_tokens": 1000}, 0.26),  # 1.25 and 10
    ("gemini-2.5-pro", {"input_tokens": 200_001, "output_tokens": 1000}, 0.5150025),  # 2.50 and 15 beyond 200,000
]


@pytest.mark.parametrize(("model", "usage", "dollars"), CONVENTIONS)
def test_each_convention_of_usage_is_priced(
    built_in: PricingTable, kept: PricingTable, model: str, usage: dict[str, Any], dollars: float
) -> None:
    """Cached, written, reasoning and audio tokens are priced by their kind, whether they are part of a total or not."""
    assert dollars == built_in.estimate_cost(model, usage, at=NOVEMBER)
    assert dollars == kept.estimate_cost(model, usage, at=NOVEMBER)


@pytest.mark.parametrize("usage", [None, {}, 5, "text", {"cost": 1}, {"input_tokens": -1}, {"input_tokens": "many"}])
def test_usage_without_tokens_has_no_cost(usage: object) -> None:
    """Without a count of tokens the cost is unknown."""
    assert estimate_cost("gpt-4o", usage) is None


def test_unknown_kind_of_tokens_makes_the_cost_unknown() -> None:
    """Audio tokens of a model without a price for audio are not charged as text."""
    table = PricingTable({"m": {"input": 1, "output": 2}})

    assert table.estimate_cost("m", {"input_tokens": 5, "input_audio_tokens": 1}) is None
    assert 5e-6 == table.estimate_cost("m", {"input_tokens": 5, "cached_input_tokens": 5})


def test_price_changes_count_from_their_day() -> None:
    """A call costs what the model cost on its day, in UTC; before the first known price that one counts."""
    table = PricingTable(
        {"m": [{"input": 10, "output": 0, "from": "2025-01-01"}, {"from": "2025-06-10", "input": 2, "output": 0}]}
    )
    million = {"input_tokens": 1_000_000}

    costs = [
        table.estimate_cost("m", million, at=at)
        for at in (
            date(2024, 1, 1),
            datetime(2025, 6, 9, 23, 59),
            datetime(2025, 6, 10, tzinfo=UTC),
            datetime.fromisoformat("2025-06-10T01:00:00+02:00"),
            None,
        )
    ]
    assert [10, 10, 2, 10, 2] == costs


def test_hours_of_a_day_have_their_price(built_in: PricingTable) -> None:
    """A price for some hours replaces that of the day within them, also across midnight."""
    table = PricingTable({"m": [{"input": 2, "output": 0}, {"input": 1, "output": 0, "hours": ["22:00", "06:00"]}]})
    hours = (5, 6, 21, 22)

    costs = [table.estimate_cost("m", {"input_tokens": 1_000_000}, at=datetime(2026, 1, 1, hour)) for hour in hours]
    assert [1, 2, 2, 1] == costs
    peak = built_in.estimate_cost("deepseek-v4-pro", {"input_tokens": 1_000_000}, at=datetime(2026, 11, 1, 2))
    assert peak == 2 * (
        built_in.estimate_cost("deepseek-v4-pro", {"input_tokens": 1_000_000}, at=date(2026, 11, 1)) or 0
    )


def test_own_prices_come_first(built_in: PricingTable) -> None:
    """An own price counts for all providers and dates of a model, and deleting it restores the one below."""
    usage = {"input_tokens": 1_000_000}
    table = PricingTable(
        {"gpt-4o": {"input": 1, "output": 1}, "azure/gpt-4o": {"input": 7, "output": 1}}, below=built_in
    )

    assert 1 == table.estimate_cost("gpt-4o-2024-08-06", usage)
    assert 1 == table.estimate_cost("gpt-4o", usage, provider="openai")
    assert 7 == table.estimate_cost("azure/gpt-4o", usage)
    del table["gpt-4o"]
    assert 2.5 == table.estimate_cost("gpt-4o", usage)
    with pytest.raises(KeyError):
        del table["gpt-4o"]


def test_name_stands_for_another_model(built_in: PricingTable) -> None:
    """An entry that is a name has the price of that model; names in a circle have none."""
    table = PricingTable({"our-assistant": "gpt-4o", "a": "b", "b": "a"}, below=built_in)

    assert PUBLISHED["gpt-4o"] == table.estimate_cost("our-assistant", CALL)
    assert table.estimate_cost("a", CALL) is None


def test_table_is_a_mapping(built_in: PricingTable) -> None:
    """A table lists its models, and has the price of today as a dict that can be set again."""
    table = PricingTable(below=built_in)
    table["Our-Model"] = {"input": 1, "output": 2, "above": {"1000": {"input": 3}}, "from": "2026-01-01"}

    entry = table["our-model"]
    assert {"input": 1, "output": 2, "above": {"1000": {"input": 3}}, "from": "2026-01-01"} == entry
    assert table["gpt-4o"]["input"] == 2.5
    assert "our-model" in table
    assert "nothing" not in table
    assert 5 not in table
    assert {"our-model", "openai/gpt-4o"} <= set(table)
    assert len(table) == len(built_in) + 1 == len(list(table))
    copied = PricingTable({name: table[name] for name in table})
    assert dict(copied) == dict(table)
    with pytest.raises(KeyError):
        table["nothing"]


def test_table_of_the_process_can_be_changed() -> None:
    """A price that is set on `pricing_table` counts for `estimate_cost` at once."""
    assert estimate_cost("our-own-model", CALL) is None
    pricing_table["our-own-model"] = {"input": 1, "output": 2}
    try:
        assert 0.002 == estimate_cost("our-own-model", CALL)
    finally:
        del pricing_table["our-own-model"]
    assert estimate_cost("our-own-model", CALL) is None


REFUSED = [
    (5, r"must have the form"),
    ([], r"must have the form"),
    ({"input": 1}, r"must have the form"),
    ({"input": 1, "output": -1}, r"`output` of the price of 'm'.* must be a number from 0 to 1e\+09, got -1"),
    ({"input": 1, "output": "2"}, r"`output`.* must be a number"),
    ({"input": True, "output": 1}, r"`input`.* must be a number"),
    ({"input": 1, "output": 1e10}, r"`output`.* must be a number"),
    ({"input": 1, "output": 1, "cached_imput": 1}, r"unknown key 'cached_imput'; did you mean 'cached_input'"),
    ({"input": 1, "output": 1, "from": "June"}, r"`from` .* must be a day, YYYY-MM-DD, got 'June'"),
    ({"input": 1, "output": 1, "hours": ["1"]}, r"`hours` .* must be two times"),
    ({"input": 1, "output": 1, "hours": None}, r"`hours` .* must be two times"),
    ({"input": 1, "output": 1, "above": {"many": {"input": 1}}}, r"`above` .* must have rates by numbers of tokens"),
    ({"input": 1, "output": 1, "above": {"5": {"imput": 1}}}, r"`above` .* unknown key 'imput'; did you mean 'input'"),
    ({"input": 1, "output": 1, "source": 5}, r"`source` .* must be text"),
    ([{"input": 1, "output": 1, "from": "2026-02-01"}, {"input": 1, "output": 1}], r"in the order of their days"),
]


@pytest.mark.parametrize(("entry", "message"), REFUSED)
def test_entry_that_is_no_price_is_refused(tmp_path: Path, entry: Any, message: str) -> None:
    """A table names the entry that it cannot read, in a file and from a program."""
    table = PricingTable()
    with pytest.raises(ConfigurationError, match=message):
        table["m"] = entry
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"m": entry}), "utf-8")
    with pytest.raises(ConfigurationError, match=message) as caught:
        read_prices(file)
    assert "prices.json" in str(caught.value)


WRONG_TYPES: list[tuple[dict[str, Any], str]] = [
    ({"model": 5}, "`model` must be a string or None, got 5"),
    ({"model": b"gpt-4o"}, "`model` must be a string or None, got b'gpt-4o'"),
    ({"provider": 5}, "`provider` must be a string or None, got 5"),
    ({"at": "2024-01-01"}, "`at` must be a date or datetime or None, got '2024-01-01'"),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG_TYPES)
def test_arguments_of_a_wrong_type_are_refused(wrong: dict[str, Any], message: str) -> None:
    """A cost that is unknown because of a mistake in the program is an error, not None."""
    with pytest.raises(ConfigurationError, match=message):
        estimate_cost(**{"model": "gpt-4o", "usage": CALL, **wrong})


@pytest.mark.parametrize("entries", ["gpt-4o", {5: {"input": 1, "output": 1}}, {" ": {"input": 1, "output": 1}}])
def test_a_table_needs_names_of_models(entries: Any) -> None:
    """Something that is not a mapping, and names that cannot be found, are refused."""
    with pytest.raises(ConfigurationError, match=r"must be a (mapping|string)"):
        PricingTable(entries)


def test_documented_file_is_read(tmp_path: Path) -> None:
    """The file that docs/pricing.md shows is a table."""
    page = (Path(__file__).resolve().parent.parent / "docs" / "pricing.md").read_text("utf-8")
    file = tmp_path / "prices.json"
    file.write_text(page.partition("```json\n")[2].partition("```")[0], "utf-8")

    table = read_prices(file)
    assert 0.0066 == table.estimate_cost("assistant", CALL)  # 600 at 2.50, 400 at 0.25, 500 at 10
    assert 2 == table.estimate_cost("old-model", {"input_tokens": 1_000_000}, at=date(2026, 1, 1))


def test_oversized_file_is_not_read(tmp_path: Path) -> None:
    """A file that is much too large for a table is refused before it is decoded."""
    file = tmp_path / "prices.json"
    with file.open("wb") as large:
        large.truncate(64 * 1024 * 1024)

    with pytest.raises(ConfigurationError, match=r"prices\.json has over .* bytes"):
        read_price_file(file)


PROGRAM = """
from ashr_labs.errors import ConfigurationError
from ashr_labs.pricing import estimate_cost, estimated_cost
usage = {"input_tokens": 1_000_000}
try:
    print(estimate_cost("gpt-4o", usage), estimate_cost("ours", usage))
except ConfigurationError as error:
    print(error)
print(estimated_cost("gpt-4o", usage), estimated_cost("gpt-4o", usage))
"""


def run_with_prices(file: Path) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env={"ASHR_PRICES": str(file)}
    )
    return done.stdout, done.stderr


def test_file_of_the_user_counts_for_the_process(tmp_path: Path) -> None:
    """`ASHR_PRICES` names a file whose prices come before all others."""
    file = tmp_path / "prices.json"
    file.write_text('{"gpt-4o": {"input": 4, "output": 1}, "ours": {"input": 3, "output": 0}}', "utf-8")

    assert ("4.0 3.0\n4.0 4.0\n", "") == run_with_prices(file)


def test_unreadable_file_of_the_user_is_named(tmp_path: Path) -> None:
    """`estimate_cost` refuses a file that it cannot read; where costs are a by-product, that is logged once."""
    out, err = run_with_prices(tmp_path / "nothing.json")

    assert "cannot read model prices from" in out.splitlines()[0]
    assert "None None" == out.splitlines()[1]
    assert 1 == err.count("costs are not estimated: cannot read model prices")


def test_every_built_in_price_has_a_source(built_in: PricingTable) -> None:
    """Each built-in price names the page and the day that it is from."""
    prices = [price for name in built_in for price in built_in.prices_of(name) or ()]

    assert len(prices) > 100
    assert all(price.source and price.source.startswith("https://") for price in prices)
    assert all(price.as_of and date.fromisoformat(price.as_of) for price in prices)


def test_updated_prices_replace_the_installed_ones(kept: PricingTable) -> None:
    """A program that lets genai-prices update itself gets the new prices."""
    data_snapshot = pytest.importorskip("genai_prices.data_snapshot")
    before = kept.estimate_cost("gpt-4o", CALL, at=NOVEMBER)
    data_snapshot.set_custom_snapshot(data_snapshot.DataSnapshot(providers=[], from_auto_update=True))
    try:
        assert kept.estimate_cost("gpt-4o", CALL, at=NOVEMBER) is None
    finally:
        data_snapshot.set_custom_snapshot(None)
    assert before == kept.estimate_cost("gpt-4o", CALL, at=NOVEMBER)


def test_installed_prices_are_imported_on_use_only() -> None:
    """Importing the package loads neither genai-prices nor the built-in table."""
    program = "import sys, ashr_labs.pricing; print([name for name in sys.modules if 'genai' in name])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_cost_of_no_tokens_is_zero() -> None:
    """A call without tokens costs nothing, if the price of the model is known."""
    assert 0 == PricingTable({"m": {"input": 1, "output": 1}}).estimate_cost("m", {"input_tokens": 0})
