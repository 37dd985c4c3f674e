"""Chat messages of model APIs, agent frameworks and fine-tuning files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json, preview
from .._unset import UNSET
from ..tool_call import ShapeError, read_tool_call
from .scenario_draft import JUST_KEPT, LEFT_OUT, FieldPath

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .scenario_draft import ScenarioDraft

__all__ = ["add_message", "add_messages", "is_message", "is_messages", "read_call", "role_of"]

_ROLES = {
    **dict.fromkeys(("human", "customer", "client"), "user"),
    **dict.fromkeys(("ai", "model", "gpt", "chatgpt", "bot", "agent", "bard", "function_call"), "assistant"),
    **dict.fromkeys(("function", "observation", "function_response", "tool_response"), "tool"),
    "developer": "system",
}
_KNOWN_ROLES = frozenset({"user", "assistant", "system", "tool"})
_CLASSES = {"HumanMessage": "user", "AIMessage": "assistant", "SystemMessage": "system", "ToolMessage": "tool"}
_TEXT_PARTS = frozenset({"text", "input_text", "output_text", "summary_text"})
_HIDDEN_PARTS = frozenset({"reasoning", "thinking", "redacted_thinking", "item_reference"})
"""Parts and items that are not for the user."""
_MEDIA = frozenset(
    {
        *("image", "image_url", "input_image", "audio", "input_audio", "file", "input_file", "document", "video"),
        *("video_url", "audio_url", "blob", "uri", "inlineData", "inline_data", "fileData", "file_data", "media"),
    }
)
_CALL_PARTS = frozenset({"tool_use", "tool_call", "function_call"})
_RESULT_PARTS = frozenset({"tool_result", "tool_call_response", "function_call_output"})
_CALL_WRAPPERS = ("functionCall", "toolUse", "function_call")
_RESULT_WRAPPERS = ("functionResponse", "toolResult", "function_response")
_SENDER_KEYS = ("role", "from", "speaker", "author")
_CONTENT_KEYS = ("content", "value", "parts", "text", "message")


def is_messages(value: object) -> bool:
    """Return True if a value is a conversation."""
    listed = as_list(value)
    return bool(listed) and all(is_message(one) for one in listed or ())


def is_message(value: object) -> bool:
    """Return True if a value is a chat message."""
    return role_of(value) is not None


def role_of(message: object) -> str | None:
    """Return the role of a chat message: user, assistant, system or tool; None for other values."""
    fields = as_object(message) or {}
    return _role(fields) or _role_of_item(fields)


def add_messages(draft: ScenarioDraft, messages: object, field: FieldPath) -> None:
    """Add a conversation: user messages, and the replies and tool calls that are expected after them.

    Raises:
        DatasetError: A message has an unknown role, or a call has no name or arguments.
    """
    listed = as_list(messages)
    if listed is None:
        raise field.fault(f"must be a list of messages, got {preview(messages)}")
    for place, message in enumerate(listed):
        add_message(draft, message, field.item(place))


def add_message(draft: ScenarioDraft, message: object, field: FieldPath) -> None:
    """Add one message of a conversation."""
    outer = as_object(message) or {}
    if (item := _role_of_item(outer)) is not None:
        _add_item(draft, item, outer, field)
        return
    role, fields = _role(outer), _unwrapped(outer)
    key = next((key for key in _CONTENT_KEYS if fields.get(key) is not None), "content")
    content, at = fields.get(key), field.key(key)
    match role:
        case "user":
            _add_user(draft, fields, content, at)
        case "system":
            draft.keep("system", _text(draft, content, at), JUST_KEPT.format("system messages"))
        case "tool":
            text = _text(draft, content, at)
            name = fields.get("tool_call_id") or fields.get("name") or fields.get("function")
            draft.add_result(name, parsed_json(text), _error_of(fields, text))
        case "assistant":
            _add_reply(draft, fields, _reply_text(draft, outer, content, at), field)
        case _:
            sender = next((outer[key] for key in _SENDER_KEYS if key in outer), None)
            raise field.key("role").fault(f"must be a role such as 'user' or 'assistant', got {preview(sender)}")


def read_call(raw: object, field: FieldPath) -> dict[str, Any]:
    """Return a tool call as scenarios have it, with its id, result and error if it has them.

    Raises:
        DatasetError: It has no name, or its arguments are not an object.
    """
    try:
        call = read_tool_call(_plain_call(raw))
    except ShapeError as error:
        raise FieldPath(field.place, field.path + error.at).fault(error.problem) from error
    result: dict[str, Any] = {"name": call.name, "arguments_json": call.arguments_json or json.dumps(call.arguments)}
    if call.id is not None:
        result["id"] = call.id
    if call.result is not UNSET and call.result is not None:
        result["result"] = call.result
    if call.error is not None:
        result["error"] = call.error
    return result


def _plain_call(raw: object) -> object:
    """Return a call in a shape that `read_tool_call` reads."""
    if isinstance(raw, str):  # names alone, as in lists of expected tools
        return {"name": raw}
    fields = as_object(raw)
    if fields is None or isinstance(fields.get("function"), dict):
        return raw
    for wrapper in _CALL_WRAPPERS:
        if (inner := as_object(fields.get(wrapper))) is not None:
            fields = inner
    plain = dict(fields)
    for key in ("function_name", "function", "tool", "action"):  # of ATIF, Inspect and others
        if isinstance(plain.get(key), str) and not plain.get("name"):
            plain["name"] = plain.pop(key)
    if "input_parameters" in plain:  # of DeepEval
        plain["arguments"] = plain.pop("input_parameters") or {}
    return plain


def _add_item(draft: ScenarioDraft, role: str, item: Mapping[str, Any], field: FieldPath) -> None:
    """Add an item of OpenAI's Responses API that is not a message."""
    if role == "tool":
        output = item.get("output")
        draft.add_result(item.get("call_id"), parsed_json(output) if isinstance(output, str) else output)
    elif item.get("type") == "function_call":
        draft.add_agent("", [read_call({**item, "id": item.get("call_id") or item.get("id")}, field)])


