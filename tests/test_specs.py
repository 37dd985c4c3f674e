"""Specs of sandboxes: what is read, what is refused and where, what an engine cannot honour."""

from __future__ import annotations

import doctest
import importlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import ConfigurationError, SpecError
from ashr_labs.specs import (
    Capabilities,
    Directory,
    Drift,
    GitRepo,
    HttpMock,
    ImageService,
    SqlFixture,
    merged,
    parse_duration,
    parse_size,
    parse_spec,
    spec_faults,
    spec_from_value,
    spec_schema,
    unsupported,
)

WHOLE = """\
version: 1
id: whole
description: all keys
base: ubuntu:24.04
task: {prompt: Fix it., hints: [a]}
agent: {type: snapshot, snapshot: fixer, timeout: 90s}
setup:
  packages: ["requests>=2.32", "rich"]
  files: [{path: /workspace/src//app.py, content: "x = 1\\n"}]
  commands: ["true"]
  env: {DEBUG: true, LEVEL: 3, NO: no}
resources: {timeout: 1h30m, memory: 1Gi, cpu: 0.5, disk: 100M}
fixtures:
  - {type: git_repo, url: "https://git.example.com/a.git", branch: main, depth: 1, path: src}
  - {type: sql, service: db, sql: "CREATE TABLE t (a int)"}
  - {type: directory, path: data, files: {a.txt: a}}
  - {type: drift, commands: ["rm data/a.txt"]}
services:
  - {name: db, image: "docker.io/library/postgres:15.4-alpine", env: {POSTGRES_PASSWORD: "{{ secrets.PW }}"}}
  - {name: mail, type: http_mock, record: true, routes: [{method: POST, path: /v1/send, status: 202, response: {a: 1}}]}
secrets: [PW, {name: KEY, source: "env:OTHER", scope: agent}, {name: NONCE, from: generated}]
network:
  egress: {default: deny, allow: ["*.example.com"]}
  ingress: {default: deny, allow: [{from: client, to_port: 80}]}
  dns_overrides: {api.mail.example: mail}
audit: {db_writes: true, http_calls: true, file_changes: true}
forbidden: {db_writes_outside: [t], http_except: [mail], secrets_in_logs: deny, file_writes_outside: [src, /workspace]}
invariants:
  done: {description: it is done, weight: 2, gate: true, check: {type: command_exit, command: "true"}}
  rows: {check: {type: sql, service: db, query: "SELECT 1", equals: null}}
scoring: {pass_threshold: 0.8}
parallelism: {replicas: 2, matrix: {size: [1, 2]}}
"""


def test_all_keys_are_read() -> None:
    """Each key of a spec becomes a typed value."""
    spec = parse_spec(WHOLE)

    assert ("whole", "ubuntu:24.04", "Fix it.") == (spec.id, spec.base, spec.prompt)
    assert spec.agent is not None
    assert ("fixer", 90.0) == (spec.agent.snapshot, spec.agent.timeout)
    assert {"src/app.py": "x = 1\n"} == spec.setup.files
    assert {"DEBUG": "true", "LEVEL": "3", "NO": "no"} == spec.setup.env
    assert (5400.0, 2**30, 0.5, 10**8) == tuple(
        getattr(spec.resources, name) for name in ("timeout", "memory", "cpu", "disk")
    )
    assert (
        GitRepo("https://git.example.com/a.git", "src", "main", 1),
        SqlFixture("db", "CREATE TABLE t (a int)"),
        Directory("data", None, {"a.txt": "a"}),
        Drift(("rm data/a.txt",)),
    ) == spec.fixtures
    database, mock = spec.services
    assert isinstance(database, ImageService)
    assert ("postgres", "15.4-alpine") == (database.repository, database.tag)
    assert isinstance(mock, HttpMock)
    assert ((8080,), 202) == (mock.ports, mock.routes[0].status)
    assert [("PW", "env", None), ("KEY", "env:OTHER", "agent"), ("NONCE", "env", None)] == [
        (secret.name, secret.source, secret.scope) for secret in spec.secrets
    ]
    assert (("client", 80),) == spec.network.ingress_allow
    assert ("src", "") == spec.forbidden.file_writes_outside
    assert [("done", 2, True), ("rows", 1.0, False)] == [(one.name, one.weight, one.gate) for one in spec.invariants]
    assert (0.8, 2, (1, 2)) == (spec.pass_threshold, spec.parallelism.replicas, spec.parallelism.matrix["size"])


