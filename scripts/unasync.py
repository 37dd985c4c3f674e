"""Derive the synchronous client from the asynchronous one; with `--check`, fail when it is stale or was edited.

Each word of the table is replaced wherever it stands in `client/_async/`. A row that is never used fails too, so the
table cannot rot.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "ashr_labs" / "client" / "_async"
TARGET = ROOT / "ashr_labs" / "client" / "_sync"

SUBSTITUTIONS = [
    ("The asynchronous client: the source that the synchronous one is derived from by `scripts/unasync.py`.",
     "The synchronous client, derived from the asynchronous one by `scripts/unasync.py`; do not edit."),
    ("async def", "def"),
    ("async with", "with"),
    ("await ", ""),
    (r"Awaitable\[Item\]", "Item"),
    ("Awaitable, ", ""),
    ("__aenter__", "__enter__"),
    ("__aexit__", "__exit__"),
    ("aclose", "close"),
    (r"asyncio\(client", "sync(client"),
    ("set_async_httpx_client", "set_httpx_client"),
    ("AsyncHTTP", "SyncHTTP"),
    ("AsyncTransport", "SyncTransport"),
    ("AsyncClock", "SyncClock"),
    (r"Async(?=\w+Calls|Calls|AshrLabsClient)", ""),
]  # fmt: skip


def main() -> int:
    """Write the derived modules, or compare them with what is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when anything differs")
    check = parser.parse_args().check
    sources = {path.name: path.read_text("utf-8") for path in sorted(SOURCE.glob("*.py"))}
    fresh = {name: formatted(text) for name, text in derived(sources).items()}
    if not check:
        write(fresh)
        return 0
    present = {path.name: path.read_text("utf-8") for path in TARGET.glob("*.py")}
    different = sorted(name for name in fresh.keys() | present.keys() if fresh.get(name) != present.get(name))
    for name in different:
        print(f"ashr_labs/client/_sync/{name}: is not what _async gives; edit _async and run `make sdk`")
    return 1 if different else 0


def derived(sources: dict[str, str]) -> dict[str, str]:
    """Return the synchronous modules."""
    unused = [pattern for pattern, _ in SUBSTITUTIONS if not re.search(pattern, "".join(sources.values()))]
    if unused:
        raise SystemExit(f"these substitutions are never used; remove them: {unused}")
    return {name: synchronous(text) for name, text in sources.items()}


def synchronous(text: str) -> str:
    """Return the synchronous form of a module's text."""
    for pattern, replacement in SUBSTITUTIONS:
        text = re.sub(pattern, replacement, text)
    return text


def formatted(text: str) -> str:
    """Return the text as the project formats it: shorter words fold lines differently, and sort elsewhere."""
    for command in (["check", "--select=I", "--fix", "--quiet"], ["format", "--quiet"]):
        tool = [
            str(Path(sys.executable).with_name("ruff")),
            *command,
            "--stdin-filename",
            str(TARGET / "module.py"),
            "-",
        ]
        text = subprocess.run(tool, input=text, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return text


def write(fresh: dict[str, str]) -> None:
    """Put the fresh modules in the place of the old ones."""
    TARGET.mkdir(exist_ok=True)
    for path in TARGET.glob("*.py"):
        if path.name not in fresh:
            path.unlink()
    for name, text in fresh.items():
        (TARGET / name).write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
