"""Faults of accessibility in a page, as axe-core finds them."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from support.browser import Page

_PATH = Path(__file__).parent.parent / "data" / "axe" / "axe.min.js"
_DIGEST = "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc"
_RUN = """(async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return JSON.stringify(found.violations.map(({id, impact, help, nodes}) =>
    ({id, impact, help, nodes: nodes.map(one => one.html.slice(0, 200) + ' ' + one.failureSummary.slice(0, 300))})));
})()"""


def faults(page: Page) -> list[dict[str, Any]]:
    """Return the faults of an open page: `id`, `impact`, `help` and `nodes` of each."""
    if not page.run("typeof axe === 'object'"):
        page.run(_script())
    found: list[dict[str, Any]] = json.loads(page.run(_RUN))
    return found


@cache
def _script() -> str:
    content = _PATH.read_bytes()
    assert _DIGEST == hashlib.sha256(content).hexdigest(), f"{_PATH} is not the file that its README describes"
    return content.decode() + ";0"
