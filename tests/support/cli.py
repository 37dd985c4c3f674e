"""Run the installed `ashr-labs` program as a user does: as a process."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ashr_labs import AshrLabsClient
from support.forked_program import run_forked

_OF_THE_INTERPRETER = ("PYTHON", "LANG", "LC_")
"""Beginnings of variables that Python reads when it starts."""
PROGRAM = str(Path(sys.executable).parent / "ashr-labs")

AGENTS = '''
import os, sys, time

class Greeter:
    """Answers rightly."""
    def reset(self): ...
    def respond(self, message):
        return {"text": "Hello there, how can I help?", "tool_calls": [{"name": "greet", "arguments": {"who": "you"}}]}

class Tooled(Greeter):
    """Calls a tool that is recorded."""
    def respond(self, message):
        from ashr_labs import tool
        return tool("greet", lambda who: "Hello there, how can I help?")(who="you")

def half(output):
    """A scorer."""
    return 0.5

class Mute(Greeter):
    """Runs to its end, wrongly."""
    def respond(self, message):
        return {"text": "", "tool_calls": []}

class Raising(Greeter):
    def respond(self, message):
        raise RuntimeError("the model is down")

class Shy(Greeter):
    """Raises in one scenario."""
    def respond(self, message, scenario_id):
        if scenario_id == "second":
            raise RuntimeError("not this one")
        return super().respond(message)

class Nothing(Greeter):
    def respond(self, message):
        return None

class Loud(Greeter):
    def respond(self, message):
        print("a print of the agent")
        sys.stdout.write("a write of the agent\\n")
        os.system("echo a process of the agent")
        return super().respond(message)

class Slow(Greeter):
    def respond(self, message):
        with open("started", "w"):
            time.sleep(60)

class Steady(Greeter):
    """Takes a moment."""
    def respond(self, message):
        open("started", "w").close()
        time.sleep(0.2)
        return super().respond(message)

class Unmakeable(Greeter):
    def __init__(self):
        raise KeyError("MODEL_KEY")

def leaving():
    sys.exit(0)

greeter = Greeter()
number = 7
'''
"""A module of agents, for `workspace`."""


def scenario(title: str, expected_text: str = "Hello there, how can I help?") -> dict[str, Any]:
    call = {"name": "greet", "arguments_json": '{"who": "you"}'}
    return {
        "title": title,
        "actions": [
            {"actor": "user", "name": "greets", "content": "Hello"},
            {"actor": "agent", "content": expected_text, "expected_response": {"tool_calls": [call]}},
        ],
    }


SOURCE = {"runs": {"first": scenario("A greeting"), "second": scenario("Another greeting")}}


@dataclass(frozen=True)
class Done:
    """The outcome of a command."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON object that stdout is."""
        return json.loads(self.out)

    def error(self, code: int) -> str:
        """Check that the command failed with this code, in one line; return the line."""
        assert code == self.code, self
        assert "Traceback" not in self.err
        errors = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert errors == self.err.splitlines()[-1:], self.err
        return errors[0]


@dataclass(frozen=True)
class Workspace:
    """A folder with agents and datasets in it."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Workspace:
        (folder / "agents.py").write_text(AGENTS, "utf-8")
        workspace = cls(folder)
        workspace.write("data.json", SOURCE)
        return workspace

    def write(self, name: str, content: object) -> Path:
        path = self.folder / name
        path.write_text(json.dumps(content), "utf-8")
        return path

    def client(self, database: str) -> AshrLabsClient:
        """Open a database of the folder."""
        with chdir(self.folder):
            return AshrLabsClient.local(database)

    def names(self) -> set[str]:
        """Return what is in the folder, without what importing the agents leaves."""
        return {path.name for path in self.folder.iterdir()} - {"__pycache__"}

    def run(self, *arguments: str, **settings: str) -> Done:
        """Run the program in the folder, with these settings in its environment."""
        if any(name.startswith(_OF_THE_INTERPRETER) for name in settings):
            return self.run_command([PROGRAM, *arguments], **settings)
        code, out, err = run_forked(PROGRAM, arguments, self.folder, {**os.environ, **settings})
        return Done(code, *(stream.decode("utf-8", "backslashreplace") for stream in (out, err)))

    def call(self, *arguments: str, **settings: str) -> Done:
        """Do what the program does, in this process: for what a process of its own would not show better."""
        from ashr_labs.cli._main import run

        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace") for _ in range(2))
        before = dict(os.environ)
        os.environ.update(settings)
        try:
            with chdir(self.folder), redirect_stdout(out), redirect_stderr(err):
                code = run(arguments)
        finally:
            os.environ.clear()
            os.environ.update(before)
        for stream in (out, err):
            stream.seek(0)
        return Done(int(code), out.read(), err.read())

    def run_command(self, command: Sequence[str], /, **settings: str) -> Done:
        """Run a command in the folder, with these settings in its environment."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Start a command in the folder."""
        return subprocess.Popen(
            [PROGRAM, *arguments],
            cwd=self.folder,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
