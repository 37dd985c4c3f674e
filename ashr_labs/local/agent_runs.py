"""The run of an agent in a sandbox: a command of its spec, or the files of an uploaded agent.

An uploaded agent runs in a folder of its own in `/tmp`, so its files, its home folder and its credentials are not among
the changes of the workspace.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ..errors import ValidationError
from ..specs.references import SECRET_REFERENCE
from .agent_runtimes import find_runtime
from .sandbox.engines import UNSAFE
from .sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .agent_checks import UploadedAgent
    from .boot import BootedSandbox
    from .sandbox.protocol import CommandResult

__all__ = ["MAX_VARIABLE", "AgentRun", "AgentTask", "run_agent"]

_OUTPUT_BYTES: Final = 1 << 20
_STEP_SECONDS: Final = 60.0
MAX_VARIABLE: Final = 100_000
"""Bytes; Linux starts no program with a variable of more than 128 KiB."""
_MAKE: Final = "umask 077; dir=$(mktemp -d /tmp/agent-XXXXXXXX) && mkdir $dir/files $dir/home $dir/bin && echo $dir"
_RUN: Final = 'cd "$0" && exec "$@"'
_PLACE: Final = "the output of the agent"


@dataclass(frozen=True, slots=True)
class AgentTask:
    """The task of an agent."""

    prompt: str
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Environment variables, in addition to those of the spec."""
    timeout: float | None = None
    """Seconds; None takes the spec's."""
    output_limit: int = _OUTPUT_BYTES
    """Bytes of each stream that are kept."""


@dataclass(frozen=True, slots=True)
class AgentRun:
    """The exit of an agent's process and its output, with secrets masked."""

    exit_code: int
    """124 if it ran out of time, 128 + N if signal N ended it, 126 or 127 if it could not be started."""
    stdout: str
    """Bytes that are not UTF-8 are replaced."""
    stderr: str
    duration: float
    """Seconds."""
    timed_out: bool = False
    is_truncated: bool = False
    """Whether more was printed than is kept."""

    @property
    def output(self) -> str:
        """The answer of the agent: its standard output."""
        return self.stdout


def run_agent(booted: BootedSandbox, task: AgentTask, uploaded: UploadedAgent | None = None) -> AgentRun:
    """Run the agent of a sandbox's spec, and return how it ended.

    The prompt is on its standard input, in the file that `TASK_PROMPT_FILE` names, and in the variable `TASK_PROMPT`
    unless it has more than 100,000 bytes. `WORKSPACE` names the workspace.

    Args:
        booted: The sandbox.
        task: Its prompt and its limits.
        uploaded: The snapshot, if the spec's agent is one; otherwise the agent is the spec's `command`.

    Raises:
        ValidationError: The spec has no agent that can be run, or the runtime is not in the sandbox.
        SandboxError: The agent's files cannot be written, or the sandbox has ended.
    """
    agent = booted.spec.agent
    if agent is None or (uploaded is None and agent.command is None):
        raise ValidationError(f"the spec {booted.spec.id!r} has no agent that can be run")
    runtime = find_runtime(booted.sandbox, uploaded.runtime) if uploaded and uploaded.runtime else None
    place = _Place(booted, _printed(booted, _MAKE))
    try:
        prompt = task.prompt.encode("utf-8", "replace")
        place.write("prompt.txt", prompt)
        variables = {**agent.env, **task.environment, **_task_variables(booted, place, prompt)}
        if uploaded is None:
            command: Sequence[str] | str = agent.command or ""
        else:
            place.unpack(uploaded)
            variables |= {"HOME": f"{place.folder}/home"}
            if runtime:
                variables["PATH"] = place.link(runtime.path, runtime.names)
            command = ["/bin/sh", "-c", _RUN, f"{place.folder}/files", *uploaded.entrypoint]
        timeout = agent.timeout if task.timeout is None else task.timeout
        done = booted.sandbox.exec(
            command, timeout=timeout, environment=variables, stdin=prompt, output_limit=task.output_limit
        )
        return _seen(booted, done)
    finally:
        if booted.sandbox.engine == UNSAFE:  # others end with all of their files
            place.remove()


class _Place:
    """The folder of one run."""

    def __init__(self, booted: BootedSandbox, folder: str) -> None:
        self.folder = folder
        self._booted = booted

    def write(self, path: str, content: bytes) -> None:
        """Write a file that only the agent's user can read."""
        target = shlex.quote(f"{self.folder}/{path}")
        write = f'umask 077; mkdir -p -- "$(dirname -- {target})" && rm -f -- {target} && cat > {target}'
        _printed(self._booted, write, content)

    def unpack(self, agent: UploadedAgent) -> None:
        """Write the files of an agent, and its config files."""
        _printed(self._booted, f"tar -xzf - -C {self.folder}/files --no-same-owner", agent.bundle)
        for file in agent.needs.auth.config_files:
            in_home, path = file.path.startswith("~/"), file.path.removeprefix("~/")
            content = SECRET_REFERENCE.sub(lambda match: self._booted.secrets[match[1]], file.template)
            self.write(f"{'home' if in_home else 'files'}/{path}", content.encode("utf-8", "replace"))

    def link(self, program: str, names: Sequence[str]) -> str:
        """Return the search path by which a program is found first, by some names."""
        links = " && ".join(f"ln -s {shlex.quote(program)} {self.folder}/bin/{name}" for name in names)
        return _printed(self._booted, f'{links} && echo "{self.folder}/bin:$PATH"')

    def remove(self) -> None:
        """Remove the folder."""
        _printed(self._booted, f"rm -rf {self.folder}")


def _printed(booted: BootedSandbox, command: str, stdin: bytes = b"") -> str:
    """Return the line that a step of the preparation prints.

    Raises:
        SandboxError: It fails.
    """
    done = booted.sandbox.exec(command, stdin=stdin, timeout=_STEP_SECONDS)
    if done.exit_code:
        why = booted.masked(done.stderr.decode("utf-8", "replace").strip()[-500:]) or f"exit code {done.exit_code}"
        raise SandboxError(f"the files of the agent could not be written: {why}")
    return done.stdout.decode().strip()


def _task_variables(booted: BootedSandbox, place: _Place, prompt: bytes) -> dict[str, str]:
    known = {"TASK_PROMPT_FILE": f"{place.folder}/prompt.txt", "WORKSPACE": booted.sandbox.workspace}
    fits = len(prompt) <= MAX_VARIABLE and b"\0" not in prompt
    return {**known, "TASK_PROMPT": prompt.decode()} if fits else known


def _seen(booted: BootedSandbox, done: CommandResult) -> AgentRun:
    for stream in (done.stdout, done.stderr):
        booted.look(stream, _PLACE)
    is_cut = done.stdout_bytes > len(done.stdout), done.stderr_bytes > len(done.stderr)
    return AgentRun(
        exit_code=done.exit_code,
        stdout=_text(booted, done.stdout, is_cut=is_cut[0]),
        stderr=_text(booted, done.stderr, is_cut=is_cut[1]),
        duration=done.duration,
        timed_out=done.timed_out,
        is_truncated=any(is_cut),
    )


def _text(booted: BootedSandbox, printed: bytes, *, is_cut: bool) -> str:
    return booted.masked(printed.decode("utf-8", "replace"), is_cut=is_cut)
