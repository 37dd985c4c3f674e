"""The parts of the sandbox engine that decide: frames, paths, limits, control groups, the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.local.sandbox import engines
from ashr_labs.local.sandbox.bubblewrap import Bubblewrap
from ashr_labs.local.sandbox.cgroups import Hierarchy, find_hierarchy
from ashr_labs.local.sandbox.command_line import Layout
from ashr_labs.local.sandbox.engines import EngineStatus, open_engine, survey
from ashr_labs.local.sandbox.errors import SandboxFileError, SandboxUnavailableError
from ashr_labs.local.sandbox.inside.wire import Frames, WireError, frame, pack, pack_map, unpack, unpack_map
from ashr_labs.local.sandbox.limits import DEFAULTS, counts_processes_apart, plan
from ashr_labs.local.sandbox.paths import workspace_path
from ashr_labs.local.sandbox.protocol import MIB, Limits


@given(frames=st.lists(st.tuples(st.binary(min_size=1, max_size=1), st.binary(max_size=300))), size=st.integers(1, 64))
def test_frames_are_kept_however_they_are_split(frames: list[tuple[bytes, bytes]], size: int) -> None:
    """Frames arrive as they were sent, whatever pieces the bytes come in."""
    data = b"".join(frame(kind, payload) for kind, payload in frames)
    reader = Frames()

    found = [one for start in range(0, len(data), size) for one in reader.feed(data[start : start + size])]

    assert frames == found


@given(items=st.lists(st.binary(max_size=50)), mapping=st.dictionaries(st.text(max_size=9), st.binary(max_size=50)))
def test_lists_and_mappings_are_kept(items: list[bytes], mapping: dict[str, bytes]) -> None:
    """A packed list or mapping is unpacked as it was."""
    assert items == unpack(pack(items))
    assert mapping == unpack_map(pack_map(mapping))


@given(data=st.binary(max_size=40))
def test_broken_lists_are_refused(data: bytes) -> None:
    """Any bytes are a list, or are refused; nothing else happens."""
    for read in (unpack, unpack_map):
        try:
            read(data)
        except WireError:
            continue


def test_frame_that_is_too_long_is_refused() -> None:
    """A frame is refused by its length, before its payload is waited for."""
    with pytest.raises(WireError, match="4294967295 bytes"):
        list(Frames().feed(b"D\xff\xff\xff\xff"))


@given(path=st.text(max_size=30))
def test_path_stays_inside(path: str) -> None:
    """Any text is a path below the workspace without `..`, or is refused."""
    try:
        found = workspace_path(path, workspace="/workspace")
    except SandboxFileError:
        return

    assert not found.startswith(b"/")
    assert b".." not in found.split(b"/")


def test_limits_are_totals_with_a_control_group() -> None:
    """With a control group, memory, processors and processes are limited in total."""
    decided = plan(Limits(memory=MIB), group="cgroup v2", sized_files=True, counts_processes=True, allow_missing=False)

    assert {"memory": MIB, "pids": 256 + 64, "cpu": 2.0} == decided.group
    assert "memory" not in decided.rlimits
    assert "1048576 bytes in total (cgroup v2)" == decided.in_force["memory"]


def test_limits_without_a_control_group() -> None:
    """Without one, memory is limited per process, and processors are not; all of it is told."""
    decided = plan(Limits(), group=None, sized_files=True, counts_processes=True, allow_missing=False)

    assert {} == decided.group
    assert (DEFAULTS.memory, 256) == (decided.rlimits["memory"], decided.rlimits["processes"])
    assert "not limited on this machine" == decided.in_force["cpus"]
    assert "2147483648 bytes per process" == decided.in_force["memory"]
    with pytest.raises(SandboxUnavailableError, match="the limits cpus, processes cannot be kept"):
        plan(Limits(cpus=1, processes=5), group=None, sized_files=True, counts_processes=False, allow_missing=False)


@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_limits_are_positive(value: float) -> None:
    """A limit of nothing is refused."""
    with pytest.raises(ValueError, match=r"`limits\.cpus` must be greater than 0"):
        Limits(cpus=value)


@pytest.mark.parametrize(
    ("release", "apart"), [("5.13.0", False), ("5.14.0-503.el9", True), ("6.1.0-18-amd64", True), ("4.19", False)]
)
def test_kernels_that_count_processes_apart(release: str, apart: bool) -> None:
    """Kernels count processes per user namespace since 5.14."""
    assert apart == counts_processes_apart(release)


def test_control_groups_of_version_2(tmp_path: Path) -> None:
    """On version 2, groups are made in the nearest group that hands out all controllers."""
    (tmp_path / "system.slice/ashr.service/server").mkdir(parents=True)
    for folder, handed_out in (("", "cpu memory pids"), ("system.slice", "cpu"), ("system.slice/ashr.service", "")):
        (tmp_path / folder / "cgroup.subtree_control").write_text(handed_out)
    hierarchy = find_hierarchy(tmp_path, "0::/system.slice/ashr.service/server\n")
    assert hierarchy is not None

    group = hierarchy.make({"memory": 5 * MIB, "pids": 9, "cpu": 0.5})
    written = {file.name: file.read_text() for folder in group.folders for file in folder.iterdir()}

    assert ("cgroup v2", tmp_path) == (hierarchy.name, group.folders[0].parent)
    assert {
        "memory.max": "5242880",
        "memory.swap.max": "0",
        "pids.max": "9",
        "cpu.max": "50000 100000",
    } == written


def test_control_groups_of_version_1(tmp_path: Path) -> None:
    """On version 1, each controller has a group of its own."""
    for controller in ("memory", "pids", "cpu"):
        (tmp_path / controller).mkdir()
        (tmp_path / controller / "cgroup.procs").write_text("")
    hierarchy = find_hierarchy(tmp_path, "4:memory:/gone\n3:pids:/\n2:cpu:/\n0::/\n")
    assert hierarchy is not None

    group = hierarchy.make({"memory": MIB, "pids": 9, "cpu": 2})
    written = {file.name: file.read_text() for folder in group.folders for file in folder.iterdir()}

    assert "cgroup v1" == hierarchy.name
    assert {
        "memory.limit_in_bytes": "1048576",
        "pids.max": "9",
        "cpu.cfs_period_us": "100000",
        "cpu.cfs_quota_us": "200000",
    } == written


@pytest.mark.parametrize("own", ["", "0::/\n", "4:memory:/\n3:pids:/\n"])
def test_machine_without_usable_control_groups(tmp_path: Path, own: str) -> None:
    """Where a controller is missing or may not be used, there is no group."""
    assert find_hierarchy(tmp_path, own) is None


def test_groups_of_dead_servers_are_removed(tmp_path: Path) -> None:
    """Groups of servers that have ended are removed, those of others are kept."""
    dead, alive = tmp_path / "ashr-sandbox.4194999.aa", tmp_path / f"ashr-sandbox.{os.getpid()}.aa"
    for folder in (dead, alive, tmp_path / "other"):
        folder.mkdir()

    assert 1 == Hierarchy(2, {"memory": tmp_path}).remove_left_over()
    assert (False, True) == (dead.exists(), alive.exists())


def test_refused_control_group_is_told(tmp_path: Path) -> None:
    """A group that cannot be made is an error that names the reason."""
    with pytest.raises(SandboxUnavailableError, match="cgroup v2 cannot be used"):
        Hierarchy(2, {"memory": tmp_path / "missing"}).make({"memory": 1})


def test_root_becomes_another_user_first() -> None:
    """As root the outer command makes folders reachable and changes the user; other users do not need it."""
    options = {"files": {}, "options": (), "control": 9, "sizes": (1, 2)}
    root = Layout("/usr/bin/bwrap", "/usr/bin/setpriv").command(uid=12345, **options)  # type: ignore[arg-type]
    user = Layout("/usr/bin/bwrap").command(uid=None, **options)  # type: ignore[arg-type]

    assert "--reuid=12345" in root
    assert root[root.index("--clear-groups") :].count("/usr/bin/bwrap") == 1
    assert "--dev-bind" not in user
    for command in (root, user):
        assert {"--unshare-all", "--disable-userns", "--as-pid-1", "--new-session"} <= {*command}


def test_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bubblewrap no sandbox is made, and the message names the package."""
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(SandboxUnavailableError, match="install the package `bubblewrap`"):
        open_engine()
    assert [EngineStatus("bubblewrap", works=False, reason=found.reason) for found in survey()[:1]] == survey()[:1]


def test_machine_that_forbids_namespaces_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where bubblewrap is there but fails, its own message is in the error."""
    for name in ("bwrap", "setpriv"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2; exit 1\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(SandboxUnavailableError, match=r"does not work here: .*No permissions to create new namespace"):
        Bubblewrap()


def test_plain_subprocesses_are_never_the_default() -> None:
    """Without a setting, an engine that isolates is used, or none."""
    assert "unsafe-subprocess" in engines.ENGINES
    assert "unsafe-subprocess" not in [status.name for status in survey()]
