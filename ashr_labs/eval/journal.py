"""A file that holds what is done of a run, so that a run which was cut off can go on."""

from __future__ import annotations

import hashlib
import json
import os
import time
from typing import TYPE_CHECKING, Any, cast

from .._json import as_object
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ashr_labs_types import TestResult

    from .samples import Sample

__all__ = ["Journal", "KeptTest", "digest_of"]

_FORMAT = 1
_SECONDS_BETWEEN_SYNCS = 1.0


class KeptTest:
    """The result of a test that was read from a journal."""

    def __init__(self, result: TestResult) -> None:
        self._result = result

    @property
    def status(self) -> str:
        """Its status."""
        return self._result["status"]

    def build(self) -> TestResult:
        """Return the test as a dict."""
        return self._result


class Journal:
    """One line of JSON for each finished sample, after one that tells which samples there are.

    A line is with the operating system before the next result is told, so that the end of the process loses nothing,
    and on the disk within a second.
    """

    def __init__(self, path: Path, samples: Sequence[Sample], *, resume: bool = False) -> None:
        """Open a journal, and read what is in it.

        Raises:
            ConfigurationError: There is one already and it shall not be resumed, or it is of another selection.
        """
        self._path = path
        header = {"journal": _FORMAT, "samples": len(samples), "selection": digest_of(samples)}
        has_lines = path.exists() and path.stat().st_size > 0
        if has_lines and not resume:
            raise ConfigurationError(f"the journal {path} exists; go on with it (resume), or name another file")
        self.kept: dict[tuple[str, int], TestResult] = {}
        """What is done, by scenario and repeat."""
        whole = self._read(header) if has_lines else 0
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        os.ftruncate(self._file, whole)  # what was cut off in the midst of a line is played again
        os.lseek(self._file, whole, os.SEEK_SET)
        self._synced = time.monotonic()
        if not whole:
            self._write(header)

    def add(self, sample: Sample, result: TestResult) -> None:
        """Keep what came of a sample."""
        self._write({"scenario": sample.scenario_id, "repeat": sample.repeat or 0, "test": result})

    def close(self) -> None:
        """Bring everything to the disk."""
        os.fsync(self._file)
        os.close(self._file)

    def _read(self, header: dict[str, Any]) -> int:
        """Read all whole lines; return where they end."""
        content = self._path.read_bytes()
        end = content.rfind(b"\n") + 1
        lines = content[:end].splitlines()
        if lines and self._parsed(lines[0], 1) != header:
            raise ConfigurationError(
                f"the journal {self._path} is of other scenarios or other repeats, limits and filters; "
                "resume with the same ones, or name another file"
            )
        for number, line in enumerate(lines[1:], 2):
            entry = self._parsed(line, number)
            self.kept[str(entry.get("scenario")), int(entry.get("repeat", 0))] = cast("TestResult", entry.get("test"))
        return end

    def _parsed(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            entry = as_object(json.loads(line))
        except ValueError:
            entry = None
        if entry is None or (number > 1 and as_object(entry.get("test")) is None):
            raise ConfigurationError(f"line {number} of the journal {self._path} is damaged; name another file")
        return dict(entry)

    def _write(self, entry: dict[str, Any]) -> None:
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        while line:
            line = line[os.write(self._file, line) :]
        if time.monotonic() - self._synced >= _SECONDS_BETWEEN_SYNCS:
            os.fsync(self._file)
            self._synced = time.monotonic()


def digest_of(samples: Iterable[Sample]) -> str:
    """Return what tells one selection of samples from another: which scenarios, what is in them, and how often."""
    digest = hashlib.sha256()
    contents: dict[str, str] = {}
    for sample in samples:
        if sample.scenario_id not in contents:
            contents[sample.scenario_id] = json.dumps(sample.raw, sort_keys=True, default=repr)
        digest.update(json.dumps([sample.scenario_id, sample.repeat, contents[sample.scenario_id]]).encode())
    return digest.hexdigest()
