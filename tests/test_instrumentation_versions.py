"""Instrumentation at the lowest supported and the newest version of each library, in environments of their own."""

from __future__ import annotations

import re

import pytest

from ashr_labs.instrumentation.table import LIBRARIES
from support import model_libraries
from support.environments import environment, run_tests_in

VERSIONS = {
    "openai": ("openai==1.66.0", "openai<4"),
    "anthropic": ("anthropic==0.50.0", "anthropic<3"),
    "mistral": ("mistralai==1.5.0", "mistralai<4"),
    "google-genai": ("google-genai==1.10.0", "google-genai<4"),
    "litellm": ("litellm==1.75.0", "litellm<2"),
}
"""The requirements by label: the lowest supported version, and the newest one."""

cases = [
    pytest.param(label, requirement, id=requirement)
    for label, requirements in VERSIONS.items()
    for requirement in requirements
]


def test_the_versions_are_those_of_the_table() -> None:
    """Each library with functions in the table is tested at its bounds."""
    bounds = {one.name: one.versions for one in LIBRARIES if one.functions}

    assert bounds.keys() == VERSIONS.keys()
    for name, (least, below) in bounds.items():
        lowest, newest = VERSIONS[name]
        assert re.fullmatch(rf"[\w-]+=={re.escape(least)}\.0", lowest)
        assert newest.endswith(f"<{below}")


@pytest.mark.integration
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("label", "requirement"), cases)
def test_calls_are_recorded_at_both_ends_of_the_supported_versions(label: str, requirement: str) -> None:
    """The table of calls passes with the real library at this version."""
    names = [one.name for one in model_libraries.LIBRARIES if one.label == label]
    python = environment(requirement)

    output = run_tests_in(python, "tests/test_instrumentation_calls.py", "-k", " or ".join(names))

    assert int(re.findall(r"(\d+) passed", output)[-1]) > 30
    assert "skipped" not in output
