"""The names of `polarity-keystone`: code that was written for it runs with another import line.

    from ashr_labs.keystone import Eval, ExactMatch  # instead of polarity_keystone

Each name is imported on first use, and is the same object as the one of the package that has it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from . import scorers as scorers

if TYPE_CHECKING:
    from .eval import Eval, EvalResult, EvalRow, EvalSummary
    from .scorers import *  # noqa: F403 - the names that it lists
    from .scorers import presets as scorer_presets

__all__ = ["Eval", "EvalResult", "EvalRow", "EvalSummary", "scorer_presets"]
__all__ += scorers.__all__

_IN_EVAL = frozenset({"Eval", "EvalResult", "EvalRow", "EvalSummary"})


def __getattr__(name: str) -> object:
    if name == "scorer_presets":
        return scorers.presets
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(".eval", __name__) if name in _IN_EVAL else scorers, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, "scorers"})
