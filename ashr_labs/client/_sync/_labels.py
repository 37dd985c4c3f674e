"""Methods for labels: what people say of tests and traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._outgoing import resource
from ._pages import each_page

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from ashr_labs_types import Label, LabelAgreement, LabelQueue

    from ._transport import SyncRetryTransport

    Verdict: TypeAlias = Literal["passed", "failed"]
    # In the class, `list` is a method.
    Labels: TypeAlias = list[Label]
    Agreements: TypeAlias = list[LabelAgreement]

__all__ = ["LabelMethods"]


class LabelMethods:
    """Labels of the tenant: `client.labels`.

    Example:
        >>> queue = client.labels.queue()  # doctest: +SKIP
        >>> for test in queue["items"]:  # doctest: +SKIP
        ...     client.labels.label_test(test["run_id"], test["test_id"], "passed", repeat=test["repeat"])
        >>> [(one["name"], one["kappa"]) for one in client.labels.agreement()]  # doctest: +SKIP
        [('polite', 0.81), ('verdict', 0.64)]
    """

    def __init__(self, transport: SyncRetryTransport) -> None:
        self._transport = transport

    def label_test(
        self,
        run_id: int,
        test_id: str,
        verdict: Verdict | None = None,
        *,
        repeat: int | None = None,
        score: float | None = None,
        comment: str | None = None,
        version: int | None = None,
    ) -> Label:
        """Label a test of a run, in place of the label that it has.

        Args:
            run_id: The run.
            test_id: The test.
            verdict: Whether a person would let it pass.
            repeat: Which repeat of its scenario, if that was repeated.
            score: 0 to 1.
            comment: Why.
            version: That of the label to replace, 0 if there is none; by default any is replaced.

        Raises:
            ConflictError: If the label has another version, because another user has changed it.
            NotFoundError: If there is no such run, or it has no such test.
            ValidationError: If it says nothing.
        """
        target = {"run_id": run_id, "test_id": test_id, "repeat": repeat}
        return self._set({**target, "verdict": verdict, "score": score, "comment": comment, "version": version})

    def label_trace(
        self,
        trace_id: str,
        verdict: Verdict | None = None,
        *,
        score: float | None = None,
        comment: str | None = None,
        version: int | None = None,
    ) -> Label:
        """Label a trace, in place of the label that it has.

        Args:
            trace_id: The trace.
            verdict: Whether a person would let it pass.
            score: 0 to 1.
            comment: Why.
            version: That of the label to replace, 0 if there is none; by default any is replaced.

        Raises:
            ConflictError: If the label has another version, because another user has changed it.
            NotFoundError: If there is no such trace.
            ValidationError: If it says nothing.
        """
        target = {"trace_id": trace_id}
        return self._set({**target, "verdict": verdict, "score": score, "comment": comment, "version": version})

    def list(self, *, run_id: int | None = None, trace_id: str | None = None, verdict: Verdict | None = None) -> Labels:
        """List labels, newest first.

        Args:
            run_id: Only labels of tests of this run.
            trace_id: Only that of this trace.
            verdict: Only `passed` or only `failed`.
        """
        pages = each_page(
            self._transport, "list_labels", {"run_id": run_id, "trace_id": trace_id, "verdict": verdict, "limit": 1000}
        )
        return [label for page in pages for label in page]

    def queue(self, run_id: int | None = None, *, limit: int = 50) -> LabelQueue:
        """Get the tests of a run that should be labelled next: those where judges are unsure first.

        Args:
            run_id: The run; defaults to the newest one that is graded.
            limit: How many tests at most.

        Raises:
            NotFoundError: If there is no such run.
        """
        found: LabelQueue = self._transport.request(
            resource("list_label_queue", None, {"run_id": run_id, "limit": limit})
        )
        return found

    def agreement(self, *, run_id: int | None = None, dataset_id: int | None = None) -> Agreements:
        """Get how far the verdict and each judge agree with the labels.

        Args:
            run_id: Only labels of tests of this run.
            dataset_id: Only labels of tests of runs of this dataset.

        Raises:
            NotFoundError: If there is no such run or dataset.
        """
        query = {"run_id": run_id, "dataset_id": dataset_id}
        found: Agreements = self._transport.request(resource("get_label_agreement", None, query), list)
        return found

    def delete(self, label_id: str, *, version: int | None = None) -> None:
        """Delete a label.

        Args:
            label_id: The label.
            version: That of the label; by default any is deleted.

        Raises:
            ConflictError: If the label has another version, because another user has changed it.
            NotFoundError: If there is no such label.
        """
        self._transport.request(resource("delete_label", {"label_id": label_id}, {"version": version}), None)

    def _set(self, given: dict[str, object]) -> Label:
        body = {name: value for name, value in given.items() if value is not None}
        label: Label = self._transport.request(resource("set_label", body=body))
        return label
