"""The runtime of agents without a command: answers from a script, the same for the same input, without a model.

It reads commands from standard input and writes events to standard output, each a line of JSON with the `id` of the
command. `script.jsonl` in the workspace has an object in each line: `match`, a part of the prompt, `say`,
and `tools`, a list of `{"name": "Bash", "input": {"command": ...}}`, `Read` or `Write`. A prompt that matches
nothing is answered with its number and its text.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path("script.jsonl")
INSTRUCTIONS = ("CLAUDE.md", "AGENTS.md")
MAX_OUTPUT = 100_000


def main() -> None:
    """Answer commands until the end of standard input."""
    turns = 0
    for line in sys.stdin:
        command = json.loads(line)
        if command["command"] == "resume":
            turns = command["turns"]
        elif command["command"] == "query":
            turns += 1
            for event in answered(command, turns):
                print(json.dumps({"id": command["id"], **event}), flush=True)


def answered(command: dict[str, Any], turn: int) -> Any:
    """Yield the events of a turn."""
    try:
        yield from messages(command, turn)
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield {"event": "error", "error": f"{type(error).__name__}: {error}"}
    yield {"event": "done"}


def messages(command: dict[str, Any], turn: int) -> Any:
    """Yield the messages of a turn."""
    prompt = text_of(command["prompt"])
    nothing: dict[str, Any] = {}
    step = next((step for step in script() if step.get("match", "") in prompt), nothing)
    yield message("system", subtype="init", tools=["Bash", "Read", "Write"], turn=turn)
    for number, call in enumerate(step.get("tools", []), 1):
        used = {"type": "tool_use", "id": f"tool_{turn}_{number}", "name": call["name"], "input": call["input"]}
        yield message("assistant", message={"role": "assistant", "content": [used]})
        output, is_error = run(call["name"], call["input"])
        result = {"type": "tool_result", "tool_use_id": used["id"], "content": output, "is_error": is_error}
        yield message("user", message={"role": "user", "content": [result]}, tool_use_result={"stdout": output})
    text = step.get("say", f"turn {turn}: {prompt}")
    if command.get("includePartialMessages"):
        for word in text.split(" "):
            delta = {"type": "text_delta", "text": f"{word} "}
            yield message("stream_event", event={"type": "content_block_delta", "index": 0, "delta": delta})
    yield message("assistant", message={"role": "assistant", "content": [{"type": "text", "text": text}]})
    usage = {"input_tokens": len(f"{instructions()} {prompt}".split()), "output_tokens": len(text.split())}
    yield message("result", subtype="success", is_error=False, num_turns=1, result=text, usage=usage)


def text_of(prompt: Any) -> str:
    """Return the text of a prompt, which may be a list of blocks."""
    blocks = [{"type": "text", "text": prompt}] if isinstance(prompt, str) else prompt
    return "\n".join(block.get("text", "") for block in blocks if block["type"] == "text")


def message(kind: str, **fields: Any) -> dict[str, Any]:
    """Return the event for a message."""
    return {"event": "message", "data": {"type": kind, **fields}}


def script() -> list[dict[str, Any]]:
    """Return the steps of the script."""
    if not SCRIPT.is_file():
        return []
    return [json.loads(line) for line in SCRIPT.read_text("utf-8").splitlines() if line.strip()]


def instructions() -> str:
    """Return the instructions of the agent."""
    found = (Path(name) for name in INSTRUCTIONS if Path(name).is_file())
    return next((path.read_text("utf-8", "replace") for path in found), "")


def run(name: str, given: dict[str, Any]) -> tuple[str, bool]:
    """Run a tool, and return its output, and whether it failed."""
    if name == "Bash":
        command = ["sh", "-c", given["command"]]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return (done.stdout + done.stderr).decode("utf-8", "replace")[:MAX_OUTPUT], done.returncode != 0
    if name == "Read":
        path = Path(given["file_path"])
        return (path.read_text("utf-8", "replace")[:MAX_OUTPUT], False) if path.is_file() else ("no such file", True)
    if name == "Write":
        Path(given["file_path"]).parent.mkdir(parents=True, exist_ok=True)
        Path(given["file_path"]).write_text(given["content"], "utf-8")
        return "written", False
    return f"there is no tool {name}", True


if __name__ == "__main__":
    main()
