"""Deprecated names keep working, and say what to use instead."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from ashr_labs._deprecation import deprecated_names, warn_deprecated


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a module in which `new` was called `old`."""
    module = ModuleType("renaming")
    module.new = object()  # type: ignore[attr-defined]
    module.__getattr__ = deprecated_names("renaming", {"old": "new"})  # type: ignore[method-assign]
    monkeypatch.setitem(sys.modules, "renaming", module)
    return module


def test_warning_names_replacement_and_caller_line() -> None:
    """The warning is reported at the line that uses the deprecated name."""

    def renamed() -> None:
        warn_deprecated("thing.old()", "thing.new()")

    with pytest.warns(DeprecationWarning, match=r"^thing\.old\(\) is deprecated, use thing\.new\(\)$") as caught:
        renamed()

    assert __file__ == caught[0].filename


def test_renamed_module_attribute_resolves_with_warning(module: ModuleType) -> None:
    """The old name gives the same object with a warning at the user's line."""
    with pytest.warns(DeprecationWarning, match=r"renaming\.old is deprecated, use renaming\.new") as caught:
        value = module.old

    assert module.new is value
    assert __file__ == caught[0].filename


def test_unknown_module_attribute_raises_attribute_error(module: ModuleType) -> None:
    """A name that was never there is an AttributeError as in any module."""
    with pytest.raises(AttributeError, match="module 'renaming' has no attribute 'nothing'"):
        _ = module.nothing
