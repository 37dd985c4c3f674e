"""The engine for Docker and Podman on a fake of their HTTP API: what it asks for, refuses, and leaves behind.

tests/test_sandbox_engines.py runs what all engines share on the same fake, and on a daemon of the machine.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from ashr_labs._secret import Secret
from ashr_labs.errors import ValidationError
from ashr_labs.local.boot import Booter, BootRequest, BootSettings
from ashr_labs.local.sandbox.docker import Docker
from ashr_labs.local.sandbox.docker_api import find_socket
from ashr_labs.local.sandbox.docker_files import path_state
from ashr_labs.local.sandbox.engines import open_engine
from ashr_labs.local.sandbox.errors import SandboxError, SandboxFileError, SandboxUnavailableError
from ashr_labs.local.sandbox.protocol import Limits, SandboxRequest
from ashr_labs.specs import parse_spec
from support.boots import booted, output
from support.docker_daemon import Daemon, docker_daemon
from support.sandboxes import engine_or_skip, sandbox_of


@pytest.fixture(name="daemon")
def _daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Daemon]:
    with closing(engine_or_skip("bubblewrap")) as isolating, docker_daemon(tmp_path, isolating) as daemon:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
        yield daemon


@pytest.fixture(name="engine")
def _engine(daemon: Daemon) -> Generator[Docker]:
    assert daemon.configs == {}
    with closing(Docker()) as engine:
        yield engine


def test_container_is_closed_off_and_limited(daemon: Daemon, engine: Docker) -> None:
    """The container has no network and no capabilities, a read-only root, the limits, and none of the variables."""
    limits = Limits(memory=64 << 20, cpus=0.5, processes=20, disk=16 << 20)
    request = SandboxRequest(
        "one",
        environment={"PLAIN": "shown"},
        secrets={"TOKEN": Secret("s3cret")},
        limits=limits,
        lifetime=60,
        hosts={"db": "127.0.0.2"},
    )
    sandbox = engine.create(request)
    [config] = daemon.configs.values()
    printed = sandbox.exec("echo $PLAIN $TOKEN; pwd", timeout=10).stdout
    sandbox.destroy()

    host = config["HostConfig"]
    assert ("none", True, ["ALL"], True) == (
        host["NetworkMode"],
        host["ReadonlyRootfs"],
        host["CapDrop"],
        host["AutoRemove"],
    )
    assert (64 << 20, 64 << 20, 500_000_000, 22) == (
        host["Memory"],
        host["MemorySwap"],
        host["NanoCpus"],
        host["PidsLimit"],
    )
    assert (["60"], "1000:1000", ["db:127.0.0.2"]) == (config["Cmd"], config["User"], host["ExtraHosts"])
    assert f"size={16 << 20}," in host["Mounts"][0]["VolumeOptions"]["DriverConfig"]["Options"]["o"]
    assert "s3cret" not in f"{config}{sandbox!r}"
    assert b"shown s3cret\n/workspace\n" == printed
    assert {} == daemon.configs


def test_containers_of_dead_servers_are_removed(daemon: Daemon) -> None:
    """At start the containers of processes that have ended are removed, and no others."""
    host, own = socket.gethostname(), os.getpid()
    dead = [f"{host}/{own}/1", f"{host}/999999999/5"]
    kept = ["elsewhere/1/1", "unreadable"]
    for owner in (*dead, *kept):
        daemon.add({"ashr-labs.sandbox": "x", "ashr-labs.owner": owner})
    daemon.add({"other": "label"})

    with closing(Docker()) as engine, sandbox_of(engine) as _, closing(Docker()):
        owners = [config["Labels"].get("ashr-labs.owner") for config in daemon.configs.values()]

    assert [*kept, None] == owners[:3]
    assert 4 == len(owners)  # the living one is kept as well
    assert owners[3].startswith(f"{host}/{own}/")


def test_image_is_fetched_or_refused(daemon: Daemon, engine: Docker) -> None:
    """An image that is missing is pulled; one that does not exist is refused by its name, and nothing is left."""
    with sandbox_of(engine) as _:
        pass
    engine.create(SandboxRequest("image", image="ubuntu:24.04")).destroy()
    with pytest.raises(SandboxUnavailableError, match="the image 'nothing:1' cannot be fetched: manifest"):
        engine.create(SandboxRequest("missing", image="nothing:1"))

    pulled = [path for method, path in daemon.asked if path == "/images/create"]
    assert (2, {}) == (len(pulled), daemon.configs)


def test_spec_boots_in_its_image(daemon: Daemon, engine: Docker) -> None:
    """`base` of a spec is the image, and the setup runs in it."""
    sandbox = booted(Booter(engine), "base: ubuntu:24.04\nsetup: {files: [{path: a/b.txt, content: hi}]}")

    assert "hi" == output(sandbox, "cat a/b.txt")
    assert ["ubuntu:24.04"] == [config["Image"] for config in daemon.configs.values()]
    sandbox.sandbox.destroy()


SERVICES = """
services:
  - {name: cache, image: "redis:7"}
  - name: web
    image: "web:1"
    ports: [8080]
    env: {NAME: "{{ secrets.TOKEN }}"}
    wait_for: grep -q 1F90 /proc/net/tcp
  - {name: api, type: http_mock, ports: [9000]}
