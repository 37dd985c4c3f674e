"""Builds the record of one test, action by action."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from .._time import isoformat_seconds, utc_now
from ..errors import ConfigurationError
from .entries import built_entries, call_pair, given_call, given_response, index_of, text_pair, user_input
from .records import built_turn, recorded_call, total_usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Self

    from ashr_labs_types import ArgumentComparison, TestError, TestResult, TokenUsage, ToolCallResult, VmStream

    from .entries import Record

__all__ = ["TestBuilder", "final_status"]

_FINAL_STATUSES = ("completed", "failed", "cancelled")


def final_status(status: str) -> str:
    """Return the status if a test or run may end with it."""
    if status not in _FINAL_STATUSES:
        raise ConfigurationError(f"status must be one of {', '.join(_FINAL_STATUSES)}, not {status!r}")
    return status


class TestBuilder:
    """Builds the record of one test; `RunBuilder.add_test()` makes it.

    Every action takes the next index unless `action_index` names one; the next action then follows on that one.
    What is recorded is copied: changing it afterwards does not change the record.
    """

    __test__ = False  # pytest takes a class of this name for a test otherwise

    def __init__(self, test_id: str, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._test_id = test_id
        self._clock = clock
        self._status = "pending"
        self._started_at: datetime | None = None
        self._completed_at: datetime | None = None
        self._error: TestError | None = None
        self._vm_stream: VmStream | None = None
        self._repeat: int | None = None
        self._tags: tuple[str, ...] = ()
        self._attempt_errors: tuple[TestError, ...] = ()
        self._turns: list[tuple[int, float, TokenUsage | None]] = []
        self._records: list[Record] = []
        self._next_index = 0

    def __repr__(self) -> str:
        return f"TestBuilder({self._test_id!r}, status={self._status!r}, actions={len(self._records)})"

    def start(self) -> Self:
        """Mark the test as started, now."""
        self._status = "running"
        self._started_at = self._clock()
        return self

    def add_user_file(self, file_path: str, description: str, action_index: int | None = None) -> Self:
        """Record a file that the user gave."""
        return self._add(user_input(self._index(action_index), "file", description, file_path))

    def add_user_text(self, text: str, description: str, action_index: int | None = None) -> Self:
        """Record what the user said."""
        return self._add(user_input(self._index(action_index), "text", description, text))

    def add_tool_call(
        self,
        expected: Mapping[str, Any],
        actual: Mapping[str, Any],
        match_status: str,
        divergence_notes: str | None = None,
        argument_comparison: ArgumentComparison | None = None,
        action_index: int | None = None,
    ) -> Self:
        """Record an expected tool call beside the actual one; the calls of one action index stand in one entry.

        Args:
            expected: `name`, with `arguments` as a dict or `arguments_json` as a string.
            actual: The same of the call that the agent made.
            match_status: `exact`, `partial` or `mismatch`.
            divergence_notes: What differs, in words.
            argument_comparison: What differs, as `compare_args_structural()` returns it.
            action_index: The action that the call belongs to.
        """
        comparison = cast("object", argument_comparison)
        if comparison is not None and not isinstance(comparison, Mapping):
            raise TypeError(
                "argument_comparison, the fifth parameter of add_tool_call(), must be a dict or None, "
                f"not {comparison!r}; pass the action's index by name: action_index=..."
            )
        built: ToolCallResult = {
            "expected": recorded_call(expected),
            "actual": recorded_call(actual),
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
        """Record an expected answer beside the actual one.

        Args:
            expected_response: The answer wanted, such as `{"text": "..."}`.
            actual_response: The agent's answer.
            match_status: `exact`, `similar` or `divergent`; `pending` until the platform has graded it.
            semantic_similarity: How alike both are, from 0.0 to 1.0.
            divergence_notes: What differs, in words.
            action_index: The action that the answer belongs to.
        """
        responses = copy.deepcopy(dict(expected_response)), copy.deepcopy(dict(actual_response))
        index = self._index(action_index)
        return self._add(given_response(index, *responses, match_status, semantic_similarity, divergence_notes))

    def add_call_pair(
        self, action_index: int, expected: Record, actual: Record, match_status: str | None, notes: str | None
    ) -> Self:
        """Record an expected call beside the actual one; see `call_pair()`."""
        self._records.append(call_pair(action_index, expected, actual, match_status, notes))
        self._next_index = action_index + 1
        return self

    def add_text_pair(
        self, action_index: int, expected: str, actual: str, status: str, similarity: float | None, notes: str | None
    ) -> Self:
        """Record an expected text beside the actual one."""
        self._records.append(text_pair(action_index, expected, actual, status, similarity, notes))
        self._next_index = action_index + 1
        return self

    def add_turn(self, action_index: int, latency_ms: float) -> Self:
        """Record how long the agent took to answer the message of an action."""
        self._turns.append((action_index, latency_ms, None))
        return self

    def set_usage(self, usage: TokenUsage) -> Self:
        """Record what the last turn used."""
        self._turns[-1] = (*self._turns[-1][:2], usage)
        return self

    def set_attempts(self, repeat: int | None, errors: Sequence[TestError], tags: Sequence[str] = ()) -> Self:
        """Record which repeat of its scenario it is, why earlier ones were not enough, and the scenario's tags."""
        self._repeat, self._attempt_errors, self._tags = repeat, tuple(errors), tuple(tags)
        return self

    def sort(self) -> Self:
        """Put what was recorded in the order of the action indexes; what shares one keeps its order."""
        self._records.sort(key=index_of)
        return self

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
            metadata: Whatever else the provider tells.
        """
        given = {"session_id": session_id, "duration_ms": duration_ms, "logs": logs, "metadata": metadata}
        self._vm_stream = cast("VmStream", copy.deepcopy({"provider": provider, **_without_none(given)}))
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
        """Mark the test as ended, now.

        Args:
            status: `completed` when it ran to its end, whatever the agent answered; else `failed` or `cancelled`.
        """
        self._status = final_status(status)
        self._completed_at = self._clock()
        return self

    @property
    def status(self) -> str:
        """Its status: `pending`, `running`, `completed`, `failed` or `cancelled`."""
        return self._status

    @property
    def usage(self) -> TokenUsage:
        """What its turns used together; what none tells is absent."""
        return total_usage(usage for _, _, usage in self._turns if usage)

    @property
    def error(self) -> TestError | None:
        """Why it failed, if it did."""
        return self._error

    def fail(self, error: TestError) -> Self:
        """Mark the test as failed, now: it could not be played to its end, and `error` says why."""
        self._error = error
        return self.complete("failed")

    def build(self) -> TestResult:
        """Return the test as a dict."""
        built: TestResult = {
            "test_id": self._test_id,
            "status": self._status,
            "action_results": built_entries(self._records),
        }
        if self._started_at is not None:
            built["started_at"] = isoformat_seconds(self._started_at)
        if self._completed_at is not None:
            built["completed_at"] = isoformat_seconds(self._completed_at)
        if self._error is not None:
            built["error"] = self._error
        if self._vm_stream is not None:
            built["vm_stream"] = self._vm_stream
        self._build_measures(built)
        return built

    def _index(self, given: int | None) -> int:
        """Return the index of what is recorded next."""
        index = self._next_index if given is None else given
        self._next_index = index + 1
        return index

    def _add(self, record: Record) -> Self:
        self._records.append(record)
        return self

    def _build_measures(self, built: TestResult) -> None:
        if self._tags:
            built["tags"] = [*self._tags]
        if self._repeat is not None:
            built["repeat"] = self._repeat
        if self._attempt_errors:
            built["attempts"] = len(self._attempt_errors) + 1
            built["attempt_errors"] = [*self._attempt_errors]
        if self._turns:
            built["turns"] = [built_turn(*turn) for turn in self._turns]
        if usage := self.usage:
            built["usage"] = usage


def _without_none(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
