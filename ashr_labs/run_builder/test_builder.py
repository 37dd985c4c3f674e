"""Build the record of one test, action by action."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from .._time import utc_now
from .arguments import (
    CALL_STATUSES,
    TEXT_STATUSES,
    check_choice,
    check_error,
    check_index,
    check_object,
    check_similarity,
    check_text,
)
from .records import TestRecord, given_call, given_response, recorded_call

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Self

    from ashr_labs_types import ArgumentComparison, TestError, TestResult, TokenUsage, ToolCallResult, VmStream

    from .records import Record

__all__ = ["TestBuilder"]


class TestBuilder:
    """Builder of the record of one test; created by `RunBuilder.add_test()`.

    Each action gets the next index; an explicit `action_index` sets it, and the next action follows that one.
    Recorded values are copied: changing them afterwards does not change the record.
    """

    __test__ = False  # pytest would collect a class of this name

    def __init__(self, test_id: str, *, title: str = "", clock: Callable[[], datetime] = utc_now) -> None:
        check_text("test_id", test_id)
        check_text("title", title)
        self._record = TestRecord(test_id, clock=clock)
        self._record.title = title
        self._next_index = 0

    def __repr__(self) -> str:
        record = self._record
        return f"TestBuilder({record.test_id!r}, status={record.status!r}, actions={len(record.records)})"

    def start(self) -> Self:
        """Mark the test as started."""
        self._record.start()
        return self

    def add_user_file(self, file_path: str, description: str, action_index: int | None = None) -> Self:
        """Record a file from the user."""
        check_text("file_path", file_path)
        return self._add(("user", self._index(action_index), "file", description, file_path))

    def add_user_text(self, text: str, description: str, action_index: int | None = None) -> Self:
        """Record a message from the user."""
        check_text("text", text)
        return self._add(("user", self._index(action_index), "text", description, text))

    def add_tool_call(
        self,
        expected: Mapping[str, Any],
        actual: Mapping[str, Any],
        match_status: str,
        divergence_notes: str | None = None,
        argument_comparison: ArgumentComparison | None = None,
        action_index: int | None = None,
    ) -> Self:
        """Record an expected tool call and the actual one; calls with the same action index share an entry.

        Args:
            expected: `name`, with `arguments` as a dict or `arguments_json` as a string.
            actual: The same of the agent's call; `result` and `error` are kept.
            match_status: `exact`, `partial` or `mismatch`.
            divergence_notes: A description of the differences.
            argument_comparison: The differences, as `compare_args_structural()` returns them.
            action_index: The action of the call.
        """
        check_choice("match_status", match_status, CALL_STATUSES)
        comparison = cast("object", argument_comparison)
        if comparison is not None and not isinstance(comparison, Mapping):
            raise TypeError(
                "argument_comparison, the fifth parameter of add_tool_call(), must be a dict or None, "
                f"got {comparison!r}; pass the index by name: action_index=..."
            )
        built: ToolCallResult = {
            "expected": recorded_call(check_object("expected", expected)),
            "actual": recorded_call(check_object("actual", actual)),
            "match_status": match_status,
            "divergence_notes": divergence_notes,
        }
        if argument_comparison is not None:
            built["argument_comparison"] = copy.deepcopy(argument_comparison)
        return self._add(given_call(self._index(action_index), built))

    def add_agent_response(
        self,
        expected_response: Mapping[str, Any],
        actual_response: Mapping[str, Any],
        match_status: str,
        semantic_similarity: float | None = None,
        divergence_notes: str | None = None,
        action_index: int | None = None,
    ) -> Self:
        """Record an expected reply and the actual one.

        Args:
            expected_response: The expected reply, such as `{"text": "..."}`.
            actual_response: The agent's reply.
            match_status: `exact`, `similar` or `divergent`; `pending` until the platform has graded it.
            semantic_similarity: Their similarity, 0.0 to 1.0.
            divergence_notes: A description of the differences.
            action_index: The action of the reply.
        """
        check_choice("match_status", match_status, TEXT_STATUSES)
        check_similarity(semantic_similarity)
        given = check_object("expected_response", expected_response), check_object("actual_response", actual_response)
        responses = [copy.deepcopy(dict(response)) for response in given]
        index = self._index(action_index)
        return self._add(given_response(index, *responses, match_status, semantic_similarity, divergence_notes))

    def set_vm_stream(
        self,
        provider: str,
        session_id: str | None = None,
        duration_ms: int | None = None,
        logs: Sequence[Mapping[str, Any]] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Self:
        """Attach the log of the virtual machine or browser that the agent used.

        Args:
            provider: Such as `kernel`, `browserbase` or `steel`.
            session_id: The provider's id of the session.
            duration_ms: Length of the session in milliseconds.
            logs: Entries of `ts` (milliseconds since the start), `type` and `data`.
            metadata: Other information from the provider.
        """
        check_text("provider", provider)
        given = {"session_id": session_id, "duration_ms": duration_ms, "logs": logs, "metadata": metadata}
        self._record.vm_stream = cast("VmStream", copy.deepcopy({"provider": provider, **_without_none(given)}))
        return self

    def set_kernel_vm(
        self,
        session_id: str,
        duration_ms: int | None = None,
        logs: Sequence[Mapping[str, Any]] | None = None,
        *,
        live_view_url: str | None = None,
        cdp_ws_url: str | None = None,
        replay_id: str | None = None,
        replay_view_url: str | None = None,
        headless: bool | None = None,
        stealth: bool | None = None,
        viewport: Mapping[str, int] | None = None,
    ) -> Self:
        """Attach the log of a Kernel browser session; the keywords are fields of Kernel's own browser object."""
        metadata = _without_none(
            {
                "live_view_url": live_view_url,
                "cdp_ws_url": cdp_ws_url,
                "replay_id": replay_id,
                "replay_view_url": replay_view_url,
                "headless": headless,
                "stealth": stealth,
                "viewport": viewport,
            }
        )
        return self.set_vm_stream("kernel", session_id, duration_ms, logs, metadata or None)

    def complete(self, status: str = "completed") -> Self:
        """Mark the test as ended.

        Args:
            status: `completed` if it ran to its end, whatever the agent replied; otherwise `failed` or `cancelled`.
        """
        self._record.complete(status)
        return self

    def fail(self, error: TestError) -> Self:
        """Mark the test as failed: it could not be played to its end because of `error`."""
        check_error(error)
        self._record.fail(error)
        return self

    @property
    def status(self) -> str:
        """`pending`, `running`, `completed`, `failed` or `cancelled`."""
        return self._record.status

    @property
    def usage(self) -> TokenUsage:
        """The token usage of all turns; numbers that are never given are absent."""
        return self._record.usage

    @property
    def error(self) -> TestError | None:
        """The error of a failed test."""
        return self._record.error

    def build(self) -> TestResult:
        """Return the test as a dict."""
        return self._record.build()

    def _index(self, given: int | None) -> int:
        """Return the index of the next action."""
        check_index(given)
        index = self._next_index if given is None else given
        self._next_index = index + 1
        return index

    def _add(self, record: Record) -> Self:
        self._record.records.append(record)
        return self


def _without_none(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