network: {dns_overrides: {pages.example: web}}
secrets: [{name: TOKEN, from: "static://s3cret-value"}]
forbidden: {secrets_in_logs: deny}
"""


def test_services_of_a_spec_are_containers_beside_the_sandbox(daemon: Daemon, engine: Docker) -> None:
    """Services from images share the loopback of the sandbox, are reached by name, and end with it."""
    sandbox = booted(Booter(engine), SERVICES)
    configs = {config["Image"]: config for config in daemon.configs.values()}
    [own] = [one for one, config in daemon.configs.items() if config["Image"] == "python:3.12"]
    fetch = "import urllib.request as u; print(u.urlopen('http://pages.example:8080/').status)"

    assert "PONG\n" == output(sandbox, "redis-cli -h cache ping")
    assert "200\n" == output(sandbox, f'python3 -c "{fetch}"')
    assert {"cache": 6379, "web": 8080, "api": 9000} == {name: one.port for name, one in sandbox.services.items()}
    assert {f"container:{own}"} == {
        configs[image]["HostConfig"][mode] for image in ("redis:7", "web:1") for mode in ("NetworkMode", "PidMode")
    }
    assert (["NAME=s3cret-value"], "none") == (
        configs["web:1"]["Env"],
        configs["python:3.12"]["HostConfig"]["NetworkMode"],
    )
    assert 2048 << 20 == configs["redis:7"]["HostConfig"]["Memory"]
    [rule] = sandbox.findings().violations
    assert ("secrets_in_logs", True) == (rule.rule, "the log of the service 'web'" in rule.details)
    sandbox.sandbox.destroy()
    assert ({}, {}) == (daemon.configs, daemon.services)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ("broken:1", "the service 'db' ended before it was ready; the last lines of its log:\n1\n2\n3\nno data folder"),
        ("silent:1", "the service 'db' was not ready within 0.3 seconds; its log is empty"),
        ("missing:1", "the image 'missing:1' cannot be fetched: manifest"),
    ],
)
def test_service_that_is_not_ready_is_told(daemon: Daemon, engine: Docker, image: str, message: str) -> None:
    """A service that ends, takes too long or has no image fails the boot with its last lines, and nothing is left."""
    booter = Booter(engine, BootSettings(ready_seconds=0.3 if image == "silent:1" else 20))
    with pytest.raises(SandboxError) as failed:
        booted(booter, f"services: [{{name: db, image: '{image}', ports: [5000]}}]")

    assert message in failed.value.message
    assert ({}, {}) == (daemon.configs, daemon.services)


@pytest.mark.usefixtures("daemon")
def test_key_is_left_out_where_the_platform_is_not_reached(engine: Docker) -> None:
    """Commands get no key for a platform that they do not reach: clients would send it elsewhere."""
    keys = {"KEYSTONE_API_KEY": Secret("ks_sb_key")}
    request = BootRequest("keyless", {}, {"KEYSTONE_SANDBOX_ID": "keyless"}, keys=keys)
    sandbox = Booter(engine).boot(parse_spec("id: demo"), request)

    assert "keyless\n" == output(sandbox, "echo $KEYSTONE_SANDBOX_ID$KEYSTONE_API_KEY")
    sandbox.sandbox.destroy()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("services: [{name: a, image: x}]", "`services[0].ports` must name the port on which the service 'a' listens"),
        (
            "services: [{name: a, image: x, ports: [80]}, {name: b, image: y, ports: [80]}]",
            "`services[1].ports` must not be 80, as with the engine docker that is the service 'a'",
        ),
        (
            "services: [{name: db, image: postgres}]\nfixtures: [{type: sql, service: db, sql: 'SELECT 1'}]",
            "`fixtures[0]` needs statements in a database, which only the engine bubblewrap runs",
        ),
        ("services: [{name: db, image: postgres}]\naudit: {db_writes: true}", "`audit.db_writes` needs statements"),
        ("network: {egress: {allow: [example.com]}}", "`network.egress.allow` needs a proxy"),
        ("setup: {packages: [six]}", "`setup.packages`"),
    ],
)
def test_keys_that_it_does_not_honour_are_refused(daemon: Daemon, engine: Docker, text: str, named: str) -> None:
    """A key that this engine cannot honour is refused by name before anything starts."""
    with pytest.raises(ValidationError, match=re.escape(named)):
        booted(Booter(engine), text)
    assert {} == daemon.configs


def test_full_workspace_is_told(engine: Docker) -> None:
    """A file for which there is no space is refused, and no part of it is left."""
    with sandbox_of(engine, limits=Limits(disk=1 << 20, file_size=8 << 20)) as sandbox:
        with pytest.raises(SandboxFileError) as refused:
            sandbox.write("large", bytes(4 << 20))
        assert ("full", ()) == (refused.value.code, sandbox.list().entries), refused.value


def test_machine_without_a_daemon_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a socket, with one without a server, and with another kind of address, the reason is told."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    message = r"neither Docker nor Podman answers at .*none\.sock: start the daemon"
    with pytest.raises(SandboxUnavailableError, match=message):
        open_engine("docker")
    with socket.socket(socket.AF_UNIX) as unserved:
        unserved.bind(f"{tmp_path}/none.sock")
        with pytest.raises(SandboxUnavailableError, match=message):
            open_engine("docker")
    with pytest.raises(SandboxUnavailableError, match="must be unix:///PATH"):
        find_socket({"DOCKER_HOST": "tcp://127.0.0.1:2375"})


@pytest.mark.parametrize("header", ["", "x", "e30="])
def test_malformed_state_of_a_path_is_an_error(header: str) -> None:
    """A state that is not as documented is an error of the sandbox."""
    with pytest.raises(SandboxError, match="the daemon answered no state of the path"):
        path_state(header)
