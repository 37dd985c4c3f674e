"""Chat messages, in the shapes that models' APIs and their frameworks write them, become actions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json, preview
from .draft import JUST_KEPT, LEFT_OUT, Field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .draft import Draft

__all__ = ["add_message", "add_messages", "is_message", "is_messages", "role_of"]

_ROLES = {"human": "user", "ai": "assistant", "developer": "system", "function": "tool", "model": "assistant"}
_CLASSES = {"HumanMessage": "user", "AIMessage": "assistant", "SystemMessage": "system", "ToolMessage": "tool"}


def is_messages(value: object) -> bool:
    """Tell whether a value is a conversation."""
    listed = as_list(value)
    return bool(listed) and all(is_message(one) for one in listed or ())


def is_message(value: object) -> bool:
    """Tell whether a value is a chat message."""
    return role_of(value) is not None


def role_of(message: object) -> str | None:
    """Return who says a chat message: user, assistant, system or tool; None of what is no message."""
    return _role(as_object(message) or {})


def add_messages(draft: Draft, messages: object, field: Field) -> None:
    """Add a conversation: what users say, and what the assistant is then expected to say and call.

    Raises:
        DatasetError: A message has no role that is known, or a call has no name or arguments.
    """
    listed = as_list(messages)
    if listed is None:
        raise field.fault(f"must be a list of messages, not {preview(messages)}")
    for place, message in enumerate(listed):
        add_message(draft, message, field.item(place))


def add_message(draft: Draft, message: object, field: Field) -> None:
    """Add one message of a conversation."""
    outer = as_object(message) or {}
    role, fields = _role(outer), _unwrapped(outer)
    text = _text(draft, fields.get("content"), field.key("content"))
    match role:
        case "user":
            if text or not _has_results(fields.get("content")):
                draft.user_says(text, str(fields.get("name") or ""))
        case "system":
            draft.keep("system", text, JUST_KEPT.format("system messages"))
        case "tool":
            draft.tool_answers(fields.get("tool_call_id") or fields.get("name"), parsed_json(text))
        case "assistant":
            _add_answer(draft, fields, text, field)
        case _:
            raise field.key("role").fault(f"must be such as 'user' or 'assistant', not {preview(outer.get('role'))}")


def _add_answer(draft: Draft, fields: Mapping[str, Any], text: str, field: Field) -> None:
    if fields.get("weight") == 0:
        draft.note("assistant messages of weight 0: left out, they are not what is expected")
        return
    if fields.get("audio"):
        draft.note(LEFT_OUT.format("audio of messages"))
    text = text or str(fields.get("refusal") or "")
    draft.agent_says(text, [_call(call, at) for call, at in _calls(fields, field)])


def _calls(fields: Mapping[str, Any], field: Field) -> Iterator[tuple[object, Field]]:
    listed, at = fields.get("tool_calls"), field.key("tool_calls")
    if not listed and (more := as_object(fields.get("additional_kwargs"))):  # where LangChain had them before
        listed, at = more.get("tool_calls"), field.key("additional_kwargs").key("tool_calls")
    if listed is not None and as_list(listed) is None:
        raise at.fault(f"must be a list, not {preview(listed)}")
    for place, call in enumerate(as_list(listed) or ()):
        yield call, at.item(place)
    if fields.get("function_call") is not None:
        yield fields["function_call"], field.key("function_call")
    for place, part in enumerate(as_list(fields.get("content")) or ()):
        if (as_object(part) or {}).get("type") == "tool_use":
            yield part, field.key("content").item(place)


def _call(raw: object, field: Field) -> dict[str, Any]:
    """Return a call as scenarios have it."""
    outer = as_object(raw)
    if outer is None:
        raise field.fault(f"must be an object, not {preview(raw)}")
    inner = as_object(outer.get("function"))
    fields, field = (outer, field) if inner is None else (inner, field.key("function"))
    name = fields.get("name")
    if not isinstance(name, str) or not name:
        raise field.key("name").fault(f"must be the tool's name, not {preview(name)}")
    key = next((key for key in ("arguments", "args", "input", "arguments_json") if fields.get(key)), "arguments")
    given = fields.get(key)
    arguments = as_object(parsed_json(given) if isinstance(given, str) else given)
    if arguments is None and given:  # models write nothing for a tool without parameters
        raise field.key(key).fault(f"must be a JSON object, not {preview(given)}")
    text = given if isinstance(given, str) and given else json.dumps(arguments or {})
    call = {"name": name, "arguments_json": text}
    identity = outer.get("id") or outer.get("tool_call_id")
    return call if identity is None else {**call, "id": identity}


def _role(outer: Mapping[str, Any]) -> str | None:
    path = as_list(outer.get("id"))
    if outer.get("type") == "constructor" and path:  # a serialised object of LangChain
        return _CLASSES.get(str(path[-1]).removesuffix("Chunk"))
    role = outer.get("role")
    if role is None and outer.keys() & {"content", "data"}:  # LangChain's, and nothing else that has a type
        role = outer.get("type")
    role = _ROLES.get(str(role), str(role))
    return role if role in {"user", "assistant", "system", "tool"} else None


def _unwrapped(outer: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = as_object(outer.get("kwargs")) or as_object(outer.get("data"))
    return outer if inner is None or "content" in outer else inner


def _text(draft: Draft, content: object, field: Field) -> str:
    """Return what a message says; of its parts, those that are text."""
    if content is None or isinstance(content, str):
        return content or ""
    parts = as_list(content)
    if parts is None:
        raise field.fault(f"must be a text or a list of parts, not {preview(content)}")
    return "\n".join(text for part in parts if (text := _part(draft, part)))


def _has_results(content: object) -> bool:
    return any((as_object(part) or {}).get("type") == "tool_result" for part in as_list(content) or ())


def _part(draft: Draft, part: object) -> str:
    fields = as_object(part) or {}
    kind = fields.get("type")
    match kind:
        case _ if isinstance(part, str):
            return part
        case "text" | "input_text" | "output_text":
            return str(fields.get("text") or "")
        case "refusal":
            return str(fields.get("refusal") or "")
        case "tool_use":  # read as a call
            return ""
        case "tool_result":
            draft.tool_answers(fields.get("tool_use_id"), fields.get("content"))
            return ""
        case _:
            draft.note(LEFT_OUT.format(f"parts of messages of the type {preview(kind)}"))
            return ""
