"""Rendering of templates; every value is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from .exchange import PREFIX, address
from .formats import FILTERS, clock_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .exchange import Template
    from .view import View

__all__ = ["Renderer"]

_SECTIONS = (
    ("", "Overview"),
    ("runs", "Runs"),
    ("traces", "Traces"),
    ("datasets", "Datasets"),
    ("agents", "Agents"),
    ("prompts", "Prompts"),
    ("labels", "Labels"),
    ("experiments", "Experiments"),
    ("sandboxes", "Sandboxes"),
    ("sessions", "Sessions"),
)
"""Path below the prefix, and name."""
_PARENTS = {"compare": "runs"}
"""The menu entry to highlight on pages that have no entry of their own."""


class Renderer:
    """Renders the templates of this package.

    Args:
        version: Version of the style sheet and the script, which browsers keep.
        now: The clock, in seconds since the epoch.
    """

    def __init__(self, version: str, now: Callable[[], float]) -> None:
        self._environment = Environment(
            loader=PackageLoader("ashr_labs.local.dashboard", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        # Jinja2 does not say what its dictionaries hold.
        environment: Any = self._environment
        environment.filters.update(FILTERS, clock=clock_text(now))
        environment.globals.update(prefix=PREFIX, version=version, address=_page_address)

    def plain(self, template: Template) -> bytes:
        """Return a page for a browser that is not signed in."""
        return self._render(template, {"view": None, "sections": (), "section": None})

    def page(self, template: Template, view: View) -> bytes:
        """Return a page for a signed-in user."""
        section = view.request.path.removeprefix(PREFIX).partition("/")[0]
        return self._render(template, {"view": view, "sections": _SECTIONS, "section": _PARENTS.get(section, section)})

    def _render(self, template: Template, shared: Mapping[str, object]) -> bytes:
        page = self._environment.get_template(template.name)
        # Texts of agents can have lone surrogates, which UTF-8 cannot encode.
        return page.render({**shared, **template.values}).encode("utf-8", "backslashreplace")


def _page_address(path: str, /, **fields: object) -> str:
    """Return the address of a page, by its path below the prefix."""
    return address(PREFIX + path, fields)
