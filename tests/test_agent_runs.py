"""Agents in sandboxes: what they are given, what they need, and how each end is recorded."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.bundles import pack
from ashr_labs.errors import ConfigurationError, ValidationError
from ashr_labs.local.agent_checks import AgentNeeds, UploadedAgent, check_config_path, prepared_spec, requirements
from ashr_labs.local.agent_runs import AgentRun, AgentTask, run_agent
from ashr_labs.local.boot import BootedSandbox, Booter
from ashr_labs.local.boot.watch import SecretWatch
from ashr_labs.local.sandbox.protocol import Engine
from ashr_labs.local.sandbox.state import difference
from ashr_labs.snapshots import AgentAuth
from ashr_labs.specs import parse_spec
from support.boots import booted
from support.sandboxes import engine_or_skip

MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
SECRET = "s3cret-value-of-the-agent"
SPEC = """\
agent: { type: snapshot, snapshot: mine, timeout: 20s, env: { LEVEL: "3" } }
setup: { files: [{ path: notes.txt, content: old }] }
secrets: [API_KEY]
"""


@pytest.fixture(name="engine", scope="module")
def _engine() -> Iterator[Engine]:
    engine = engine_or_skip("bubblewrap")
    yield engine
    engine.close()


@pytest.fixture(name="sandbox", scope="module")
def _sandbox(engine: Engine) -> BootedSandbox:
    return booted(Booter(engine), SPEC, {"API_KEY": SECRET})


Upload = Callable[..., UploadedAgent]


@pytest.fixture(name="upload")
def _upload(tmp_path: Path) -> Upload:
    def upload(
        files: Mapping[str, str],
        *entrypoint: str,
        runtime: str = "",
        auth: Mapping[str, object] | None = None,
    ) -> UploadedAgent:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)
        needs = AgentNeeds("mine", 1, AgentAuth.from_dict(auth))
        return UploadedAgent(needs, entrypoint, pack(tmp_path).content, runtime)

    return upload


def play(sandbox: BootedSandbox, agent: UploadedAgent, prompt: str = "Do it.", **options: Any) -> AgentRun:
    return run_agent(sandbox, dataclasses.replace(AgentTask(prompt), **options), agent)


def test_an_agent_gets_its_prompt_and_the_workspace(sandbox: BootedSandbox, upload: Upload) -> None:
    """The prompt is on stdin, in a file and in a variable; relative names are those of the agent's own files."""
    program = """\
import os, pathlib, sys
import helper
prompt = sys.stdin.read()
assert prompt == os.environ["TASK_PROMPT"] == pathlib.Path(os.environ["TASK_PROMPT_FILE"]).read_text(), prompt
pathlib.Path(os.environ["WORKSPACE"], "notes.txt").write_text(helper.NAME + os.environ["LEVEL"] + os.environ["EXTRA"])
pathlib.Path.home().joinpath("cache").write_text("x")
print("done:", prompt)
"""
    agent = upload({"main.py": program, "helper.py": "NAME = 'helper'"}, "python", "main.py")
    run = play(sandbox, agent, "Größe €", environment={"EXTRA": "!"})

    assert ("done: Größe €\n", "", 0) == (run.output, run.stderr, run.exit_code)
    assert b"helper3!" == sandbox.sandbox.read("notes.txt")
    assert (["notes.txt"], ()) == (
        list(difference(sandbox.baseline, sandbox.sandbox.list()).modified),
        tuple(difference(sandbox.baseline, sandbox.sandbox.list()).added),
    )


def test_a_long_prompt_is_on_stdin_and_in_the_file(sandbox: BootedSandbox, upload: Upload) -> None:
    """A prompt that is too long for a variable still arrives, and is never a start that fails."""
    script = 'wc -c < "$TASK_PROMPT_FILE"; wc -c; echo "${TASK_PROMPT-unset}"\n'
    run = play(sandbox, upload({"run.sh": f"#!/bin/sh\n{script}"}, "./run.sh"), "x" * 300_000)

    assert ["300000", "300000", "unset"] == run.output.split()


def test_a_command_of_the_spec_runs_in_the_workspace(engine: Engine) -> None:
    """An agent of the type `cli` gets the same task."""
    text = 'agent: { type: cli, command: "cat; echo $TASK_PROMPT; cat $TASK_PROMPT_FILE; pwd" }'
    run = run_agent(booted(Booter(engine), text), AgentTask("one\n"))

    assert ["one", "one", "one", "/workspace"] == run.output.split()


