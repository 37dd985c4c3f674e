"""The program as a whole: help, version, wrong calls, and where it writes to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import pytest

from ashr_labs import errors
from ashr_labs.cli._exit import CommandError, ExitCode, Failure, failure_of
from support.cli import PROGRAM, Workspace

EVAL = ("eval", "data.json", "--agent", "agents:Greeter")


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path)


def test_help_lists_the_commands_and_the_exit_codes(workspace: Workspace) -> None:
    """`--help` names every command and every exit code, on stdout."""
    done = workspace.run("--help")

    assert (0, "") == (done.code, done.err)
    assert {"eval", "datasets", "serve"} <= set(done.out.split())
    assert [] == [code for code in ExitCode if f"\n    {code:<5}" not in done.out]


@pytest.mark.parametrize("command", [["eval"], ["serve"], ["datasets"], ["datasets", "import"]], ids=" ".join)
def test_every_command_has_help(command: list[str], workspace: Workspace) -> None:
    """Each command explains itself."""
    done = workspace.run(*command, "--help")

    assert (0, "") == (done.code, done.err)
    assert done.out.startswith(f"Usage: ashr-labs {' '.join(command)} ")


def test_module_is_equivalent_to_script(workspace: Workspace) -> None:
    """`python -m ashr_labs` does what the installed script does, under the same name."""
    as_module = (sys.executable, "-m", "ashr_labs")

    assert workspace.run("--help") == workspace.run_command([*as_module, "--help"])
    assert f"ashr-labs {version('ashr-labs')}\n" == workspace.run_command([*as_module, "--version"]).out


def test_help_imports_no_command() -> None:
    """`--help` imports no command, and so no client, platform or table."""
    code = (
        "import sys; from ashr_labs.cli import main; sys.argv = ['ashr-labs', '--help']; main()\n"
        "print([name for name in ('ashr_labs.cli.eval', 'ashr_labs.client', 'httpx', 'rich', 'sqlalchemy')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.splitlines()[-1]


def test_command_help_imports_no_heavy_modules() -> None:
    """Each command's `--help` is there at once: it loads no client, database, server or terminal library."""
    code = (
        "import sys, click; from ashr_labs.cli._main import PROGRAM, run\n"
        "def helped(command, path):\n"
        "    assert 0 == run([*path, '--help']), path\n"
        "    for name in getattr(command, 'list_commands', lambda _: ())(click.Context(command)):\n"
        "        helped(command.get_command(click.Context(command), name), [*path, name])\n"
        "helped(PROGRAM, [])\n"
        "print([name for name in ('asyncio', 'ashr_labs.client._sync', 'httpx', 'rich', 'sqlalchemy', 'uvicorn',"
        " 'starlette', 'alembic', 'jsonschema_rs', 'attrs', 'ssl', 'importlib.metadata') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.splitlines()[-1]
    assert done.stdout.count("Usage: ashr-labs") > 30


def test_evaluation_imports_what_it_uses(workspace: Workspace) -> None:
    """`eval` starts soon: it loads no progress bars of httpx, no generator of datasets, no server, no migrations."""
    workspace.write("data.json", {"runs": {"a": {"actions": [{"actor": "user", "content": "Hi"}]}}})
    (workspace.folder / "greeter.py").write_text("def greet(message):\n    return 'Hello'\n")
    code = (
        "import sys; from ashr_labs.cli import main\n"
        "sys.argv = ['ashr-labs', 'eval', 'data.json', '--agent', 'greeter:greet']; main()\n"
        "print([name for name in ('pygments', 'rich.progress', 'ashr_labs.generation', 'uvicorn', 'alembic')"
        " if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=workspace.folder, capture_output=True, text=True, check=True
    )

    assert "unchecked" in done.stdout
    assert "[]" == done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("shell", "words"), [("bash", "complete -o nosort"), ("zsh", "#compdef ashr-labs"), ("fish", "complete --no-files")]
)
def test_completion_script_for_each_shell(shell: str, words: str, workspace: Workspace) -> None:
    """`completion` prints the script of the shell; another shell is a wrong call."""
    assert words in workspace.call("completion", shell).out
    assert {"shell", "script"} == workspace.call("completion", shell, "--json").document.keys()
    workspace.call("completion", "tcsh").error(2)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ashr-labs da", {"datasets"}),
        ("ashr-labs datasets ex", {"export"}),
        ("ashr-labs runs ", {"list", "get", "watch", "cancel", "delete"}),
        ("ashr-labs datasets import --fo", {"--format"}),
        ("ashr-labs datasets import --format open", {"openai", "openai-evals"}),
        ("ashr-labs completion z", {"zsh"}),
    ],
)
def test_completion_of_commands_options_and_choices(words: str, expected: set[str], workspace: Workspace) -> None:
    """The requests of the shell's script are answered."""
    settings = {"_ASHR_LABS_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}

    found = {line.partition(",")[2] for line in workspace.call(**settings).out.splitlines()}

    assert expected == found


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_completion_script_works_in_bash(workspace: Workspace) -> None:
    """In a real bash the script completes a command."""
    script = (
        'eval "$(ashr-labs completion bash)"; COMP_WORDS=(ashr-labs traces ta); COMP_CWORD=2; '
        '_ashr_labs_completion ashr-labs; echo "${COMPREPLY[@]}"'
    )
    path = f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"

    assert "tail\n" == workspace.run_command(["bash", "-c", script], PATH=path).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evaluate"], "No such command 'evaluate'; did you mean 'eval'? (see ashr-labs --help)"),
        (["flaky"], "No such command 'flaky' (see ashr-labs --help)"),
        (["runs", "lst"], "No such command 'lst'; did you mean 'list'? (see ashr-labs runs --help)"),
        (["eval"], "Missing argument 'DATASET'"),
        (["eval", "data.json"], "Missing option '--agent'"),
        ([*EVAL, "--databas", "x.db"], "No such option"),
        ([*EVAL, "--database", "x.db", "--remote"], "not both"),
        ([*EVAL, "--database", "nowhere/x.db"], "there is no folder nowhere"),
        ([*EVAL, "--database", "."], "is a directory"),
        ([*EVAL, "--output", "nowhere/x.json"], "there is no folder nowhere"),
        ([*EVAL, "--max-workers", "0"], "0 is not in the range"),
        ([*EVAL, "--min-pass-rate", "90"], "90.0 is not in the range"),
        ([*EVAL, "--min-pass-rate", "nan"], "'nan' is not a finite number"),
        ([*EVAL, "--timeout", "inf"], "'inf' is not a finite number"),
        ([*EVAL, "--timeout", "-1"], "-1.0 is not in the range"),
        (["serve", "--port", "65536"], "65536 is not in the range"),
        (["datasets", "import"], "give either a FILE or --from-trace"),
        (["datasets", "import", "data.json", "--database", "x.db", "--remote"], "not both"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_usage_error_is_one_line_and_exits_with_2(arguments: list[str], message: str, workspace: Workspace) -> None:
    """A wrong call says in one line what is wrong, writes nothing to stdout, and leaves no file."""
    before = workspace.names()

    done = workspace.call(*arguments)

    assert message in done.error(2)
    assert 1 == done.err.count("\n")
    assert "" == done.out
    assert before == workspace.names()


@pytest.mark.parametrize("group", [[], ["datasets"]], ids=["program", "group"])
def test_missing_command_shows_help(group: list[str], workspace: Workspace) -> None:
    """A call without a command shows the help on stderr and fails as a usage error, so that a script notices."""
    done = workspace.call(*group)

    assert "Missing command" in done.error(2)
    assert done.err.startswith(f"Usage: {' '.join(['ashr-labs', *group])} [OPTIONS] COMMAND")
    assert {"error", "type"} == workspace.call(*group, "--json").document.keys() if not group else True
    assert "" == done.out


def test_usage_error_is_json_with_json_option(workspace: Workspace) -> None:
    """With `--json` the error is also the one object on stdout."""
    done = workspace.run("eval", "data.json", "--json")

    assert f"error: {done.document['error']}" == done.error(2)
    assert "UsageError" == done.document["type"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (click.UsageError("no."), (ExitCode.USAGE, "UsageError", "no")),
        (errors.DatasetError("must be a list", path="runs.a"), (2, "DatasetError", "runs.a: must be a list")),
        (
            errors.SpecError("must be a list", path="services", line=3, column=1),
            (2, "SpecError", "line 3, services: must be a list"),
        ),
        (errors.ConfigurationError("no agent"), (2, "ConfigurationError", "no agent")),
        (errors.NotFoundError("no dataset 7", 404, {}), (2, "NotFoundError", "[404] no dataset 7")),
        (errors.NotFoundError("<html>", 404), (3, "NotFoundError", "[404] <html>")),
        (errors.ValidationError("no name", 422, {}), (2, "ValidationError", "[422] no name")),
        (errors.AuthenticationError("unknown key", 401, {}), (3, "AuthenticationError", "[401] unknown key")),
        (errors.APIConnectionError("refused"), (3, "APIConnectionError", "refused")),
        (errors.PollTimeoutError("too long"), (3, "PollTimeoutError", "too long")),
        (errors.ServerError("down", 503), (3, "ServerError", "[503] down")),
        (errors.BadRequestError("too deep", 400, {}), (2, "BadRequestError", "[400] too deep")),
        (errors.BadRequestError("<html>", 400), (3, "BadRequestError", "[400] <html>")),
        (errors.ConflictError("taken", 409, {}), (2, "ConflictError", "[409] taken")),
        (errors.AshrLabsError("too large", 413, {}), (2, "AshrLabsError", "[413] too large")),
        (OSError("disk full"), (3, "OSError", "disk full")),
        (KeyboardInterrupt(), (130, "Interrupted", "interrupted")),
        (
            KeyError("x"),
            (3, "InternalError", "internal error: KeyError: 'x' (set ASHR_LABS_DEBUG=1 for the traceback)"),
        ),
        (CommandError(Failure(ExitCode.GATE_FAILED, "GateFailed", "too few")), (1, "GateFailed", "too few")),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_error_class_decides_exit_code(error: BaseException, expected: tuple[int, str, str]) -> None:
    """The class of an error decides the exit code, and a 404 of another server does not mean a wrong id."""
    failure = failure_of(error)

    assert expected == (failure.code, failure.type, failure.message)


BREAK = "import sys, types; sys.modules['ashr_labs.cli.eval'] = types.ModuleType('eval')\n"
CALL = "from ashr_labs.cli import main; sys.argv[0] = 'ashr-labs'; sys.exit(main())"


def test_internal_error_is_one_line(workspace: Workspace) -> None:
    """Even a fault of the program itself is one line, unless ASHR_LABS_DEBUG asks for more."""
    broken = (sys.executable, "-c", BREAK + CALL)

    done = workspace.run_command([*broken, "eval", "--json"])

    assert "error: internal error: AttributeError: " in done.error(3)
    assert "InternalError" == done.document["type"]
    assert "Traceback (most recent call last)" in workspace.run_command([*broken, "eval"], ASHR_LABS_DEBUG="1").err


@pytest.mark.parametrize("library", ["click", "rich"])
def test_missing_extra_is_reported(library: str, workspace: Workspace) -> None:
    """Where a library of the extra is missing, one line says what to install."""
    block = f"import sys; sys.modules[{library!r}] = None\n"

    done = workspace.run_command([sys.executable, "-c", block + CALL, "--help"])

    assert 'error: the command line needs its extra: pip install "ashr-labs[cli]>=0.4"' == done.error(2)
    assert "" == done.out


@pytest.mark.parametrize("arguments", [["--help"], [*EVAL], [*EVAL, "--json"]], ids=" ".join)
def test_closed_pipe_is_ignored(arguments: list[str], workspace: Workspace) -> None:
    """Writing into a closed pipe changes neither the exit code nor stderr."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=workspace.folder, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writing)

    assert 0 == done.returncode
    assert "error" not in done.stderr.lower()
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("closing", [">&-", ">&- 2>&-"])
def test_program_runs_without_standard_streams(closing: str, workspace: Workspace) -> None:
    """A process that was started without stdout or stderr does its work and says so by its exit code."""
    gate = "--min-pass-rate 1 --output result.json"
    done = workspace.run_command(["sh", "-c", f"{PROGRAM} eval data.json --agent agents:Mute {gate} {closing}"])

    assert 1 == done.code
    assert 2 == json.loads((workspace.folder / "result.json").read_text("utf-8"))["aggregate_metrics"]["tests_failed"]
    assert "Traceback" not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", ["--help", "eval data.json --agent agents:Greeter --json"])
def test_full_disk_under_stdout_is_an_error(command: str, workspace: Workspace) -> None:
    """A full disk under stdout is an error of one line."""
    done = workspace.run_command(["sh", "-c", f"{PROGRAM} {command} >/dev/full"])

    assert "No space left" in done.error(3)


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_unencodable_text_is_escaped(options: list[str], workspace: Workspace) -> None:
    """Text that stdout cannot encode is escaped, on stderr too."""
    source: dict[str, Any] = {"runs": {"naïve 🎈": {"title": "ünï ☃ \ud83d", "actions": [{"actor": "agent"}]}}}
    workspace.write("odd.json", source)  # it checks nothing

    done = workspace.run("eval", "odd.json", "--agent", "agents:Greeter", *options, PYTHONIOENCODING="cp1252")

    assert 4 == done.code, done
    assert "Traceback" not in done.err
    assert "\\u2603" in done.out
