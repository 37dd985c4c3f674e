"""Evaluation of invariants over a world in memory: every type of check, messages, and what cannot be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs._same_value import same_value
from ashr_labs.errors import ConfigurationError
from ashr_labs.grading import NotJudgedError
from ashr_labs.invariants import (
    InvariantResult,
    JudgedScore,
    WorldError,
    WorldFileError,
    evaluate,
)
from ashr_labs.sandboxes import CommandResult, QueryResult, ServiceRequest, StateDiff
from ashr_labs.scorers.state_judge import state_judge
from ashr_labs.specs import Invariant

SECRET = "s3cret-value"


@dataclass
class MemoryWorld:
    """A world that is given."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    folders: tuple[str, ...] = ()
    commands: dict[str, CommandResult] = field(default_factory=dict[str, CommandResult])
    results: dict[str, QueryResult] = field(default_factory=dict[str, QueryResult])
    mail: Sequence[ServiceRequest] = ()
    output: str = ""
    stdout: str = ""
    steps: list[str] = field(default_factory=list[str])

    def read(self, path: str, *, limit: int) -> bytes:
        self.steps.append(f"read {path}")
        if path in self.folders:
            raise WorldFileError(f"{path} is a folder", code="other")
        if path not in self.files:
            raise WorldFileError("it does not exist", code="missing")
        if len(self.files[path]) > limit:
            raise WorldFileError(f"it has more than {limit} bytes", code="large")
        return self.files[path]

    def run(self, command: str, *, timeout: float) -> CommandResult:
        self.steps.append("run")
        return self.commands.get(command) or next(iter(self.commands.values()))

    def query(self, service: str, query: str) -> QueryResult:
        if service not in self.results:
            raise WorldError(f"the service {service!r} does not answer any more")
        return self.results[service]

    def requests(self, service: str) -> Sequence[ServiceRequest]:
        return self.mail

    def changes(self) -> StateDiff:
        return StateDiff(sorted(self.files), [], [])

    def masked(self, text: str) -> str:
        return text.replace(SECRET, "[secret KEY]")


def checked(check: Mapping[str, Any], world: MemoryWorld, judge: Any = None, **options: Any) -> InvariantResult:
    [result] = evaluate([Invariant("it", check, **options)], world, judge=judge)
    return result


def said(result: InvariantResult) -> str:
    """Return the message, or why there is none."""
    return result.message or result.error


def done(exit_code: int = 0, stdout: str = "", stderr: str = "", *, timed_out: bool = False) -> CommandResult:
    return CommandResult("", stdout, stderr, exit_code, 1, timed_out)


def mail(body: str = "", method: str = "POST", path: str = "/send") -> ServiceRequest:
    return ServiceRequest(method, path, "", {}, body, 200, 0.0)


FILES = MemoryWorld({"out.txt": b"total: 12\npaid\n", "large": b"x" * 20_000_000}, folders=("src",))


@pytest.mark.parametrize(
    ("check", "status", "message"),
    [
        ({"type": "file_exists", "path": "out.txt"}, "passed", "out.txt exists"),
        ({"type": "file_exists", "path": "/workspace/large"}, "passed", "large exists"),
        ({"type": "file_exists", "path": "no"}, "failed", "no must exist, but it does not exist"),
        ({"type": "file_exists", "path": "src"}, "failed", "src must exist, but src is a folder"),
        ({"type": "file_absent", "path": "no"}, "passed", "no does not exist"),
        ({"type": "file_absent", "path": "large"}, "failed", "large must not exist, but does"),
        ({"type": "file_absent", "path": "src"}, "failed", "src must not exist, but does"),
        ({"type": "file_content", "path": "out.txt", "contains": "paid"}, "passed", "out.txt has the content"),
        (
            {"type": "file_content", "path": "out.txt", "contains": "open", "not_contains": "paid"},
            "failed",
            r"out.txt must contain 'open' and not contain 'paid', which is in line 2; it is 'total: 12\npaid\n'",
        ),
        ({"type": "file_content", "path": "out.txt", "pattern": r"^total: \d+$"}, "passed", "out.txt has the content"),
        (
            {"type": "file_content", "path": "out.txt", "pattern": r"^total: 1$"},
            "failed",
            r"out.txt must match the pattern '^total: 1$'; it is 'total: 12\npaid\n'",
        ),
        (
            {"type": "file_content", "path": "no", "not_contains": "x"},
            "failed",
            "no must be a file, but it does not exist",
        ),
        (
            {"type": "file_content", "path": "large", "contains": "y"},
            "error",
            "not checked: it has more than 16777216 bytes",
        ),
    ],
)
def test_checks_of_files(check: dict[str, Any], status: str, message: str) -> None:
    """A file is there or not, all conditions about its content hold, and the message shows what was there."""
    result = checked(check, FILES)

    assert (status, message) == (result.status, said(result))
    assert result.record()["score"] == {"passed": 1.0, "failed": 0.0, "error": None}[status]


