"""Agreement of verdicts with the database of the example shop; run it with `python benchmarks/outcomes.py`.

Seeded agents are given one to three tasks of `examples/support_bot`: they do them, touch another row, write more than
they were asked to, do the same in another way, claim what they did not do, or undo it again. Whether the shop is as it
must be is read from its database, by a comparison of its dump with that of a shop in which the expected calls were
made. Verdicts of `grade()` by the state that the agent returns, and by its calls alone, are compared with that.
`--write` puts the table into `docs/grading.md`.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ashr_labs import EvalRunner, grade
from ashr_labs.eval import expected_states
from examples.support_bot import Store, ToolError

PAGE = Path(__file__).resolve().parent.parent / "docs" / "grading.md"
BEGIN, END = "<!-- begin of benchmarks/outcomes.py -->", "<!-- end of benchmarks/outcomes.py -->"
KINDS = ("right", "wrong row", "extra write", "another way", "claim", "undone")

Call = dict[str, Any]

TASKS: tuple[tuple[str, Call, str], ...] = (
    ("cancel_order", {"order_id": "ORD-1003"}, "ORD-1005"),
    ("change_address", {"order_id": "ORD-1005", "address": "1 Main Street, Boston, MA 02108"}, "ORD-1003"),
    ("request_refund", {"order_id": "ORD-1001", "reason": "damaged"}, "ORD-1009"),
    ("request_refund", {"order_id": "ORD-1009", "reason": "wrong_size"}, "ORD-1001"),
    ("apply_discount", {"order_id": "ORD-1005", "code": "SUMMER15"}, "ORD-1003"),
    ("escalate_to_human", {"reason": "complaint", "order_id": "ORD-1002"}, "ORD-1007"),
)
"""Tools, their arguments, and the order that is confused with the right one."""

EXTRA_WRITES = (
    "UPDATE orders SET status = 'cancelled' WHERE order_id = 'ORD-1007'",
    "DELETE FROM refunds WHERE refund_number = 501",
    "UPDATE products SET stock = stock - 1 WHERE name = 'Headlamp'",
    "INSERT INTO tickets (reason) VALUES ('other')",
)


@dataclass
class Played:
    """A behaviour, what is true of it, and the verdicts about it."""

    kind: str
    is_right: bool
    by_state: bool
    by_calls: bool


def shop_after(calls: list[tuple[str, Call]]) -> Store:
    """Return a new shop in which calls were made."""
    store = Store()
    for name, arguments in calls:
        store.call(name, arguments)
    return store


class SeededAgent:
    """An agent that behaves as its seed says, and returns its calls and the state of its shop.

    Args:
        kind: How it behaves.
        tasks: What it is asked to do.
        chance: Decides about details.
    """

    def __init__(self, kind: str, tasks: list[tuple[str, Call, str]], chance: random.Random) -> None:
        self.store = Store()
        """Its shop."""
        self._behave = getattr(self, f"_{kind.replace(' ', '_')}")
        self._chance = chance
        self._calls = [(name, arguments) for name, arguments, _ in tasks]
        self._others = [other for _, _, other in tasks]

    def reset(self) -> None:
        """Put the shop back."""
        self.store.reset()

    def respond(self, message: str) -> dict[str, Any]:
        """Behave, and say that everything was done."""
        calls = [{"name": name, "arguments": arguments} for name, arguments in self._behave()]
        return {"text": "That is done.", "tool_calls": calls, "state": self.store.state()}

    def _right(self) -> list[tuple[str, Call]]:
        for name, arguments in self._calls:
            self.store.call(name, arguments)
        return self._calls

    def _wrong_row(self) -> list[tuple[str, Call]]:
        index = self._chance.randrange(len(self._calls))
        name, arguments = self._calls[index]
        made = [*self._calls]
        made[index] = (name, {**arguments, "order_id": self._others[index]})
        for one, given in made:
            with suppress(ToolError):
                self.store.call(one, given)
        return self._chance.choice([made, self._calls])

    def _extra_write(self) -> list[tuple[str, Call]]:
        text = self._chance.choice(EXTRA_WRITES)
        self._right()
        self.store.run(text)
        return self._chance.choice([[*self._calls, ("run_statement", {"text": text})], self._calls])

    def _another_way(self) -> list[tuple[str, Call]]:
        tables = "".join(f"DROP TABLE {name};" for name in self.store.state())
        self.store.run(tables + "".join(shop_after(self._calls).dump()))
        return [("run_statement", {"text": "a statement for all of it"})]

    def _claim(self) -> list[tuple[str, Call]]:
        return self._calls

    def _undone(self) -> list[tuple[str, Call]]:
        self._right()
        self.store.reset()
        return self._calls


def measure(count: int = 500, seed: int = 7) -> list[Played]:
    """Play seeded behaviours, and return the truth about each with both verdicts."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible choice
    kinds = [KINDS[number % len(KINDS)] for number in range(count)]
    tasks = [_tasks(chance) for _ in kinds]
    agents = [SeededAgent(kind, some, chance) for kind, some in zip(kinds, tasks, strict=True)]
    scenarios = {f"{number:03}": _scenario(some) for number, some in enumerate(tasks)}
    waiting = iter(agents)
    run = EvalRunner(expected_states({"runs": scenarios}, Store)).run(lambda: next(waiting)).build()
    truths = [
        sorted(agent.store.dump()) == sorted(shop_after([task[:2] for task in some]).dump())
        for agent, some in zip(agents, tasks, strict=True)
    ]
    verdicts = zip(kinds, truths, _passed(run), _passed(_without_state(run)), strict=True)
    return [Played(*one) for one in verdicts]