ENDS: dict[str, tuple[str, dict[str, Any], tuple[int, bool], str, str]] = {
    "fails": ("echo no >&2; exit 3", {}, (3, False), "", "no\n"),
    "signal": ("kill -KILL $$", {}, (137, False), "", ""),
    "never ends": ("echo before; sleep 60", {"timeout": 0.3}, (124, True), "before\n", ""),
    "binary": ("printf '\\377\\000ok'", {}, (0, False), "\ufffd\0ok", ""),
    "output without end": ("yes 12345678", {"timeout": 0.3, "output_limit": 18}, (124, True), "12345678\n" * 2, ""),
}


@pytest.mark.parametrize("case", ENDS)
def test_each_end_is_recorded(sandbox: BootedSandbox, upload: Upload, case: str) -> None:
    """Exit codes, signals, agents that never end, and output of any kind and size are results, not errors."""
    script, options, end, stdout, stderr = ENDS[case]
    run = play(sandbox, upload({"run.sh": f"#!/bin/sh\n{script}\n"}, "./run.sh"), **options)

    assert (end, stdout, stderr) == ((run.exit_code, run.timed_out), run.stdout, run.stderr)
    assert ("without" in case) == run.is_truncated


def test_a_program_that_is_not_there_is_recorded(sandbox: BootedSandbox, upload: Upload) -> None:
    """An entry point that cannot be started is a run with the shell's exit code and message."""
    run = play(sandbox, upload({"a": ""}, "no-such-program"))

    assert 127 == run.exit_code
    assert "no-such-program" in run.stderr


def test_config_files_have_secrets_and_output_has_none(sandbox: BootedSandbox, upload: Upload) -> None:
    """Config files are rendered, only the agent's user reads them, and what is printed is masked."""
    auth = {
        "config_files": [
            {"path": "conf/app.ini", "template": "key = {{ secrets.API_KEY }} {{other}}"},
            {"path": "~/.tool/auth", "template": "{{secrets.API_KEY}}"},
        ]
    }
    script = 'cat conf/app.ini ~/.tool/auth; stat -c " %a" conf/app.ini ~/.tool/auth; echo "$API_KEY" >&2'
    run = play(sandbox, upload({"run.sh": f"#!/bin/sh\n{script}\n", "conf/app.ini": "old"}, "./run.sh", auth=auth))

    assert "key = [secret API_KEY] {{other}}[secret API_KEY] 600\n 600\n" == run.stdout
    assert "[secret API_KEY]\n" == run.stderr
    assert not any("app.ini" in entry.path for entry in sandbox.sandbox.list().entries)


def test_a_secret_that_is_cut_off_is_masked(sandbox: BootedSandbox, upload: Upload) -> None:
    """The beginning of a secret at the limit of the output is left out."""
    agent = upload({"run.sh": '#!/bin/sh\nprintf "12345%s" "$API_KEY"\n'}, "./run.sh")

    assert "12345" == play(sandbox, agent, output_limit=15).stdout


@pytest.mark.parametrize(
    ("runtime", "version"), [(f"python{MINOR}", MINOR), (f"Python-{MINOR}", MINOR), ("python3", "3"), ("python", "3")]
)
def test_a_runtime_that_is_there_runs_the_entry_point(
    sandbox: BootedSandbox, upload: Upload, runtime: str, version: str
) -> None:
    """The names of the runtime are those of the version that was asked for."""
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    run = play(sandbox, upload({"a.py": program}, "python", "a.py", runtime=runtime))

    assert 0 == run.exit_code
    assert f"{run.stdout.strip()}.".startswith(f"{version}.")


@pytest.mark.parametrize(
    ("runtime", "message"),
    [
        ("python2.7", "the runtime 'python2.7' is not in the sandbox; .* python3 3"),
        ("python3.1", "the runtime 'python3.1' is not in the sandbox"),
        ("cobol", "the runtime 'cobol' is not in the sandbox"),
        ("python; reboot", "`runtime` must be a name with a version, such as python3.12 or node20"),
    ],
)
def test_a_runtime_that_is_missing_is_named(sandbox: BootedSandbox, upload: Upload, runtime: str, message: str) -> None:
    """The error has what was asked for, and what is there instead."""
    with pytest.raises(ValidationError, match=message):
        play(sandbox, upload({"a": ""}, "python", "a", runtime=runtime))


