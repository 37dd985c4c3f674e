"""A daemon with the documented HTTP API of Docker, whose containers are sandboxes of bubblewrap."""

from __future__ import annotations

import base64
import json
import re
import secrets
import socketserver
import struct
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ashr_labs.local.sandbox.errors import SandboxError
from ashr_labs.local.sandbox.protocol import MIB, Engine, Limits, Process, Sandbox, SandboxRequest

WEB = """
import os
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
print("log of", os.environ["NAME"], flush=True)
ThreadingHTTPServer(("", 8080), SimpleHTTPRequestHandler).serve_forever()
"""
SERVICES = {
    "redis:7": ["redis-server", "--save", ""],
    "web:1": ["python3", "-c", WEB],
    "broken:1": ["sh", "-c", "for line in 1 2 3; do echo $line; done; echo no data folder >&2; exit 3"],
    "silent:1": ["sleep", "60"],
}
"""The programs of images that are services."""
IMAGE = {"python:3.12", "ubuntu:24.04", *SERVICES}
"""The images that are there, or can be pulled."""
_GO_MODES = {0o040000: 1 << 31, 0o120000: 1 << 27, 0o010000: 1 << 25, 0o140000: 1 << 24}


class Daemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Containers and programs by their ids."""

    daemon_threads = True

    def __init__(self, path: Path, engine: Engine) -> None:
        super().__init__(str(path), Handler)
        self.engine = engine
        self.local = {"python:3.12"}
        self.configs: dict[str, dict[str, Any]] = {}
        self.sandboxes: dict[str, Sandbox] = {}
        self.programs: dict[str, dict[str, Any]] = {}
        self.services: dict[str, Program] = {}
        self.asked: list[tuple[str, str]] = []
        """Method and path of each request."""

    def add(self, labels: dict[str, str]) -> str:
        """Make a container that another server has left."""
        identifier = secrets.token_hex(32)
        self.configs[identifier] = {"Labels": labels}
        return identifier

    def start(self, identifier: str) -> None:
        """Start a container with the limits of its configuration."""
        config = self.configs[identifier]
        host = config["HostConfig"]
        if config["Image"] in SERVICES:
            assert host["NetworkMode"] == host["PidMode"]
            beside = self.sandboxes[host["NetworkMode"].removeprefix("container:")]
            variables = dict(entry.split("=", 1) for entry in config["Env"])
            process = beside.spawn(SERVICES[config["Image"]], environment=variables)
            self.services[identifier] = Program(process)
            return
        assert ["sleep"] == config["Entrypoint"]
        volume = host["Mounts"][0]["VolumeOptions"]["DriverConfig"]["Options"]["o"]
        limits = Limits(
            memory=host["Memory"],
            cpus=host["NanoCpus"] / 1e9,
            processes=host["PidsLimit"],
            disk=int(volume.partition("size=")[2].partition(",")[0]),
            file_size=next(one["Hard"] for one in host["Ulimits"] if one["Name"] == "fsize"),
        )
        hosts = dict(entry.split(":", 1) for entry in host["ExtraHosts"])
        request = SandboxRequest(
            f"docker-{identifier}",
            limits=limits,
            lifetime=float(config["Cmd"][0]),
            hosts=hosts,
            allow_missing_limits=True,
        )
        self.sandboxes[identifier] = self.engine.create(request)

    def remove(self, identifier: str) -> None:
        """Remove a container."""
        del self.configs[identifier]
        if (program := self.services.pop(identifier, None)) is not None:
            program.process.close()
        if (sandbox := self.sandboxes.pop(identifier, None)) is not None:
            sandbox.destroy()


class Program:
    """A program of a service, and what it has printed, as the daemon frames it."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.frames: list[bytes] = []
        self.is_running = True
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with suppress(SandboxError):
            for stream, data in self.process.output():
                self.frames.append(struct.pack(">BxxxL", 1 if stream == "stdout" else 2, len(data)) + data)
        self.is_running = False


