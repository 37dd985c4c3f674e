"""The journal of a run: a file with its results, from which an interrupted run can be resumed."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from weakref import WeakSet

from .._files import lock
from .._format import missing_key
from .._gc import paused_gc
from .._json import as_object
from ..errors import AshrLabsError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ashr_labs_types import TestResult

    from ..run_builder import RecordedTest
    from .options import Settings
    from .sampling import Sample, SampleList

__all__ = ["Journal", "JournalEntry", "digest_of", "open_journal"]

_FORMAT = 1
_ENTRY_KEYS = frozenset({"scenario", "repeat", "content", "status", "crc32", "test"})
_SECONDS_BETWEEN_SYNCS = 1.0
_TEST = b',"test":'
"""Separates the head of a line, which has a checksum of the test, from the test."""
_OPEN: WeakSet[Journal] = WeakSet()


class JournalEntry(NamedTuple):
    """The position of a result in the journal."""

    start: int
    size: int
    has_failed: bool
    scenario: str | None = None
    """The digest of the scenario, if the header does not cover it."""


class _LoadedTest:
    """A result that was read from the journal, decoded when it is built."""

    __slots__ = ("_content",)

    def __init__(self, line: bytes) -> None:
        self._content: bytes | TestResult = line

    def build(self) -> TestResult:
        """Return the test as a dict."""
        if isinstance(self._content, bytes):
            self._content = _decoded(self._content)
        return self._content


class _StoredTest:
    """A result that is read from the journal when needed."""

    __slots__ = ("_entry", "_journal")

    def __init__(self, journal: Journal, entry: JournalEntry) -> None:
        self._journal = journal
        self._entry = entry

    def build(self) -> TestResult:
        """Return the test as a dict."""
        return self._journal.read(self._entry)


class Journal:
    """A header line that identifies the samples, and one line of JSON for each finished sample, with a checksum.

    Each line is written before the next result is reported, so that nothing is lost when the process ends, and synced
    to disk within a second. One process at a time can open a journal.
    """

    def __init__(self, path: Path, header: dict[str, Any], *, resume: bool = False) -> None:
        """Open a journal and read its entries.

        Raises:
            ConfigurationError: It exists but `resume` is False, it belongs to other samples, another run is writing
                it, or it cannot be opened.
        """
        self._path = path.absolute()  # results may be read after a change of directory
        self._name = path
        self._describes_scenarios = header["samples"] is None
        self.entries: dict[tuple[str, int], JournalEntry] = {}
        """The entries by scenario and repeat."""
        self._file = self._opened()
        try:
            self._end = self._load(header, resume=resume)
        except BaseException:
            os.close(self._file)
            raise
        self._synced = time.monotonic()
        _OPEN.add(self)

    def find(self, sample: Sample) -> JournalEntry | None:
        """Return the entry of a sample, or None.

        Raises:
            ConfigurationError: The scenario has changed.
        """
        entry = self.entries.get((sample.scenario_id, sample.repeat or 0))
        if entry is not None and entry.scenario is not None and entry.scenario != _content_digest(sample.raw):
            raise ConfigurationError(
                f"journal {self._name} belongs to other scenarios: {sample.scenario_id} has changed; "
                "resume with the same scenarios, or pass another path"
            )
        return entry

    def add(self, sample: Sample, result: TestResult) -> JournalEntry:
        """Append the result of a sample.

        Raises:
            AshrLabsError: It cannot be written, for example because the disk is full.
        """
        head: dict[str, Any] = {"scenario": sample.scenario_id, "repeat": sample.repeat or 0}
        content = _content_digest(sample.raw) if self._describes_scenarios else None
        if content is not None:
            head["content"] = content
        start = self._end
        test = _encoded(result)
        self._write(
            _encoded({**head, "status": result["status"], "crc32": zlib.crc32(test)})[:-1] + _TEST + test + b"}"
        )
        entry = JournalEntry(start, self._end - start, result["status"] == "failed", content)
        self.entries[sample.scenario_id, sample.repeat or 0] = entry
        return entry

    def test(self, entry: JournalEntry, *, in_memory: bool) -> RecordedTest:
        """Return a result as a test; it is read now (`in_memory`) or each time it is built."""
        if not in_memory:
            return _StoredTest(self, entry)
        if hasattr(os, "pread"):  # others would move the position of the next write
            return _LoadedTest(os.pread(self._file, entry.size, entry.start))
        return _LoadedTest(self._line(entry))

    def read(self, entry: JournalEntry) -> TestResult:
        """Read a result."""
        return _decoded(self._line(entry))

    def _line(self, entry: JournalEntry) -> bytes:
        with self._path.open("rb") as file:
            file.seek(entry.start)
            return file.read(entry.size)

    def close(self) -> None:
        """Sync to disk and release the journal."""
        try:
            self._try(os.fsync, self._file)
        finally:
            self.forget()

    def forget(self) -> None:
        """Close the file without syncing; in a forked process, which would otherwise keep the lock."""
        _OPEN.discard(self)
        with suppress(OSError):
            os.close(self._file)

    def _opened(self) -> int:
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            raise ConfigurationError(f"journal {self._name} cannot be opened: {error.strerror}") from error
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise ConfigurationError(f"journal {self._name} is not a regular file")
        try:
            lock(file)
        except OSError as error:
            os.close(file)
            raise ConfigurationError(
                f"journal {self._name} is being written by another run; wait for it, or pass another path"
            ) from error
        return file

    def _load(self, header: dict[str, Any], *, resume: bool) -> int:
        """Read the entries, truncate an incomplete last line, and return the end."""
        has_lines = os.fstat(self._file).st_size > 0
        if has_lines and not resume:
            raise ConfigurationError(f"journal {self._name} exists; resume it (resume), or pass another path")
        self._end = self._read(header) if has_lines else 0
        os.ftruncate(self._file, self._end)  # the sample of an incomplete line is played again
        os.lseek(self._file, self._end, os.SEEK_SET)
        self._synced = time.monotonic()
        if not self._end:
            self._write(_encoded(header))
        return self._end

    def _read(self, header: dict[str, Any]) -> int:
        """Read all complete lines; return their end."""
        end = 0
        with open(self._file, "rb", closefd=False) as file, paused_gc():
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    break
                self._add_line(line, number, end, header)
                end += len(line)
        return end

    def _add_line(self, line: bytes, number: int, start: int, header: dict[str, Any]) -> None:
        entry = self._parsed(line, number)
        if number > 1:
            status = entry["status"] if "status" in entry else entry["test"].get("status")
            key = str(entry.get("scenario")), int(entry.get("repeat", 0))
            self.entries[key] = JournalEntry(start, len(line), status == "failed", entry.get("content"))
        elif entry.keys() != header.keys():
            raise ConfigurationError(
                f"line 1 of journal {self._name} must have the keys {', '.join(header)}, got {', '.join(entry)}"
                f"{_misspelt(entry, header)}; pass another path"
            )
        elif entry != header:
            raise ConfigurationError(
                f"journal {self._name} belongs to other scenarios or other repeats, limits and filters; "
                "resume with the same ones, or pass another path"
            )

    def _parsed(self, line: bytes, number: int) -> Mapping[str, Any]:
        try:
            entry = _head(line) or as_object(json.loads(line))
        except ValueError:
            entry = None
        if entry is None or (number > 1 and "crc32" not in entry and as_object(entry.get("test")) is None):
            raise ConfigurationError(f"line {number} of journal {self._name} is damaged; pass another path")
        if number > 1 and not entry.keys() <= _ENTRY_KEYS and (meant := _misspelt(entry, _ENTRY_KEYS)):
            raise ConfigurationError(f"line {number} of journal {self._name} has an unknown key{meant}")
        return entry

    def _write(self, line: bytes) -> None:
        line += b"\n"
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
            # Another worker may still write a result, which must not follow half a line.
            with suppress(OSError):
                os.ftruncate(self._file, self._end)
                os.lseek(self._file, self._end, os.SEEK_SET)
            raise

    def _try(self, act: Any, *arguments: object) -> None:
        try:
            act(*arguments)
        except OSError as error:
            raise AshrLabsError(
                f"cannot write journal {self._name}: {error.strerror}; the results in it are safe: "
                "solve the problem and resume it (resume)"
            ) from error


def _head(line: bytes) -> dict[str, Any] | None:
    """Return an entry without its test, whose checksum is right; None for a line without a checksum.

    Raises:
        ValueError: The line is damaged.
    """
    # A quote inside a JSON string is escaped, so this separator cannot be part of one.
    head, separator, test = line.partition(_TEST)
    if not separator or b'"crc32":' not in head:
        return None
    entry = as_object(json.loads(head + b"}"))
    if entry is None or entry.get("crc32") != zlib.crc32(test.removesuffix(b"}\n")):
        raise ValueError("the checksum is wrong")
    return dict(entry)


def _misspelt(given: Iterable[str], known: Iterable[str]) -> str:
    """Return the suggestion for the first key that is a misspelt one, or an empty string."""
    hints = (missing_key(name, [key for key in given if key not in known]) for name in sorted(known))
    return next(filter(None, hints), "")


def _encoded(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _decoded(line: bytes) -> TestResult:
    return cast("TestResult", json.loads(line)["test"])


def open_journal(settings: Settings, path: str | Path, samples: SampleList | None) -> Journal:
    """Open the journal of a run.

    Args:
        settings: The settings of the run.
        path: The file.
        samples: The samples; None if they come from an iterator. Then each entry identifies its scenario.
    """
    if samples is None:
        chosen = json.dumps([settings.repeats, settings.limit])
        selection = hashlib.sha256(chosen.encode()).hexdigest()
    else:
        selection = digest_of(samples)
    header = {"journal": _FORMAT, "samples": None if samples is None else len(samples), "selection": selection}
    return Journal(Path(path), header, resume=settings.resume or settings.rerun_failed)


def digest_of(samples: Iterable[Sample]) -> str:
    """Return a digest of the scenarios, their content and their repeats."""
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
    # A forked process shares the lock of the open file: if it outlived a killed run, the journal could not be resumed.
    os.register_at_fork(after_in_child=_forget_all)
