"""The tests of a recorded run, read once from untrusted JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ._json import as_list, as_object, preview
from .tool_call import NONE_EXPECTED, NOT_CALLED, arguments_of, error_of, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ParsedCall", "ParsedRun", "ParsedStep", "ParsedTest"]


# Named tuples, since there are several for each test: creating a frozen dataclass takes three times as long.
class ParsedCall(NamedTuple):
    """An entry of `tool_calls`: an expected call and the actual one."""

    fields: Mapping[str, Any]
    """The entry as recorded."""
    expected: str | None
    """The expected tool; None if no call was expected."""
    actual: str | None
    """The tool that was called; None if none was."""

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> ParsedCall:
        """Return the entry with the names of its tools."""
        expected, actual = fields.get("expected"), fields.get("actual")
        return cls(fields, _tool(expected, NONE_EXPECTED), _tool(actual, NOT_CALLED))

    @property
    def expected_arguments(self) -> object:
        """The arguments of the expected call: an object, or whatever was recorded in place of one."""
        return arguments_of(as_object(self.fields.get("expected")) or {})

    @property
    def actual_arguments(self) -> object:
        """The arguments of the actual call: an object, or whatever was recorded in place of one."""
        return arguments_of(as_object(self.fields.get("actual")) or {})

    @property
    def error(self) -> str | None:
        """Why the actual call failed; None if nothing says that it did."""
        return error_of(as_object(self.fields.get("actual")) or {})

    @property
    def is_allowed(self) -> bool:
        """Whether no call was expected, and the run was told to allow others."""
        return self.expected is None and self.fields.get("match_status") == "exact"

    @property
    def expects_error(self) -> bool:
        """Whether the expected call is recorded with an error, too."""
        return error_of(as_object(self.fields.get("expected")) or {}) is not None


class ParsedStep(NamedTuple):
    """An entry of `action_results`: a message of the user, or the calls or the text of the agent."""

    value: object
    """The entry as recorded, of whatever type."""
    fields: Mapping[str, Any]
    """The entry, or an empty object if it is not one."""
    position: int
    """Its index in `action_results`."""
    is_user: bool
    is_text: bool
    """Whether it is text of the agent."""
    is_calls: bool
    """Whether it holds tool calls of the agent."""
    calls: Sequence[object] | None
    """The entries of `tool_calls`: a `ParsedCall` each, or the value if it is not an object; None without a list."""

    @classmethod
    def read(cls, value: object, position: int) -> ParsedStep:
        """Return the entry at a position of `action_results`."""
        fields = as_object(value) or {}
        actor, kind = fields.get("actor"), fields.get("action_type")
        is_calls = actor == "agent" and kind == "tool_call"
        calls = as_list(fields.get("tool_calls")) if is_calls else None
        return cls(
            value,
            fields,
            position,
            actor == "user",
            actor == "agent" and kind == "text",
            is_calls,
            None if calls is None else [_call_or_value(call) for call in calls],
        )

    @property
    def label(self) -> str:
        """Where it happened, such as `action 3`."""
        index = self.fields.get("action_index")
        return f"action {index if isinstance(index, int) else self.position}"

    @property
    def expected_text(self) -> str | None:
        """The text that was expected; empty if none was, None if it cannot be read."""
        return _text(self.fields.get("expected_response"))

    @property
    def actual_text(self) -> str | None:
        """The agent's text; empty if there is none, None if it cannot be read."""
        return _text(self.fields.get("actual_response"))


@dataclass(frozen=True, slots=True)
class ParsedTest:
    """An entry of `tests`: one scenario, played once."""

    __test__ = False  # not a test of pytest's

    fields: Mapping[str, Any]
    """The test as recorded."""
    steps: Sequence[ParsedStep] | None
    """The entries of `action_results`; None if that is not a list."""

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> ParsedTest:
        """Return a test with its steps."""
        actions = as_list(fields.get("action_results"))
        return cls(
            fields, None if actions is None else [ParsedStep.read(value, index) for index, value in enumerate(actions)]
        )

    @property
    def has_run(self) -> bool:
        """Whether the scenario was played to its end; grading sets the status of a test that it failed to `failed`."""
        if self.fields.get("error"):
            return False
        played = self.fields.get("played")
        return played if isinstance(played, bool) else self.fields.get("status") == "completed"


@dataclass(frozen=True, slots=True)
class ParsedRun:
    """The result of a run."""

    tests: Sequence[object] | None
    """The entries of `tests`: a `ParsedTest` each, or the value if it is not an object; None without a list."""

    @classmethod
    def read(cls, result: Mapping[str, Any]) -> ParsedRun:
        """Return a result with its tests."""
        tests = as_list(result.get("tests"))
        return cls(None if tests is None else [_test_or_value(test) for test in tests])


def _call_or_value(value: object) -> object:
    fields = as_object(value)
    return value if fields is None else ParsedCall.read(fields)


def _test_or_value(value: object) -> object:
    fields = as_object(value)
    return value if fields is None else ParsedTest.read(fields)


def _tool(side: object, nothing: str) -> str | None:
    fields = as_object(side)
    name = side if fields is None else name_of(fields)
    if not name or name == nothing:
        return None
    return name if isinstance(name, str) else preview(name)


def _text(side: object) -> str | None:
    fields = as_object(side)
    text = side if fields is None else fields.get("text")
    if text is None:
        return ""
    return text if isinstance(text, str) else None