class RefusedError(Exception):
    """An answer with a status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server: Daemon

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the standard library
        pass

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        path = re.sub(r"^/v1\.\d+", "", url.path)
        self.server.asked.append((self.command, path))
        try:
            self.dispatch(f"{self.command} {unquote(path)}", query, body)
        except RefusedError as refused:
            self.answer(refused.status, {"message": str(refused)})

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def dispatch(self, asked: str, query: dict[str, str], body: bytes) -> None:
        daemon = self.server
        match asked.split("/"):
            case ["GET ", "version"]:
                self.answer(200, {"ApiVersion": "1.47"})
            case ["GET ", "containers", "json"]:
                [label] = json.loads(query["filters"])["label"]
                found = [(one, config["Labels"]) for one, config in daemon.configs.items() if label in config["Labels"]]
                self.answer(200, [{"Id": one, "Labels": labels} for one, labels in found])
            case ["GET ", "images", *_, "json"]:
                name = asked.removeprefix("GET /images/").removesuffix("/json")
                self.answer(200 if name in daemon.local else 404, {"message": f"No such image: {name}"})
            case ["POST ", "images", "create"]:
                self.pull(f"{query['fromImage']}:{query['tag']}")
            case ["POST ", "containers", "create"]:
                config = json.loads(body)
                if config["Image"] not in daemon.local:
                    raise RefusedError(404, f"No such image: {config['Image']}")
                identifier = daemon.add({})
                daemon.configs[identifier] = config
                self.answer(201, {"Id": identifier, "Warnings": []})
            case ["POST ", "containers", identifier, "start"]:
                daemon.start(identifier)
                self.answer(204, None)
            case ["DELETE ", "containers", identifier]:
                if identifier not in daemon.configs:
                    raise RefusedError(404, f"No such container: {identifier}")
                daemon.remove(identifier)
                self.answer(204, None)
            case _:
                self.dispatch_running(asked, query, body)

    def dispatch_running(self, asked: str, query: dict[str, str], body: bytes) -> None:
        daemon = self.server
        match asked.split("/"):
            case ["GET ", "containers", identifier, "json"] if identifier in daemon.services:
                self.answer(200, {"Id": identifier, "State": {"Running": daemon.services[identifier].is_running}})
            case ["GET ", "containers", identifier, "logs"]:
                assert ("1", "1") == (query["stdout"], query["stderr"])
                frames = daemon.services[identifier].frames
                shown = frames if query["tail"] == "all" else frames[-int(query["tail"]) :]
                self.send(200, b"".join(shown), "application/vnd.docker.multiplexed-stream")
            case ["GET ", "containers", identifier, "json"]:
                self.answer(200, {"Id": identifier, "State": {"Running": self.running(identifier).is_alive}})
            case ["POST ", "containers", identifier, "exec"]:
                self.running(identifier)
                number = secrets.token_hex(32)
                daemon.programs[number] = {"container": identifier, "config": json.loads(body), "code": None}
                self.answer(201, {"Id": number})
            case ["POST ", "exec", number, "start"]:
                self.run(daemon.programs[number], is_detached=json.loads(body)["Detach"])
            case ["GET ", "exec", number, "json"]:
                program = daemon.programs[number]
                self.running(program["container"])
                self.answer(200, {"Running": program["code"] is None, "ExitCode": program["code"]})
            case [("HEAD " | "GET " | "PUT "), "containers", identifier, "archive"]:
                self.archive(self.running(identifier), query["path"], body)
            case _:
                raise RefusedError(404, "page not found")

    def running(self, identifier: str) -> Sandbox:
        sandbox = self.server.sandboxes.get(identifier)
        if sandbox is None or not sandbox.is_alive:  # of which `AutoRemove` leaves nothing
            raise RefusedError(404, f"No such container: {identifier}")
        return sandbox

    def pull(self, image: str) -> None:
        lines: list[dict[str, Any]] = [{"status": "Pulling"}]
        if image in IMAGE:
            self.server.local.add(image)
        else:
            lines.append({"error": f"manifest for {image} not found"})
        self.send(200, "\n".join(map(json.dumps, lines)).encode(), "application/json")

    def archive(self, sandbox: Sandbox, path: str, body: bytes) -> None:
        folder, _, name = path.rpartition("/")
        state = sandbox.exec(["stat", "-c", "%f %s", path])
        if state.exit_code:
            raise RefusedError(404, f"Could not find the file {path}")
        mode, size = int(state.stdout.split()[0], 16), int(state.stdout.split()[1])
        go_mode = mode & 0o777 | _GO_MODES.get(mode & 0o170000, 0)
        stat = base64.b64encode(json.dumps({"name": name, "size": size, "mode": go_mode}).encode()).decode()
        if self.command == "PUT":
            done = sandbox.exec(["tar", "-C", path, "-xpf", "-", "--no-same-owner"], stdin=body)
            if done.exit_code:
                is_full = b"rote only" in done.stderr or b"No space" in done.stderr
                raise RefusedError(500, "no space left on device" if is_full else done.stderr.decode())
            self.answer(200, None)
        elif self.command == "HEAD":
            self.send(200, b"", "application/json", {"X-Docker-Container-Path-Stat": stat})
        else:
            packed = sandbox.exec(["tar", "-C", folder or "/", "-cf", "-", "--", name], output_limit=2048 * MIB)
            self.send(200, packed.stdout, "application/x-tar", {"X-Docker-Container-Path-Stat": stat})

    def run(self, program: dict[str, Any], *, is_detached: bool) -> None:
        config, sandbox = program["config"], self.running(program["container"])
        variables = dict(entry.split("=", 1) for entry in config["Env"])
        process = sandbox.spawn(config["Cmd"], environment=variables, cwd=config["WorkingDir"])
        if is_detached:
            program["code"] = process.wait()
            self.answer(200, None)
            return
        assert "tcp" == self.headers["Upgrade"]
        self.send_response(101, "UPGRADED")
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", "tcp")
        self.end_headers()
        self.wfile.flush()
        self.close_connection = True
        threading.Thread(target=self.feed, args=(process,), daemon=True).start()
        with suppress(OSError, SandboxError):
            for stream, data in process.output():
                self.wfile.write(struct.pack(">BxxxL", 1 if stream == "stdout" else 2, len(data)) + data)
            program["code"] = process.wait()

    def feed(self, process: Process) -> None:
        with suppress(OSError, ValueError):
            while data := self.rfile.read1(65536):
                process.write(data)
        process.close_stdin()

    def answer(self, status: int, value: Any) -> None:
        self.send(status, b"" if value is None else json.dumps(value).encode(), "application/json")

    def send(self, status: int, content: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def docker_daemon(folder: Path, engine: Engine) -> Generator[Daemon]:
    """Serve a daemon on a socket in a folder."""
    daemon = Daemon(folder / "docker.sock", engine)
    thread = threading.Thread(target=daemon.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield daemon
    finally:
        daemon.shutdown()
        daemon.server_close()
        for sandbox in daemon.sandboxes.values():
            sandbox.destroy()
        thread.join()
