"""How the arguments of a tool are compared: which may be missing or be too many, and rules for single ones.

Grading judges recorded calls by it, and the runner, when it is given such rules, pairs and judges calls by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from .._json import as_object, preview
from .arguments import differences
from .rules import read_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .arguments import Difference, PathRule

__all__ = ["ArgumentPolicy", "ToolRules", "read_argument_policy"]

Mode: TypeAlias = Literal["exact", "subset", "superset", "ignore"]

_ALLOWED: dict[Mode, frozenset[str]] = {
    "exact": frozenset(),
    "subset": frozenset({"missing"}),
    "superset": frozenset({"extra"}),
    "ignore": frozenset(),
}
_EVERY_TOOL = "*"
# Calls that are not exact weigh most, then what is wrong, then what is close, then what is allowed.
_NOT_EXACT, _WRONG, _NEAR, _ALLOWED_ONE = 10**12, 10**6, 10**3, 1


@dataclass(frozen=True, slots=True)
class ToolRules:
    """How the arguments of one tool are compared."""

    mode: Mode = "superset"
    """Whether arguments may be missing (`subset`), be too many (`superset`), neither (`exact`), or do not count."""
    paths: tuple[PathRule, ...] = ()
    """What is demanded of single arguments."""

    def differences(self, expected: object, actual: object) -> list[Difference]:
        """Return what differs, what is allowed included."""
        return [] if self.mode == "ignore" else list(differences(expected, actual, self.paths))

    def allows(self, difference: Difference) -> bool:
        """Return whether a difference leaves calls exact."""
        return difference.kind in _ALLOWED[self.mode]

    def status(self, found: Iterable[Difference]) -> Literal["exact", "partial"]:
        """Return what calls are that differ so."""
        return "exact" if all(map(self.allows, found)) else "partial"

    def distances(self, expected: object, given: Sequence[object]) -> list[int]:
        """Return how far each of several calls' arguments are from the expected ones."""
        return [self._distance(self.differences(expected, actual)) for actual in given]

    def _distance(self, found: list[Difference]) -> int:
        weights = (_ALLOWED_ONE if self.allows(one) else _NEAR if one.kind == "near" else _WRONG for one in found)
        return sum(weights) + (_NOT_EXACT if self.status(found) == "partial" else 0)


@dataclass(frozen=True, slots=True)
class ArgumentPolicy:
    """How the arguments of each tool are compared."""

    tools: Mapping[str, ToolRules] = field(default_factory=dict[str, ToolRules])
    others: ToolRules = ToolRules()
    source: tuple[object, object] = (None, None)
    """The rules and modes that it was read from."""

    def __reduce__(self) -> tuple[Callable[..., ArgumentPolicy], tuple[object, object]]:
        # What a rule checks by cannot travel to another process; what it was read from can.
        return _read_again, self.source

    def of(self, tool: str) -> ToolRules:
        """Return how the arguments of a tool are compared."""
        return self.tools.get(tool, self.others)


def read_argument_policy(rules: object, modes: object, problems: list[str]) -> ArgumentPolicy:
    """Read `argument_rules` and `argument_modes`; what cannot be used is left out and listed in `problems`.

    What stands under the tool `*` holds for every tool; what stands under its own name comes first.
    """
    paths = {
        tool: tuple(_read_paths(tool, by_path, problems))
        for tool, by_path in _entries(rules, "argument_rules", problems).items()
    }
    chosen = dict(_read_modes(modes, problems))
    all_paths, all_mode = paths.get(_EVERY_TOOL, ()), chosen.get(_EVERY_TOOL, "superset")
    return ArgumentPolicy(
        {
            tool: ToolRules(chosen.get(tool, all_mode), (*paths.get(tool, ()), *all_paths))
            for tool in {**paths, **chosen}
        },
        ToolRules(all_mode, all_paths),
        (rules, modes),
    )


def _read_again(rules: object, modes: object) -> ArgumentPolicy:
    return read_argument_policy(rules, modes, [])


def _read_paths(tool: str, by_path: object, problems: list[str]) -> Iterator[PathRule]:
    for path, rule in _entries(by_path, f"argument_rules.{tool}", problems).items():
        try:
            yield read_rule(str(path), rule)
        except ValueError as error:
            problems.append(f"argument_rules.{tool}.{path} is not used: {error}")


def _read_modes(modes: object, problems: list[str]) -> Iterator[tuple[str, Mode]]:
    known: dict[str, Mode] = {name: name for name in get_args(Mode)}
    for tool, mode in _entries(modes, "argument_modes", problems).items():
        if isinstance(mode, str) and mode in known:
            yield tool, known[mode]
        else:
            problems.append(f"argument_modes.{tool} is {preview(mode)}, not one of {', '.join(known)}; it is not used")


def _entries(value: object, name: str, problems: list[str]) -> Mapping[str, object]:
    found = as_object(value)
    if found is None and value is not None:
        problems.append(f"{name} is not an object but {preview(value)}; it is not used")
    return found or {}
