"""The template language of prompts."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs._template import MAX_RENDERED, render_template
from ashr_labs.errors import ConfigurationError


@pytest.mark.parametrize(
    ("template", "variables", "expected"),
    [
        ("Hello {name}!", {"name": "Ada"}, "Hello Ada!"),
        ("Hello {{name}}!", {"name": "Ada"}, "Hello Ada!"),
        ("{ name } {{ name }}", {"name": "Ada"}, "Ada Ada"),
        ("{user.name.first}", {"user": {"name": {"first": "Ada"}}}, "Ada"),
        ("{a} {a.b} {c}", {"a": 1}, "1 {a.b} {c}"),
        ("{a}{b}{c}{d}", {"a": True, "b": None, "c": 1.0, "d": [1, "x"]}, "TrueNone1.0[1, 'x']"),
        # Braces that belong to no variable stay.
        ('{"k": {v}}', {"v": 1}, '{"k": 1}'),
        ('{"k": {{v}}}', {"v": 1}, '{"k": 1}'),
        ("{{{v}}} {} {{}} {v", {"v": 1}, "{1} {} {{}} {v"),
        ("{{v} {v}}", {"v": 1}, "{1 1}"),
        # Values are not expanded again.
        ("{a}", {"a": "{b}", "b": "secret"}, "{b}"),
        (
            "{#items}{_it};{/items}",
            {"items": ["{key}", "{#items}x{/items}"], "key": "secret"},
            "{key};{#items}x{/items};",
        ),
        # Sections.
        ("{#a}x{/a}", {}, ""),
        *[("{#a}x{/a}", {"a": value}, "") for value in (None, False, "", 0, 0.0, [], {}, ())],
        *[("{#a}x{/a}", {"a": value}, "x") for value in (True, "0", 2, {"b": 1}, [0], [None])],
        ("{#a}{_it},{/a}", {"a": [1, "b", None]}, "1,b,None,"),
        ("{#a}{name}={_it.name} {other};{/a}", {"a": [{"name": "x"}, {"name": "y"}], "other": 1}, "x=x 1;y=y 1;"),
        ("{# a }{ _it }{/ a }", {"a": [1]}, "1"),
        # Nested sections.
        ("{#a}{#b}{c}{/b};{/a}", {"a": [{"b": [{"c": 1}, {"c": 2}]}, {"b": []}]}, "12;;"),
        ("{#a}{#a}{_it}{/a}{/a}", {"a": [1, 2]}, "1212"),
        ("{#rows}{#_it}{_it}{/_it}|{/rows}", {"rows": [[1, 2], [3]]}, "12|3|"),
        ("{#on}{#a}{_it}{/a}{/on}", {"on": True, "a": [1, 2]}, "12"),
        # Marks without a counterpart stay.
        ("{#a}x", {"a": [1]}, "{#a}x"),
        ("x{/a}", {"a": [1]}, "x{/a}"),
        ("{#a}{#b}x{/a}", {"a": [1, 2], "b": 1}, "{#b}x{#b}x"),
        ("{#a.b}x{/a.b}", {"a": {"b": 1}}, "{#a.b}x{/a.b}"),
        ("", {"a": 1}, ""),
    ],
)
def test_templates_are_rendered(template: str, variables: dict[str, Any], expected: str) -> None:
    """Variables, paths and sections are filled in; everything else stays as it is written."""
    assert expected == render_template(template, variables)


@given(
    st.text(alphabet="{}#/ab. \n", max_size=60),
    st.dictionaries(st.sampled_from("ab"), st.sampled_from(["{a}", "x", "", 1, 0, [1, "{b}"], {"a": 2}, None])),
)
def test_any_template_can_be_rendered(template: str, variables: dict[str, Any]) -> None:
    """No template is invalid; without variables only sections are left out."""
    assert isinstance(render_template(template, variables), str)
    if "{#" not in template:
        assert template == render_template(template, {})


@given(st.text(max_size=40), st.text(max_size=40))
def test_values_arrive_unchanged(value: str, around: str) -> None:
    """Whatever a value is, the text has it unchanged."""
    around = around.replace("{", "").replace("}", "")

    assert f"{around}{value}{around}" == render_template(f"{around}{{value}}{around}", {"value": value})


@pytest.mark.parametrize(
    ("template", "variables"),
    [
        ("{#a}" * 8 + "{/a}" * 8, {"a": list(range(1000))}),
        ("{#a}" * 8 + "x" + "{/a}" * 8, {"a": list(range(1000))}),
        ("{a}" * 100, {"a": "x" * 100_000}),
    ],
)
def test_growth_is_limited(template: str, variables: dict[str, Any]) -> None:
    """Sections inside of sections multiply; a result that is too large is refused before it fills the memory."""
    with pytest.raises(ConfigurationError, match=f"{MAX_RENDERED:,} characters"):
        render_template(template, variables)


@pytest.mark.parametrize(
    "template", ["{#a}" * 100_000, "{/a}" * 100_000, "{#a}" * 20_000 + "{/b}" * 20_000, "{" * 300_000]
)
def test_time_grows_with_length_only(template: str) -> None:
    """Marks without a counterpart cost no more than others."""
    begin = time.perf_counter()

    assert template == render_template(template, {"a": 1})
    assert time.perf_counter() - begin < 3