def _add_user(draft: ScenarioDraft, fields: Mapping[str, Any], content: object, field: FieldPath) -> None:
    parts = [part for part in as_list(content) or () if _media_kind(part)]
    text = _text(draft, content, field)
    if parts and not text:
        text = " ".join(f"[{_media_kind(part)}]" for part in parts)
    if text or not _has_results(content):
        draft.add_user(text, str(fields.get("name") or ""), list(as_list(content) or ()) if parts else None)


def _reply_text(draft: ScenarioDraft, outer: Mapping[str, Any], content: object, field: FieldPath) -> str:
    """Return the text of a reply; ShareGPT's calls are JSON text in a message of their own."""
    return "" if outer.get("from") == "function_call" else _text(draft, content, field, is_reply=True)


def _add_reply(draft: ScenarioDraft, fields: Mapping[str, Any], text: str, field: FieldPath) -> None:
    if fields.get("weight") == 0:
        draft.note("assistant messages of weight 0: left out, they are not what is expected")
        return
    if fields.get("audio"):
        draft.note(LEFT_OUT.format("audio of messages"))
    text = text or str(fields.get("refusal") or "")
    draft.add_agent(text, [read_call(call, at) for call, at in _calls(fields, field)])


def _calls(fields: Mapping[str, Any], field: FieldPath) -> Iterator[tuple[object, FieldPath]]:
    key = next((key for key in ("tool_calls", "tools_called") if fields.get(key)), "tool_calls")
    listed, at = fields.get(key), field.key(key)
    listed = parsed_json(listed) if isinstance(listed, str) and listed else listed
    if not listed and (more := as_object(fields.get("additional_kwargs"))):  # of older versions of LangChain
        listed, at = more.get("tool_calls"), field.key("additional_kwargs").key("tool_calls")
    if listed is not None and as_list(listed) is None:
        raise at.fault(f"must be a list, got {preview(listed)}")
    for place, call in enumerate(as_list(listed) or ()):
        yield call, at.item(place)
    if fields.get("function_call") is not None:
        yield fields["function_call"], field.key("function_call")
    if fields.get("from") == "function_call":
        yield parsed_json(str(fields.get("value"))), field.key("value")
    for key in ("content", "parts"):
        for place, part in enumerate(as_list(fields.get(key)) or ()):
            if _is_call(as_object(part) or {}):
                yield part, field.key(key).item(place)


def _role(outer: Mapping[str, Any]) -> str | None:
    role = outer.get("role")
    if isinstance(role, str) and role in _KNOWN_ROLES:  # the common case
        return role
    path = as_list(outer.get("id"))
    if outer.get("type") == "constructor" and path:  # a serialized object of LangChain
        return _CLASSES.get(str(path[-1]).removesuffix("Chunk"))
    key = next((key for key in _SENDER_KEYS if isinstance(outer.get(key), str)), None)
    sender = outer.get(key) if key else None
    if key not in {None, "role"} and outer.keys().isdisjoint(_CONTENT_KEYS):
        return None
    if sender is None and outer.keys() & {"content", "data"}:  # LangChain's; other objects have a type as well
        sender = outer.get("type")
    name = str(sender).lower()
    role = _ROLES.get(name, name)
    return role if role in _KNOWN_ROLES else None


