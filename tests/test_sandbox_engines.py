"""The behaviour that all sandbox engines share; each test runs with each engine that this machine has."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs._secret import Secret
from ashr_labs.errors import ConfigurationError
from ashr_labs.local.sandbox.engines import ENGINES, HOSTED, open_engine
from ashr_labs.local.sandbox.errors import SandboxFileError, SandboxGoneError, SandboxUnavailableError
from ashr_labs.local.sandbox.protocol import Engine, Limits, Sandbox, SandboxRequest
from ashr_labs.local.sandbox.state import difference
from support.docker_daemon import docker_daemon
from support.e2b_service import e2b_service
from support.sandboxes import engine_or_skip, processes_with, sandbox_of

FAKES = {"docker, a fake": "docker", "e2b, a fake": "e2b"}
"""Engines on a fake of their API, whose sandboxes are those of bubblewrap."""
_PARAMS = [
    *(name for name in ENGINES if name not in HOSTED),
    *(pytest.param(name, marks=pytest.mark.integration) for name in FAKES),
]


@pytest.fixture(scope="module", params=_PARAMS, name="engine")
def _engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Engine]:
    with ExitStack() as stack:
        name = FAKES.get(request.param, request.param)
        if request.param in FAKES:
            isolating = stack.enter_context(closing(engine_or_skip("bubblewrap")))
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            if name == "docker":
                daemon = stack.enter_context(docker_daemon(tmp_path_factory.mktemp("docker"), isolating))
                patch.setenv("DOCKER_HOST", f"unix://{daemon.server_address}")
            else:
                for variable, value in stack.enter_context(e2b_service(isolating)).variables.items():
                    patch.setenv(variable, value)
        yield stack.enter_context(closing(engine_or_skip(name)))


@pytest.fixture(scope="module", name="shared")
def _shared(engine: Engine) -> Generator[Sandbox]:
    with sandbox_of(engine) as sandbox:
        yield sandbox


@pytest.fixture(name="sandbox")
def _sandbox(engine: Engine) -> Generator[Sandbox]:
    with sandbox_of(engine) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("command", "exit_code", "stdout", "stderr"),
    [
        ("echo out; echo err >&2", 0, b"out\n", b"err\n"),
        ("exit 3", 3, b"", b""),
        ("kill -TERM $$", 128 + 15, b"", b""),
        ("printf 'a\\000\\377'", 0, b"a\x00\xff", b""),
        (["printf", "%s", "$HOME; not a shell"], 0, b"$HOME; not a shell", b""),
        (["no-such-program"], 127, b"", b"cannot run no-such-program: No such file or directory\n"),
        (["/etc"], 126, b"", b"cannot run /etc: Permission denied\n"),
        ("cat", 0, b"", b""),
    ],
)
def test_command_ends_with_code_and_streams(
    shared: Sandbox, command: str | list[str], exit_code: int, stdout: bytes, stderr: bytes
) -> None:
    """A command's exit code and both of its streams are returned, byte by byte."""
    result = shared.exec(command, timeout=20)

    assert (exit_code, stdout) == (result.exit_code, result.stdout)
    if shared.engine in {"bubblewrap", "unsafe-subprocess"} or exit_code not in {126, 127}:
        # elsewhere, the shell of the sandbox says in its own way that it cannot run a program
        assert stderr == result.stderr


def test_command_gets_its_input_variables_and_folder(shared: Sandbox) -> None:
    """Standard input, variables and the folder are those of the call."""
    shared.write("below/here.txt", b"")
    given_input = b"x" * 300_000

    result = shared.exec("wc -c; echo $NAME; ls", stdin=given_input, environment={"NAME": "välue"}, cwd="below")

    assert "300000\nvälue\nhere.txt\n" == result.stdout.decode()


