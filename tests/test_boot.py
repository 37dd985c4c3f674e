"""Booting of specs: services, fixtures, setup, secrets, and what fails a boot."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ashr_labs import ValidationError
from ashr_labs._files import FileLock
from ashr_labs.local.boot import Booter, BootError, BootRequest, BootSettings
from ashr_labs.local.boot.fixtures import Preparation
from ashr_labs.local.boot.services.postgres import Template
from ashr_labs.local.sandbox.bubblewrap import Bubblewrap
from ashr_labs.local.sandbox.protocol import Engine, Sandbox, SandboxRequest
from ashr_labs.specs import GitRepo, Setup, parse_spec
from support.boots import booted, output
from support.git_server import ADDRESS, git_server

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed"),
]


TEMPLATE = Template()


@pytest.fixture(name="engine", scope="module")
def _engine() -> Iterator[Bubblewrap]:
    engine = Bubblewrap()
    yield engine
    engine.close()


@pytest.fixture(name="booter", scope="module")
def _booter(engine: Bubblewrap) -> Booter:
    return Booter(engine, BootSettings(ready_seconds=20), template=TEMPLATE)


def test_services_are_real_and_reached_by_name(booter: Booter) -> None:
    """Two databases on one port, a cache and a mock answer under their names, with the users and data of the spec."""
    text = """
secrets: [{name: PW, from: generated}]
services:
  - name: db
    image: postgres
    env: {POSTGRES_USER: shop, POSTGRES_PASSWORD: "{{ secrets.PW }}", POSTGRES_DB: orders}
  - {name: other, image: postgres, wait_for: "pg_isready -h other"}
  - {name: cache, image: redis}
  - {name: mail, type: http_mock, routes: [{path: /hello, response: hi}]}
fixtures:
  - {type: sql, service: db, sql: "CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2)"}
network: {dns_overrides: {api.mail.example: mail}}
"""
    world = booted(booter, text)

    count = "psql -h db -U shop orders -Atc 'SELECT count(*) FROM orders'"
    assert "2\n" == output(world, f"PGPASSWORD=$PW {count}")
    assert 2 == world.exec(f"PGPASSWORD=wrong {count}").exit_code
    assert "1\n" == output(world, "psql -h other -U postgres -Atc 'SELECT 1'")
    assert "PONG\n" == output(world, "redis-cli -h cache ping")
    fetch = "python3 -c \"import urllib.request as u; print(u.urlopen('http://{}:8080/hello').read())\""
    assert "b'hi'\n" == output(world, fetch.format("mail")) == output(world, fetch.format("api.mail.example"))
    assert {"db": ("db", 5432), "other": ("other", 5432), "cache": ("cache", 6379), "mail": ("mail", 8080)} == {
        name: (status.host, status.port) for name, status in world.services.items() if status.ready
    }
    world.sandbox.destroy()


def test_fixtures_setup_and_drift_are_applied_in_order(booter: Booter) -> None:
    """Fixtures come first, then files and commands of the setup, and what drifts last."""
    text = """
fixtures:
  - {type: drift, commands: ["echo drift >> log; rm data/a.txt"]}
  - {type: directory, path: data, files: {a.txt: one, sub/b.txt: two}}
setup:
  files: [{path: /workspace/app/run.sh, content: "cat data/a.txt >> log\\n"}]
  commands: ["sh app/run.sh", "echo $LEVEL >> log"]
  env: {LEVEL: 3}
"""
    world = booted(booter, text)

    assert "one3\ndrift\n" == output(world, "cat log")
    assert ["app/run.sh", "data/sub/b.txt", "log"] == [one.path for one in world.baseline.entries if one.kind == "file"]
    assert "3\n" == output(world, "echo $LEVEL")
    world.sandbox.destroy()


def test_secrets_are_variables_in_their_scope(booter: Booter) -> None:
    """Given values win over those of the spec, generated ones differ, and each is only where its scope says."""
    text = """
secrets:
  - GIVEN
  - {name: FIXED, from: "static://one"}
  - {name: MADE, from: generated}
  - {name: BUILD, from: "static://two", scope: setup}
  - {name: INNER, from: "static://three", scope: services}
