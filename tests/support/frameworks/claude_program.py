"""The program that the Claude Agent SDK starts: it reads prompts, and writes messages, as lines of JSON."""

from __future__ import annotations

import json
import re
import sys

CALL = {"input_tokens": 1, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 0, "output_tokens": 1}
TOTAL = {"input_tokens": 14, "cache_read_input_tokens": 8, "cache_creation_input_tokens": 0, "output_tokens": 14}
"""Of both calls; the messages count too few tokens, as the program does."""
RESULT = {"type": "result", "duration_ms": 5, "duration_api_ms": 4, "session_id": "s1", "total_cost_usd": 0.01}


def write(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def reply(identifier: str, *content: dict[str, object]) -> None:
    head = {"id": identifier, "role": "assistant", "model": "claude-sonnet-4-5", "stop_reason": None, "usage": CALL}
    write(
        {"type": "assistant", "session_id": "s1", "parent_tool_use_id": None, "message": {**head, "content": content}}
    )


def event(**fields: object) -> None:
    write({"type": "stream_event", "uuid": "u", "session_id": "s1", "parent_tool_use_id": None, "event": fields})


def play(prompt: str) -> None:
    found = re.search(r"\b[A-Z]\d\b", prompt)
    order = found[0] if found else "A1"
    if order == "E1":
        usage = {"input_tokens": 0, "output_tokens": 0}
        failed = {"subtype": "error_during_execution", "is_error": True, "num_turns": 1, "result": "no such model"}
        write({**RESULT, **failed, "usage": usage})
        return
    write({"type": "system", "subtype": "init", "session_id": "s1", "model": "claude-sonnet-4-5"})
    if "--include-partial-messages" in sys.argv:
        event(type="message_start", message={"id": "m1", "model": "claude-sonnet-4-5"})
        event(type="content_block_delta", index=0, delta={"type": "text_delta", "text": "Let"})
    reply("m1", {"type": "text", "text": "Let me look."})
    reply("m1", {"type": "tool_use", "id": "t1", "name": "lookup", "input": {"order": order}})
    text = "no such order" if order == "X1" else f"refund of {order} is paid"
    content = [{"type": "tool_result", "tool_use_id": "t1", "content": text, "is_error": order == "X1"}]
    message = {"role": "user", "content": content}
    write({"type": "user", "session_id": "s1", "parent_tool_use_id": None, "message": message})
    reply("m2", {"type": "text", "text": "Your refund is on its way."})
    done = {"subtype": "success", "is_error": False, "num_turns": 2, "result": "Your refund is on its way."}
    write({**RESULT, **done, "usage": TOTAL})


def main() -> None:
    if "-v" in sys.argv or "--version" in sys.argv:
        sys.stdout.write("2.9.0 (Claude Code)\n")
    elif "--print" in sys.argv and "--input-format" not in sys.argv:
        play(sys.argv[-1])
    else:
        for line in sys.stdin:
            message = json.loads(line)
            if message["type"] == "control_request":
                answer = {"subtype": "success", "request_id": message["request_id"], "response": {"commands": []}}
                write({"type": "control_response", "response": answer})
            elif message["type"] == "user":
                play(json.dumps(message["message"]["content"]))


if __name__ == "__main__":
    main()
