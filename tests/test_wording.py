"""The prose of the project is plain technical English: habits that slow readers down do not come back."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HABITS = {
    r"\btells? whether\b": "Return True if ...",
    r"(?<!there\s)\b(?:is|are) no (?!longer|more|less|fewer|later|earlier)": "is not a ...",
    r"\ba text\b(?! (?:file|editor|field|part|block|comparator|reply|similarity))": "a string, text",
    r"\banew\b": "again",
    r"(?<!\")\b(?:whoever|somebody|nobody)\b": "name the caller, the worker, the process",
    r"\bunless given\b": "defaults to ...",
    r"\b(?:lends?|lent)\b": "yield, provide",
    r"\bat hand\b|\bunder way\b": "available, in progress",
    r"\bso many\b": "`seconds` seconds",
    r"(?<!\")\bshall\b(?! I\b)": "must, will",
    r"\bstands\b(?! for)": "is in",
    r'"""(?:What|Who|Tell|Tells|Lend) ': "a noun phrase, or Return ...",
    r"\bwhat (?:becomes|became|comes|came) of\b": "the outcome of",
    r"\bgive a number from\b|\bfrom \d+ up\b": "`name` must be >= 0, got ...",
}
"""Each phrase that is not used, and what to write instead."""

THIS = Path(__file__).name


def prose() -> dict[str, str]:
    """Return the text of the files that hold prose, by their names."""
    done = subprocess.run(
        [
            "git",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "*.py",
            "*.md",
            "*.toml",
            "*.yml",
            "*.yaml",
            "Makefile",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [
        name
        for name in done.stdout.split()
        if not name.startswith(("generated/", "tests/data/", "ashr_labs/generation/attacks.toml"))
    ]
    return {
        name: (ROOT / name).read_text("utf-8") for name in names if Path(name).name != THIS and (ROOT / name).exists()
    }


def test_prose_has_no_discouraged_phrases() -> None:
    """Docstrings, comments, messages and pages hold none of the phrases above."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    found: list[str] = []
    for name, text in prose().items():
        for habit, instead in HABITS.items():
            for match in re.finditer(habit.replace(" ", r"[\s#]+"), text, re.IGNORECASE):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{name}:{line}: {match.group()!r}; write: {instead}")

    assert [] == found
