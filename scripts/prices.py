"""Write the built-in table of model prices, `ashr_labs/pricing/models.json`, from the installed `genai-prices`.

Run it after an update of `genai-prices`. The day of the table is that of the newest change of a price in the package.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

from ashr_labs.pricing.entries import entry_of
from ashr_labs.pricing.kept import KeptPrices
from ashr_labs.pricing.names import Place

TABLE = Path(__file__).resolve().parent.parent / "ashr_labs/pricing/models.json"
MODELS = {
    "openai": """gpt-3.5-turbo gpt-3.5-turbo-0125 gpt-4 gpt-4-0613 gpt-4-turbo gpt-4.1 gpt-4.1-mini gpt-4.1-nano
        gpt-4o gpt-4o-2024-05-13 gpt-4o-mini ft:gpt-4o ft:gpt-4o-mini gpt-5 gpt-5-mini gpt-5-nano gpt-5-pro gpt-5.1
        gpt-5.1-codex gpt-5.2 gpt-5.2-pro gpt-5.4 gpt-5.4-mini gpt-5.4-nano gpt-5.5 gpt-5.6-luna gpt-5.6-sol
        gpt-5.6-terra gpt-6-luna gpt-6-sol gpt-6.1-sol gpt-6.1-terra o1 o1-mini o1-pro o3 o3-mini o3-pro o4-mini
        gpt-audio gpt-realtime text-embedding-3-large text-embedding-3-small text-embedding-ada-002""",
    "anthropic": """claude-3-5-haiku claude-3-5-sonnet claude-3-7-sonnet claude-3-haiku claude-3-opus claude-haiku-4-5
        claude-haiku-5-5 claude-opus-4 claude-opus-4-0 claude-opus-4-1 claude-opus-4-5 claude-opus-4-6 claude-opus-4-7
        claude-opus-4-8 claude-opus-5 claude-opus-5-5 claude-sonnet-4 claude-sonnet-4-0 claude-sonnet-4-5
        claude-sonnet-4-6 claude-sonnet-5 claude-sonnet-5-5""",
    "google": """gemini-1.5-flash gemini-1.5-pro gemini-2.0-flash gemini-2.0-flash-lite gemini-2.5-flash
        gemini-2.5-flash-lite gemini-2.5-pro gemini-3-flash-preview gemini-3-pro-preview gemini-3.1-flash-lite
        gemini-3.1-pro-preview gemini-3.5-flash gemini-3.5-flash-lite gemini-3.8-flash gemini-embedding-001""",
    "mistral": """codestral ministral-3b ministral-8b mistral-embed mistral-large mistral-large-latest mistral-medium
        mistral-medium-latest mistral-small-latest mistral-nemo""",
    "deepseek": "deepseek-chat deepseek-reasoner deepseek-v4-flash deepseek-v4-pro",
    "x-ai": "grok-3 grok-3-mini grok-4 grok-4.5 grok-4.7 grok-code-fast-1",
    "cohere": "command-a command-r command-r-plus command-r7b embed-v4.0",
}
"""The models of each provider that are built in."""


def newest_change() -> date:
    """Return the day of the newest change of a price that is in effect."""
    constraints = (
        getattr(price, "constraint", None)
        for provider in import_module("genai_prices.data_snapshot").get_snapshot().providers
        for model in provider.models
        for price in (model.prices if isinstance(model.prices, list) else ())
    )
    days = (getattr(constraint, "start_date", date.min) for constraint in constraints)
    return max(day for day in days if day <= datetime.now(UTC).date())


def main() -> None:
    """Write the table."""
    as_of = newest_change().isoformat()
    kept = KeptPrices()
    table: dict[str, object] = {}
    for provider, names in MODELS.items():
        for name in names.split():
            prices = kept.find([Place(provider, name)])
            if prices is None:
                sys.exit(f"genai-prices has no model {provider}/{name}")
            entries = [{**entry_of(price), "as_of": as_of} for price in prices]
            table[f"{provider}/{name}"] = entries if len(entries) > 1 else entries[0]
    lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in table.items()]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
