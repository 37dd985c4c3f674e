"""`Eval` with the parameters of `polarity-keystone`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..eval.eval_result import EvalResult, EvalRow, EvalSummary
from ..eval.rows import Eval as _Eval
from ..eval.rows import check_client

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..eval.eval_store import RowClient
    from ..eval.rows import RowSource

__all__ = ["Eval", "EvalResult", "EvalRow", "EvalSummary"]


def Eval(  # noqa: N802 - the documented name
    name: str,
    *,
    data: RowSource,
    task: Callable[..., Any],
    scores: Sequence[object] | None = None,
    max_concurrency: int = 4,
    keystone: RowClient | None = None,
) -> EvalResult:
    """Call a function for each row, score its outputs, and return rows and summary.

    `ashr_labs.Eval` is the same with more options.

    Args:
        name: The name of the evaluation.
        data: Rows: mappings with `input` and, where known, `expected`.
        task: Takes the input of a row and returns the output; synchronous or asynchronous.
        scores: Scorers and functions.
        max_concurrency: How many rows are played at a time.
        keystone: An `AshrLabsClient`, which stores the run on its platform; by default nothing is sent anywhere.

    Raises:
        ConfigurationError: An option or a scorer cannot be used; nothing was started.
        DatasetError: A row cannot be read.

    Example:
        >>> from ashr_labs.keystone import Eval, ExactMatch
        >>> result = Eval("math", data=[{"input": 2, "expected": 4}], task=lambda n: n + n, scores=[ExactMatch()])
        >>> result.summary["exact_match"].mean, result.summary["exact_match"]["mean"]
        (1.0, 1.0)
    """
    if keystone is not None:
        check_client(keystone, "keystone")
    return _Eval(name, data=data, task=task, scores=scores or (), max_concurrency=max_concurrency, client=keystone)