setup: {commands: ["echo $GIVEN-$BUILD-$INNER > built"]}
"""
    first, second = (booted(booter, text, {"GIVEN": "g", "MORE": "m", "FIXED": "f"}) for _ in range(2))

    assert "g-two-\n" == output(first, "cat built")
    assert "g f m  \n" == output(first, 'echo "$GIVEN $FIXED $MORE $BUILD $INNER"')
    one, other = (output(world, "echo $MADE") for world in (first, second))
    assert len(one) == len(other) == len("\n") + 64
    assert one != other
    for world in (first, second):
        world.sandbox.destroy()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("secrets: [A, B, {name: C, from: generated}]", r"2 secrets of the spec 'test' must be given .*: A, B"),
        ("base: ubuntu:24.04\nsetup: {packages: [rich]}", r"`base` names the image .*; `setup\.packages` needs"),
        ("services: [{name: q, image: 'rabbitmq:3'}]", "'q' is 'rabbitmq:3', which needs Docker"),
        ("services: [{name: q, image: 'postgres:9'}]", "is the one that is installed"),
        (
            "secrets: [{name: A, from: generated, scope: agent}]\n"
            "services: [{name: d, image: postgres, env: {POSTGRES_PASSWORD: '{{ secrets.A }}'}}]",
            "its `scope` is another one",
        ),
    ],
)
def test_what_cannot_be_honoured_is_refused_before_anything_starts(text: str, message: str, booter: Booter) -> None:
    """A key that the engine cannot honour, or a secret without a value, is an error by name."""
    with pytest.raises(ValidationError, match=message):
        booted(booter, text)


class Recording:
    """An engine that keeps what it has made."""

    allows_hosts = False
    runs_images = False
    has_local_system = True

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.name
        self.made: list[Sandbox] = []

    def create(self, request: SandboxRequest) -> Sandbox:
        self.made.append(self._engine.create(request))
        return self.made[-1]

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "services: [{name: db, image: postgres, wait_for: 'false'}]",
            r"the service 'db' was not ready within 2 seconds; the last lines of its log:\n[^$]*ready to accept",
        ),
        (
            "services: [{name: db, image: postgres, env: {POSTGRES_HOST_AUTH_METHOD: magic}}]",
            r"the service 'db' ended before it was ready; the last lines of its log:\n[^$]*magic",
        ),
        (
            "services: [{name: a, image: redis, wait_for: 'sleep 60'}]",
            r"the service 'a' was not ready within 2 seconds",
        ),
        (
            "services: [{name: db, image: postgres}]\nfixtures: [{type: sql, service: db, sql: 'SELECT 1; SELEC 2'}]",
            r"fixtures\[0\]: SQL for the service 'db' failed: .*syntax error",
        ),
        (
            "services: [{name: db, image: postgres}]\nfixtures: [{type: sql, service: db, path: none.sql}]",
            r"fixtures\[0\]: .*none\.sql",
        ),
        ("setup: {commands: ['true', 'echo why >&2; exit 3']}", r"setup\.commands\[1\]: .* exit code 3: why"),
        ("setup: {files: [{path: a, content: ''}, {path: a/b, content: ''}]}", r"setup\.files: .*a/b"),
        ("fixtures: [{type: drift, commands: ['exit 4']}]", r"fixtures\[0\]\.commands\[0\]: .* exit code 4"),
    ],
)
def test_a_failing_boot_says_why_and_leaves_nothing(text: str, message: str, engine: Bubblewrap) -> None:
    """The error has the place in the spec, and the end of the log or of the output; the sandbox is gone."""
    recording = Recording(engine)
    booter = Booter(recording, BootSettings(ready_seconds=2), template=TEMPLATE)
    with pytest.raises(BootError, match=message):
        booted(booter, text)

    assert recording.made
    assert not any(sandbox.is_alive for sandbox in recording.made)


def test_a_setup_that_never_ends_fails_the_boot(engine: Bubblewrap) -> None:
    """Fixtures and setup have a limit of time together."""
    booter = Booter(engine, BootSettings(setup_seconds=0.3))
    with pytest.raises(BootError, match=r"setup\.commands\[0\]: the command ran out of time: started"):
        booted(booter, "setup: {commands: ['echo started; sleep 60']}")


@pytest.fixture(name="fixtures", scope="module")
def _fixtures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of fixtures with a repository of two commits and two branches, a folder, and links that lead out."""
    root = tmp_path_factory.mktemp("fixtures")
    repository = root / "repo"
    script = """
git init -q -b main . && git config user.email a@b && git config user.name a
echo one > file && git add . && git commit -qm one && echo two > file && git commit -qam two
git checkout -q -b next && echo next > file && git commit -qam next && git checkout -q main
"""
    repository.mkdir()
    subprocess.run(["sh", "-c", script], cwd=repository, check=True)
    (root / "folder" / "sub").mkdir(parents=True)
    (root / "folder" / "sub" / "bytes").write_bytes(bytes(range(256)))
    (root / "folder" / "run").write_text("#!/bin/sh\necho ran\n")
    (root / "folder" / "run").chmod(0o777)
    (root / "folder" / "link").symlink_to("/etc/passwd")
    (root / "out").symlink_to("/etc")
    return root


