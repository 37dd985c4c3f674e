"""Datasets, agents and prompts."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from ...._json import as_list, as_object
from ....errors import NotFoundError
from ..budget import Budget
from ..exchange import Template
from ..formats import value_text
from ..registry import page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..view import View

__all__ = ["agents", "dataset", "datasets", "prompt", "prompts"]

_PAGE = 50
_SCENARIOS = 100
_PROMPTS = 100
_MAX_ACTIONS = 60
_MAX_DIFF_LINES = 600


@page("datasets")
def datasets(view: View) -> Template:
    """Show a page of datasets, newest first."""
    cursor = view.integer("before", 0, 1) or None
    tenant = {"tenant_id": view.principal.tenant_id}
    answer = view.call("list_datasets", **tenant, cursor=cursor, limit=_PAGE, summary=True)
    older = view.link(before=answer["next_cursor"]) if answer.get("next_cursor") else None
    return Template("datasets.html", {"rows": answer["datasets"], "older": older})


@page("datasets/{dataset_id}")
def dataset(view: View) -> Template:
    """Show the scenarios of a dataset."""
    record = view.call("get_dataset", dataset_id=view.number("dataset_id"))["dataset"]
    scenarios = as_object((as_object(record.get("dataset_source")) or {}).get("runs")) or {}
    words = view.text("q").lower().split()
    names = [name for name, one in scenarios.items() if not words or _has(name, one, words)]
    start = min(view.integer("from", 0), max(0, len(names) - 1))
    budget = Budget()
    values: dict[str, Any] = {
        "dataset": record,
        "total": len(scenarios),
        "found": len(names),
        "search": view.text("q"),
        "rows": [
            _scenario(name, as_object(scenarios[name]) or {}, budget) for name in names[start : start + _SCENARIOS]
        ],
        "next": view.link(**{"from": start + _SCENARIOS}) if start + _SCENARIOS < len(names) else None,
        "previous": view.link(**{"from": max(0, start - _SCENARIOS) or None}) if start else None,
    }
    return Template("dataset.html", values)


@page("agents")
def agents(view: View) -> Template:
    """Show the agents with their grading configuration."""
    found = view.call("list_agents")["agents"]
    budget = Budget()
    rows = [{**agent, "config": _text(agent.get("config"), budget)} for agent in found[:_PAGE]]
    return Template("agents.html", {"rows": rows, "total": len(found)})


@page("prompts")
def prompts(view: View) -> Template:
    """Show the latest version of each prompt."""
    rows = view.items("list_prompts", after=view.text("after") or None, limit=_PROMPTS)
    following = view.link(after=rows[-1]["slug"]) if len(rows) == _PROMPTS else None
    return Template("prompts.html", {"rows": rows, "next": following})


@page("prompts/view")
def prompt(view: View) -> Template:
    """Show a version of a prompt, and how it differs from an earlier one."""
    slug = view.query.get("slug", "")
    if not slug:
        raise NotFoundError("the address of a prompt must have its `slug`; open it from the list of prompts")
    versions = view.items("list_prompt_versions", slug=slug)
    chosen = _version(versions, view.integer("version", versions[0]["version"], 1))
    earlier = [one for one in versions if one["version"] < chosen["version"]]
    against = view.integer("against", earlier[0]["version"] if earlier else 0)
    budget = Budget()
    values: dict[str, Any] = {
        "slug": slug,
        "versions": versions,
        "chosen": chosen,
        "template": budget.cut(str(chosen["template"]), 40_000),
        "against": against,
        "diff": _diff(_version(versions, against), chosen, budget) if against else [],
    }
    return Template("prompt.html", values)


def _version(versions: Sequence[Mapping[str, Any]], number: int) -> Mapping[str, Any]:
    for one in versions:
        if one["version"] == number:
            return one
    raise NotFoundError(f"there is no version {number} of the prompt")


def _diff(before: Mapping[str, Any], after: Mapping[str, Any], budget: Budget) -> list[tuple[str, Any]]:
    """Return the kind (`add`, `remove`, `same` or `place`) and the text of each line."""
    old, new = (str(one["template"])[:40_000].splitlines() for one in (before, after))
    lines = list(unified_diff(old, new, lineterm="", n=3))[2 : _MAX_DIFF_LINES + 2]
    kinds = {"+": "add", "-": "remove", "@": "place"}
    return [(kinds.get(line[:1], "same"), budget.cut(line[1:] if line[:1] in "+- " else line, 1_000)) for line in lines]


def _has(name: str, scenario: object, words: list[str]) -> bool:
    text = f"{name}\n{value_text(scenario)}".lower()
    return all(word in text for word in words)


def _scenario(name: str, scenario: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    actions = as_list(scenario.get("actions")) or []
    return {
        "name": name[:200],
        "title": str(scenario.get("title") or "")[:200],
        "tags": [str(tag)[:40] for tag in (as_list(scenario.get("tags")) or [])[:8]],
        "steps": [_action(as_object(action) or {}, budget) for action in actions[:_MAX_ACTIONS]],
        "more": max(0, len(actions) - _MAX_ACTIONS),
    }


def _action(action: Mapping[str, Any], budget: Budget) -> tuple[str, Any]:
    rest = {key: value for key, value in action.items() if key not in ("actor", "content")}
    said = action.get("content")
    text = said if isinstance(said, str) and said else value_text(rest)
    return str(action.get("actor") or "step")[:40], budget.cut(text, 1_500)


def _text(value: object, budget: Budget) -> Any:
    return budget.cut(value_text(value), 6_000) if value else None
