"""The spool keeps traces until they are marked as delivered, whatever happens to its files."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.tracing.export.spool import Spool, read_lines


def test_undelivered_traces_are_recovered_in_order(tmp_path: Path) -> None:
    """Undelivered traces are recovered with their content, oldest first; delivered ones are not."""
    first = Spool(tmp_path, 10_000)
    records = [first.write(f"{n:032x}", b"content %d" % n) for n in range(5)]
    assert records[1] is not None
    assert b"content 1" == records[1].read()
    first.done(records[1])
    first.close()

    inherited = Spool(tmp_path, 10_000).recover()

    assert [b"content 0", b"content 2", b"content 3", b"content 4"] == [record.read() for record in inherited]
    assert [f"{n:032x}" for n in (0, 2, 3, 4)] == [record.identifier for record in inherited]


def test_segments_in_use_are_not_recovered(tmp_path: Path) -> None:
    """A segment in use is not recovered by another process; an empty one is removed at the end."""
    mine = Spool(tmp_path, 10_000)
    record = mine.write("a", b"x")
    assert [] == Spool(tmp_path, 10_000).recover()
    assert record is not None
    mine.done(record)
    mine.close()

    assert [] == list(tmp_path.iterdir())


def test_recovered_segment_is_removed_after_delivery(tmp_path: Path) -> None:
    """A recovered segment stays locked until all its traces are delivered, and is then removed."""
    old = Spool(tmp_path, 10_000)
    old.write("a", b"x")
    old.write("b", b"y")
    old.close()
    heir = Spool(tmp_path, 10_000)
    records = heir.recover()
    assert [] == Spool(tmp_path, 10_000).recover() == heir.recover()
    for record in records:
        heir.done(record)

    assert [] == list(tmp_path.iterdir())


def test_files_are_private(tmp_path: Path) -> None:
    """Only the owner can read the folder and the files."""
    Spool(tmp_path / "deep", 1000).write("a", b"x")
    [file] = (tmp_path / "deep").iterdir()

    assert (0o600, 0o700) == (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode))


def test_spool_size_is_limited(tmp_path: Path) -> None:
    """A full spool rejects traces, and segments of other processes count towards the limit."""
    spool = Spool(tmp_path, 1000)
    kept = [spool.write(str(n), b"x" * 400) for n in range(4)]
    assert [True, True, False, False] == [record is not None for record in kept]
    spool.close()

    assert Spool(tmp_path, 1000).write("more", b"x" * 400) is None


def test_uncreatable_directory_disables_the_spool(tmp_path: Path) -> None:
    """If the folder cannot be created, nothing is kept and nothing is raised."""
    (tmp_path / "file").write_text("")
    spool = Spool(tmp_path / "file" / "spool", 1000)

    assert spool.write("a", b"x") is None
    assert [] == spool.recover()
    spool.close()


@given(st.lists(st.binary(min_size=1).filter(lambda data: b"\n" not in data and data != b"-"), max_size=8), st.data())
def test_damage_loses_only_damaged_lines(contents: list[bytes], data: st.DataObject) -> None:
    """In a truncated or changed file every intact line is found, and no line that was never written."""
    from ashr_labs.tracing.export.spool import _line

    written = {f"id{n}": content for n, content in enumerate(contents)}
    lines = [_line(name, content) for name, content in written.items()]
    whole = b"".join(lines)
    cut = data.draw(st.integers(0, len(whole)))
    found = read_lines(whole[:cut])

    intact = [name for n, name in enumerate(written) if len(b"".join(lines[: n + 1])) <= cut + 1]
    assert intact == list(found)
    assert [written[name] for name in intact] == [whole[start : start + size] for start, size, _ in found.values()]


@given(st.lists(st.binary(min_size=1, max_size=20).map(bytes.hex), min_size=1, max_size=6), st.data())
def test_changed_byte_loses_one_line(contents: list[str], data: st.DataObject) -> None:
    """A changed byte loses at most one line, or two if it joins them."""
    from ashr_labs.tracing.export.spool import _line

    lines = [_line(f"id{n}", content.encode()) for n, content in enumerate(contents)]
    whole = bytearray(b"".join(lines))
    where = data.draw(st.integers(0, len(whole) - 1))
    whole[where] ^= data.draw(st.integers(1, 255))
    found = read_lines(bytes(whole))

    assert len(found) >= len(contents) - 2
    assert all(
        whole[start : start + size] == contents[int(name[2:])].encode() for name, (start, size, _) in found.items()
    )


def test_truncated_last_line_is_repaired(tmp_path: Path) -> None:
    """Lines that are appended to a file with a truncated last line are found by the next process."""
    first = Spool(tmp_path, 10_000)
    first.write("a", b"x")
    first.write("b", b"y")
    first.close()
    [file] = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + b"0123 half a li")
    heir = Spool(tmp_path, 10_000)
    [one, _] = heir.recover()
    heir.done(one)
    heir.close()

    assert ["b"] == [record.identifier for record in Spool(tmp_path, 10_000).recover()]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_partial_write_keeps_other_traces(tmp_path: Path) -> None:
    """After a partial write, earlier and later traces are found by the next process."""
    code = f"""
