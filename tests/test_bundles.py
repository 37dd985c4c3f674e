"""Bundles: the same files give the same bytes, and archives that are not trusted are read within limits."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashr_labs.bundles import BundleLimits, Ignored, Member, opened, pack, read_bundle, unpack
from ashr_labs.errors import ConfigurationError

SMALL = BundleLimits(packed=4_000, unpacked=10_000, members=20)


def header(name: str, kind: bytes = tarfile.REGTYPE, *, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.mode = kind, target, mode
    return made


def archive(*members: tarfile.TarInfo | tuple[tarfile.TarInfo, bytes], kind: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=kind, encoding="utf-8", errors="surrogateescape") as tar:
        for member in members:
            found, content = member if isinstance(member, tuple) else (member, b"")
            found.size = len(content)
            tar.addfile(found, io.BytesIO(content))
    return out.getvalue()


def files(*names: str) -> list[tarfile.TarInfo]:
    return [header(name) for name in names]


def tree(folder: Path) -> Path:
    (folder / "src" / "empty").mkdir(parents=True)
    (folder / "main.py").write_text("print('hello')\n")
    (folder / "src" / "tool.sh").write_text("#!/bin/sh\n")
    (folder / "src" / "tool.sh").chmod(0o755)
    (folder / "src" / "größe.txt").write_text("€")
    (folder / "link").symlink_to("src/tool.sh")
    return folder


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    """Times, owners, the order in the folder and unimportant permissions do not change a bundle."""
    first = pack(tree(tmp_path / "a"))
    other = tree(tmp_path / "b")
    for path in other.rglob("*"):
        os.utime(path, (1, 1), follow_symlinks=False)
    (other / "main.py").chmod(0o600)

    assert first.content == pack(other).content
    assert first.digest == read_bundle(first.content).digest
    assert first.digest.startswith("sha256:")


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "main.py").write_text("print('other')\n"),
        lambda folder: (folder / "main.py").chmod(0o755),
        lambda folder: (folder / "main.py").rename(folder / "mainly.py"),
        lambda folder: (folder / "src" / "empty").rmdir(),
        lambda folder: ((folder / "link").unlink(), (folder / "link").symlink_to("main.py")),
    ],
    ids=["content", "executable", "name", "empty folder", "link"],
)
def test_every_difference_changes_the_digest(tmp_path: Path, change: Callable[[Path], object]) -> None:
    """Content, executable bits, names, empty folders and targets of links count."""
    folder = tree(tmp_path / "a")
    before = pack(folder).digest
    change(folder)

    assert before != pack(folder).digest


def test_a_foreign_archive_of_a_folder_has_the_digest_of_the_folder(tmp_path: Path) -> None:
    """How an archive was made does not count: a hard link is a copy, folders of files need no entry."""
    folder = tree(tmp_path / "a")
    os.link(folder / "main.py", folder / "same.py")
    foreign = io.BytesIO()
    with tarfile.open(fileobj=foreign, mode="w:gz", format=tarfile.GNU_FORMAT) as tar:
        tar.add(folder, "./")
    (tmp_path / "foreign.tar.gz").write_bytes(foreign.getvalue())

    assert pack(folder).digest == read_bundle(foreign.getvalue()).digest
    assert pack(folder).content == pack(tmp_path / "foreign.tar.gz").content


def test_unpacking_gives_the_packed_files(tmp_path: Path) -> None:
    """Files, executable bits, links and empty folders come back."""
    bundle = pack(tree(tmp_path / "a"))
    unpack(bundle.content, tmp_path / "b")

    assert "src/tool.sh" == str((tmp_path / "b" / "link").readlink())
    assert (tmp_path / "b" / "src" / "tool.sh").stat().st_mode & 0o100
    assert (tmp_path / "b" / "src" / "empty").is_dir()
    assert bundle.digest == pack(tmp_path / "b").digest


def test_a_file_is_a_bundle_of_one_member(tmp_path: Path) -> None:
    """A single file is named by its base name, also if it is reached by a link."""
    (tmp_path / "agent.py").write_text("pass")
    (tmp_path / "linked.py").symlink_to("agent.py")

    assert ["agent.py"] == [member.path for member in pack(tmp_path / "agent.py").contents.members]
    assert [("linked.py", "file")] == [(one.path, one.kind) for one in pack(tmp_path / "linked.py").contents.members]


def test_junk_is_left_out(tmp_path: Path) -> None:
    """Version control, caches, environments and `.env` are left out, and what `.ashrignore` lists."""
    names = [
        "a.py",
        "a.pyc",
        ".env",
        ".git/config",
        "x/__pycache__/b",
        "node_modules/m/i.js",
        "logs/1.txt",
        "keep/.env",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / ".ashrignore").write_text("# results\nlogs/\n!keep/.env\n")

    assert ["a.py", "keep/.env", "x"] == [member.path for member in pack(tmp_path).contents.members]


@pytest.mark.parametrize(
    ("pattern", "path", "is_folder", "expected"),
    [
        ("*.log", "a/b.log", False, True),
        ("/*.log", "a/b.log", False, False),
        ("/*.log", "b.log", False, True),
        ("data/", "data", False, False),
        ("data/", "x/data", True, True),
        ("a/**/c", "a/c", False, True),
        ("a/**/c", "a/b/b/c", False, True),
        ("a/*/c", "a/b/b/c", False, False),
        ("?.txt", "ab.txt", False, False),
        ("a.c", "abc", False, False),
        ("!node_modules", "node_modules", True, False),
    ],
)
def test_patterns(pattern: str, path: str, is_folder: bool, expected: bool) -> None:
    """A pattern without `/` matches names, one with `/` paths; the last match decides."""
    assert expected == Ignored.from_lines([pattern]).matches(path, is_folder=is_folder)


REFUSED: list[tuple[str, bytes, str]] = [
    ("absolute", archive(*files("/etc/x")), "'/etc/x' of the bundle must have a path relative"),
    ("parent", archive(*files("a/../../x")), "'a/../../x' of the bundle must stay in the bundle"),
    ("backslash", archive(*files("a\\b")), "must have a name that is valid on all systems"),
    ("drive", archive(*files("C:x")), "must have a name that is valid on all systems"),
    ("empty name", archive(*files("a//b")), "must have a path without empty names"),
    (
        "not UTF-8",
        archive(*files("a\udcff"), kind=tarfile.GNU_FORMAT),
        "'a\\udcff' of the bundle must have a name in UTF",
    ),
    ("long name", archive(*files("a" * 256)), "must have a path of at most 1024 bytes"),
    ("long path", archive(*files("a/" * 600 + "b")), "must have a path of at most 1024 bytes"),
    ("twice", archive(*files("a", "a")), "'a' of the bundle is there twice"),
    ("file and folder", archive(*files("a", "a/b")), "'a/b' of the bundle is below 'a', which is a file"),
    (
        "device",
        archive(header("d", tarfile.CHRTYPE)),
        "'d' of the bundle must be a file, a folder or a link, got a dev",
    ),
    ("pipe", archive(header("p", tarfile.FIFOTYPE)), "got a pipe"),
    ("link out", archive(header("l", tarfile.SYMTYPE, target="../x")), "'l' of the bundle is a link to '../x', which"),
    ("absolute link", archive(header("l", tarfile.SYMTYPE, target="/etc")), "is a link to '/etc', which leads out"),
    (
        "link through links",
        archive(header("d", tarfile.SYMTYPE, target="."), header("l", tarfile.SYMTYPE, target="d/../x")),
        "'l' of the bundle is a link to 'd/../x', which leads out",
    ),
    ("link to itself", archive(header("l", tarfile.SYMTYPE, target="l")), "is a link in a circle"),
    ("below a link", archive(header("l", tarfile.SYMTYPE, target="."), *files("l/x")), "is below 'l', which is a link"),
    ("hard link out", archive(header("h", tarfile.LNKTYPE, target="/etc/passwd")), "'h' of the bundle is a hard link"),
    ("too many", archive(*files(*map(str, range(21)))), "at most 20 members"),
    ("empty", archive(), "must have at least one file"),
    ("too large", archive((header("z"), bytes(20_000))), "must have at most 10,000 bytes together"),
    ("bomb", gzip.compress(bytes(1_000_000)), "must have at most 10,000 bytes together"),
    ("packed size", os.urandom(5_000), "a bundle must have at most 4,000 bytes, got 5,000"),
    ("no gzip", b"PK\3\4" + bytes(100), "must be a tar archive that is compressed by gzip"),
    ("no tar", gzip.compress(b"hello" * 200), "is not a readable tar archive"),
    ("cut off", archive((header("a"), os.urandom(2_000)))[:1_000], "must be a tar archive that is compressed by gzip"),
    ("nothing", b"", "is not a readable tar archive"),
]


@pytest.mark.parametrize(("content", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_archives_that_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """Each is one error that names the member and what must hold, and nothing is written."""
    with pytest.raises(ConfigurationError) as error:
        read_bundle(content, SMALL)
    with pytest.raises(ConfigurationError):
        unpack(content, tmp_path / "out", SMALL)

    assert message in error.value.message
    assert not (tmp_path / "out").exists()


def test_damage_inside_of_an_archive_is_seen() -> None:
    """A header that is damaged does not end the archive without an error."""
    plain = bytearray(gzip.decompress(archive(*files("a", "b"))))
    plain[512] ^= 1

    with pytest.raises(ConfigurationError, match="not a readable tar archive"):
        read_bundle(gzip.compress(bytes(plain)))


def test_large_headers_are_refused_before_they_are_read() -> None:
    """A header that describes the next member has a limit of its own."""
    large = header("a")
    large.pax_headers = {"comment": "x" * 70_000}

    with pytest.raises(ConfigurationError, match="the headers of a bundle must have at most 65,536 bytes each"):
        read_bundle(archive(large))


def test_a_size_in_another_header_is_refused() -> None:
    """A member whose size is not in its own header would hide others from the checks."""
    hidden = header("a")
    hidden.pax_headers = {"size": "512"}

    with pytest.raises(ConfigurationError, match="'a' of the bundle must have its size in its header"):
        read_bundle(archive(hidden))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: os.mkfifo(folder / "pipe"), "the member 'pipe' of the bundle must be a file"),
        (lambda folder: (folder / "out").symlink_to("../x"), "the member 'out' of the bundle is a link to '../x'"),
        (lambda folder: (folder / "big").write_bytes(bytes(10_001)), "at most 10,000 bytes together"),
        (lambda folder: (folder / "noise").write_bytes(os.urandom(9_000)), "at most 4,000 bytes when it is compressed"),
        (lambda folder: [(folder / str(n)).touch() for n in range(21)], "at most 20 members"),
        (lambda folder: (folder / ".ashrignore").write_bytes(b"\xff"), ".ashrignore must be UTF-8"),
        (lambda folder: None, "must have at least one file"),
    ],
    ids=["pipe", "link out", "size", "packed size", "members", "patterns", "empty"],
)
def test_folders_that_are_refused(tmp_path: Path, make: Callable[[Path], object], message: str) -> None:
    """A folder that the platform would refuse is refused before anything is sent."""
    make(tmp_path)

    with pytest.raises(ConfigurationError) as error:
        pack(tmp_path, SMALL)

    assert message in error.value.message


@pytest.mark.parametrize("name", ["missing", "missing.tar.gz", "pipe", "pipe.tgz"])
def test_paths_that_are_refused(tmp_path: Path, name: str) -> None:
    """A path that does not exist, or is not a file, is an error and no endless wait."""
    for pipe in ("pipe", "pipe.tgz"):
        os.mkfifo(tmp_path / pipe)

    with pytest.raises(ConfigurationError, match=name.partition(".")[0]):
        pack(tmp_path / name)


def test_a_folder_with_files_is_not_unpacked_into(tmp_path: Path) -> None:
    """Files that are in a folder already are left as they are."""
    bundle = pack(tree(tmp_path / "a"))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine").write_text("x")

    with pytest.raises(ConfigurationError, match="must be empty or missing"):
        unpack(bundle.content, tmp_path / "b")

    assert ["mine"] == [path.name for path in (tmp_path / "b").iterdir()]


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\\\0:"), min_size=1, max_size=20).filter(
    lambda name: name not in {".", ".."}
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def is_parent(path: str, paths: Iterable[str]) -> bool:
    return any(other.startswith(f"{path}/") for other in paths)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(PATHS, st.binary(max_size=600), min_size=1, max_size=6), st.randoms())
def test_any_archive_of_files_keeps_its_contents(contents: dict[str, bytes], random: Random) -> None:
    """Whatever the names, the order and the format: what is read is what was written, and the digest is the same."""
    wanted = {path: one for path, one in contents.items() if not is_parent(path, contents)}
    members = [(header(path), one) for path, one in wanted.items()]
    random.shuffle(members)
    made = [
        archive(*some, kind=kind) for some, kind in ((members, tarfile.PAX_FORMAT), (members[::-1], tarfile.GNU_FORMAT))
    ]
    with opened(made[0]) as archived:
        read = {member.path: archived.read(member.path) for member in archived.contents.members}

    assert wanted == read
    assert 1 == len({read_bundle(one).digest for one in made})


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 3_000), st.booleans())
def test_any_bytes_are_read_or_refused(noise: bytes, position: int, is_packed: bool) -> None:
    """Damage anywhere in an archive is either harmless or one error, and no other exception."""
    plain = archive((header("a/b"), b"x" * 700), header("l", tarfile.SYMTYPE, target="a/b"), *files("ü" * 90))
    content = bytearray(plain if is_packed else gzip.decompress(plain))
    content[position % len(content) : position % len(content) + len(noise)] = noise
    try:
        found = read_bundle(bytes(content) if is_packed else gzip.compress(bytes(content)), SMALL)
    except ConfigurationError:
        return
    assert all(isinstance(member, Member) and ".." not in member.path.split("/") for member in found.members)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from("abcd"), st.lists(st.sampled_from(["a", "b", "c", "d", "..", "."]), min_size=1, max_size=5)
    )
)
def test_links_that_are_accepted_stay_inside(
    tmp_path_factory: pytest.TempPathFactory, links: dict[str, list[str]]
) -> None:
    """No set of links that is accepted leads the system out of the folder."""
    made = archive(
        *(header(f"x/{name}", tarfile.SYMTYPE, target="/".join(target)) for name, target in links.items()),
        *files("x/f"),
    )
    folder = tmp_path_factory.mktemp("links") / "out"
    try:
        unpack(made, folder)
    except ConfigurationError:
        return
    assert all((folder / "x" / name).resolve().is_relative_to(folder) for name in links)