FAULTS: list[tuple[str, int, str, str]] = [
    ("servces: []", 2, "servces", "did you mean 'services'?"),
    ("version: 2", 2, "version", "must be 1, got 2"),
    ("services:\n  - name: db\n    image: postgres\n    prots: [1]", 5, "services[0].prots", "did you mean 'ports'?"),
    ("services: [{name: m, type: http_mok}]", 2, "services[0].type", "did you mean 'http_mock'?"),
    ("services: [{name: a, image: b}, {name: a, image: c}]", 2, "services[1]", "must be there once"),
    ("services: [{name: localhost, image: b}]", 2, "services[0].name", "a name of the sandbox itself"),
    (
        "services: [{name: a, image: b}]\nnetwork: {dns_overrides: {Localhost: a}}",
        3,
        "network.dns_overrides.Localhost",
        "a name of the sandbox itself",
    ),
    ("services: [{name: a, image: b, ports: [70000]}]", 2, "services[0].ports[0]", "a port from 1 to 65535"),
    ("resources:\n  timeout: 10 minutes", 3, "resources.timeout", "such as 30s, 10m or 1h30m, got '10 minutes'"),
    ("resources: {timeout: 0s}", 2, "resources.timeout", "`timeout` must be a duration above zero"),
    ("resources: {memory: 2Gb}", 2, "resources.memory", "such as 512Mi"),
    ("resources: {cpu: two}", 2, "resources.cpu", "a number of processors"),
    ("fixtures: [{type: git, url: x}]", 2, "fixtures[0].type", "must be one of git_repo, sql"),
    ("fixtures: [{type: git_repo, url: 'file:///etc'}]", 2, "fixtures[0].url", "an https URL"),
    ("fixtures: [{type: git_repo, url: 'https://u:p@host/x'}]", 2, "fixtures[0].url", "an https URL"),
    ("fixtures: [{type: git_repo, url: 'fixtures:a/../b'}]", 2, "fixtures[0]", "must not contain `..`"),
    ("fixtures: [{type: sql, sql: x}]", 2, "fixtures[0]", "`service` is missing"),
    ("fixtures: [{type: sql, service: db, sql: x}]", 2, "fixtures[0].service", "the name of a service"),
    ("fixtures: [{type: directory, path: a}]", 2, "fixtures[0]", "one of `source` and `files`"),
    ("setup: {files: [{path: ../a, content: b}]}", 2, "setup.files[0].path", "without `..`"),
    ("setup: {files: [{path: /etc/passwd, content: b}]}", 2, "setup.files[0].path", "below /workspace"),
    ("setup: {files: [{path: ., content: b}]}", 2, "setup.files[0].path", "must name a file"),
    ("setup: {packages: ['-r /etc/passwd']}", 2, "setup.packages[0]", "a Python requirement"),
    ("setup: {packages: ['a @ file:///x']}", 2, "setup.packages[0]", "a Python requirement"),
    ("setup: {env: {A B: c}}", 2, "setup.env", "the name of an environment variable"),
    ("setup: {env: {PASSWORD: [hunter2]}}", 2, "setup.env.PASSWORD", "got a value of type list"),
    ("secrets: [3]", 2, "secrets[0]", "a name or a mapping"),
    ("secrets: [{nam: X}]", 2, "secrets[0]", "did you mean 'name' by 'nam'?"),
    ("secrets: [{name: X, source: vault}]", 2, "secrets[0].source", "env, env:NAME"),
    ("services: [{name: a, image: b, env: {A: '{{ secrets.B }}'}}]", 2, "services[0].env.A", "the name of a secret"),
    ("network: {dns_overrides: {a.b: c}}", 2, "network.dns_overrides.a.b", "the name of a service"),
    ("network: {egress: {allow: ['http://a']}}", 2, "network.egress.allow[0]", "a host name, or a pattern"),
    ("forbidden: {http_except: [mial]}", 2, "forbidden.http_except[0]", "service or allowed host"),
    ("invariants: {a: {check: {type: file_exist, path: x}}}", 2, "invariants.a.check.type", "mean 'file_exists'?"),
    ("invariants: {a: {check: {type: file_content, path: x}}}", 2, "invariants.a.check", "one of `contains`"),
    (
        "invariants: {a: {check: {type: file_content, path: x, pattern: '('}}}",
        2,
        "invariants.a.check.pattern",
        "must be a regular expression",
    ),
    ("invariants: {a: {weight: -1, check: {type: custom, code: x}}}", 2, "invariants.a.weight", "must be >= 0, got -1"),
    ("invariants: {a: {check: {type: llm_as_judge}}}", 2, "invariants.a.check", "`criteria` is missing"),
    (
        "services: [{name: db, image: postgres}]\n"
        "invariants: {a: {check: {type: http_mock_assertions, service: db, assertions: [{path: /}]}}}",
        3,
        "invariants.a.check.service",
        "a service of the type http_mock",
    ),
    (
        "invariants: {a: {check: {type: llm_as_judge, criteria: x, input_from: db.rows}}}",
        2,
        "invariants.a.check.input_from",
        "must be the name of a service, got 'db'",
    ),
    ("services: [{name: d, image: p}]\nfixtures: [{type: sql, service: d}]", 3, "fixtures[0]", "one of `sql` and"),
    ("agent: {type: cli}", 2, "agent", "`command` is missing"),
    ("parallelism: {replicas: 0}", 2, "parallelism.replicas", "must be >= 1, got 0"),
    ("setup: {commands: ['']}", 2, "setup.commands[0]", "must not be empty"),
    ("fixtures: [{type: drift, commands: []}]", 2, "fixtures[0].commands", "at least 1 element"),
    ("scoring: {pass_threshold: 2}", 2, "scoring.pass_threshold", "must be <= 1, got 2"),
    ("description: [1]", 2, "description", "must be text, got"),
]