def _role_of_item(outer: Mapping[str, Any]) -> str | None:
    """Return the role of an item of OpenAI's Responses API that is not a message."""
    kind = outer.get("type")
    if "role" in outer or not isinstance(kind, str):
        return None
    if kind == "function_call_output" and "call_id" in outer:
        return "tool"
    if kind == "function_call" and "name" in outer:
        return "assistant"
    return "assistant" if kind in _HIDDEN_PARTS and outer.keys() & {"summary", "encrypted_content", "id"} else None


def _unwrapped(outer: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = as_object(outer.get("kwargs")) or as_object(outer.get("data"))
    return outer if inner is None or "content" in outer else inner


def _text(draft: ScenarioDraft, content: object, field: FieldPath, *, is_reply: bool = False) -> str:
    """Return the text of a message, joined from its parts."""
    if content is None or isinstance(content, str):
        return content or ""
    parts = as_list(content)
    if parts is None and (fields := as_object(content)) is not None and "parts" in fields:  # of ChatGPT's exports
        parts = as_list(fields["parts"])
    if parts is None:
        raise field.fault(f"must be a string or a list of parts, got {preview(content)}")
    return "\n".join(text for part in parts if (text := _part(draft, part, is_reply=is_reply)))


def _has_results(content: object) -> bool:
    return any(_is_result(as_object(part) or {}) for part in as_list(content) or ())


def _is_call(part: Mapping[str, Any]) -> bool:
    return part.get("type") in _CALL_PARTS or any(as_object(part.get(key)) for key in _CALL_WRAPPERS)


def _is_result(part: Mapping[str, Any]) -> bool:
    return part.get("type") in _RESULT_PARTS or any(as_object(part.get(key)) for key in _RESULT_WRAPPERS)


def _media_kind(part: object) -> str | None:
    """Return the kind of a part with media, such as `image`."""
    fields = as_object(part) or {}
    kind = fields.get("type")
    if kind is None:  # Gemini and Bedrock name the kind by the key
        kind = next((key for key in _MEDIA if fields.get(key) is not None and key != "uri"), None)
    if kind not in _MEDIA:
        return None
    inner = as_object(fields.get(kind)) or fields
    modality = str(fields.get("modality") or inner.get("mimeType") or inner.get("mime_type") or kind)
    return next((name for name in ("image", "audio", "video") if name in modality), "file")


def _part(draft: ScenarioDraft, part: object, *, is_reply: bool) -> str:
    fields = as_object(part) or {}
    kind = fields.get("type")
    if isinstance(part, str):
        return part
    if kind in _TEXT_PARTS or (kind is None and isinstance(fields.get("text"), str)):
        return str(fields.get("text") or fields.get("content") or "")
    if kind == "refusal":
        return str(fields.get("refusal") or "")
    if _is_result(fields):
        _add_result_part(draft, fields)
        return ""
    if _is_call(fields) or kind in _HIDDEN_PARTS or (_media_kind(part) and not is_reply):
        return ""
    draft.note(LEFT_OUT.format(f"parts of messages of the type {preview(kind)}"))
    return ""


def _add_result_part(draft: ScenarioDraft, part: Mapping[str, Any]) -> None:
    fields = next((inner for key in _RESULT_WRAPPERS if (inner := as_object(part.get(key))) is not None), part)
    keys = ("tool_use_id", "toolUseId", "call_id", "id", "name")
    call = next((fields[key] for key in keys if fields.get(key) is not None), None)
    result = next((fields[key] for key in ("content", "response", "result", "output") if key in fields), None)
    draft.add_result(call, result, _error_of(fields, result))


def _error_of(fields: Mapping[str, Any], result: object) -> str | None:
    """Return the error of a tool's result, if the tool failed."""
    error = fields.get("error")
    if (described := as_object(error)) is not None:  # of Inspect
        error = described.get("message") or "the call failed"
    failed = fields.get("is_error") is True or fields.get("isError") is True or fields.get("status") == "error"
    if error:
        return str(error)
    return (result if isinstance(result, str) and result else "the call failed") if failed else None
