"""Derive the synchronous client, and its tests, from the asynchronous one; with `--check`, fail on any difference.

Each pattern of the table is replaced in every module of a folder `_async`. A pattern that never matches is an error, so
that the table stays current.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [ROOT / "ashr_labs" / "client", ROOT / "tests" / "client"]
"""Each has a folder `_async`, written by hand, and a folder `_sync`, which is derived."""

SUBSTITUTIONS = [
    ("The asynchronous client; `scripts/unasync.py` derives the synchronous one from it.",
     "The synchronous client, derived from the asynchronous one by `scripts/unasync.py`; do not edit."),
    ("async def", "def"),
    ("async with", "with"),
    ("async for", "for"),
    ("await ", ""),
    (r"Awaitable\[(\w+)\]", r"\1"),
    ("Awaitable, ", ""),
    (r"Coroutine\[Any, Any, (\w+(?:\[\w+\])?)\]", r"\1"),
    ("Callable, Coroutine", "Callable"),
    ("__aenter__", "__enter__"),
    ("__aexit__", "__exit__"),
    ("aclose", "close"),
    ("aclosing", "closing"),
    (r"asyncio\((?=client|7, client)", "sync("),
    ("athrow", "throw"),
    ("anext", "next"),
    ("set_async_httpx_client", "set_httpx_client"),
    ("handle_async_request", "handle_request"),
    ("aread", "read"),
    ("async_backend", "sync_backend"),
    (r"httpcore\.Async", "httpcore."),
    (r"httpx\.AsyncClient", "httpx.Client"),
    (r"httpx\.Async(?=ByteStream)", "httpx.Sync"),
    ("aiter_", "iter_"),
    ("__aiter__", "__iter__"),
    (r"Async(?=(Body|Encoded|Connection|Custom|HTTP|Manual|Network|Pool|Retry|Transport|Clock))", "Sync"),
    ("AsyncGenerator", "Generator"),
    ("AsyncIterator", "Iterator"),
    (r"Async(?=\w+Methods|Alert\b|BaseClient|AshrLabsClient|Sandbox\b|ExperimentHandle\b|RecordDataset\b)", ""),
    (r"Async(?=HostedSession\b|TurnStream\b|Snapshot\b)", ""),
    (r"asyncio\.to_thread\((\w+), ", r"\1("),
    ("import asyncio\n", ""),
]  # fmt: skip


def main() -> int:
    """Write the derived modules, or compare them with the present ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when anything differs")
    check = parser.parse_args().check
    sources = {path: path.read_text("utf-8") for folder in FOLDERS for path in sorted((folder / "_async").glob("*.py"))}
    fresh = {target_of(path): formatted(text, target_of(path)) for path, text in derived(sources).items()}
    present = {path: path.read_text("utf-8") for folder in FOLDERS for path in (folder / "_sync").glob("*.py")}
    if not check:
        write(fresh, present)
        return 0
    different = sorted(path for path in fresh.keys() | present.keys() if fresh.get(path) != present.get(path))
    for path in different:
        print(f"{path.relative_to(ROOT)}: differs from its source; edit _async and run `make sdk`")
    return 1 if different else 0


def target_of(source: Path) -> Path:
    """Return the path of the synchronous form of a module."""
    return source.parent.with_name("_sync") / source.name


def derived(sources: dict[Path, str]) -> dict[Path, str]:
    """Return the synchronous modules, by the paths of their sources."""
    unused = [pattern for pattern, _ in SUBSTITUTIONS if not re.search(pattern, "".join(sources.values()))]
    if unused:
        raise SystemExit(f"these substitutions are never used; remove them: {unused}")
    return {path: synchronous(text) for path, text in sources.items()}


def synchronous(text: str) -> str:
    """Return the synchronous form of a module's text."""
    for pattern, replacement in SUBSTITUTIONS:
        text = re.sub(pattern, replacement, text)
    return text


def formatted(text: str, path: Path) -> str:
    """Return the text as the project formats it: shorter names fold, sort and nest differently."""
    check = ["check", "--select=I,C416,SIM117,UP028", "--fix", "--unsafe-fixes", "--quiet"]
    for command in (check, ["format", "--quiet"]):
        tool = [
            str(Path(sys.executable).with_name("ruff")),
            *command,
            "--stdin-filename",
            str(path),
            "-",
        ]
        text = subprocess.run(tool, input=text, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return text


def write(fresh: dict[Path, str], present: dict[Path, str]) -> None:
    """Replace the derived modules."""
    for path in present.keys() - fresh.keys():
        path.unlink()
    for path, text in fresh.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