def test_time_out_kills_the_whole_tree_and_keeps_what_was_printed(sandbox: Sandbox) -> None:
    """Out of time means exit code 124, the output so far, and no descendant left, whatever session it is in."""
    started = time.monotonic()

    result = sandbox.exec("echo first; setsid sleep 4567 & (setsid sleep 4568 &) ; sleep 4569", timeout=0.5)

    assert (124, True, b"first\n") == (result.exit_code, result.timed_out, result.stdout)
    assert time.monotonic() - started < 10
    assert b"" == sandbox.exec("ps -eo args | grep '[s]leep 456'").stdout


def test_processes_left_behind_go_on_until_the_sandbox_ends(engine: Engine) -> None:
    """A command returns when its program has ended; a server that it started goes on, and ends with the sandbox."""
    with sandbox_of(engine) as sandbox:
        result = sandbox.exec("(setsid sleep 7654321 &); echo started", timeout=20)
        running = sandbox.exec("pgrep -f 'sleep 765432[1]'")

    assert (b"started\n", 0) == (result.stdout, running.exit_code)
    assert [] == processes_with("7654321")


def test_output_beyond_the_limit_is_counted_and_dropped(shared: Sandbox) -> None:
    """A command that prints more than the limit is not held up, and what is over is counted."""
    result = shared.exec("head -c 5000000 /dev/zero; head -c 2000 /dev/zero >&2", output_limit=1000, timeout=60)

    assert (0, 1000, 5_000_000) == (result.exit_code, len(result.stdout), result.stdout_bytes)
    assert (1000, 2000) == (len(result.stderr), result.stderr_bytes)


def test_spawned_program_talks_line_by_line(shared: Sandbox) -> None:
    """A program that goes on reads what is written, and what it prints is there before it ends."""
    process = shared.spawn('while read line; do echo "got $line"; done; echo end >&2; exit 5')
    output = process.output()

    process.write(b"one\n")
    first = next(output)
    process.write(b"two\n")
    second = next(output)
    process.close_stdin()

    assert (("stdout", b"got one\n"), ("stdout", b"got two\n")) == (first, second)
    assert [("stderr", b"end\n")] == list(output)
    assert 5 == process.wait()


def test_spawned_program_waits_for_its_reader(shared: Sandbox) -> None:
    """A program whose output is not read waits, and none of it is lost."""
    process = shared.spawn("head -c 3000000 /dev/zero")
    output = process.output()
    size = len(next(output)[1])
    time.sleep(0.1)

    assert 3_000_000 == size + sum(len(data) for _, data in output)


@pytest.mark.parametrize(("number", "code"), [(15, 7), (9, 128 + 9)])
def test_spawned_program_gets_signals(shared: Sandbox, number: int, code: int) -> None:
    """A signal reaches the program; SIGKILL ends it and all of its descendants."""
    process = shared.spawn("trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done")
    output = process.output()

    assert ("stdout", b"ready\n") == next(output)
    process.signal(number)
    assert code == process.wait()


