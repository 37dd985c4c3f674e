"""The spool keeps what it is given until it is told that it is delivered, whatever happens to the file."""

from __future__ import annotations

import stat
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.tracing.spool import Spool, read_lines


def test_the_next_process_gets_what_is_not_delivered_in_order(tmp_path: Path) -> None:
    """What was noted as delivered is not handed on; the rest is, oldest first, with its content."""
    first = Spool(tmp_path, 10_000)
    places = [first.keep(f"{n:032x}", b"content %d" % n) for n in range(5)]
    assert places[1] is not None
    assert b"content 1" == places[1].read()
    first.done(places[1])
    first.close()

    inherited = Spool(tmp_path, 10_000).inherit()

    assert [b"content 0", b"content 2", b"content 3", b"content 4"] == [place.read() for place in inherited]
    assert [f"{n:032x}" for n in (0, 2, 3, 4)] == [place.identifier for place in inherited]


def test_nobody_takes_what_another_still_has(tmp_path: Path) -> None:
    """The file of a spool that is in use is left alone; an empty one is removed at the end."""
    mine = Spool(tmp_path, 10_000)
    place = mine.keep("a", b"x")
    assert [] == Spool(tmp_path, 10_000).inherit()
    assert place is not None
    mine.done(place)
    mine.close()

    assert [] == list(tmp_path.iterdir())


def test_what_is_inherited_can_be_delivered_and_is_gone_then(tmp_path: Path) -> None:
    """Once all that was inherited is delivered, its file is removed; until then nobody else gets it."""
    old = Spool(tmp_path, 10_000)
    old.keep("a", b"x")
    old.keep("b", b"y")
    old.close()
    heir = Spool(tmp_path, 10_000)
    places = heir.inherit()
    assert [] == Spool(tmp_path, 10_000).inherit() == heir.inherit()
    for place in places:
        heir.done(place)

    assert [] == list(tmp_path.iterdir())


def test_the_files_are_private(tmp_path: Path) -> None:
    """Only their owner can read the folder and the files."""
    Spool(tmp_path / "deep", 1000).keep("a", b"x")
    [file] = (tmp_path / "deep").iterdir()

    assert (0o600, 0o700) == (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode))


def test_the_size_is_limited(tmp_path: Path) -> None:
    """Beyond its size the spool takes nothing, and what others left counts."""
    spool = Spool(tmp_path, 1000)
    kept = [spool.keep(str(n), b"x" * 400) for n in range(4)]
    assert [True, True, False, False] == [place is not None for place in kept]
    spool.close()

    assert Spool(tmp_path, 1000).keep("more", b"x" * 400) is None


def test_a_folder_that_cannot_be_made_costs_the_spool_only(tmp_path: Path) -> None:
    """Where nothing can be written nothing is kept, and nothing raised."""
    (tmp_path / "file").write_text("")
    spool = Spool(tmp_path / "file" / "spool", 1000)

    assert spool.keep("a", b"x") is None
    assert [] == spool.inherit()
    spool.close()


@given(st.lists(st.binary(min_size=1).filter(lambda data: b"\n" not in data and data != b"-"), max_size=8), st.data())
def test_damage_costs_the_damaged_lines_only(contents: list[bytes], data: st.DataObject) -> None:
    """However a file is cut or changed, every line that is whole is found, and nothing that was never written."""
    from ashr_labs.tracing.spool import _line

    written = {f"id{n}": content for n, content in enumerate(contents)}
    lines = [_line(name, content) for name, content in written.items()]
    whole = b"".join(lines)
    cut = data.draw(st.integers(0, len(whole)))
    found = read_lines(whole[:cut])

    intact = [name for n, name in enumerate(written) if len(b"".join(lines[: n + 1])) <= cut + 1]
    assert intact == list(found)
    assert [written[name] for name in intact] == [whole[start : start + size] for start, size in found.values()]
