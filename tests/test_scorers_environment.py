"""Scorers of an environment: declarations that look at nothing, and their invariants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ashr_labs.errors import ConfigurationError
from ashr_labs.scorers import (
    BaseScorer,
    CommandExits,
    Contains,
    FileContains,
    FileExists,
    LLMJudge,
    SQLEquals,
    scorers_to_invariants,
)

CASES: list[tuple[BaseScorer, str, str, dict[str, Any]]] = [
    (
        FileExists("out/a.txt"),
        "file_exists:out/a.txt",
        "out/a.txt exists",
        {"type": "file_exists", "path": "out/a.txt"},
    ),
    (
        FileContains("a.txt", contains="x", pattern="y+"),
        "file_content:a.txt",
        "a.txt content check",
        {"type": "file_content", "path": "a.txt", "contains": "x", "pattern": "y+"},
    ),
    (
        CommandExits("pytest -q tests/test_everything.py", exit_code=1),
        "command:pytest -q tests/test_everythin",
        "command exits 1",
        {"type": "command_exit", "command": "pytest -q tests/test_everything.py", "exit_code": 1},
    ),
    (
        SQLEquals(service="db", query="SELECT 1", equals=1),
        "sql:db",
        "SQL check on db",
        {"type": "sql", "service": "db", "query": "SELECT 1", "equals": 1},
    ),
    (
        LLMJudge("The page is readable."),
        "llm_judge",
        "The page is readable.",
        {
            "type": "llm_as_judge",
            "criteria": "The page is readable.",
            "model": "paragon-fast",
            "input_from": "workspace",
            "temperature": 0.0,
        },
    ),
]


@pytest.mark.parametrize(("scorer", "name", "description", "check"), CASES)
def test_invariants_have_the_documented_form(
    scorer: BaseScorer, name: str, description: str, check: dict[str, Any]
) -> None:
    """Names, descriptions and checks are those that the platform's specifications have."""
    assert name == scorer.name
    assert {"description": description, "weight": 1.0, "gate": False, "check": check} == scorer.to_invariant()
    assert {"name": name, "type": check["type"]}.items() <= (scorer.to_rule() or {}).items()


def test_the_users_own_disk_is_never_looked_at(tmp_path: Path) -> None:
    """Without an environment a scorer of one does not apply, also where the file exists here."""
    (tmp_path / "a.txt").write_text("x")
    for scorer in [FileExists(str(tmp_path / "a.txt")), FileContains(str(tmp_path / "a.txt"), contains="x")]:
        found = scorer("anything")
        assert (None, None, "it needs an environment, such as a sandbox") == (found.score, found.passed, found.message)


def test_null_can_be_asked_for() -> None:
    """A value of None is NULL, and is part of the invariant."""
    scorer = SQLEquals(service="db", query="SELECT NULL", equals=None)

    assert None is scorer.check()["equals"]
    assert {"service": "db", "query": "SELECT NULL", "equals": None} == scorer.config()
    assert 1 == SQLEquals(service="db", query="q", equals=1, expected=1).equals
    for wrong in ({}, {"equals": 1, "expected": 2}, {"equals": None, "expected": 2}):
        with pytest.raises(TypeError, match="one of `equals` and `expected`"):
            SQLEquals(service="db", query="q", **wrong)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FileContains("a.txt"), "one of `contains`, `not_contains` and `pattern` must be given"),
        (lambda: FileContains("a.txt", contains=""), "`contains` must be a string that is not empty"),
        (lambda: FileContains("a.txt", pattern="("), "`pattern` must be a regular expression"),
        (lambda: FileExists(""), "`path` must be a string that is not empty"),
        (lambda: CommandExits("ls", exit_code=-1), "`exit_code` must be a number from 0 to 255"),
        (lambda: LLMJudge("x", rubric="good"), "`rubric` must be a mapping"),  # type: ignore[arg-type]
    ],
)
def test_declarations_that_check_nothing_are_refused(make: Any, message: str) -> None:
    """A declaration without a condition would pass always, so it is an error when it is made."""
    with pytest.raises(ConfigurationError, match=message):
        make()


def test_invariants_of_one_name_are_all_kept() -> None:
    """Ten scorers give ten invariants, whose keys are made different; scorers without an invariant are left out."""
    command = "python -m pytest tests/integration/"
    scorers: list[BaseScorer] = [
        *(LLMJudge(f"criterion {number}") for number in range(3)),
        *(SQLEquals(service="db", query=f"SELECT {number}", equals=number) for number in range(3)),
        *(CommandExits(f"{command}{number}") for number in range(3)),
        FileExists("a b/c"),
        Contains("a"),
        ~FileExists("d"),
    ]

    invariants = scorers_to_invariants(scorers)

    assert [
        "llm_judge",
        "llm_judge_2",
        "llm_judge_3",
        "sql_db",
        "sql_db_2",
        "sql_db_3",
        "command_python_-m_pytest_tests_integra",
        "command_python_-m_pytest_tests_integra_2",
        "command_python_-m_pytest_tests_integra_3",
        "file_exists_a_b_c",
    ] == list(invariants)
    assert ["criterion 0", "criterion 1"] == [
        invariants[key]["check"]["criteria"] for key in ("llm_judge", "llm_judge_2")
    ]
