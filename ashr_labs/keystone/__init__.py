"""The names of `polarity-keystone`: code that was written for it runs with another import line.

    from ashr_labs.keystone import Eval, ExactMatch  # instead of polarity_keystone

Each name is imported on first use, and is the same object as the one of the package that has it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from . import scorers as scorers

if TYPE_CHECKING:
    from ._auto_instrument import auto_instrument
    from .client import Keystone, Polarity
    from .env_secrets import collect_declared_secrets, collect_declared_secrets_from_file
    from .errors import KeystoneError, PolarityError
    from .eval import Eval, EvalResult, EvalRow, EvalSummary
    from .pricing import estimate_cost, pricing_table
    from .prompts import Prompt, PromptService, load_prompt, render_template
    from .scorers import *  # noqa: F403 - the names that it lists
    from .scorers import presets as scorer_presets
    from .tracing import flush_otel, init_tracing, register_otel_flush, traced
    from .wrap import (
        record_llm_call,
        wrap_anthropic,
        wrap_claude_agent_sdk,
        wrap_client,
        wrap_google_genai,
        wrap_mistral,
        wrap_openai,
    )

_HOMES = {
    "Eval": "eval",
    "EvalResult": "eval",
    "EvalRow": "eval",
    "EvalSummary": "eval",
    "Keystone": "client",
    "KeystoneError": "errors",
    "Polarity": "client",
    "PolarityError": "errors",
    "Prompt": "prompts",
    "PromptService": "prompts",
    "auto_instrument": "_auto_instrument",
    "collect_declared_secrets": "env_secrets",
    "collect_declared_secrets_from_file": "env_secrets",
    "estimate_cost": "pricing",
    "flush_otel": "tracing",
    "init_tracing": "tracing",
    "load_prompt": "prompts",
    "pricing_table": "pricing",
    "record_llm_call": "wrap",
    "register_otel_flush": "tracing",
    "render_template": "prompts",
    "traced": "tracing",
    "wrap_anthropic": "wrap",
    "wrap_claude_agent_sdk": "wrap",
    "wrap_client": "wrap",
    "wrap_google_genai": "wrap",
    "wrap_mistral": "wrap",
    "wrap_openai": "wrap",
}
"""The modules of names that are not of scorers."""

__all__ = [
    "Eval",
    "EvalResult",
    "EvalRow",
    "EvalSummary",
    "Keystone",
    "KeystoneError",
    "Polarity",
    "PolarityError",
    "Prompt",
    "PromptService",
    "auto_instrument",
    "collect_declared_secrets",
    "collect_declared_secrets_from_file",
    "estimate_cost",
    "flush_otel",
    "init_tracing",
    "load_prompt",
    "pricing_table",
    "record_llm_call",
    "register_otel_flush",
    "render_template",
    "scorer_presets",
    "traced",
    "wrap_anthropic",
    "wrap_claude_agent_sdk",
    "wrap_client",
    "wrap_google_genai",
    "wrap_mistral",
    "wrap_openai",
]
__all__ += scorers.__all__


def __getattr__(name: str) -> object:
    if name == "scorer_presets":
        return scorers.presets
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = scorers if name not in _HOMES else import_module(f".{_HOMES[name]}", __name__)
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, "scorers"})