def test_commands_run_side_by_side(shared: Sandbox) -> None:
    """A command that takes long delays no other one."""
    process = shared.spawn("cat")
    started = time.monotonic()
    threads = [threading.Thread(target=shared.exec, args=("sleep 0.5",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert time.monotonic() - started < 4
    process.kill()
    assert 137 == process.wait()


NAMES = [
    "plain.txt",
    "a b#c?d%41.txt",
    "ünïcödé/日本語.txt",
    "-rf",
    "a\nb\tc",
    "quote'\"\\`$(x).txt",
    ".hidden/.file",
    "n" * 255,
    "/".join(["deep"] * 50),
]


@pytest.mark.parametrize("name", NAMES)
def test_files_have_any_name(shared: Sandbox, name: str) -> None:
    """A file by any name is written, listed, read and removed."""
    shared.write(name, b"content")

    assert name in {entry.path for entry in shared.list().entries}
    assert b"content" == shared.read(name)
    shared.delete(name)
    assert name not in {entry.path for entry in shared.list().entries}


@given(content=st.binary(max_size=200_000))
def test_bytes_are_kept(shared: Sandbox, content: bytes) -> None:
    """A file is read as it was written, byte by byte."""
    shared.write("bytes", content)

    assert content == shared.read("bytes")


def test_large_files_are_kept(shared: Sandbox) -> None:
    """A file of many frames is kept as well, and has its checksum in the listing."""
    content = bytes(range(256)) * 40_000
    shared.write("large", content, mode=0o755)
    entry = next(entry for entry in shared.list().entries if entry.path == "large")

    assert content == shared.read("large")
    assert ("file", len(content), 0o755) == (entry.kind, entry.size, entry.mode)
    assert hashlib.sha256(content).hexdigest() == entry.sha256


def test_replaced_file_keeps_its_permissions(shared: Sandbox) -> None:
    """Writing a file again keeps its mode, unless another one is given."""
    shared.write("run.sh", b"one", mode=0o750)
    shared.write("run.sh", b"two")

    assert [0o750] == [entry.mode for entry in shared.list().entries if entry.path == "run.sh"]


@pytest.mark.parametrize(
    "path", ["", ".", "/", "..", "../x", "a/../../x", "/etc/passwd", "/workspacex", "a\0b", "x" * 5000]
)
def test_paths_outside_are_refused(shared: Sandbox, path: str) -> None:
    """A path that does not name a file of the workspace is refused before anything is opened."""
    for call in (shared.read, shared.delete, lambda name: shared.write(name, b"")):
        with pytest.raises(SandboxFileError) as refused:
            call(path)
        assert "name" == refused.value.code


def test_absolute_paths_inside_are_taken(shared: Sandbox) -> None:
    """A path that begins with the workspace is the same as the relative one."""
    shared.write(f"{shared.workspace}//./here.txt", b"x")

    assert b"x" == shared.read("here.txt")


def test_links_and_special_files_are_refused(sandbox: Sandbox) -> None:
    """Nothing is read or written through a link, a pipe, a socket or a folder, and nothing waits for them."""
    sandbox.exec(
        "ln -s /etc/passwd link; ln -s /etc folderlink; mkdir folder; mkfifo pipe; ln -s nowhere dangling; "
        "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'"
    )
    codes: dict[str, str] = {}
    for path in ("link", "folderlink/passwd", "folder", "pipe", "dangling", "socket", "missing", "missing/below"):
        with pytest.raises(SandboxFileError) as refused:
            sandbox.read(path)
        codes[path] = refused.value.code
        if not path.startswith("missing"):
            with pytest.raises(SandboxFileError):
                sandbox.write(path, b"x")

    assert {"missing", "missing/below"} == {path for path, code in codes.items() if code == "missing"}
    assert {"link", "dangling", "folderlink/passwd"} == {path for path, code in codes.items() if code == "link"}
    sandbox.delete("link")
    kinds = {entry.path: (entry.kind, entry.target) for entry in sandbox.list().entries}
    assert {"pipe": ("special", None), "folderlink": ("link", "/etc")}.items() <= kinds.items()
    assert "link" not in kinds
    assert "folderlink/passwd" not in kinds


def test_file_over_the_limit_is_refused(shared: Sandbox) -> None:
    """A file larger than what the caller takes is not sent."""
    shared.exec("truncate -s 100M sparse")

    with pytest.raises(SandboxFileError, match="104857600 bytes are more than 1000"):
        shared.read("sparse", limit=1000)
    shared.delete("sparse")


def test_difference_names_what_changed(sandbox: Sandbox) -> None:
    """Added, removed and modified files are told, also if size and time of a file are as before."""
    for name in ("kept", "changed", "removed", "mode", "disguised"):
        sandbox.write(name, b"12345")
    before = sandbox.list()

    sandbox.exec(
        "rm removed; echo 2 >> changed; chmod 700 mode; mkdir -p new/folder; touch new/folder/file; ln -s kept link; "
        "touch -r disguised stamp; printf 54321 > disguised; touch -r stamp disguised; rm stamp"
    )
    found = difference(before, sandbox.list())

    assert ("link", "new/folder/file") == found.added
    assert ("removed",) == found.removed
    assert ("changed", "disguised", "mode") == found.modified


def test_variables_and_secrets_reach_commands_only(engine: Engine) -> None:
    """Variables and secrets are in the environment of commands, and not in any command line or representation."""
    request = SandboxRequest("secrets", environment={"A": "1"}, secrets={"TOKEN": Secret("s3cr3t-value")})
    sandbox = engine.create(request)
    try:
        result = sandbox.exec("echo $A $TOKEN")
        visible = processes_with("s3cr3t-value")
    finally:
        sandbox.destroy()

    assert b"1 s3cr3t-value\n" == result.stdout
    assert [] == visible
    assert "s3cr3t-value" not in f"{request!r} {sandbox!r} {sandbox.in_force}"


@pytest.mark.parametrize("environment", [{"": "x"}, {"A=B": "x"}, {"A\0": "x"}, {"A": "x\0"}])
def test_impossible_variables_are_refused(engine: Engine, shared: Sandbox, environment: dict[str, str]) -> None:
    """A name or value that no environment takes is refused, before a sandbox is made and before a command runs."""
    with pytest.raises(ConfigurationError):
        engine.create(SandboxRequest("wrong", environment=environment))
    with pytest.raises(ConfigurationError):
        shared.exec("true", environment=environment)


def test_lifetime_ends_a_sandbox(engine: Engine) -> None:
    """A sandbox ends by itself when its lifetime is over, with all that runs in it."""
    sandbox = engine.create(SandboxRequest("short", lifetime=0.3))
    try:
        with pytest.raises(SandboxGoneError):
            sandbox.exec("sleep 8765432")
        with pytest.raises(SandboxGoneError, match="lifetime"):
            sandbox.exec("true")
        assert not sandbox.is_alive
    finally:
        sandbox.destroy()
    assert [] == processes_with("8765432")


def test_destroyed_sandbox_takes_nothing(engine: Engine) -> None:
    """After destroying it, every request says so, and destroying it again is harmless."""
    with sandbox_of(engine) as sandbox:
        process = sandbox.spawn("cat")
    sandbox.destroy()

    with pytest.raises(SandboxGoneError, match="was destroyed"):
        sandbox.read("x")
    with pytest.raises(SandboxGoneError):
        process.wait()
    assert not sandbox.is_alive


def test_sandboxes_see_nothing_of_each_other(engine: Engine) -> None:
    """Files of one sandbox are not in another one."""
    with sandbox_of(engine) as one, sandbox_of(engine) as other:
        one.write("private", b"x")

        with pytest.raises(SandboxFileError):
            other.read("private")


def test_what_is_in_force_is_told(engine: Engine, shared: Sandbox) -> None:
    """Every sandbox names its engine and tells which isolation and which limits hold."""
    told = shared.in_force

    assert engine.name == shared.engine
    assert {"files", "network", "memory", "cpus", "processes", "disk", "temporary"} <= told.keys()
    assert ("none" in told.get("isolation", "")) == (engine.name == "unsafe-subprocess")


def test_limit_that_cannot_be_kept_is_refused_unless_allowed() -> None:
    """A limit that was asked for and cannot be kept is an error; allowed to be missing, it is told."""
    engine = open_engine("unsafe-subprocess")
    limits = Limits(disk=1_000_000)

    with pytest.raises(SandboxUnavailableError, match="the limits disk cannot be kept"):
        engine.create(SandboxRequest("limited", limits=limits))
    sandbox = engine.create(SandboxRequest("limited", limits=limits, allow_missing_limits=True))
    sandbox.destroy()

    assert "not limited on this machine" == sandbox.in_force["disk"]


@pytest.mark.parametrize(("name", "meant"), [("bublewrap", "; did you mean 'bubblewrap'?"), ("x", "")])
def test_unknown_engine_is_refused(name: str, meant: str) -> None:
    """An engine that does not exist is refused with those that do."""
    with pytest.raises(ConfigurationError) as refused:
        open_engine(name)

    assert str(refused.value) == (f"the sandbox engine must be one of {', '.join(ENGINES)}, got {name!r}{meant}")