@pytest.mark.parametrize(("text", "line", "path", "message"), FAULTS)
def test_each_fault_names_its_line_its_path_and_what_is_allowed(text: str, line: int, path: str, message: str) -> None:
    """A fault says where it is and how to fix it, and values of variables are not shown."""
    fault = spec_faults(f"id: a\n{text}\n")[0]

    assert (line, path) == (fault.line, fault.path)
    assert message in fault.message
    assert "hunter2" not in str(fault)
    with pytest.raises(SpecError, match=f"^line {line}, ") as caught:
        parse_spec(f"id: a\n{text}\n")
    assert (line, path) == (caught.value.line, caught.value.path)


def test_an_error_lists_the_first_faults_of_many() -> None:
    """The message has five faults in the order of the text, and how many more there are."""
    with pytest.raises(SpecError, match=r"^line 2, a0: .*; line 6, a4: .*; and 5 more faults$"):
        parse_spec("id: a\n" + "".join(f"a{number}: 1\n" for number in range(10)))


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    return "\n".join([*lines, *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10))])


NOT_READ: list[tuple[str | bytes, int, str]] = [
    ("", 1, "got nothing"),
    ("- a", 1, "must be a mapping"),
    ("id: a\nid: b", 2, "the key 'id' must be there once"),
    ("id: a\ntask: {prompt: x, prompt: y}", 2, "the key 'prompt' must be there once"),
    ("id: a\ntask: !!python/object/apply:os.system [id]", 2, "the tag"),
    ("id: !!str 5", 1, "quote what must be text"),
    ("id: a\ntask: {1: x}", 2, "keys must be text"),
    ("id: a\ntask: {? [x] : y}", 2, "keys must be text"),
    ("id: a\ntask:\n  <<: {a: 1}", 3, "merge keys are not supported"),
    ("id: a\n---\nid: b", 2, "must hold one spec"),
    ("id: a\ntask: *missing", 2, "undefined alias"),
    ("id: a\n\ttask: b", 2, "must be YAML"),
    ("id: {", 2, "must be YAML"),
    ("id: a\ntask: .inf", 2, "must be finite"),
    ("id: a\ntask: 1e999", 2, "must fit into 64 bits"),
    ("id: a\ntask: " + "9" * 30, 2, "must fit into 64 bits"),
    ("id: a\ntask: " + "9" * 10_000, 2, "must fit into 64 bits"),
    ('id: a\ntask: "\\ud800"', 2, "must be YAML"),
    ('id: a\ntask: "\\UFFFFFFFF"', 2, "must be YAML"),
    ("id: a\nx: \ud800", 1, "lone surrogates"),
    (b"id: a\nx: \xff", 2, "must be UTF-8"),
    ("id: a\nx: " + "[" * 60 + "]" * 60, 2, "at most 50 levels"),
    ("[" * 100_000, 1, "must be YAML"),
    ("id: a\nx: &a [*a]", 2, "at most 50 levels"),
    (bomb(), 1, "at most 20,000 values"),
    ("a" * 600_000, 1, "at most 524,288 bytes"),
]


