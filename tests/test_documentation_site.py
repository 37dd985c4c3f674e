"""The documentation has a place for every public name, and its site is built without a warning."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

import ashr_labs
from ashr_labs._environment import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def test_every_environment_variable_is_in_the_table() -> None:
    """`docs/environment.md` lists the variables that are read, and no other of ours."""
    listed = re.findall(r"`(ASHR_[A-Z0-9_]+)", (DOCS / "environment.md").read_text("utf-8"))

    assert sorted(listed) == sorted(VARIABLES)


def test_every_guide_is_named_in_the_readme_and_on_the_first_page() -> None:
    """Nobody has to search a folder for a guide."""
    guides = {path.name for path in DOCS.glob("*.md")} - {"index.md"}
    first = (DOCS / "index.md").read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")

    assert guides - set(re.findall(r"\]\(([\w-]+\.md)\)", first)) == {"compatibility.md"}
    assert guides - set(re.findall(r"\]\(docs/([\w-]+\.md)\)", readme)) == set()


def public_modules() -> list[ModuleType]:
    found = [getattr(ashr_labs, name) for name in dir(ashr_labs)]
    return [value for value in found if isinstance(value, ModuleType)]


def undocumented(entries: set[str]) -> Iterator[str]:
    """Yield each public name, and public method of the client, that has no entry under any of its paths."""
    for module in public_modules():
        for name in module.__all__:
            if not paths_of(getattr(module, name), name) & entries:
                yield f"{module.__name__}.{name}"
    methods = [f"ashr_labs.AshrLabsClient.{name}" for name in dir(ashr_labs.AshrLabsClient) if not name.startswith("_")]
    yield from set(methods) - entries


def paths_of(value: object, name: str) -> set[str]:
    """Return the paths by which an object is public, or is defined."""
    if isinstance(value, ModuleType):
        return {value.__name__}
    places = [one for one in [ashr_labs, *public_modules()] if getattr(one, name, None) is value]
    defined = inspect.getmodule(value) if callable(value) else None
    return {f"{place.__name__}.{name}" for place in [*places, *([defined] if defined else [])]}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stdout + built.stderr) == (0, "")
    return folder


@pytest.mark.integration
def test_site_has_every_public_name(site: Path) -> None:
    """The site is built without a warning, and each public name has an entry in the reference."""
    pages = "".join(path.read_text("utf-8") for path in (site / "reference").glob("*.html"))

    assert list(undocumented(set(re.findall(r'id="(ashr_labs[\w.]+)"', pages)))) == []


@pytest.mark.integration
def test_site_requests_nothing_from_others(site: Path) -> None:
    """No page of the site loads a script, style, font or image from another host."""
    loaded = re.compile(r'<(?:script|img|iframe)[^>]*src="(https?:[^"]+)"|<link[^>]*href="(https?:[^"]+)"')

    assert [found for path in site.rglob("*.html") for found in loaded.findall(path.read_text("utf-8"))] == []
