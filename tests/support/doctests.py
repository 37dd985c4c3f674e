"""Examples in docstrings."""

from __future__ import annotations

import doctest
import inspect
from types import ModuleType

__all__ = ["run_examples"]


class _Finder(doctest.DocTestFinder):
    """Finds the examples of public classes too, whose `__module__` is the package."""

    def _from_module(self, module: ModuleType | None, found: object) -> bool:
        if inspect.isclass(found) and found.__module__ == "ashr_labs" and module is not None:
            return f"\nclass {found.__name__}" in inspect.getsource(module)
        return bool(super()._from_module(module, found))  # type: ignore[misc]


def run_examples(module: ModuleType) -> doctest.TestResults:
    """Run the examples in a module's docstrings and return how many failed and how many there are."""
    runner = doctest.DocTestRunner()
    for examples in _Finder().find(module, module.__name__):
        runner.run(examples)
    return runner.summarize(verbose=False)
