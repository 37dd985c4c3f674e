"""Labels: the queue of what to label, how far judges agree with people, and the forms of tests and traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....errors import BadRequestError
from ..budget import Budget
from ..charts import PassRate
from ..exchange import PageResponse, Template, address, redirect, safe_target
from ..registry import action, page
from .run_list import dataset_names, run_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..view import View

__all__ = ["label_of_test", "label_of_trace", "label_test", "label_trace", "labels", "labels_of_run", "review_link"]

_QUEUE = 50
_NEWEST = 50
_CHOICES = 60
_PAGES = 10
_SCOPES = ("this run", "all runs")


@page("labels")
def labels(view: View) -> Template:
    """Show the tests of a run that should be labelled next, and how far its judges agree with the labels."""
    chosen = view.integer("run", 0, 1) or None
    queue = view.call("list_label_queue", run_id=chosen, limit=_QUEUE)
    run_id = queue["run_id"]
    scope = view.choice("scope", _SCOPES)
    of_run = {"run_id": run_id} if scope == _SCOPES[0] and run_id else {}
    budget = Budget()
    runs = view.call("list_runs", tenant_id=view.principal.tenant_id, limit=_CHOICES, summary=True)["runs"]
    newest = view.call("list_labels", limit=_NEWEST, **of_run)["items"]
    values: dict[str, Any] = {
        "run_id": run_id,
        "queue": queue,
        "rows": [_waiting(one, place, budget) for place, one in enumerate(queue["items"])],
        "judges": [_judge(one) for one in view.items("get_label_agreement", **of_run)[:_NEWEST]],
        "labels": [_label_row(one, budget) for one in newest],
        "runs": [run_row(run) for run in runs],
        "datasets": dataset_names(view),
        "scopes": [(name, view.link(scope=name), name == scope) for name in _SCOPES],
        "scope": scope,
    }
    return Template("labels.html", values)


@action("runs/{run_id}/label")
def label_test(view: View) -> PageResponse:
    """Label a test, and go on to the next one of the queue if it was opened from there."""
    run_id, form = view.number("run_id"), view.request.form()
    repeat = form.get("repeat", "")
    target = {"run_id": run_id, "test_id": form.get("id", ""), **({"repeat": _integer(repeat)} if repeat else {})}
    _store(view, form, target)
    place = form.get("review", "")
    if not place:
        return redirect(safe_target(form.get("next", "")))
    queue = view.call("list_label_queue", run_id=run_id, limit=min(1000, _integer(place) + 1))
    waiting = queue["items"][_integer(place) :]
    if not waiting:
        return redirect(address("/app/labels", {"run": run_id}))
    return redirect(review_link(waiting[0], _integer(place)))


@action("traces/label")
def label_trace(view: View) -> PageResponse:
    """Label a trace."""
    form = view.request.form()
    _store(view, form, {"trace_id": form.get("id", "")})
    return redirect(safe_target(form.get("next", "")))


def label_of_test(view: View, run_id: int, test_id: str, repeat: object) -> dict[str, Any] | None:
    """Return the label of a test, or None."""
    found = view.call("list_labels", run_id=run_id, test_id=test_id)["items"]
    return next((one for one in found if one["repeat"] == repeat), None)


def label_of_trace(view: View, trace_id: str) -> dict[str, Any] | None:
    """Return the label of a trace, or None."""
    return next(iter(view.call("list_labels", trace_id=trace_id)["items"]), None)


def labels_of_run(view: View, run_id: int) -> dict[tuple[str, Any], dict[str, Any]]:
    """Return the newest labels of a run, at most 10,000, by test and repeat."""
    found: dict[tuple[str, Any], dict[str, Any]] = {}
    cursor = None
    for _ in range(_PAGES):
        answer = view.call("list_labels", run_id=run_id, limit=1000, cursor=cursor)
        found.update({(one["test_id"], one["repeat"]): one for one in answer["items"]})
        if (cursor := answer["next_cursor"]) is None:
            break
    return found


def review_link(test: Mapping[str, Any], place: int) -> str:
    """Return the address of a test at a place of the queue."""
    fields = {"id": test["test_id"], "repeat": test["repeat"], "review": str(place)}
    return address(f"/app/runs/{test['run_id']}/test", fields)


def _store(view: View, form: Mapping[str, str], target: Mapping[str, Any]) -> None:
    """Store what a form says, or delete the label."""
    version = _integer(form.get("version", ""))
    if form.get("verdict") == "remove":
        view.send("delete_label", label_id=form.get("label", ""), version=version)
        return
    given = {
        "verdict": form.get("verdict") or None,
        "score": _score(form.get("score", "")),
        "comment": form.get("comment", "").replace("\r\n", "\n").strip() or None,
    }
    view.send("set_label", **target, **given, version=version)


def _integer(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise BadRequestError("the form is incomplete; load the page again and send the form again")
    return int(text)


def _score(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise BadRequestError(f"`score` must be a number from 0 to 1, got {text[:40]!r}") from error


def _waiting(one: Mapping[str, Any], place: int, budget: Budget) -> dict[str, Any]:
    scores = [(name[:60], score["value"], score["passed"]) for name, score in list(one["scores"].items())[:4]]
    repeat = "" if one["repeat"] is None else f"[{one['repeat']}]"
    return {
        "link": review_link(one, place),
        "name": f"{one['test_id'][:160]}{repeat}",
        "title": one["title"][:160],
        "verdict": one["verdict"],
        "reason": budget.cut(one["reason"], 240).text,
        "scores": scores,
    }


def _judge(one: Mapping[str, Any]) -> dict[str, Any]:
    rate = PassRate(one["both_passed"] + one["both_failed"], one["labels"])
    return {**one, "name": one["name"][:80], "bar": rate}


def _label_row(one: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    if one["run_id"] is None:
        name, link = f"trace {one['trace_id'][:80]}", address("/app/traces/view", {"id": one["trace_id"]})
    else:
        fields = {"id": one["test_id"], "repeat": one["repeat"]}
        name, link = f"run {one['run_id']}, {one['test_id'][:80]}", address(f"/app/runs/{one['run_id']}/test", fields)
    comment = budget.cut(one["comment"] or "", 300)
    return {**one, "name": name, "link": link, "comment": comment.text}
