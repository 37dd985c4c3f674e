"""The support bot with its shop in a sandbox: each scenario has a database of its own, which decides the verdict.

The dataset expects tool calls. They are carried out in a shop once, and what its tables hold then is what must be in
the database of the sandbox after the bot is done, whatever calls it made. Run it with
`python -m examples.shop_in_sandbox`; it needs bubblewrap.
"""

from __future__ import annotations

import json
import shlex
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from ashr_labs import EvalRunner, current_environment, grade
from ashr_labs.eval import expected_states

from .support_bot import Store, SupportBot, ToolError

__all__ = ["SPEC", "SandboxBot", "database_dataset", "main"]

FOLDER = Path(__file__).parent

QUERY = """
import json, sqlite3, sys
statement, parameters = json.loads(sys.argv[1])
with sqlite3.connect("shop.db") as shop:
    shop.row_factory = sqlite3.Row
    found = shop.execute(statement, parameters)
    print(json.dumps({"rows": [dict(row) for row in found], "last": found.lastrowid}))
"""
MAKE = "import sqlite3; sqlite3.connect('shop.db').executescript(open('shop.sql').read())"
CHECK = """
import json, sqlite3
shop = sqlite3.connect("shop.db")
shop.row_factory = sqlite3.Row
wrong = []
for table, rows in json.loads(EXPECTED).items():
    found = [dict(row) for row in shop.execute("SELECT * FROM " + table + " ORDER BY 1, 2")]
    wrong += [table + " must not have " + json.dumps(row) for row in found if row not in rows]
    wrong += [table + " must have " + json.dumps(row) for row in rows if row not in found]
print(json.dumps({"passed": not wrong, "message": "; ".join(wrong)} if wrong else {"passed": True}))
"""

SPEC: dict[str, Any] = {
    "id": "support-shop",
    "setup": {
        "files": [
            {"path": "shop.sql", "content": (FOLDER / "support_bot" / "shop.sql").read_text("utf-8")},
            {"path": "query.py", "content": QUERY},
        ],
        "commands": [f'python3 -c "{MAKE}"'],
    },
    "forbidden": {"file_writes_outside": ["shop.db"]},
}


class ExpectedShop(Store):
    """The shop in which the expected calls are carried out; one that it refuses changes nothing."""

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Carry out a call of a tool."""
        with suppress(ToolError):
            return super().call(name, arguments)
        return None


class SandboxStore(Store):
    """A shop whose statements run in the sandbox of the scenario."""

    def __init__(self, *, today: date = date(2025, 6, 16)) -> None:
        """Open nothing: the sandbox has the database."""
        self.today = today

    def reset(self) -> None:
        """Do nothing: each scenario has a new database."""

    def _rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = _run(query, parameters)["rows"]
        return rows

    def _change(self, statement: str, *parameters: object) -> int | None:
        last: int | None = _run(statement, parameters)["last"]
        return last


class SandboxBot(SupportBot):
    """The support bot of a sandbox's shop, which returns the shop's state with each reply."""

    def __init__(self) -> None:
        super().__init__(SandboxStore())

    def respond(self, message: str) -> dict[str, Any]:
        """Answer one message."""
        return {**super().respond(message), "state": self.store.state()}


def database_dataset() -> dict[str, Any]:
    """Return the dataset of the support bot, with what must be in the database after each scenario."""
    source = json.loads((FOLDER / "support_dataset.json").read_text("utf-8"))
    dataset = expected_states(source, ExpectedShop)
    for scenario in dataset["runs"].values():
        expected = json.dumps(scenario["expected_state"])
        check = {"type": "custom", "code": f"EXPECTED = {expected!r}\n{CHECK}"}
        scenario["invariants"] = {"database": {"check": check}}
    return dataset


def main() -> None:
    """Play the dataset, and print the verdicts by the database with their reasons."""
    run = EvalRunner(database_dataset(), environment=SPEC).run(SandboxBot, max_workers=2)
    for test in grade(run.build())["tests"]:
        print(f"{test['verdict']:9} {test['test_id']}")
        for reason in test["verdict_reasons"][:2]:
            print(f"          {reason}")


def _run(statement: str, parameters: tuple[object, ...]) -> dict[str, Any]:
    given = shlex.quote(json.dumps([statement, parameters]))
    done = current_environment().exec(f"python3 query.py {given}", timeout=30)
    if done.exit_code:
        raise RuntimeError(done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    main()