def test_repositories_and_folders_of_the_platform_are_copied(fixtures: Path, engine: Bubblewrap) -> None:
    """A clone has the branch and the depth that are asked for; a folder is copied without its links."""
    booter = Booter(engine, BootSettings(fixtures=fixtures))
    text = """
fixtures:
  - {type: git_repo, url: "fixtures:repo"}
  - {type: git_repo, url: "fixtures:repo", branch: next, depth: 1, path: clone}
  - {type: directory, source: "fixtures:folder", path: copied}
"""
    world = booted(booter, text)

    assert "two\nnext\n" == output(world, "cat file clone/file")
    assert "2\n1\n" == output(world, "for d in . clone; do git -C $d rev-list --count HEAD; done")
    assert "" == output(world, "git remote")
    assert "bytes\nran\n" == output(world, "ls copied/sub; copied/run")
    assert bytes(range(256)) == world.sandbox.read("copied/sub/bytes")
    assert 0 != world.exec("test -e copied/link").exit_code
    world.sandbox.destroy()


def test_a_clone_that_fails_says_why(engine: Bubblewrap) -> None:
    """A repository that cannot be reached is an error with what git prints."""
    sandbox = engine.create(SandboxRequest("clone"))
    preparation = Preparation(sandbox, {}, BootSettings(), {})
    with pytest.raises(BootError, match=r"fixtures\[0\]: the command ended with exit code 128: .*repository\.invalid"):
        preparation.apply([GitRepo("https://repository.invalid/x.git", "x")], Setup())
    sandbox.destroy()


def cloned(engine: Bubblewrap, port: int, certificate: Path, more: str = "") -> str:
    """Boot a spec that clones a repository by HTTPS, and return what is in it."""
    text = f"""
network: {{egress: {{allow: ["{ADDRESS}:{port}"]}}}}
setup: {{env: {{GIT_SSL_CAINFO: /workspace/ca.pem{more}}}}}
fixtures:
  - {{type: directory, path: ., files: {{ca.pem: {json.dumps(certificate.read_text())}}}}}
  - {{type: git_repo, url: "https://{ADDRESS}:{port}/repo", branch: next, depth: 1, path: clone}}
"""
    world = booted(Booter(engine), text)
    try:
        return output(world, "cat clone/file; git -C clone rev-list --count HEAD")
    finally:
        world.sandbox.destroy()


def test_a_repository_is_cloned_through_the_proxy(fixtures: Path, engine: Bubblewrap, tmp_path: Path) -> None:
    """A host that the spec allows is reached by git through the proxy, and by nothing that ignores it."""
    with git_server(fixtures, tmp_path) as (port, certificate):
        assert "next\n1\n" == cloned(engine, port, certificate)
        for unset in (', HTTPS_PROXY: "", https_proxy: ""', f", no_proxy: {ADDRESS}, NO_PROXY: {ADDRESS}"):
            with pytest.raises(BootError, match="are reached only through the proxy that HTTPS_PROXY names") as failed:
                cloned(engine, port, certificate, unset)
            assert "fixtures[1]: the command ended with exit code 128" in failed.value.message


def test_repository_of_a_host_that_is_not_allowed_is_refused(engine: Bubblewrap) -> None:
    """A host, or a port, that `network.egress.allow` does not name is refused before anything starts."""
    for allowed, url, needed in (
        ("example.com", "https://example.com:8443/x", "example.com:8443"),
        ("example.com:8443", "https://example.com/x", "example.com"),
        ('"*.example.com"', "https://example.com/x", "example.com"),
    ):
        text = f"network: {{egress: {{allow: [{allowed}]}}}}\nfixtures: [{{type: git_repo, url: '{url}'}}]"
        with pytest.raises(ValidationError, match=f"needs '{needed}' in `network.egress.allow`"):
            booted(Booter(engine), text)


@pytest.mark.parametrize("source", ["none", "out", "folder/sub/bytes"])
def test_no_name_leads_out_of_the_folder_of_fixtures(source: str, fixtures: Path, engine: Bubblewrap) -> None:
    """A name that does not exist, or is a link that leads out, is refused."""
    booter = Booter(engine, BootSettings(fixtures=fixtures))
    with pytest.raises(ValidationError, match=r"fixtures\[0\]: there is no folder"):
        booted(booter, f"fixtures: [{{type: directory, path: a, source: 'fixtures:{source}'}}]")
    with pytest.raises((ValidationError, BootError), match=r"fixtures\[0\]: "):
        booted(booter, f"fixtures: [{{type: git_repo, url: 'fixtures:{source}'}}]")


def wheel(folder: Path, name: str, code: str) -> None:
    """Write a wheel with one module."""
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}.py", code)
        archive.writestr(f"{name}-1.0.dist-info/METADATA", about)
        archive.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")


