"""A file that holds what is done of a run, so that a run which was cut off can go on."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from weakref import WeakSet

from .._files import lock
from .._json import as_object
from ..errors import AshrLabsError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ashr_labs_types import TestResult

    from ..run_builder import RecordedTest
    from .options import Settings
    from .sampling import Choice, Sample

__all__ = ["Journal", "JournalEntry", "digest_of", "open_journal"]

_FORMAT = 1
_SECONDS_BETWEEN_SYNCS = 1.0
_OPEN: WeakSet[Journal] = WeakSet()


class JournalEntry(NamedTuple):
    """Where a result stands in a journal."""

    start: int
    size: int
    has_failed: bool
    scenario: str | None = None
    """The digest of the scenario, where nothing else tells that it is still the same."""


class _KeptTest:
    """The result of a test that was read from a journal."""

    __slots__ = ("_result",)

    def __init__(self, result: TestResult) -> None:
        self._result = result

    def build(self) -> TestResult:
        """Return the test as a dict."""
        return self._result


class _StoredTest:
    """The result of a test that stays in a journal until it is wanted."""

    __slots__ = ("_entry", "_journal")

    def __init__(self, journal: Journal, entry: JournalEntry) -> None:
        self._journal = journal
        self._entry = entry

    def build(self) -> TestResult:
        """Return the test as a dict."""
        return self._journal.read(self._entry)


class Journal:
    """One line of JSON for each finished sample, after one that tells which samples there are.

    A line is with the operating system before the next result is told, so that the end of the process loses nothing,
    and on the disk within a second. One process at a time can have a journal open.
    """

    def __init__(self, path: Path, header: dict[str, Any], *, resume: bool = False) -> None:
        """Open a journal, and read what is in it.

        Raises:
            ConfigurationError: There is one already and it shall not be resumed, it is of another selection, another
                run is writing it, or it cannot be opened.
        """
        self._path = path.absolute()  # results may be read when the process is in another folder
        self._name = path
        self._describes_scenarios = header["samples"] is None
        self.entries: dict[tuple[str, int], JournalEntry] = {}
        """What is done, by scenario and repeat."""
        self._file = self._opened()
        try:
            self._end = self._taken_up(header, resume=resume)
        except BaseException:
            os.close(self._file)
            raise
        self._synced = time.monotonic()
        _OPEN.add(self)

    def find(self, sample: Sample) -> JournalEntry | None:
        """Return where the result of a sample stands, if it is there.

        Raises:
            ConfigurationError: It is of a scenario that had another content.
        """
        entry = self.entries.get((sample.scenario_id, sample.repeat or 0))
        if entry is not None and entry.scenario is not None and entry.scenario != _content_digest(sample.raw):
            raise ConfigurationError(
                f"the journal {self._name} is of other scenarios: {sample.scenario_id} has changed; "
                "resume with the same ones, or name another file"
            )
        return entry

    def add(self, sample: Sample, result: TestResult) -> JournalEntry:
        """Keep what came of a sample.

        Raises:
            AshrLabsError: It cannot be written, as when the disk is full.
        """
        line: dict[str, Any] = {"scenario": sample.scenario_id, "repeat": sample.repeat or 0}
        content = _content_digest(sample.raw) if self._describes_scenarios else None
        if content is not None:
            line["content"] = content
        start = self._end
        self._write({**line, "test": result})
        entry = JournalEntry(start, self._end - start, result["status"] == "failed", content)
        self.entries[sample.scenario_id, sample.repeat or 0] = entry
        return entry

    def test(self, entry: JournalEntry, *, in_memory: bool) -> RecordedTest:
        """Return a result as a test, which reads it now (`in_memory`) or each time that it is wanted."""
        return _KeptTest(self.read(entry)) if in_memory else _StoredTest(self, entry)

    def read(self, entry: JournalEntry) -> TestResult:
        """Return a result."""
        with self._path.open("rb") as file:
            file.seek(entry.start)
            return cast("TestResult", json.loads(file.read(entry.size))["test"])

    def close(self) -> None:
        """Bring everything to the disk, and let others have the journal."""
        try:
            self._try(os.fsync, self._file)
        finally:
            self.forget()

    def forget(self) -> None:
        """Have nothing more to do with the file; a forked process does, which must not keep the lock."""
        _OPEN.discard(self)
        with suppress(OSError):
            os.close(self._file)

    def _opened(self) -> int:
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            raise ConfigurationError(f"the journal {self._name} cannot be opened: {error.strerror}") from error
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise ConfigurationError(f"the journal {self._name} is no ordinary file")
        try:
            lock(file)
        except OSError as error:
            os.close(file)
            raise ConfigurationError(
                f"the journal {self._name} is being written by another run; wait for it, or name another file"
            ) from error
        return file

    def _taken_up(self, header: dict[str, Any], *, resume: bool) -> int:
        """Read what is there, cut off what is not whole, and return where the next line goes."""
        has_lines = os.fstat(self._file).st_size > 0
        if has_lines and not resume:
            raise ConfigurationError(f"the journal {self._name} exists; go on with it (resume), or name another file")
        self._end = self._read(header) if has_lines else 0
        os.ftruncate(self._file, self._end)  # what was cut off in the midst of a line is played again
        os.lseek(self._file, self._end, os.SEEK_SET)
        self._synced = time.monotonic()
        if not self._end:
            self._write(header)
        return self._end

    def _read(self, header: dict[str, Any]) -> int:
        """Read all whole lines; return where they end."""
        end = 0
        with open(self._file, "rb", closefd=False) as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    break
                self._take(line, number, end, header)
                end += len(line)
        return end

    def _take(self, line: bytes, number: int, start: int, header: dict[str, Any]) -> None:
        entry = self._parsed(line, number)
        if number > 1:
            has_failed = entry["test"].get("status") == "failed"
            key = str(entry.get("scenario")), int(entry.get("repeat", 0))
            self.entries[key] = JournalEntry(start, len(line), has_failed, entry.get("content"))
        elif entry != header:
            raise ConfigurationError(
                f"the journal {self._name} is of other scenarios or other repeats, limits and filters; "
                "resume with the same ones, or name another file"
            )

    def _parsed(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            entry = as_object(json.loads(line))
        except ValueError:
            entry = None
        if entry is None or (number > 1 and as_object(entry.get("test")) is None):
            raise ConfigurationError(f"line {number} of the journal {self._name} is damaged; name another file")
        return dict(entry)

    def _write(self, entry: dict[str, Any]) -> None:
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        self._try(self._append, line)
        self._end += len(line)
        if time.monotonic() - self._synced >= _SECONDS_BETWEEN_SYNCS:
            self._try(os.fsync, self._file)
            self._synced = time.monotonic()

    def _append(self, line: bytes) -> None:
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError:
            # Another worker may still have a result to write, which must not stand behind half a line.
            with suppress(OSError):
                os.ftruncate(self._file, self._end)
                os.lseek(self._file, self._end, os.SEEK_SET)
            raise

    def _try(self, act: Any, *arguments: object) -> None:
        try:
            act(*arguments)
        except OSError as error:
            raise AshrLabsError(
                f"cannot write the journal {self._name}: {error.strerror}; what it holds is safe: "
                "repair that and go on with it (resume)"
            ) from error


def open_journal(settings: Settings, path: str | Path, samples: Choice | None) -> Journal:
    """Open the journal that the settings ask for.

    Args:
        settings: The run's.
        path: Where it is.
        samples: What is played; None where nobody knows yet. Then each result tells of its own scenario.
    """
    if samples is None:
        chosen = json.dumps([settings.repeats, settings.limit])
        selection = hashlib.sha256(chosen.encode()).hexdigest()
    else:
        selection = digest_of(samples)
    header = {"journal": _FORMAT, "samples": None if samples is None else len(samples), "selection": selection}
    return Journal(Path(path), header, resume=settings.resume or settings.rerun_failed)


def digest_of(samples: Iterable[Sample]) -> str:
    """Return what tells one selection of samples from another: which scenarios, what is in them, and how often."""
    digest = hashlib.sha256()
    contents: dict[str, str] = {}
    for sample in samples:
        if sample.scenario_id not in contents:
            contents[sample.scenario_id] = _content_digest(sample.raw)
        digest.update(json.dumps([sample.scenario_id, sample.repeat, contents[sample.scenario_id]]).encode())
    return digest.hexdigest()


def _content_digest(raw: object) -> str:
    return hashlib.sha256(json.dumps(raw, sort_keys=True, default=repr).encode()).hexdigest()[:16]


def _forget_all() -> None:
    for journal in list(_OPEN):
        journal.forget()


if hasattr(os, "register_at_fork"):
    # A lock belongs to the open file, which a forked process shares: one that outlives a killed run, such as a worker
    # of its pool, would keep the journal from being resumed.
    os.register_at_fork(after_in_child=_forget_all)
