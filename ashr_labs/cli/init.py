"""`ashr-labs init`: create the files of a first evaluation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._commands import program_command
from ._options import json_option

if TYPE_CHECKING:
    from ._output import Output

__all__ = ["command"]

_DATASET = {
    "name": "First scenarios",
    "dataset_source": {
        "runs": {
            "greeting": {
                "title": "A greeting",
                "actions": [
                    {"actor": "user", "content": "Hello, who are you?"},
                    {"actor": "agent", "content": "I am your assistant. How can I help?"},
                ],
            },
            "cancel_order": {
                "title": "An order is cancelled",
                "tags": ["orders"],
                "actions": [
                    {"actor": "user", "content": "Please cancel order 1042."},
                    {
                        "actor": "agent",
                        "content": "Order 1042 is cancelled.",
                        "expected_response": {
                            "tool_calls": [{"name": "cancel_order", "arguments": {"order_id": "1042"}}]
                        },
                    },
                ],
            },
        }
    },
}

_AGENT = '''"""The agent under test: replace the body of `respond` with a call of your own agent."""

from __future__ import annotations

import re
from typing import Any


class MyAgent:
    """Answers one message at a time."""

    def reset(self) -> None:
        """Forget the conversation; called before each scenario."""

    def respond(self, message: str) -> dict[str, Any]:
        """Return the reply, and the tool calls that the agent made for it."""
        order = re.search(r"order (\\d+)", message)
        if order is None:
            return {"text": "I am your assistant. How can I help?", "tool_calls": []}
        call = {"name": "cancel_order", "arguments": {"order_id": order[1]}, "result": {"status": "cancelled"}}
        return {"text": f"Order {order[1]} is cancelled.", "tool_calls": [call]}
'''

_TEST = '''"""A test item for each scenario of the dataset."""

from __future__ import annotations

import pytest
from ashr_agent import MyAgent


@pytest.mark.ashr(dataset="ashr_dataset.json", agent=MyAgent)
def test_agent() -> None:
    """The agent behaves as each scenario expects."""
'''

_WORKFLOW = """name: agent

on: [pull_request]

permissions:
  contents: read
  pull-requests: write

jobs:
  evaluate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: { python-version: "3.12" }
      - run: pip install "ashr-labs[cli,local]>=0.4"
      - run: pip install -r requirements.txt
        if: hashFiles('requirements.txt') != ''
      - run: ashr-labs eval ashr_dataset.json --agent ashr_agent:MyAgent --min-pass-rate 0.9 --output run.json
      - name: Write the reports
        if: always() && hashFiles('run.json') != ''
        run: |
          ashr-labs report run.json --output report.html --output junit.xml --output comment.md
          cat comment.md >> "$GITHUB_STEP_SUMMARY"
      - name: Keep the reports
        if: always() && hashFiles('run.json') != ''
        uses: actions/upload-artifact@v4
        with:
          name: agent-evaluation
          path: |
            run.json
            report.html
            junit.xml
      - name: Comment on the pull request
        if: always() && hashFiles('comment.md') != ''
        continue-on-error: true  # pull requests from forks have no permission to comment
        env:
          GH_TOKEN: ${{ github.token }}
          PULL_REQUEST: ${{ github.event.pull_request.html_url }}
        run: >
          gh pr comment "$PULL_REQUEST" --body-file comment.md --edit-last
          || gh pr comment "$PULL_REQUEST" --body-file comment.md
"""

_FILES = {
    "ashr_dataset.json": f"{json.dumps(_DATASET, indent=2)}\n",
    "ashr_agent.py": _AGENT,
    "test_ashr_agent.py": _TEST,
    ".github/workflows/agent.yml": _WORKFLOW,
}


@program_command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".")
@json_option
@click.pass_obj
def command(out: Output, /, folder: Path) -> None:
    """Write a dataset, an agent to complete, a test and a CI workflow into FOLDER, by default the current one.

    Existing files are not changed.
    """
    written: list[str] = []
    kept: list[str] = []
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
            written.append(name)
        except FileExistsError:
            kept.append(name)
    if out.as_json:
        out.write_json({"written": written, "kept": kept})
        return
    out.write(
        "".join([*(f"wrote {name}\n" for name in written), *(f"kept {name}, which exists already\n" for name in kept)])
    )
    out.info("next: ashr-labs eval ashr_dataset.json --agent ashr_agent:MyAgent")