def _tasks(chance: random.Random) -> list[tuple[str, Call, str]]:
    chosen = chance.sample(TASKS, chance.randint(1, 3))
    # Two changes of one order can exclude each other.
    return list({arguments["order_id"]: (name, arguments, other) for name, arguments, other in chosen}.values())


def _scenario(tasks: list[tuple[str, Call, str]]) -> dict[str, Any]:
    expected = {"tool_calls": [{"name": name, "arguments": arguments} for name, arguments, _ in tasks]}
    asks = {"actor": "user", "content": "Please do that."}
    return {"actions": [asks, {"actor": "agent", "expected_response": expected}]}


def _passed(run: Any) -> list[bool]:
    return [test["verdict"] == "passed" for test in grade(run)["tests"]]


def _without_state(run: Any) -> Any:
    kept = [{key: one for key, one in test.items() if key not in {"state", "expected_state"}} for test in run["tests"]]
    return {**run, "tests": kept}


def table(found: list[Played]) -> str:
    """Return the agreement by kind of behaviour, as Markdown."""
    lines = ["| behaviour | number | really right | state agrees | calls agree |", "|---|---|---|---|---|"]
    counts = Counter(one.kind for one in found)
    for kind in (*KINDS, "all"):
        some = [one for one in found if kind in ("all", one.kind)]
        right, by_state, by_calls = (
            sum(one.is_right for one in some),
            sum(one.by_state == one.is_right for one in some),
            sum(one.by_calls == one.is_right for one in some),
        )
        lines.append(f"| {kind} | {counts.get(kind, len(found))} | {right} | {by_state} | {by_calls} |")
    return "\n".join(lines)


def main() -> int:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the table into docs/grading.md")
    parser.add_argument("--count", type=int, default=500, help="number of behaviours (500)")
    options = parser.parse_args()
    shown = table(measure(options.count))
    print(shown)
    if options.write:
        page = PAGE.read_text("utf-8")
        start, end = page.index(BEGIN) + len(BEGIN), page.index(END)
        PAGE.write_text(f"{page[:start]}\n{shown}\n{page[end:]}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
