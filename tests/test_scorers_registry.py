"""Scorers from text and from JSON, as the command line and datasets name them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ashr_labs.scorers
from ashr_labs.errors import ConfigurationError
from ashr_labs.scorers import BaseScorer, scorer_from_config, scorer_from_text, scorers_from_config
from ashr_labs.scorers.registry import TYPES, scorer_class

VALUES: dict[str, Any] = {
    "cost": 0.5,
    "file_contains": "a.txt",
    "json_schema": {"type": "object"},
    "judge_panel": [{"type": "factuality", "model": "a"}, {"type": "factuality", "model": "b"}],
    "language": "en",
    "latency": 500,
    "numeric_diff": 3,
    "pii": ["email"],
    "tool_correctness": ["refund"],
}
"""A value of the main option of each type that takes no string."""
FURTHER: dict[str, dict[str, Any]] = {
    "file_contains": {"contains": "a"},
    "sql_equals": {"service": "db", "query": "SELECT 1", "equals": None},
}
"""Options that a type needs besides."""


LIBRARIES = {"bleu": "sacrebleu", "json_schema": "jsonschema", "language": "py3langid", "rouge": "rouge_score"}


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_can_be_written_as_json(kind: str) -> None:
    """Each type gives a scorer of its class from `type`, `value` and the common options."""
    pytest.importorskip(LIBRARIES.get(kind, "ashr_labs"))
    main = TYPES[kind].main
    value = {} if main is None else {"value": VALUES.get(kind, "1")}
    common = {"name": "mine", "weight": 2, "gate": True, "negated": True}

    scorer = scorer_from_config({"type": kind, **value, **FURTHER.get(kind, {}), **common})

    assert isinstance(scorer, scorer_class(kind))
    assert ("mine", 2.0, True, True) == (scorer.name, scorer.weight, scorer.gate, scorer.negated)


def test_every_scorer_of_the_package_has_a_type() -> None:
    """The public classes of scorers are the types, but for those that need an object of the user."""
    public = {
        name
        for name in ashr_labs.scorers.__all__
        if isinstance(found := getattr(ashr_labs.scorers, name), type) and issubclass(found, BaseScorer)
    }

    without_type = public - {one.class_name for one in TYPES.values()}
    assert {"BaseScorer", "CustomScorer", "EmbeddingSimilarity", "JudgeScorer"} == without_type


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (3, "checks[0] must be an object with `type`, got 3"),
        ({}, "checks[0].type must be a type of scorer, got None"),
        ({"type": "contians"}, "checks[0].type must be a type of scorer, got 'contians'; did you mean 'contains'?"),
        (
            {"type": "levenshtein", "treshold": 0.5},
            "checks[0].treshold is not an option of 'levenshtein'; did you mean 'threshold'?",
        ),
        ({"type": "levenshtein", "threshold": 5}, "checks[0]: `threshold` must be a number from 0 to 1, got 5"),
        ({"type": "latency"}, "checks[0].value must be given: 'latency' needs it"),
        ({"type": "sql_equals", "service": "db"}, "checks[0].query must be given: 'sql_equals' needs it"),
        (
            {"type": "sql_equals", "service": "db", "query": "q"},
            "checks[0]: one of `equals` and `expected` must be given",
        ),
        ({"type": "contains", "value": "a", "text": "b"}, "checks[0].text must be left out: `value` is the same"),
        ({"type": "refusal", "value": "a"}, "checks[0].value must be left out: 'refusal' has no main option"),
        ({"type": "regex", "value": "("}, "checks[0]: `pattern` must be a regular expression, got '('"),
    ],
)
def test_a_check_that_cannot_be_used_is_refused_by_path(check: Any, message: str) -> None:
    """Misspelt types and options get a suggestion, and every error names its place."""
    with pytest.raises(ConfigurationError) as caught:
        scorers_from_config([check])

    assert caught.value.message.startswith(message)


def test_checks_of_one_type_get_different_names() -> None:
    """A second check of a type gets a number; names that are written twice are refused."""
    first, second, third = scorers_from_config(
        [{"type": "contains", "value": "a"}, {"type": "contains", "value": "b"}, {"type": "f1", "gate": False}],
        gate=True,
    )

    assert ["contains", "contains_2", "f1"] == [first.name, second.name, third.name]
    assert [True, True, False] == [first.gate, second.gate, third.gate]
    with pytest.raises(ConfigurationError, match=r"checks\[1\].name must differ from that of other checks, got 'a'"):
        scorers_from_config([{"type": "pii", "name": "a"}, {"type": "refusal", "name": "a"}])
    with pytest.raises(ConfigurationError, match="must be a list of checks"):
        scorers_from_config({"type": "pii"})


@pytest.mark.parametrize(
    ("text", "output", "passed"),
    [
        ("contains:refund: yes", "Refund: yes", True),
        ("contains:5", "5", True),
        (r"regex:^\d+$", "12", True),
        ("json_validity", "{}", True),
        ("json_schema:" + '{"type": "array"}', "[]", True),
        ("json_diff:[1]", "[1.0]", True),
        ("numeric_diff:1000", "1,000", True),
        ("exact_match:3", "3", True),
    ],
)
def test_text_names_a_type_and_its_value(text: str, output: str, passed: bool) -> None:
    """Everything after the first colon is the value, and the whole text is the name of the score."""
    scorer = scorer_from_text(text)

    assert (text, passed) == (scorer.name if ":" in text else text, scorer(output).passed)


def test_text_names_code_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module and an attribute name a function or a scorer in the current folder."""
    (tmp_path / "my_scorers.py").write_text(
        "from ashr_labs.scorers import Contains\n"
        "def polite(output):\n    return 'please' in output\n"
        "class Group:\n    refund = Contains('refund')\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])

    assert [True, "polite"] == [scorer_from_text("my_scorers:polite")("please").passed, "polite"]
    assert scorer_from_text("my_scorers:Group.refund")("a refund").passed
    with pytest.raises(ConfigurationError, match="must be an instance, got the class Group"):
        scorer_from_text("my_scorers:Group")
    with pytest.raises(ConfigurationError, match="no attribute 'rude'"):
        scorer_from_text("my_scorers:rude")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("contians:refund", "did you mean 'contains'?"),
        ("no_such_module:scorer", "module 'no_such_module' was not found"),
        ("no_such_type", "write it as module:attribute"),
        ("latency:fast", "must have JSON after the colon, got 'fast'"),
        ("latency", "must be given: 'latency' needs it"),
    ],
)
def test_text_that_names_nothing_is_refused(text: str, message: str) -> None:
    """The message quotes the text and says what is wrong with it."""
    with pytest.raises(ConfigurationError) as caught:
        scorer_from_text(text)

    assert message in caught.value.message


def test_naming_a_type_imports_no_code_of_the_user(tmp_path: Path) -> None:
    """A file that has the name of a type is not imported."""
    (tmp_path / "contains.py").write_text("raise SystemExit('imported')\n")
    code = "from ashr_labs.scorers import scorer_from_text; print(scorer_from_text('contains:a')('a').score)"

    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ("1.0", "") == (done.stdout.strip(), done.stderr)


def test_scorers_are_imported_on_first_use() -> None:
    """Importing the room loads none of its modules, and no library of the extra until it is used."""
    code = (
        "import sys, ashr_labs.scorers as s\n"
        "early = [name for name in sys.modules if name.startswith('ashr_labs.scorers.')]\n"
        "s.Contains('a')('a'), s.Levenshtein()('a', 'b'), s.F1()('a', 'b')\n"
        "print(early, [n for n in ('numpy', 'sacrebleu', 'nltk', 'jsonschema', 'py3langid') if n in sys.modules])\n"
        "print([name for name in dir(s) if not hasattr(s, name)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ["[] []", "[]"] == done.stdout.splitlines()
