"""Put texts into the prompts of judges: cut, delimited, and each only where its placeholder is. Pure."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Final

from .._json import as_list
from .score import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["MAX_RUBRIC", "MAX_VALUE", "NO_CONTEXT", "placeholders", "render", "rubric_text", "sections", "value_text"]

MAX_VALUE: Final = 8000
"""Characters of one value in a prompt."""
MAX_RUBRIC: Final = 2000
"""Characters of a rubric."""
NO_CONTEXT: Final = "(no context)"

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_CLOSING_TAG = re.compile(r"</(?=\s*[a-z_]+\s*>)", re.IGNORECASE)


def value_text(value: object) -> str:
    """Return a value of a prompt as text: passages of a list are numbered, long text is cut."""
    items = as_list(value)
    text = text_of(value)
    if items is not None and all(isinstance(item, str) for item in items):
        text = "\n".join(f"[{number}] {item}" for number, item in enumerate(items, 1))
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}\n[cut: {len(text):,} characters]"


def placeholders(template: str, names: Iterable[str]) -> set[str]:
    """Return those of the names that a template has as placeholders."""
    return set(_PLACEHOLDER.findall(template)) & set(names)


def render(template: str, values: Mapping[str, str]) -> str:
    """Return a template with values in place of their placeholders; other braces stay as they are.

    In a template without other braces than placeholders and doubled ones, doubled braces become single ones, as
    `str.format` has it.

    >>> render('Is {answer} right? Reply {"score": 0.5}.', {"answer": "{question}"})
    'Is {question} right? Reply {"score": 0.5}.'
    >>> render('Is {answer} right? Reply {{"score": 0.5}}.', {"answer": "4"})
    'Is 4 right? Reply {"score": 0.5}.'
    """
    if _is_format_string(template, values):
        return template.format_map(values)
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def sections(values: Mapping[str, str]) -> str:
    """Return texts in tags of their names, which text inside of them cannot close."""
    inert = {name: _CLOSING_TAG.sub(r"<\\/", text) for name, text in values.items()}
    return "\n\n".join(f"<{name}>\n{text}\n</{name}>" for name, text in inert.items())


def rubric_text(rubric: Mapping[str, object]) -> str:
    """Return a rubric as a list of its levels or criteria, cut if it is long."""
    text = "\n".join(f"- {name}: {text_of(description)}" for name, description in rubric.items())
    return text if len(text) <= MAX_RUBRIC else f"{text[:MAX_RUBRIC]}\n[cut]"


def _is_format_string(template: str, values: Mapping[str, str]) -> bool:
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError:
        return False
    return all(name is None or (name in values and not spec and not how) for _, name, spec, how in fields)