def test_the_files_of_unsafe_runs_are_removed(upload: Upload) -> None:
    """Where `/tmp` is that of the machine, nothing of the agent stays there."""
    engine = engine_or_skip("unsafe-subprocess")
    sandbox = booted(Booter(engine), SPEC, {"API_KEY": SECRET})
    run = play(sandbox, upload({"run.sh": "#!/bin/sh\npwd\n"}, "./run.sh"))
    engine.close()

    assert run.stdout.startswith("/tmp/agent-")
    assert not Path(run.stdout.strip()).parent.exists()


def needs(requirements: str = "", **auth: object) -> AgentNeeds:
    return AgentNeeds("mine", 1, AgentAuth.from_dict(auth), requirements)


def test_the_packages_of_an_agent_are_those_of_its_requirements() -> None:
    """Comments and empty lines do not count, and packages of the spec come first."""
    agent = needs("# tools\nrequests>=2.32  # for calls\n\nhttpx[http2]\n")
    spec = parse_spec("id: x\nagent: {type: snapshot, snapshot: mine}\nsetup: {packages: [attrs, httpx]}")

    assert ("requests>=2.32", "httpx[http2]") == requirements(agent)
    assert ("attrs", "httpx", "requests>=2.32", "httpx[http2]") == (
        prepared_spec(spec, agent, (), installs_packages=True).setup.packages
    )
    with pytest.raises(ValidationError, match=r"needs 2 packages of its requirements.txt, .*: requests>=2.32, httpx"):
        prepared_spec(spec, agent, (), installs_packages=False)


@pytest.mark.parametrize("line", ["-r other.txt", "git+https://example.com/x", "x; python_version < '3'", "./local"])
def test_requirements_that_are_not_packages_are_named(line: str) -> None:
    """A requirement that the platform cannot install is refused with its line, before anything is booted."""
    with pytest.raises(
        ValidationError, match=r"line 2 of requirements\.txt of the snapshot 'mine', version 1, must be"
    ):
        requirements(needs(f"requests\n{line}\n"))


def test_missing_variables_are_named_before_the_boot() -> None:
    """Declared secrets, given ones, variables of the spec and those of each sandbox count."""
    spec = parse_spec(
        "id: x\nagent: {type: snapshot, snapshot: mine, env: {A: '1'}}\nsetup: {env: {B: '1'}}\n"
        "secrets: [C, {name: D, scope: setup}]"
    )
    names = ["A", "B", "C", "D", "E", "F", "KEYSTONE_API_KEY"]
    template = "{{ secrets.C }} {{ secrets.A }} {{ secrets.G }}"
    first, second = needs(required_env=names), needs(config_files=[{"path": "x", "template": template}])

    with pytest.raises(ValidationError, match=r"needs 2 variables of its `auth.required_env`, .*: D, F$"):
        prepared_spec(spec, first, {"E"}, installs_packages=False)
    with pytest.raises(ValidationError, match=r"needs 2 variables of its `auth.config_files`, .*: A, G$"):
        prepared_spec(spec, second, (), installs_packages=False)
    assert spec == prepared_spec(spec, needs(), (), installs_packages=False)


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", "~/../x", "", "a//b", "~", "~/", "a\0"])
def test_config_files_stay_with_the_agent(path: str) -> None:
    """A path that leads elsewhere is refused."""
    with pytest.raises(ConfigurationError, match="`path` must be relative to the agent's files"):
        check_config_path(path)


def test_paths_of_config_files() -> None:
    """Files of the agent, and of its home folder."""
    for path in (".env", "conf/a.json", "~/.config/tool/auth.json"):
        check_config_path(path)


def test_partial_secret_at_the_end_of_truncated_output_is_removed() -> None:
    """Output that was truncated within a secret, or within the key of its sandbox, does not end with a part of it."""
    watch = SecretWatch({"TOKEN": "s3cret-value"}, {"KEY": "ks_sb_0123456789"})

    assert "x [secret TOKEN] " == watch.masked("x s3cret-value ks_sb_01", is_cut=True)
    assert "x " == watch.masked("x s3cret", is_cut=True)
    assert "x s3cret" == watch.masked("x s3cret")
