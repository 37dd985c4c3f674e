"""Hooks of MkDocs: the pages of the reference, and links that lead out of the site."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

import ashr_labs
from ashr_labs import AshrLabsClient
from ashr_labs.client import _sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig

_OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+((?:examples|openapi|README|CHANGELOG|CONTRIBUTING|SECURITY)[^)]*)\)")
_FURTHER = {
    "ashr_labs.ash": ["ashr_labs_api.client.AuthenticatedClient", "ashr_labs_api.client.Client"],
    "ashr_labs.keystone": ["ashr_labs.keystone.scorers.presets", "ashr_labs.keystone.scorers.proxy.ParagonProxyClient"],
}
"""Public names of a module that griffe does not follow to where they are defined."""
_OPTIONS = {"ashr_labs.types": "    options: {show_if_no_docstring: true}"}
_INHERITED = "    options: {inherited_members: true}"
_SAME = (
    "`AsyncAshrLabsClient` has the same methods as `AshrLabsClient`, to be awaited, and iterators for `async for`; "
    "`aclose()` closes it, and `async with` works as `with` does."
)


def on_config(config: MkDocsConfig) -> None:
    """Add the reference to the navigation."""
    config.nav = [*(config.nav or []), {"Reference": list(reference())}]


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages of the reference."""
    for name, content in reference().items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Name files that are not part of the site, instead of linking them."""
    return _OUTSIDE.sub(_named, markdown)


def reference() -> dict[str, str]:
    """Return the pages of the reference: the client, and each public module."""
    pages = {"reference/ashr_labs.client.md": _client()}
    for name in dir(ashr_labs):
        module = getattr(ashr_labs, name)
        if isinstance(module, ModuleType):
            pages[f"reference/{module.__name__}.md"] = _module(module.__name__)
    return pages


def _module(name: str) -> str:
    further = [f"::: {one}" for one in _FURTHER.get(name, ())]
    return "\n".join([f"# {name}", "", f"::: {name}", _OPTIONS.get(name, ""), *further, ""])


def _client() -> str:
    parts = ["# The client", "::: ashr_labs.AshrLabsClient", _INHERITED, "", _SAME, ""]
    parts += [f"::: ashr_labs.{name}" for name in ("Timeout", "RawResponse")]
    for name in _resources():
        parts += [f"::: {name}", _INHERITED, ""]
    return "\n".join(parts)


def _resources() -> Iterator[str]:
    """Yield the classes that the client's properties and methods return: `client.experiments`, a sandbox, ..."""
    for found in pkgutil.iter_modules(_sync.__path__, f"{_sync.__name__}."):
        module = import_module(found.name)
        for name in getattr(module, "__all__", ()):
            value = getattr(module, name)
            if isinstance(value, type) and not name.startswith("Sync") and value not in AshrLabsClient.__mro__:
                yield f"{found.name}.{name}"


def _named(link: re.Match[str]) -> str:
    text, path = link.groups()
    return f"`{path}`" if text.strip("`") == path else f"{text} (`{path}`)"
