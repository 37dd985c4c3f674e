"""`Eval` with the parameters of `polarity-keystone`."""

from __future__ import annotations

import logging
import secrets
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._time import utc_now
from ..errors import AshrLabsError
from ..eval.eval_result import EvalResult, EvalRow, EvalSummary
from ..eval.rows import Eval as _Eval
from ..eval.rows import check_client
from ._connection import setting
from .client import Keystone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..eval.eval_store import RowClient
    from ..eval.rows import RowSource

__all__ = ["Eval", "EvalResult", "EvalRow", "EvalSummary"]

_log = logging.getLogger("ashr_labs.keystone")


def Eval(  # noqa: N802 - the documented name
    name: str,
    *,
    data: RowSource,
    task: Callable[..., Any],
    scores: Sequence[object] | None = None,
    max_concurrency: int = 4,
    keystone: Keystone | RowClient | None = None,
) -> EvalResult:
    """Call a function for each row, score its outputs, and return rows and summary.

    `ashr_labs.Eval` is the same with more options.

    Args:
        name: The name of the evaluation.
        data: Rows: mappings with `input` and, where known, `expected`.
        task: Takes the input of a row and returns the output; synchronous or asynchronous.
        scores: Scorers and functions.
        max_concurrency: How many rows are played at a time.
        keystone: A `Keystone` client, which reports the summary as one event, or an `AshrLabsClient`, which stores the
            run. By default the summary is reported if `POLARITY_API_KEY` or `KEYSTONE_API_KEY` is set, and nothing is
            sent otherwise. A report that fails is logged.

    Raises:
        ConfigurationError: An option or a scorer cannot be used; nothing was started.
        DatasetError: A row cannot be read.

    Example:
        >>> from ashr_labs.keystone import Eval, ExactMatch
        >>> result = Eval("math", data=[{"input": 2, "expected": 4}], task=lambda n: n + n, scores=[ExactMatch()])
        >>> result.summary["exact_match"].mean, result.summary["exact_match"]["mean"]
        (1.0, 1.0)
    """
    with ExitStack() as closing:
        if keystone is None and setting("API_KEY"):
            keystone = closing.enter_context(Keystone())
        reporter = keystone if isinstance(keystone, Keystone) else None
        client = None if isinstance(keystone, Keystone) else keystone
        if client is not None:
            check_client(client, "keystone")
        result = _Eval(name, data=data, task=task, scores=scores or (), max_concurrency=max_concurrency, client=client)
        return result if reporter is None else _reported(result, reporter)


def _reported(result: EvalResult, client: Keystone) -> EvalResult:
    """Report a summary; return the result with the id of the report, or as it is if that failed."""
    identifier = f"span_eval_{secrets.token_hex(6)}"
    event = {
        "ts": utc_now().isoformat(),
        "event_type": "eval",
        "tool": f"Eval:{result.name}",
        "phase": "complete",
        "span_id": identifier,
        "status": "ok",
        "duration_ms": round(sum(row["duration_ms"] for row in result.rows)),
        "metadata": {
            "eval.name": result.name,
            "eval.rows": len(result.rows),
            "eval.summary": {score: one.to_dict() for score, one in result.summary.items()},
        },
    }
    try:
        client._http.post("/v1/traces", {"events": [event]})  # pyright: ignore[reportPrivateUsage]
    except AshrLabsError as error:
        _log.warning("the summary of %s was not reported: %s", result.name, error)
        return result
    return replace(result, experiment_id=identifier)
