"""A scenario that is being made of a record, and what of the record has no place in it."""

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

__all__ = ["JUST_KEPT", "LEFT_OUT", "Draft", "Field"]

LEFT_OUT = "{}: left out"
JUST_KEPT = "{}: kept as metadata, not tested"
_LONGEST_TITLE = 80
_WORDS_OF_AN_ID = 5


class Field(NamedTuple):
    """A field of a record, for messages about it."""

    place: str
    path: str = ""

    def key(self, name: str) -> Field:
        """Return a field of this one."""
        return Field(self.place, f"{self.path}.{name}" if self.path else name)

    def item(self, number: int) -> Field:
        """Return an element of this one."""
        return Field(self.place, f"{self.path}[{number}]")

    def fault(self, message: str) -> DatasetError:
        """Return the error that it cannot be read."""
        return fault_at(self.place, self.path, message)


class Draft:
    """A scenario in the making."""

    def __init__(self) -> None:
        self.actions: list[dict[str, Any]] = []
        self.metadata: dict[str, Any] = {}
        self.notes: Counter[str] = Counter()
        """What has no place in a scenario, with what became of it."""
        self.tags: list[str] = []
        self.title = ""
        self.id = ""
        """The record's own; one is made of what the users say where there is none."""
        self.whole: dict[str, Any] | None = None
        """The scenario as it is, where the record is one."""
        self._waiting: list[dict[str, Any]] = []
        """Calls whose results are not known yet."""

    def user_says(self, text: str, name: str = "") -> None:
        """Add a message to the agent."""
        self.actions.append({"actor": "user", **({"name": name} if name else {}), "content": text})

    def agent_says(self, text: str, calls: list[dict[str, Any]]) -> None:
        """Add what the agent is expected to say and call; a call's `id` says whose result comes later."""
        self.actions.append({"actor": "agent", "content": text, "expected_response": {"tool_calls": calls}})
        self._waiting += calls

    def tool_answers(self, call: object, result: object) -> None:
        """Keep a tool's result beside the call that it is of, by the call's id, else by the tool's name."""
        found = next((one for one in self._waiting if call in (one.get("id"), one["name"])), None)
        if found is None:
            self.note(LEFT_OUT.format("results of tools without a call"))
            return
        self._waiting.remove(found)
        found["result"] = result

    def keep(self, key: str, value: object, note: str | None = None) -> None:
        """Keep what does not take part in a test; several values of a key become a list."""
        before = self.metadata.get(key)
        self.metadata[key] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
        if note:
            self.note(note)

    def note(self, text: str) -> None:
        """Count what has no place in a scenario."""
        self.notes[text] += 1

    @property
    def expects_something(self) -> bool:
        """Whether the agent can do anything wrong."""
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
        says = self._user_texts()
        title = self.title or " ".join(says[0].split() if says else [])[:_LONGEST_TITLE]
        return {
            **({"title": title} if title else {}),
            **({"tags": self.tags} if self.tags else {}),
            **({"metadata": self.metadata} if self.metadata else {}),
            "actions": self.actions,
        }

    def identity(self) -> str:
        """Return the id: the record's own, else one that stays the same wherever the record stands.

        It depends on what the users say alone: a corrected expectation is still of the same scenario.
        """
        if self.id:
            return self.id
        says = self._user_texts()
        words = re.findall(r"\w+", says[0].lower() if says else "")[:_WORDS_OF_AN_ID]
        digest = hashlib.sha256(json.dumps(says).encode()).hexdigest()[:8]
        return "_".join([*words, digest])

    def _user_texts(self) -> list[str]:
        return [action["content"] for action in self.actions if action["actor"] == "user"]
