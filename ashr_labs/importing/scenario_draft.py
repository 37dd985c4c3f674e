"""A scenario under construction, and the parts of a record that it cannot represent."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from .._json import as_object
from .records import fault_at

if TYPE_CHECKING:
    from ..errors import DatasetError

__all__ = ["JUST_KEPT", "LEFT_OUT", "FieldPath", "ScenarioDraft"]

LEFT_OUT = "{}: left out"
JUST_KEPT = "{}: kept as metadata, not tested"
_MAX_TITLE = 80
_MAX_ID_WORDS = 5


class FieldPath(NamedTuple):
    """The path of a field of a record, for messages."""

    place: str
    path: str = ""

    def key(self, name: str) -> FieldPath:
        """Return the path of a key of the field."""
        return FieldPath(self.place, f"{self.path}.{name}" if self.path else name)

    def item(self, number: int) -> FieldPath:
        """Return the path of an element of the field."""
        return FieldPath(self.place, f"{self.path}[{number}]")

    def fault(self, message: str) -> DatasetError:
        """Return the error that the field is invalid."""
        return fault_at(self.place, self.path, message)


class ScenarioDraft:
    """Collects the actions and metadata of a scenario."""

    def __init__(self) -> None:
        self.actions: list[dict[str, Any]] = []
        self.metadata: dict[str, Any] = {}
        self.notes: Counter[str] = Counter()
        """Parts that a scenario cannot represent, each with its outcome."""
        self.unknown: list[DatasetError] = []
        """Expectations that cannot be represented."""
        self.unread: list[str] = []
        """Fields that were not read."""
        self.tags: list[str] = []
        self.title = ""
        self.id = ""
        """The record's own id; derived from the user messages if it is empty."""
        self.whole: dict[str, Any] | None = None
        """The complete scenario, if the record is one."""
        self._open_calls: list[dict[str, Any]] = []

    def add_user(self, text: str, name: str = "", parts: list[Any] | None = None) -> None:
        """Add a message to the agent, with its parts if it has media."""
        action: dict[str, Any] = {"actor": "user", **({"name": name} if name else {}), "content": text}
        if parts:
            action["parts"] = parts
            self.note("messages with media: kept as `parts`, for agents that accept them")
        self.actions.append(action)

    def add_agent(self, text: str, calls: list[dict[str, Any]]) -> None:
        """Add an expected reply; the `id` of a call connects it to its result."""
        self.actions.append({"actor": "agent", "content": text, "expected_response": {"tool_calls": calls}})
        self._open_calls += (call for call in calls if not {"result", "error"} & call.keys())

    def add_result(self, call: object, result: object, error: str | None = None) -> None:
        """Store the result of a tool with its call, found by the call's id or the tool's name."""
        found = next((one for one in self._open_calls if call in (one.get("id"), one["name"])), None)
        if found is None:
            self.note(LEFT_OUT.format("results of tools without a call"))
            return
        self._open_calls.remove(found)
        found["result"] = result
        if error is not None:
            found["error"] = error

    def keep(self, key: str, value: object, note: str | None = None) -> None:
        """Store a value as metadata; several values of a key become a list."""
        before = self.metadata.get(key)
        self.metadata[key] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
        if note:
            self.note(note)

    def note(self, text: str) -> None:
        """Count a part that the scenario cannot represent."""
        self.notes[text] += 1

    def not_understood(self, field: FieldPath, problem: str) -> None:
        """Record an expectation that cannot be represented."""
        self.unknown.append(field.fault(problem))

    @property
    def expects_something(self) -> bool:
        """Whether the scenario has an expectation."""
        return self.whole is not None or any(
            action.get("content") or (as_object(action.get("expected_response")) or {}).get("tool_calls")
            for action in self.actions
            if action["actor"] == "agent"
        )

    def scenario(self) -> dict[str, Any]:
        """Return the scenario."""
        if self.whole is not None:
            return self.whole
        for action in self.actions:
            for call in (as_object(action.get("expected_response")) or {}).get("tool_calls", ()):
                call.pop("id", None)
        messages = self._user_messages()
        title = self.title or " ".join(messages[0].split() if messages else [])[:_MAX_TITLE]
        return {
            **({"title": title} if title else {}),
            **({"tags": self.tags} if self.tags else {}),
            **({"metadata": self.metadata} if self.metadata else {}),
            "actions": self.actions,
        }

    def identity(self) -> str:
        """Return the record's id, or one derived from the user messages alone.

        A derived id does not depend on the location in the file or on the expectations.
        """
        if self.id:
            return self.id
        messages = self._user_messages()
        words = re.findall(r"\w+", messages[0].lower() if messages else "")[:_MAX_ID_WORDS]
        digest = hashlib.sha256(json.dumps(messages).encode()).hexdigest()[:8]
        return "_".join([*words, digest])

    def _user_messages(self) -> list[str]:
        return [action["content"] for action in self.actions if action["actor"] == "user"]
