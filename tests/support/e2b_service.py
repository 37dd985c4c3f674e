"""A service with the HTTP API of E2B as far as sandboxes use it, whose machines are sandboxes of bubblewrap."""

from __future__ import annotations

import base64
import json
import secrets
import struct
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from ashr_labs.local.sandbox.errors import SandboxError
from ashr_labs.local.sandbox.protocol import Engine, Process, Sandbox, SandboxRequest

KEY = "e2b_0123456789abcdef"
TEMPLATE = {"cpuCount": 2, "memoryMB": 512, "diskSizeMB": 1024}
_HEADER = struct.Struct(">BL")


@dataclass
class Machine:
    """A sandbox of the service."""

    made: dict[str, Any]
    """The request that it was made by."""
    token: str
    sandbox: Sandbox | None = None
    hosts: dict[str, str] = field(default_factory=dict[str, str])
    programs: dict[int, Process] = field(default_factory=dict[int, Process])


class Service(ThreadingHTTPServer):
    """Machines by their ids; the control plane and the daemons of all machines are at one address."""

    daemon_threads = True

    def __init__(self, engine: Engine) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.engine = engine
        self.machines: dict[str, Machine] = {}
        self.deleted: list[str] = []
        self.envd = "0.5.7"
        self.refusal: tuple[int, str] | None = None
        """A status and a message for every creation."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about clients that have left."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def variables(self) -> dict[str, str]:
        """The settings by which the engine uses it."""
        return {"ASHR_E2B_API_KEY": KEY, "ASHR_E2B_API_URL": self.url, "ASHR_E2B_SANDBOX_URL": self.url}

    def remove(self, name: str) -> None:
        """End a machine."""
        machine = self.machines.pop(name)
        if machine.sandbox is not None:
            machine.sandbox.destroy()


class RefusedError(Exception):
    """An answer with a status and a JSON object."""

    def __init__(self, status: int, message: str, code: object = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code if code is not None else status, "message": message}


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server: Service

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the standard library
        pass

    def do_GET(self) -> None:
        self.handle_any()

    def do_POST(self) -> None:
        self.handle_any()

    def do_DELETE(self) -> None:
        self.handle_any()

    def handle_any(self) -> None:
        body = self.body()
        url = urlsplit(self.path)
        try:
            if url.path.startswith("/process.Process/"):
                self.daemon(url.path.rpartition("/")[2], body)
            else:
                self.control(url.path, {name: one[0] for name, one in parse_qs(url.query).items()}, body)
        except RefusedError as refused:
            self.answer(refused.status, refused.body)

    def body(self) -> bytes:
        """Return the body of the request, which clients may send in chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def control(self, path: str, query: dict[str, str], body: bytes) -> None:
        """Answer a request to the control plane."""
        if self.headers["X-API-Key"] != KEY:
            raise RefusedError(401, "Invalid API key")
        service = self.server
        match self.command, path.strip("/").split("/"):
            case "GET", ["v2", "sandboxes"]:
                wanted = dict(parse_qsl(query["metadata"]))
                found = [one for one, it in service.machines.items() if wanted.items() <= it.made["metadata"].items()]
                self.answer(200, [self.described(one) for one in found])
            case "POST", ["sandboxes"] | ["v2", "sandboxes"]:
                self.create(json.loads(body))
            case "GET", ["sandboxes", name]:
                self.living(name, 404)
                self.answer(200, self.described(name))
            case "DELETE", ["sandboxes", name]:
                service.deleted.append(name)
                if name not in service.machines:
                    raise RefusedError(404, f"sandbox {name} not found")
                service.remove(name)
                self.answer(204, None)
            case _:
                raise RefusedError(404, "no such path")

    def create(self, wanted: dict[str, Any]) -> None:
        service = self.server
        if service.refusal is not None:
            raise RefusedError(*service.refusal)
        if wanted["templateID"] != "base":
            raise RefusedError(404, f"template '{wanted['templateID']}' not found")
        name = "i" + secrets.token_hex(10)
        service.machines[name] = Machine(wanted, secrets.token_hex(16))
        facts = {"templateID": "base", "clientID": "c", "envdVersion": service.envd, "sandboxID": name, "domain": None}
        self.answer(201, {**facts, "envdAccessToken": service.machines[name].token})

    def described(self, name: str) -> dict[str, Any]:
        metadata = self.server.machines[name].made["metadata"]
        return {"sandboxID": name, "metadata": metadata, "state": "running", **TEMPLATE}

    def living(self, name: str, status: int) -> Machine:
        machine = self.server.machines.get(name)
        if machine is None or (machine.sandbox is not None and not machine.sandbox.is_alive):
            self.server.machines.pop(name, None)
            raise RefusedError(status, "The sandbox was not found")
        return machine

    def daemon(self, method: str, body: bytes) -> None:
        """Answer a request to the daemon of a machine."""
        name = self.headers["E2b-Sandbox-Id"]
        machine = self.living(name, 502)
        if self.headers["X-Access-Token"] != machine.token or self.headers["Connect-Protocol-Version"] != "1":
            raise RefusedError(401, "no access", "unauthenticated")
        if method == "Start":
            assert "application/connect+json" == self.headers["Content-Type"]
            flags, size = _HEADER.unpack(body[:5])
            assert (0, size) == (flags, len(body) - 5)
            self.start(name, machine, json.loads(body[5:]))
            return
        message = json.loads(body)
        process = machine.programs.get(message["process"]["pid"])
        if process is None:
            raise RefusedError(404, "process not found", "not_found")
        with suppress(SandboxError):
            if method == "SendInput":
                process.write(base64.b64decode(message["input"]["stdin"]))
            else:
                process.close_stdin()
        self.answer(200, {})

    def start(self, name: str, machine: Machine, message: dict[str, Any]) -> None:
        login = self.headers.get("Authorization", "")
        user = base64.b64decode(login.removeprefix("Basic ")).decode() or "user:"
        program = message["process"]
        if machine.sandbox is None and user == "root:":
            self.prepare(name, machine, program)
            return
        if machine.sandbox is None:
            machine.sandbox = self.server.engine.create(SandboxRequest(f"e2b-{name}"))
        try:
            argv = [program["cmd"], *program["args"]]
            process = machine.sandbox.spawn(
                argv, environment=program.get("envs", {}), cwd=program.get("cwd", "") if user == "user:" else ""
            )
        except SandboxError as error:
            raise RefusedError(400, error.message, "invalid_argument") from error
        self.serve(machine, process)

    def prepare(self, name: str, machine: Machine, program: dict[str, Any]) -> None:
        """Make the machine when its input, the names of hosts, has ended: what the script does as root."""
        assert "/workspace" in program["args"][1]

        class Hosts:
            text = b""
            ended = threading.Event()

            def write(self, data: bytes) -> None:
                self.text += data

            def close_stdin(self) -> None:
                self.ended.set()

        hosts: Any = Hosts()
        machine.programs[1] = hosts
        self.begin()
        self.event({"start": {"pid": 1}})
        hosts.ended.wait(10)
        machine.hosts = {line.split()[1]: line.split()[0] for line in hosts.text.decode().splitlines()}
        request = SandboxRequest(f"e2b-{name}", lifetime=float(machine.made["timeout"]), hosts=machine.hosts)
        machine.sandbox = self.server.engine.create(request)
        self.event({"end": {"exited": True, "status": "exit status 0"}})
        self.complete({})

    def serve(self, machine: Machine, process: Process) -> None:
        """Send the events of a program."""
        pid = secrets.randbelow(1 << 30) + 2
        machine.programs[pid] = process
        self.begin()
        self.event({"start": {"pid": pid}})
        try:
            for stream, data in process.output():
                self.event({"data": {stream: base64.b64encode(data).decode()}})
            code = process.wait()
        except SandboxError:
            self.close_connection = True  # as when the machine is gone
            return
        except OSError:
            return  # the client has left; the program goes on
        finally:
            del machine.programs[pid]
        ended: dict[str, Any] = {"exited": True, "status": f"exit status {code}"}
        with suppress(OSError):
            self.event({"end": ended if code == 0 else {**ended, "exitCode": code, "error": f"exit status {code}"}})
            self.complete({})

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/connect+json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def event(self, event: dict[str, Any]) -> None:
        self.envelope(0, {"event": event})

    def complete(self, message: dict[str, Any]) -> None:
        self.envelope(2, message)
        self.wfile.write(b"0\r\n\r\n")

    def envelope(self, flags: int, message: dict[str, Any]) -> None:
        content = json.dumps(message).encode()
        data = _HEADER.pack(flags, len(content)) + content
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def answer(self, status: int, value: Any) -> None:
        content = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def e2b_service(engine: Engine) -> Generator[Service]:
    """Serve the API on this machine."""
    service = Service(engine)
    thread = threading.Thread(target=service.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()
        for name in tuple(service.machines):
            service.remove(name)
        thread.join()