@pytest.fixture(name="index")
def _index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index: a folder with a wheel, and with a source distribution that would leave a mark."""
    index = tmp_path / "index"
    index.mkdir()
    wheel(index, "greeting_of_a_test", "TEXT = 'hello'")
    with tarfile.open(index / "source_of_a_test-1.0.tar.gz", "w:gz") as archive:
        code = f"open({str(tmp_path / 'mark')!r}, 'w').close()".encode()
        member = tarfile.TarInfo("source_of_a_test-1.0/setup.py")
        member.size = len(code)
        archive.addfile(member, io.BytesIO(code))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return index


def test_packages_are_installed_once_and_cannot_be_changed(index: Path, tmp_path: Path, engine: Bubblewrap) -> None:
    """The first boot installs the wheels, later ones use them; commands can read and not write them."""
    booter = Booter(engine, BootSettings(packages=tmp_path / "packages"))
    text = "setup: {packages: [greeting_of_a_test], commands: ['python3 -c \"import greeting_of_a_test\"']}"
    show = "python3 -c 'import greeting_of_a_test as g; print(g.TEXT)'"

    first = booted(booter, text)
    assert "hello\n" == output(first, show)
    (index / "greeting_of_a_test-1.0-py3-none-any.whl").unlink()
    second = booted(booter, text)
    assert "hello\n" == output(second, show)
    assert 0 != first.exec("echo x > /packages/greeting_of_a_test.py || exit 1").exit_code
    for world in (first, second):
        world.sandbox.destroy()


def test_only_wheels_are_installed(index: Path, tmp_path: Path, engine: Bubblewrap) -> None:
    """A package without a wheel is an error, and none of its code runs; nothing half-made is kept."""
    booter = Booter(engine, BootSettings(packages=tmp_path / "packages"))
    with pytest.raises(BootError, match=r"setup\.packages: .*source_of_a_test"):
        booted(booter, "setup: {packages: [source_of_a_test]}")

    assert index.exists()
    assert not (tmp_path / "mark").exists()
    assert [] == [path for path in (tmp_path / "packages").iterdir() if path.is_dir()]


def test_boots_leave_no_threads_or_descriptors(booter: Booter) -> None:
    """The threads and descriptors of a boot end with its sandbox, also where it fails."""
    text = "services: [{name: cache, image: redis}, {name: mock, type: http_mock}]\n"
    booted(booter, text).sandbox.destroy()
    before = held()
    for _ in range(5):
        booted(booter, text).sandbox.destroy()
        with pytest.raises(BootError):
            booted(booter, f"{text}setup: {{commands: ['false']}}")

    deadline = time.monotonic() + 10
    while held() != before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert before == held()


def held() -> tuple[list[str], int]:
    """Return the names of the threads of services, and the number of descriptors."""
    threads = sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("ashr-service"))
    return threads, len(list(Path("/proc/self/fd").iterdir()))


def test_packages_that_another_process_installs_are_waited_for(tmp_path: Path, engine: Bubblewrap) -> None:
    """An installation that is locked is not started a second time, and waiting for it has an end."""
    booter = Booter(engine, BootSettings(packages=tmp_path, setup_seconds=0.3))
    with pytest.raises(BootError, match=r"setup\.packages: they were not installed in 0\.3 seconds"):
        booted(booter, "setup: {packages: [no-such-package]}")
    [lock] = [FileLock(path) for path in tmp_path.glob("*.lock")]
    with pytest.raises(BootError, match=r"setup\.packages: they were not installed in 0\.3 seconds"):
        booted(booter, "setup: {packages: [no-such-package]}")
    lock.release()


def test_a_folder_without_a_repository_cannot_be_cloned(fixtures: Path, engine: Bubblewrap) -> None:
    """The error says what git says."""
    with pytest.raises(BootError, match=r"fixtures\[0\]: git cannot read the repository: "):
        booted(Booter(engine, BootSettings(fixtures=fixtures)), "fixtures: [{type: git_repo, url: 'fixtures:folder'}]")


def test_limits_of_the_spec_are_in_force(booter: Booter) -> None:
    """Resources become limits of the sandbox, and the lifetime ends it."""
    spec = parse_spec("{id: small, resources: {disk: 5Mi, timeout: 10s}}")
    world = booter.boot(spec, BootRequest("small", {}, {"EXTRA": "1"}))

    assert 0 != world.exec("head -c 6000000 /dev/zero > big").exit_code
    assert "5242880 bytes" in world.sandbox.in_force["disk"]
    assert "1\n" == output(world, "echo $EXTRA")
    world.sandbox.destroy()
