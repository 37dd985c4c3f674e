"""The public package `ash-ai-sdk`, unchanged, against the embedded platform, and its own tests against ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from ashr_labs.local.settings import Settings
from support.sandboxes import engine_or_skip

pytestmark = pytest.mark.integration

VERSION = "0.0.22"
SCRIPT = Path(__file__).with_name("support") / "public_ash.py"
DIFFERENT = {
    "test_agent_from_dict": "ids and times are strings",
    "test_credential_from_dict": "ids and times are strings",
    "test_message_from_dict": "ids and times are strings",
    "test_queue_item_from_dict": "ids and times are strings",
    "test_session_event_from_dict": "ids and times are strings",
    "test_session_from_dict": "ids and times are strings",
    "test_ash_client_headers": "a private method of the client",
    "test_ash_client_headers_no_token": "a private method of the client",
    "test_parse_sse_stream_skips_invalid_json": "a response that has lines and no bytes",
    "test_parse_sse_stream_sync": "a response that has lines and no bytes",
}
"""Those of the package's own tests that fail here, and the reason, which docs/compatibility.md has."""
CONFTEST = '''
"""Feeds the private function that the tests call through a stream."""

import json

import httpx

from ashr_labs.ash import streaming


def parse_event(event, data):
    body = f"event: {event}\\ndata: {json.dumps(data)}\\n\\n"
    [found] = streaming.parse_sse_stream(httpx.Response(200, text=body))
    return found


streaming._parse_event = parse_event
'''


def pip(tmp_path: Path, *arguments: str) -> None:
    """Run pip, and skip the test where there is no package index."""
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--no-deps", "--retries", "1", "--timeout", "10"]
    command.append(f"ash-ai-sdk=={VERSION}")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"ash-ai-sdk=={VERSION} cannot be downloaded from a package index: {done.stderr[-200:]}")


def test_public_package_works_against_the_platform(tmp_path: Path) -> None:
    """Its client, and each of its endpoint functions, synchronous and not, do what they are documented to do."""
    engine_or_skip("bubblewrap").close()
    pip(tmp_path, "install", "--target", "package")
    folder = tmp_path / "agents" / "my-agent"
    folder.mkdir(parents=True)
    (folder / "CLAUDE.md").write_text("Be brief.")
    platform = open_platform(settings=Settings(agents=folder.parent))
    with running_server(platform) as url:
        command = [sys.executable, str(SCRIPT), url, platform.bootstrap(), str(folder)]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / "package")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    platform.close()

    assert "" == done.stderr
    deltas = ["TextDeltaEvent"] * 3
    end = ["MessageEvent", "TurnCompleteEvent", "MessageEvent", "DoneEvent"]
    assert {
        "high_level": {
            "health": "ok",
            "deployed": 1,
            "agents": ["my-agent"],
            "agent": 1,
            "turn": ["SessionStartEvent", *deltas, *end],
            "async": ["SessionStartEvent", *end],
            "states": ["paused", "active", "stopped", "active"],
            "forked": "paused",
            "ended": ["active", "ended"],
            "sessions": 2,
        },
        "generated": {
            "restored": "Workspace restored to live sandbox",
            "files": ["CLAUDE.md", "attachments/b.txt", "up/a.txt"],
            "printed": "attached",
            "attachments": 2,
            "attachment": "attached",
            "credential": ["custom", "custom"],
            "agent_files": ["CLAUDE.md"],
            "agents": 1,
            "version": 2,
            "health": True,
            "runners": {"runners": [], "count": 0, "hasLocal": True},
            "sessions": 2,
            "session": "active",
            "messages": 6,
            "events": "lifecycle",
            "logs": "sandbox",
        },
        "operations": 35,
        "wrong": {},
    } == json.loads(done.stdout)


def test_its_own_tests_pass_but_for_documented_differences(tmp_path: Path) -> None:
    """The package's own tests, with the one substitution of its name, fail only for documented reasons."""
    pip(tmp_path, "download", "--no-binary", ":all:")
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    suite = next(tmp_path.glob("*/tests"))
    for path in suite.glob("*.py"):
        path.write_text(path.read_text("utf-8").replace("ash_sdk", "ashr_labs.ash"), "utf-8")
    (suite / "conftest.py").write_text(CONFTEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junit-xml", "results.xml", "."]
    subprocess.run(command, cwd=suite, capture_output=True, check=False)
    results = ElementTree.parse(suite / "results.xml").getroot()

    cases = list(results.iter("testcase"))
    failed = {
        str(case.get("name")) for case in cases if case.find("failure") is not None or case.find("error") is not None
    }
    assert DIFFERENT.keys() == failed
    assert 45 == len(cases)