def test_pattern_that_takes_too_long_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for a pattern that backtracks without end is stopped, and the invariant is not passed."""
    monkeypatch.setattr("ashr_labs.invariants.patterns._SECONDS", 0.5)
    world = MemoryWorld({"a": b"a" * 60 + b"!"})

    result = checked({"type": "file_content", "path": "a", "pattern": "(a+)+$"}, world)

    assert ("error", False) == (result.status, result.passed)
    assert "took longer than 0.5 s" in result.error


ROWS = QueryResult(["id", "state", "paid"], [[7, "open", None], [8, "paid", 20.5]])


@pytest.mark.parametrize(
    ("equals", "rows", "got"),
    [
        (7, ROWS, None),
        (7.0, ROWS, None),
        ("7", ROWS, 'must return "7", got 7'),
        (True, QueryResult(["n"], [[1]]), "must return true, got 1"),
        (None, QueryResult(["n"], [[None]]), None),
        (None, QueryResult([], []), "must return null, got no row"),
        (0, QueryResult(["n"], [[None]]), "must return 0, got null"),
        (0.3, QueryResult(["n"], [[0.1 + 0.2]]), None),
        (10**18, QueryResult(["n"], [[10**18 + 1]]), "must return 1000000000000000000, got 1000000000000000001"),
        ({"state": "open", "paid": None}, ROWS, None),
        ({"state": "paid"}, ROWS, 'must return {"state": "paid"}, got {"id": 7, "state": "open", "paid": null}'),
        ({"stat": "open"}, ROWS, 'must return {"stat": "open"}, got {"id": 7'),
        ([7, 8], ROWS, None),
        ([7], ROWS, "must return [7], got"),
        ([[7, "open", None], [8, "paid", 20.5]], ROWS, None),
        ([{"id": 7}, {"paid": 20.5}], ROWS, None),
        ([], QueryResult([], []), None),
        ([], ROWS, "must return [], got"),
        ({"a": [1, {"b": 2}]}, QueryResult(["a"], [[[1, {"b": 2.0}]]]), None),
    ],
)
def test_sql_compares_a_value_a_row_or_all_rows(equals: object, rows: QueryResult, got: str | None) -> None:
    """A value is that of the first column, a mapping is columns of the first row, and a list is all rows."""
    check = {"type": "sql", "service": "db", "query": "SELECT 1", "equals": equals}
    result = checked(check, MemoryWorld(results={"db": rows}))

    assert ("failed" if got else "passed") == result.status
    assert (got or "db: the query returns") in result.message


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON_VALUES, JSON_VALUES)
def test_equality_of_values_is_reflexive_and_symmetric(one: object, other: object) -> None:
    """Every JSON value equals itself, and the order of two values does not matter."""
    assert same_value(one, one)
    assert same_value(one, other) is same_value(other, one)


MAIL = [mail('{"to": "ann", "text": "hi", "n": 1}'), mail("plain", path="/v1/send/7"), mail(method="GET", path="/list")]


@pytest.mark.parametrize(
    ("assertion", "message"),
    [
        ({"method": "post"}, None),
        ({"path": "/send", "count": 1}, None),
        ({"path": "/v1/*", "max_count": 0}, None),
        ({"path": "/v1/**", "count": 1, "body_contains": "plain"}, None),
        ({"body": {"to": "ann", "n": 1.0}}, None),
        ({"body": "plain"}, None),
        ({"method": "DELETE"}, "mail must get at least 1 request DELETE /**, got 0"),
        ({"path": "/send", "max_count": 0}, "mail must get at most 0 requests * /send, got 1"),
        ({"min_count": 4, "max_count": 5}, "mail must get 4 to 5 requests * /**, got 3"),
        ({"body": {"to": "bob"}, "count": 1}, 'mail must get 1 request * /** with the body {"to": "bob"}, got 0'),
    ],
)
def test_requests_of_a_mock_are_counted(assertion: dict[str, Any], message: str | None) -> None:
    """An assertion counts the requests of its method, path and body; without a number it asks for at least one."""
    check = {"type": "http_mock_assertions", "service": "mail", "assertions": [assertion]}
    result = checked(check, MemoryWorld(mail=MAIL))

    assert (not message) is result.passed
    assert (message or "mail got the requests") in result.message
    assert message is None or 'it got POST /send \'{"to": "ann", "text": "hi", "n": 1}\'' in result.message


@pytest.mark.parametrize(
    ("check", "ended", "expected"),
    [
        ({"command": "make"}, done(), ("passed", 1.0, "'make' exits 0")),
        (
            {"command": "make", "exit_code": 2},
            done(1, "a\nb", ""),
            ("failed", 0.0, r"'make' must exit 2, got 1; it printed 'a\nb'"),
        ),
        (
            {"command": "make", "timeout": "2s"},
            done(124, timed_out=True),
            ("failed", 0.0, "'make' must end within 2s, but ran out of time"),
        ),
        ({"code": "pass"}, done(), ("passed", 1.0, "the check passed")),
        (
            {"code": "pass"},
            done(0, 'log\n{"score": 0.4, "passed": false, "message": "half of it"}'),
            ("failed", 0.4, "half of it"),
        ),
        (
            {"code": "pass"},
            done(1, '{"score": 1, "passed": true}', "E"),
            ("failed", 0.0, "got 1; it printed 'E'"),
        ),
        ({"code": "pass"}, done(0, '{"score": 7}'), ("error", None, "`score` of the check must be a number from 0")),
        ({"code": "x" * 70_000}, done(), ("error", None, "`code` must have at most 65,536 bytes")),
    ],
)
def test_commands_and_programs_decide_by_their_exit_code(
    check: dict[str, Any], ended: CommandResult, expected: tuple[str, float | None, str]
) -> None:
    """A command must end with its exit code; a program may also print a score and a message in its last line."""
    kind = "custom" if "code" in check else "command_exit"
    result = checked({"type": kind, **check}, MemoryWorld(commands={"": ended}))

    assert expected[:2] == (result.status, result.record()["score"])
    assert expected[2] in said(result)


def test_checks_that_run_code_come_last_and_results_keep_the_order() -> None:
    """A command cannot make what a later check looks at, wherever it is in the spec."""
    world = MemoryWorld({"a": b""}, commands={"": done()})
    invariants = [
        Invariant("command", {"type": "command_exit", "command": "touch b"}),
        Invariant("file", {"type": "file_exists", "path": "a"}, weight=2.0, gate=True),
    ]

    results = evaluate(invariants, world)

    assert ["read a", "run"] == world.steps
    assert [("command", 1.0, False), ("file", 2.0, True)] == [(one.name, one.weight, one.gate) for one in results]


def test_what_the_world_does_not_answer_is_an_error() -> None:
    """An invariant whose service has gone is neither passed nor scored, and the reason is told."""
    result = checked({"type": "sql", "service": "db", "query": "SELECT 1", "equals": 1}, MemoryWorld(), gate=True)

    assert ("error", 0.0, False) == (result.status, result.score, result.passed)
    assert "not checked: the service 'db' does not answer any more" == result.error
    assert {"name": "it", "passed": False, "status": "error", "gate": True, "score": None}.items() <= (
        result.record().items()
    )


def test_secrets_are_masked_before_texts_are_cut() -> None:
    """No part of a secret is in a message, wherever it is in a long text."""
    for before in range(150, 220):
        world = MemoryWorld({"a": b"x" * before + SECRET.encode() + b"y" * 3_000})
        result = checked({"type": "file_content", "path": "a", "contains": "z"}, world)
        assert "s3c" not in result.message
        assert len(result.message) < 1_100


def test_judge_sees_the_changed_files_and_its_threshold_decides() -> None:
    """A judge gets the changed files without secrets; the score passes from the threshold of the check."""
    seen: list[str] = []

    def judge(check: Mapping[str, Any], text: str) -> JudgedScore:
        seen.append(text)
        return JudgedScore(0.6, "Well done.")

    world = MemoryWorld({"a.txt": f"key {SECRET}".encode()}, output="Done.", mail=MAIL, results={"db": ROWS})
    check = {"type": "llm_as_judge", "criteria": "It is polite."}
    passed = checked(check, world, judge)
    failed = checked({**check, "pass_threshold": 0.7, "input_from": "agent_output"}, world, judge)
    checked({**check, "input_from": "mail.requests"}, world, judge)
    checked({**check, "input_from": "db.orders"}, world, judge)

    assert ("passed", 0.6, "Well done.") == (passed.status, passed.score, passed.reason)
    assert ("failed", 0.6, "the score 0.6 is below 0.7") == (failed.status, failed.score, failed.message)
    assert ["added: a.txt\nkey [secret KEY]", "Done."] == seen[:2]
    assert (seen[2].splitlines()[1], seen[3].splitlines()[0]) == (
        "POST /v1/send/7 plain",
        '{"id": 7, "state": "open", "paid": null}',
    )


def test_what_is_not_judged_has_no_score() -> None:
    """Without a judge, or without its answer, there is no score instead of a score of 0."""

    def judge(check: Mapping[str, Any], text: str) -> JudgedScore:
        raise NotJudgedError("the model is gone")

    check = {"type": "llm_as_judge", "criteria": "It is polite."}
    without, failing = checked(check, MemoryWorld()), checked(check, MemoryWorld(), judge)

    assert [("not_judged", None)] * 2 == [(one.status, one.record()["score"]) for one in (without, failing)]
    assert "not judged: the model is gone" == failing.error


@pytest.mark.parametrize(
    ("check", "reply", "expected"),
    [
        ({"criteria": "Polite."}, '{"reason": "It is.", "score": 4}', ("passed", 0.75)),
        ({"template_key": "humor"}, '{"reason": "No.", "score": 0.1, "passed": false}', ("failed", 0.1)),
        ({"template_key": "humour"}, "", ("not_judged", None)),
        ({"template_key": "factuality"}, '{"score": 1}', ("passed", 1.0)),
        ({"criteria": "Polite."}, "no idea", ("not_judged", None)),
    ],
)
def test_language_model_judges_invariants(
    check: dict[str, Any], reply: str, expected: tuple[str, float | None]
) -> None:
    """Criteria and the built-in judges are asked with the client that is given; a useless reply gives no score."""
    judge = state_judge(lambda messages, **options: reply, task="Write a letter.", parameters={"expected": "Dear Ann"})
    result = checked({"type": "llm_as_judge", **check, "model": "small"}, MemoryWorld(output="Dear Ann"), judge)

    assert expected == (result.status, result.record()["score"])


def test_unknown_type_is_refused_before_anything_is_checked() -> None:
    """A misspelt type is a configuration error with a suggestion."""
    with pytest.raises(ConfigurationError, match=r"invariants\.it\.check\.type must be .*; did you mean 'file_exists'"):
        checked({"type": "file_exist", "path": "a"}, MemoryWorld())
