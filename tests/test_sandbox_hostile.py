"""Commands that try to get out of a sandbox, to disturb it, or to outlive it."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from ashr_labs._secret import Secret
from ashr_labs.local.sandbox.errors import SandboxError, SandboxFileError
from ashr_labs.local.sandbox.protocol import MIB, Engine, Limits, Sandbox, SandboxRequest
from ashr_labs.local.sandbox.seccomp import compiled_filter
from support.sandboxes import ISOLATING, engine_or_skip, processes_with, sandbox_of

pytestmark = pytest.mark.integration

OUTSIDE = "outside-of-the-sandbox"


@pytest.fixture(scope="module", params=ISOLATING, name="engine")
def _engine(request: pytest.FixtureRequest) -> Generator[Engine]:
    engine = engine_or_skip(request.param)
    yield engine
    engine.close()


@pytest.fixture(scope="module", name="shared")
def _shared(engine: Engine) -> Generator[Sandbox]:
    with sandbox_of(engine) as sandbox:
        yield sandbox


@pytest.fixture(name="outside")
def _outside(tmp_path: Path) -> Path:
    """A file of the machine that everybody may read and write."""
    file = tmp_path / "outside"
    file.write_text(OUTSIDE)
    file.chmod(0o666)
    for folder in (tmp_path, *tmp_path.parents[:-1]):
        if folder != Path("/tmp"):
            folder.chmod(0o755)
    return file


@pytest.mark.parametrize(
    "attempt",
    [
        "cat {path}",
        "ln -s {path} link; cat link",
        "cat ../../../../../../..{path}",
        "cat /proc/1/root{path}",
        "cat /proc/self/root/../..{path}",
        "for fd in /proc/1/fd/* /proc/self/fd/*; do cat $fd{path}; done",
        "cd /proc/1/cwd && cat ..{path}",
        "echo changed > {path}",
        "rm -f {path}",
        "chmod 000 {path}",
    ],
)
def test_files_of_the_machine_are_out_of_reach(shared: Sandbox, outside: Path, attempt: str) -> None:
    """No path leads to a file of the machine, not even to one that everybody may read and write."""
    result = shared.exec(attempt.format(path=outside), timeout=20)

    assert OUTSIDE not in (result.stdout + result.stderr).decode()
    assert (OUTSIDE, 0o666) == (outside.read_text(), outside.stat().st_mode & 0o777)


@pytest.mark.parametrize(
    "path",
    [
        "/usr/x",
        "/etc/x",
        "/etc/passwd",
        "/bin/sh",
        "/x",
        "/dev/x",
        "/run/ashr/inside/wire.py",
        "/proc/sys/kernel/hostname",
    ],
)
def test_system_is_read_only(shared: Sandbox, path: str) -> None:
    """Nothing is written outside of the workspace and /tmp."""
    result = shared.exec(f"echo x > {path}")

    assert 0 != result.exit_code


def test_only_chosen_files_of_etc_are_there(shared: Sandbox) -> None:
    """Passwords, keys and the names of other machines are not in the sandbox."""
    names = shared.exec("ls /etc; ls /root /home /var/log /sys /boot; ls /dev").stdout.decode().split()

    assert not {"shadow", "ssh", "ssl/private", "hostname", "resolv.conf", "sudoers", "machine-id"} & set(names)
    assert not {"kmsg", "mem", "kvm", "fuse", "sda", "vda", "kcore"} & set(names)


def race_for_links(sandbox: Sandbox) -> None:
    sandbox.exec(
        "mkdir -p a/b c; echo inside > a/b/file; "
        "while [ ! -e stop ]; do mv a x 2>/dev/null; ln -s /etc a; rm a; mv x a; done",
        timeout=30,
    )


def test_races_between_links_and_folders_lead_nowhere(engine: Engine) -> None:
    """While a folder is exchanged for a link again and again, reads see the file or an error, and nothing else."""
    seen: set[bytes | str] = set()
    with sandbox_of(engine) as sandbox:
        racing = threading.Thread(target=race_for_links, args=(sandbox,))
        racing.start()
        for number in range(300):
            try:
                seen.add(sandbox.read("a/passwd" if number % 2 else "a/b/file"))
            except SandboxFileError as error:
                seen.add(error.code)
        sandbox.write("stop", b"")
        racing.join()

    assert seen <= {b"inside\n", "missing", "link"}


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection((host, 80), 2)",
        "socket.create_connection(('127.0.0.1', port), 2)",
        "socket.create_connection(('169.254.169.254', 80), 2)",
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('8.8.8.8', 53)); s.send(b'x'); s.recv(1)",
        "socket.create_connection(('2001:4860:4860::8888', 53), 2)",
        "socket.getaddrinfo('example.com', 80)",
        "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
        "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "s = socket.socket(socket.AF_UNIX); s.connect('\\0' + abstract)",
        "s = socket.socket(socket.AF_UNIX); s.connect(path)",
        "socket.socket(40, socket.SOCK_STREAM).connect((2, port))",
    ],
)
def test_no_network_leads_out(shared: Sandbox, tmp_path: Path, code: str) -> None:
    """No protocol reaches the machine, its network, or the address of cloud metadata."""
    path, abstract = str(tmp_path / "s"), f"ashr-test-{os.getpid()}"
    with (
        socket.create_server(("0.0.0.0", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as named,
        socket.socket(socket.AF_UNIX) as unnamed,
    ):
        for server, address in ((named, path), (unnamed, "\0" + abstract)):
            server.bind(address)
            server.listen()
        port = tcp.getsockname()[1]
        host = socket.gethostbyname(socket.gethostname())
        names = f"host, port, path, abstract = {host!r}, {port}, {path!r}, {abstract!r}"
        result = shared.exec(
            ["python3", "-c", f"import socket\nsocket.setdefaulttimeout(2)\n{names}\n{code}"], timeout=30
        )

    assert (1, True) == (result.exit_code, b"rror" in result.stderr), result


def test_only_the_loopback_is_there(shared: Sandbox) -> None:
    """The sandbox has no interface but its own loopback, which works."""
    result = shared.exec(["python3", "-c", "import socket; print([name for _, name in socket.if_nameindex()])"])
    serve = "import socket; s = socket.create_server(('localhost', 0)); socket.create_connection(s.getsockname())"

    assert b"['lo']\n" == result.stdout
    assert 0 == shared.exec(["python3", "-c", serve]).exit_code


def test_processes_of_the_machine_are_out_of_sight(shared: Sandbox) -> None:
    """A sandbox sees its own processes only, and a signal to all reaches none of the machine."""
    result = shared.exec(f"ls /proc | grep -c '^[0-9]*$'; kill -0 {os.getpid()}")

    assert int(result.stdout) < 20
    assert 0 != result.exit_code


SUPERVISOR_ATTACKS = {
    "kill": "kill -9 1; kill -TERM 1; kill -STOP 1; kill -HUP 1",
    "kill all": "kill -9 -1",
    "memory": "cat /proc/1/mem /proc/1/environ /proc/1/maps; ls /proc/1/fd && exit 99",
    "write memory": 'python3 -c \'open("/proc/1/mem", "r+b")\' && exit 99',
    "trace": "python3 -c 'import ctypes; exit(99 if ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0 else 1)'",
    "limits": "prlimit --pid 1 --nofile=1:1 && exit 99",
    "oom": "echo 1000 > /proc/1/oom_score_adj && exit 99",
    "reapers": "for p in $(ls /proc | grep '^[0-9]*$'); do [ $p -gt 1 ] && kill -STOP $p; done",
}


@pytest.mark.parametrize("attack", SUPERVISOR_ATTACKS.values(), ids=list(SUPERVISOR_ATTACKS))
def test_supervisor_withstands_its_processes(engine: Engine, attack: str) -> None:
    """Commands can neither end, stop, read nor change what runs them; the sandbox goes on."""
    with sandbox_of(engine) as sandbox:
        result = sandbox.exec(attack, timeout=1.5)

        assert 99 != result.exit_code
        assert b"fine\n" == sandbox.exec("echo fine", timeout=20).stdout


def test_processes_without_reaper_are_killed(engine: Engine) -> None:
    """A command that kills what watches it cannot leave processes behind."""
    with sandbox_of(engine) as sandbox:
        result = sandbox.exec("(setsid sleep 5432109 &); sleep 0.2; kill -9 $PPID; sleep 5432109", timeout=20)
        time.sleep(0.2)
        left = sandbox.exec("pgrep -f 'sleep 543210[9]'")

    assert (137, 1) == (result.exit_code, left.exit_code)


def test_fork_bomb_is_held_and_ends(engine: Engine) -> None:
    """Processes are limited; the sandbox answers meanwhile, and the time-out ends all of them."""
    bomb = "import os\nwhile True:\n try: os.fork()\n except OSError: pass"
    with sandbox_of(engine, limits=Limits(processes=40)) as sandbox:
        process = sandbox.spawn(["python3", "-c", bomb])
        time.sleep(0.5)
        during = sandbox.exec(["echo", "alive"], timeout=20)
        process.kill()
        process.wait()
        after = sandbox.exec("ls /proc | grep -c '^[0-9]*$'", timeout=20)

    assert b"alive\n" == during.stdout or b"cannot run" in during.stderr or 128 + 9 == during.exit_code
    assert int(after.stdout) < 10


def test_fork_bomb_of_a_shell_runs_out_of_time(engine: Engine) -> None:
    """The classic one ends with its command."""
    with sandbox_of(engine, limits=Limits(processes=60)) as sandbox:
        result = sandbox.exec(["bash", "-c", "b() { b | b & }; b; sleep 60"], timeout=1)
        after = sandbox.exec("ls /proc | grep -c '^[0-9]*$'", timeout=20)

    assert 124 == result.exit_code
    assert int(after.stdout) < 10


MEMORY_BOMBS = {
    "one process": "x = bytearray(300 << 20)",
    "many processes": "import os\nfor _ in range(8): os.fork()\nx = bytearray(60 << 20); import time; time.sleep(2)",
    "shared memory": "import mmap\nx = mmap.mmap(-1, 300 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1",
    "file in memory": "import os\nf = os.memfd_create('x')\nfor _ in range(300): os.write(f, bytes(1 << 20))",
}


@pytest.mark.parametrize("bomb", MEMORY_BOMBS.values(), ids=list(MEMORY_BOMBS))
def test_memory_is_limited(engine: Engine, bomb: str) -> None:
    """All processes together cannot have more memory than allowed, by whatever means, and the sandbox goes on."""
    with sandbox_of(engine, limits=Limits(memory=100 * MIB)) as sandbox:
        if "total" not in sandbox.in_force["memory"]:
            pytest.skip("memory is limited per process on this machine")
        result = sandbox.exec(["python3", "-c", f"{bomb}\nprint('got it')"], timeout=30)

        assert b"got it" not in result.stdout or "many" in bomb
        assert 0 != result.exit_code or "fork" in bomb
        assert b"fine\n" == sandbox.exec("echo fine", timeout=20).stdout


@pytest.mark.parametrize("place", ["/workspace", "/tmp", "/dev/shm", "/dev", "/", "/run", "/var"])
def test_disk_is_limited(engine: Engine, place: str) -> None:
    """No folder takes more than allowed; after removing the file, there is space again."""
    with sandbox_of(engine, limits=Limits(disk=8 * MIB, temporary=8 * MIB)) as sandbox:
        result = sandbox.exec(f"head -c 100000000 /dev/zero > {place}/big; stat -c %s {place}/big; rm -f {place}/big")
        sandbox.write("small", b"x" * 1000)

    assert int(result.stdout or b"0") <= 64 * MIB


def test_many_empty_files_end_somewhere(engine: Engine) -> None:
    """Files without content are limited by the memory that their names take, or by the listing, and do no harm."""
    with sandbox_of(engine) as sandbox:
        sandbox.exec("mkdir d; cd d; seq 1 20000 | xargs touch", timeout=60)

        assert 20_001 == len(sandbox.list().entries)


def test_deep_trees_are_counted(engine: Engine) -> None:
    """A tree that is deeper than any real one is listed down to a depth, and the rest is counted."""
    deep = "import os\nfor _ in range(1000):\n os.mkdir('d'); os.chdir('d')"
    with sandbox_of(engine) as sandbox:
        sandbox.exec(["python3", "-c", deep], timeout=30)
        found = sandbox.list()

    assert (201, 1) == (len(found.entries), found.too_deep)


def test_gigabyte_of_output_is_dropped(engine: Engine) -> None:
    """1 GB of output costs neither memory nor a stuck command."""
    with sandbox_of(engine) as sandbox:
        result = sandbox.exec("head -c 1000000000 /dev/zero", timeout=100, output_limit=MIB)

    assert (0, MIB, 1_000_000_000) == (result.exit_code, len(result.stdout), result.stdout_bytes)


def test_unreadable_files_are_counted(engine: Engine) -> None:
    """A file without permissions is listed without a checksum, and counted."""
    with sandbox_of(engine) as sandbox:
        sandbox.exec("echo x > secret; chmod 000 secret; mkdir closed; touch closed/file; chmod 000 closed")
        found = sandbox.list()

    assert [("closed", None), ("secret", None)] == [(entry.path, entry.sha256) for entry in found.entries]
    assert 2 == found.unreadable


PRIVILEGED = {
    "mount": "mount -t tmpfs none /mnt",
    "bind": "mount --bind / /workspace",
    "user namespace": "unshare --user true",
    "mount namespace": "unshare --mount true",
    "join": "nsenter -t 1 -m true",
    "chroot": "chroot / true",
    "clock": "date -s 2001-01-01",
    "host name": "hostname other",
    "device": "mknod device c 1 1",
    "other user": "setpriv --reuid 0 true",
    "su": "su -c true",
    "give away": "touch f; chown 0 f",
    "priority": "nice -n -5 true 2>&1 | grep -q denied && exit 1",
    "raise limits": "ulimit -n 1000000",
    "modules": "python3 -c 'import ctypes; exit(ctypes.CDLL(None).syscall(313, 0, 0, 0) != 0)'",
    "reboot": "python3 -c 'import ctypes; exit(ctypes.CDLL(None).reboot(0x1234567) != 0)'",
    "keys": "python3 -c 'import ctypes; exit(ctypes.CDLL(None).syscall(250, 0, -3, 1) < 0)'",
    "io_uring": "python3 -c 'import ctypes; exit(ctypes.CDLL(None).syscall(425, 1, 0) < 0)'",
    "bpf": "python3 -c 'import ctypes; exit(ctypes.CDLL(None).syscall(321, 0, 0, 0) != 0)'",
    "terminal": "python3 -c 'import fcntl, termios; fcntl.ioctl(0, termios.TIOCSTI, b\"x\")'",
}


@pytest.mark.parametrize("command", PRIVILEGED.values(), ids=list(PRIVILEGED))
def test_privileged_operations_are_refused(shared: Sandbox, command: str) -> None:
    """Operations that would change the machine or gain privileges fail."""
    if compiled_filter() is None and "syscall" in command:
        pytest.skip("libseccomp is not installed")

    assert 0 != shared.exec(command, timeout=20).exit_code


def test_no_privileges_are_left(shared: Sandbox) -> None:
    """Processes have no capability, and cannot gain any."""
    status = dict(line.split(":\t", 1) for line in shared.exec("cat /proc/self/status").stdout.decode().splitlines())

    assert {"0" * 16} == {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    assert "1" == status["NoNewPrivs"]
    assert ["1000"] * 4 == status["Uid"].split()


def test_processes_are_no_users_of_the_machine(engine: Engine) -> None:
    """Seen from the machine, the processes belong to a user that owns nothing else."""
    with sandbox_of(engine) as sandbox:
        process = sandbox.spawn("sleep 9876543")
        until = time.monotonic() + 10
        while not (found := processes_with("sleep\0" + "9876543")) and time.monotonic() < until:
            time.sleep(0.01)
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in found}
        process.close()

    assert owners
    assert 0 not in owners
    assert owners == {os.getuid()} or not owners & {os.getuid(), 1000, 65534}


def test_secrets_are_in_variables_only(engine: Engine) -> None:
    """A secret is in no command line of the machine, and in no file of the sandbox."""
    sandbox = engine.create(SandboxRequest("secret", secrets={"KEY": Secret("hunter2-hunter2")}))
    try:
        process = sandbox.spawn("echo ready; cat")
        next(process.output())
        visible = processes_with("hunter2-hunter2")
        process.close()
        found = sandbox.exec("grep -rl $(echo hunter3 | tr 3 2) /workspace /tmp /etc /run; cat /proc/*/cmdline")
    finally:
        sandbox.destroy()

    assert [] == visible
    assert b"hunter2" not in found.stdout


def test_garbage_on_descriptors_of_the_supervisor_reaches_nobody(shared: Sandbox) -> None:
    """A command has its three standard descriptors and no others, so it cannot answer in the supervisor's name."""
    result = shared.exec(["python3", "-c", "import os; print(sorted(os.listdir('/proc/self/fd')))"])

    assert b"['0', '1', '2', '3']\n" == result.stdout  # 3 is the folder itself


def test_too_many_programs_are_refused(engine: Engine) -> None:
    """More programs at once than the supervisor has descriptors for are refused, and the sandbox goes on."""
    with sandbox_of(engine, limits=Limits(processes=1000)) as sandbox:
        processes = [sandbox.spawn(["cat"]) for _ in range(130)]
        with pytest.raises(SandboxError, match="open requests and background processes"):
            processes[-1].wait()
        for process in processes:
            process.kill()
        for process in processes[:100]:
            process.wait()
        for process in processes:
            process.close()

        assert b"fine\n" == sandbox.exec("echo fine", timeout=20).stdout