@pytest.mark.parametrize(("text", "line", "message"), NOT_READ)
def test_a_text_that_cannot_be_read_is_refused_with_its_line(text: str | bytes, line: int, message: str) -> None:
    """Bombs, duplicate keys, tags and what JSON cannot hold are refused within a second of processor time."""
    started = time.thread_time()
    with pytest.raises(SpecError, match=message) as caught:
        parse_spec(text)

    assert line == caught.value.line
    assert 1.0 > time.thread_time() - started
    assert [(caught.value.line, caught.value.column)] == [(one.line, one.column) for one in spec_faults(text)][:1]


def test_aliases_are_read_as_what_they_name() -> None:
    """An anchor that is used twice gives the value twice."""
    spec = parse_spec("id: a\nsetup: {env: &e {A: b}}\nagent: {type: cli, command: x, env: *e}")

    assert spec.agent is not None
    assert {"A": "b"} == spec.agent.env == spec.setup.env


KEYS = st.sampled_from(
    ["id", "task", "services", "name", "image", "type", "secrets", "setup", "files", "path", "fixtures", "check", "a"]
)
SCALARS = st.one_of(
    st.text(max_size=8),
    st.integers(),
    st.booleans(),
    st.none(),
    st.sampled_from(["a", "postgres:15", "http_mock", "sql", "git_repo", "10m", "{{ secrets.A }}"]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
TEXTS = st.one_of(
    st.text(),
    st.text(alphabet="ab:- \n[]{}&*!|>'\"#,?%@`~<0.\t"),
    VALUES.map(yaml.safe_dump),
    st.dictionaries(st.sampled_from(sorted(spec_schema()["properties"])), VALUES).map(yaml.safe_dump),
    st.binary(),
)


BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@given(TEXTS)
def test_any_text_gives_a_spec_or_an_error_with_line_and_path(text: str | bytes) -> None:
    """No text raises anything but a SpecError, whose place is in the text."""
    faults = spec_faults(text)
    try:
        spec = parse_spec(text)
    except SpecError as error:
        placed = (error.path, error.line, error.column)
    else:
        assert [] == faults
        assert spec.raw["id"] == spec.id
        return

    decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    assert faults[0][1:] == placed
    assert all(1 <= fault.line <= len(BREAK.split(decoded)) + 1 and fault.column >= 1 for fault in faults)


def changed(value: Any, path: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Yield copies of a value with one part replaced by a value of another type."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        for other in ({"x": [1]}, "??", -1.5, [None], None):
            yield {**value, key: other} if isinstance(value, dict) else [*value[:key], other, *value[key + 1 :]]
        for inner in changed(part, (*path, key)):
            yield {**value, key: inner} if isinstance(value, dict) else [*value[:key], inner, *value[key + 1 :]]


def test_any_one_wrong_value_gives_a_spec_or_an_error() -> None:
    """A spec with all keys, one of which has a value of another type, never ends in another exception."""
    count = 0
    for value in changed(yaml.safe_load(WHOLE)):
        count += 1
        spec_faults(json.dumps(value))

    assert count > 500


def test_the_schema_is_a_schema_that_other_validators_understand() -> None:
    """The schema is valid, has an id and describes its keys, and accepts what is read here."""
    schema = spec_schema()
    validator: Any = importlib.import_module("jsonschema").Draft202012Validator
    validator.check_schema(schema)

    validator(schema).validate(yaml.safe_load(WHOLE.replace("NO: no", "NO: 'no'").replace("NO:", "N:")))
    assert schema["$id"].startswith("urn:")
    assert all(
        "description" in part or "$ref" in part or "const" in part
        for part in schema["properties"].values()
        if part != {"type": "string", "maxLength": 10000}
    )


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("10m", 600), ("1h30m", 5400), ("1.5h", 5400), ("500ms", 0.5), ("1d", 86400)]
)
def test_durations_are_seconds(text: str, seconds: float) -> None:
    """Durations are sums of numbers with units."""
    assert seconds == parse_duration(text)


@pytest.mark.parametrize("text", ["", "10", "10 m", "m", "-1m", "0s", "1m1", "1x", "١m", "1m" * 100])
def test_other_durations_are_refused(text: str) -> None:
    """Text without a unit, or zero, is not a duration."""
    with pytest.raises(ConfigurationError, match="`timeout` must be a duration"):
        parse_duration(text, name="timeout")


@pytest.mark.parametrize(
    ("size", "count"), [("2Gi", 2**31), ("512Mi", 2**29), ("1.5Ki", 1536), ("1G", 10**9), ("1MB", 10**6), (77, 77)]
)
def test_sizes_are_bytes(size: str | int, count: int) -> None:
    """Binary units are powers of 1024, others of 1000."""
    assert count == parse_size(size)


@pytest.mark.parametrize("size", ["", "2 Gi", "Gi", "-1", 0, "0Mi", "1i", "1X", "9" * 40])
def test_other_sizes_are_refused(size: str | int) -> None:
    """Text without a number, or zero, is not a size."""
    with pytest.raises(ConfigurationError, match="`memory` must be a size"):
        parse_size(size, name="memory")


def test_a_spec_takes_over_what_it_extends() -> None:
    """Mappings are merged, and other values are replaced."""
    parent = {"id": "a", "setup": {"env": {"A": "1"}, "commands": ["x"]}, "services": [{"name": "db"}]}
    child = {"id": "b", "setup": {"env": {"B": "2"}, "commands": ["y"]}}

    assert {
        "id": "b",
        "setup": {"env": {"A": "1", "B": "2"}, "commands": ["y"]},
        "services": [{"name": "db"}],
    } == merged(parent, child)


BARE = Capabilities("bubblewrap", services={"postgres": "15"})
REFUSALS: list[tuple[str, str, str]] = [
    ("base: ubuntu:24.04", "base", "needs Docker or Podman"),
    ("setup: {packages: [rich]}", "setup.packages", "--allow-install"),
    ("services: [{name: q, image: 'rabbitmq:3'}]", "services[0].image", "'q' is 'rabbitmq:3', which needs Docker"),
    ("services: [{name: q, image: redis}]", "services[0].image", "the package 'redis-server'"),
    ("services: [{name: q, image: 'postgres:16'}]", "services[0].image", "but version 15 is the one that is installed"),
    ("services: [{name: q, image: postgres, ports: [5000, 5001]}]", "services[0].ports", "must be one port"),
    ("services: [{name: m, type: http_mock, ports: [443]}]", "services[0].ports", "must be 1024 or above"),
    ("fixtures: [{type: git_repo, url: 'https://a.b/c'}]", "fixtures[0].url", "needs a way out"),
    ("fixtures: [{type: git_repo, url: 'fixtures:c'}]", "fixtures[0].url", "folder of fixtures"),
    ("fixtures: [{type: directory, path: a, source: 'fixtures:c'}]", "fixtures[0].source", "folder of fixtures"),
    (
        "services: [{name: m, type: http_mock}]\nfixtures: [{type: sql, service: m, sql: x}]",
        "fixtures[0].service",
        "must be a service of the image postgres, got 'm'",
    ),
    ("network: {egress: {default: allow}}", "network.egress.default", "cannot be `allow`"),
    ("network: {egress: {allow: [a.b]}}", "network.egress.allow", "needs a proxy"),
    ("network: {ingress: {allow: [{from: a, to_port: 1}]}}", "network.ingress", "is not possible"),
    ("resources: {memory: 1Gi}", "resources.memory", "cannot be enforced by the engine bubblewrap"),
    ("audit: {db_writes: true}", "audit.db_writes", "no service of the image postgres"),
    ("forbidden: {db_writes_outside: []}", "forbidden.db_writes_outside", "no service of the image postgres"),
    (
        "services: [{name: m, type: http_mock, record: false}]\naudit: {http_calls: true}",
        "audit.http_calls",
        "whose `record` is false",
    ),
]


@pytest.mark.parametrize(("text", "path", "reason"), REFUSALS)
def test_what_an_engine_cannot_honour_is_refused_by_name(text: str, path: str, reason: str) -> None:
    """A key that the engine would ignore is refused, with what would honour it."""
    [refusal] = unsupported(parse_spec(f"id: a\n{text}"), BARE)

    assert path == refusal.path
    assert reason in str(refusal)


@pytest.mark.parametrize(
    ("allow", "is_refused"),
    [("[]", True), ("[example.com]", True), ("[git.example.com]", False), ("['*.example.com']", False)],
)
def test_a_repository_elsewhere_needs_its_host_among_the_allowed_ones(allow: str, is_refused: bool) -> None:
    """A clone goes the way that commands go, so its host must be allowed."""
    text = "fixtures: [{type: git_repo, url: 'https://Git.Example.com/a.git'}]\nnetwork: {egress: {allow: %s}}"
    refusals = unsupported(parse_spec("id: a\n" + text % allow), Capabilities("bubblewrap", egress_hosts=True))

    assert ["fixtures[0].url"] * is_refused == [refusal.path for refusal in refusals]


def test_an_engine_without_isolation_refuses_what_needs_it() -> None:
    """Services, rules and packages need sandboxes that are apart from the machine."""
    refusals = unsupported(
        parse_spec(WHOLE), Capabilities("unsafe-subprocess", isolates=False, images=True, packages=True)
    )

    assert {"services", "network", "forbidden", "setup.packages"} <= {refusal.path for refusal in refusals}
    assert [] == unsupported(parse_spec("{id: a, setup: {commands: [x]}}"), Capabilities("u", isolates=False))


def test_an_engine_with_all_capabilities_refuses_nothing() -> None:
    """Where everything is there, a spec with all keys is accepted."""
    able = Capabilities(
        "docker",
        images=True,
        images_of_services=True,
        egress_hosts=True,
        ingress=True,
        packages=True,
        fixtures_folder=True,
        limits=frozenset({"timeout", "memory", "cpu", "disk"}),
    )

    assert [] == unsupported(parse_spec(WHOLE), able)
    assert [] == unsupported(parse_spec("id: a\nservices: [{name: d, image: 'postgres:15.4-alpine'}]"), BARE)


@pytest.mark.parametrize("module", ["capabilities", "paths", "quantities", "reading", "schema", "secrets"])
def test_examples_in_docstrings_are_right(module: str) -> None:
    """The examples of the public functions give what they say."""
    tested = doctest.testmod(importlib.import_module(f"ashr_labs.specs.{module}"))

    assert tested.attempted > 0
    assert 0 == tested.failed


@pytest.mark.parametrize("package", ["yaml", "jsonschema_rs"])
def test_a_missing_package_is_named_with_the_extra(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a package of the extra, the error says how to install it."""
    from ashr_labs.specs import schema

    monkeypatch.setitem(__import__("sys").modules, package, None)
    schema._compiled.cache_clear()

    with pytest.raises(ConfigurationError, match=r"pip install 'ashr-labs\[specs\]"):
        parse_spec("id: a")


def test_pure_python_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without libyaml, texts are read and refused in the same way."""
    monkeypatch.setattr(yaml, "__with_libyaml__", False)

    assert "whole" == parse_spec(WHOLE).id
    for text, line, _ in NOT_READ:
        if len(text) < 50_000:
            with pytest.raises(SpecError) as caught:
                parse_spec(text)
            assert abs(line - caught.value.line) <= 1


def test_a_spec_is_read_from_its_value() -> None:
    """A stored value is read like YAML, and its faults have paths."""
    assert "a" == spec_from_value({"id": "a"}).id
    with pytest.raises(SpecError, match=r"^line 1, resources\.cpu: must be a number"):
        spec_from_value({"id": "a", "resources": {"cpu": "x"}})


def test_specs_are_read_from_the_files_of_windows(tmp_path: Path) -> None:
    """A byte order mark and line ends of Windows do not matter."""
    assert "a" == parse_spec(b"\xef\xbb\xbfid: a\r\ndescription: b\r\n").id
