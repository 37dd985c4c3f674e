"""Texts that are markup unless a page escapes them, and the markup of a page that is not the dashboard's own."""

from __future__ import annotations

import re
from html.parser import HTMLParser

SCRIPT = "<script>alert(1)</script>"
EVIL = f"{SCRIPT}<img src=x onerror=alert(1)>\"'><svg onload=alert(1)>{{{{7*7}}}}javascript:alert(1)\u202e&lt;b&gt;"


def foreign_markup(page: str) -> list[str]:
    """Return what a browser would run or load that the dashboard has not put there."""
    elements = _Elements()
    elements.feed(page)
    return elements.found


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        self.found += [
            f"{tag} {name}" for name in fields if name.startswith("on") or name in ("style", "srcdoc", "formaction")
        ]
        if tag in ("iframe", "object", "embed", "base", "style"):
            self.found.append(tag)
        if tag == "script" and not (fields.get("src") or "").startswith("/app/static/"):
            self.found.append("script")
        for name in ("src", "href", "action"):
            value = fields.get(name)
            if value is not None and not re.match(r"(/app/|#|/$)", value):
                self.found.append(f"{tag} {name}={value}")
