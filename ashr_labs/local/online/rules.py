"""Scoring rules: their scorers, and which traces they are for. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..._format import suggestion
from ..._json import as_list, as_object
from ...errors import ConfigurationError, ValidationError
from ...scorers.heuristic import Regex
from ...scorers.invariants import EnvironmentScorer
from ...scorers.registry import TYPES, scorer_from_config
from .linear_regex import LinearRegex

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...scorers import BaseScorer

__all__ = ["CUSTOM", "OnlineRule", "check_rule", "is_for", "is_sampled", "rule_scorer"]

_JUDGE: Final = "llm_as_judge"
CUSTOM: Final = "custom"
"""Rules whose scorers are code of the client, and that no platform can run."""
_KINDS: Final = (*TYPES, _JUDGE, CUSTOM)
_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class OnlineRule:
    """An active rule that scores incoming traces."""

    id: str
    name: str
    scorer: BaseScorer
    sampling_rate: float
    filter: Mapping[str, Any]
    daily_budget_usd: float | None
    mask: bool

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> OnlineRule:
        """Return the rule of a row.

        Raises:
            ConfigurationError: Its scorer cannot be made by this version.
        """
        online: Mapping[str, Any] = row["online"]
        return cls(
            id=row["id"],
            name=row["name"],
            scorer=rule_scorer(row["name"], row["type"], row["config"]),
            sampling_rate=online.get("sampling_rate", 1.0),
            filter=online.get("filter") or {},
            daily_budget_usd=online.get("daily_budget_usd"),
            mask=online.get("mask", True),
        )


def check_rule(name: str, kind: str, config: Mapping[str, Any], *, is_online: bool) -> None:
    """Check that the scorer of a rule can be made.

    Raises:
        ValidationError: It cannot; the message has the path of what is wrong.
    """
    if kind == CUSTOM:
        if is_online:
            raise ValidationError("`online` must be left out for the type 'custom': its scorer is code of the client")
        return
    try:
        scorer = rule_scorer(name, kind, config)
    except ConfigurationError as error:
        raise ValidationError(error.message) from error
    if is_online and isinstance(scorer, EnvironmentScorer):
        raise ValidationError(f"`online` must be left out for the type {kind!r}: traces have no files and services")


def is_sampled(trace_id: str, rate: float) -> bool:
    """Return the decision about a trace: the same for every rule with this rate, whenever it is asked.

    It depends on a digest and not on the digits of the id, by which clients have sampled already.
    """
    digest = hashlib.blake2b(trace_id.encode("utf-8", "surrogatepass"), digest_size=_BITS // 8).digest()
    return bool(int.from_bytes(digest) < rate * 2**_BITS)


def is_for(wanted: Mapping[str, Any], trace: Mapping[str, Any]) -> bool:
    """Return True if a trace has all that the filter of a rule asks for."""
    for field in ("name", "user_id", "session_id"):
        if field in wanted and trace.get(field) != wanted[field]:
            return False
    if not set(wanted.get("tags") or ()) <= set(trace.get("tags") or ()):
        return False
    return "has_errors" not in wanted or _has_errors(trace) is (wanted["has_errors"] is True)


def _has_errors(trace: Mapping[str, Any]) -> bool:
    return any((as_object(one) or {}).get("level") == "ERROR" for one in as_list(trace.get("observations")) or ())


def rule_scorer(name: str, kind: str, config: Mapping[str, Any]) -> BaseScorer:
    """Return the scorer of a rule: of a type of `ashr_labs.scorers`, or what `to_rule()` of a scorer has returned.

    Raises:
        ConfigurationError: There is no such type or option.
    """
    options = dict(config)
    if kind == _JUDGE:
        template = options.pop("template_key", "rubric")
        kind = template if isinstance(template, str) and template in TYPES else "rubric"
        if kind == "rubric" and as_object(options.get("rubric")) and not {"criteria", "value"} & options.keys():
            options["criteria"] = name  # the rubric says what it means
    elif kind not in TYPES:
        raise ConfigurationError(f"`type` must be a type of scorer, got {kind!r}{suggestion(kind, _KINDS)}")
    scorer = scorer_from_config({"type": kind, **options}, "config").with_options(name=name)
    return LinearRegex(scorer) if isinstance(scorer, Regex) else scorer
