"""Drive a headless Chromium over its debugging pipe: no driver, no port, nothing to install but the browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_WHY_SKIPPED = "Chromium is not installed; on Debian: apt-get install chromium"


def in_browser(test: Any) -> Any:
    """Mark a test that opens pages in Chromium."""
    return pytest.mark.browser(pytest.mark.skipif(not CHROMIUM, reason=_WHY_SKIPPED)(test))


class Page:
    """An open page, and what its console and its network said."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = os.fdopen(answers, "rb")
        self._ids = 0
        self._session: str | None = None
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def send(self, method: str, **params: Any) -> Any:
        self._ids += 1
        session = {"sessionId": self._session} if self._session else {}
        message = {"id": self._ids, "method": method, "params": params, **session}
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._read()).get("id") != self._ids:
            self._note(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, url: str, **features: str) -> None:
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Log", "Network", "Page"):
            self.send(f"{domain}.enable")
        media = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.send("Emulation.setEmulatedMedia", features=media)
        self.send("Page.navigate", url=url)
        self.run("new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done))")

    def run(self, script: str) -> Any:
        """Return what a script's value, or its promise's, is."""
        found = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def _read(self) -> Any:
        read = bytearray()
        while (byte := self._answers.read(1)) not in {b"\0", b""}:
            read += byte
        assert read, "the browser has gone"
        return json.loads(read)

    def _note(self, event: Any) -> None:
        match event.get("method"):
            case "Runtime.exceptionThrown" | "Log.entryAdded":
                self.complaints.append(json.dumps(event["params"]))
            case "Runtime.consoleAPICalled":
                self.complaints.append(json.dumps(event["params"]["args"]))
            case "Network.requestWillBeSent":
                self.requests.append(event["params"]["request"]["url"])


@contextmanager
def open_page(folder: Path, url: str, **features: str) -> Generator[Page]:
    """Open a page in a browser of its own; features are media features, such as prefers_color_scheme."""
    assert CHROMIUM
    to_browser, commands = os.pipe()
    answers, from_browser = os.pipe()
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={folder}/profile"]
    # The shell puts the pipes where the browser looks for them: at 3 and 4.
    shell = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
    browser = subprocess.Popen(
        ["bash", "-c", shell, "bash", CHROMIUM, *arguments, "--remote-debugging-pipe", "about:blank"],
        pass_fds=(to_browser, from_browser),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(from_browser)
    page = Page(commands, answers)
    try:
        page.open(url, **features)
        yield page
    finally:
        browser.kill()
        browser.wait()
        os.close(commands)
        page._answers.close()