import resource, sys
from pathlib import Path
from ashr_labs.tracing.export.spool import Spool
spool = Spool(Path({str(tmp_path)!r}), 10**9)
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
print([spool.write(name, size * b"x") is not None for name, size in [("a", 500), ("b", 800), ("c", 300), ("d", 800)]])
resource.setrlimit(resource.RLIMIT_FSIZE, limits)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ("[True, False, True, False]\n", "") == (done.stdout, done.stderr)
    assert ["a", "c"] == [record.identifier for record in Spool(tmp_path, 10_000).recover()]


@pytest.mark.skipif(os.name != "posix", reason="links and modes of POSIX")
def test_planted_links_and_pipes_are_ignored(tmp_path: Path) -> None:
    """Links, pipes and folders in the spool are neither followed nor read, and other segments are recovered."""
    folder = tmp_path / "spool"
    first = Spool(folder, 10_000)
    first.write("a", b"x")
    first.close()
    victim = tmp_path / "victim"
    victim.write_bytes(_line_of("evil", b"y"))
    (folder / "0.spool").symlink_to(victim)
    (folder / "1.spool").symlink_to(tmp_path / "made by following a link")
    os.mkfifo(folder / "2.spool")
    (folder / "3.spool").mkdir()

    assert ["a"] == [record.identifier for record in Spool(folder, 10_000).recover()]
    assert _line_of("evil", b"y") == victim.read_bytes()
    assert not (tmp_path / "made by following a link").exists()


@pytest.mark.skipif(os.name != "posix", reason="links and modes of POSIX")
@pytest.mark.parametrize("kind", ["writable by others", "a link", "another user's"])
def test_unsafe_directory_is_not_used(tmp_path: Path, kind: str) -> None:
    """A folder that is a link, belongs to another user or is writable by others is not used."""
    folder, other = tmp_path / "spool", tmp_path / "other"
    other.mkdir(mode=0o700)
    (other / "0.spool").write_bytes(_line_of("evil", b"y"))
    if kind == "a link":
        folder.symlink_to(other)
    else:
        folder = other
    if kind == "writable by others":
        folder.chmod(0o777)
    elif kind == "another user's":
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder away")
        os.chown(folder, 12345, 12345)
    spool = Spool(folder, 10_000)

    assert spool.write("a", b"x") is None
    assert [] == spool.recover()


def test_order_is_kept_when_clock_is_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Traces are sent in the order in which they were written, even if the clock is set back in between."""
    import ashr_labs.tracing.export.spool as module

    monkeypatch.setattr(module, "_SEGMENT_BYTES", 0)
    spool = Spool(tmp_path, 10_000)
    for number, moment in enumerate([5_000, 4_000, 3_000, 6_000]):
        monkeypatch.setattr(module, "time_ns", lambda moment=moment: moment)
        assert spool.write(str(number), b"x") is not None
    assert len(list(tmp_path.iterdir())) > 2
    spool.close()

    assert ["0", "1", "2", "3"] == [record.identifier for record in Spool(tmp_path, 10_000).recover()]


def test_recovery_limits_open_files(tmp_path: Path) -> None:
    """The spools of many dead processes are recovered completely, with a limited number of open files."""
    for number in range(200):
        dead = Spool(tmp_path, 10**6)
        dead.write(f"{number:03d}", b"x")
        dead.close()
    heir = Spool(tmp_path, 10**6)
    found: list[str] = []
    while records := heir.recover():
        assert len(records) <= 80
        for record in records:
            found.append(record.identifier)
            heir.done(record)

    assert [f"{number:03d}" for number in range(200)] == found
    assert [] == list(tmp_path.iterdir())


def _line_of(name: str, content: bytes) -> bytes:
    from ashr_labs.tracing.export.spool import _line

    return _line(name, content)
