"""The proxy by which commands of a sandbox reach chosen hosts, and no others."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ashr_labs._hosts import is_allowed
from ashr_labs.local.sandbox.egress import AllowingProxy, Refusal, decide
from ashr_labs.local.sandbox.protocol import SandboxRequest
from support.sandboxes import engine_or_skip


class Echo(BaseHTTPRequestHandler):
    """Answers the path, the body and the names of the headers."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        content = f"{self.path} {body.decode()} {'proxy-secret' in self.headers}".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST  # noqa: N815 - the name that the server calls

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(name="port")
def _port() -> Generator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("host", "port", "pattern", "allowed"),
    [
        ("example.com", 443, "example.com", True),
        ("EXAMPLE.com.", 80, "Example.COM", True),
        ("example.com", 22, "example.com", False),
        ("example.com", 22, "example.com:22", True),
        ("example.com", 443, "example.com:22", False),
        ("a.example.com", 443, "*.example.com", True),
        ("a.b.example.com", 443, "*.example.com", True),
        ("example.com", 443, "*.example.com", False),
        ("evilexample.com", 443, "*.example.com", False),
        ("example.com.evil.org", 443, "*.example.com", False),
        ("example.com", 443, "*", False),
        ("127.0.0.1", 8000, "127.0.0.1:8000", True),
    ],
)
def test_patterns_name_hosts_and_ports(host: str, port: int, pattern: str, allowed: bool) -> None:
    """A pattern is a name, or all names below one; without a port it is for 80 and 443."""
    assert allowed == is_allowed(host, port, [pattern])


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"CONNECT other.org:443 HTTP/1.1\r\n\r\n", 403),
        (b"GET http://other.org/ HTTP/1.1\r\n\r\n", 403),
        (b"GET http://example.com@other.org/ HTTP/1.1\r\n\r\n", 403),
        (b"GET http://169.254.169.254/latest HTTP/1.1\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", 400),
        (b"CONNECT example.com HTTP/1.1\r\n\r\n", 400),
        (b"GET ftp://example.com/ HTTP/1.1\r\n\r\n", 400),
        (b"GET http://[::1/ HTTP/1.1\r\n\r\n", 400),
        (b"GET http://example.com:x/ HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01 nonsense\r\n\r\n", 400),
    ],
)
def test_other_requests_are_refused(head: bytes, status: int) -> None:
    """A request for another host, or one that is not for a proxy, is refused before anything is connected."""
    with pytest.raises(Refusal) as refused:
        decide(head, ["example.com"])

    assert status == refused.value.status


def test_requests_are_passed_on_without_headers_for_proxies() -> None:
    """A plain request gets the path in place of the URL, and loses what is meant for proxies."""
    target = decide(
        b"GET http://example.com/a?b=c#d HTTP/1.1\r\nHost: x\r\nProxy-Authorization: y\r\n\r\n", ["example.com"]
    )

    assert ("example.com", 80) == (target.host, target.port)
    assert b"GET /a?b=c HTTP/1.1\r\nConnection: close\r\nHost: x\r\n\r\n" == target.head


def asked(proxy: AllowingProxy, request: bytes) -> bytes:
    """Return the whole answer of a proxy to one request."""
    ours, theirs = socket.socketpair()
    serving = threading.Thread(target=proxy.handle, args=(theirs,))
    serving.start()
    with ours:
        ours.sendall(request)
        received = b""
        with suppress(ConnectionResetError):  # the proxy has left before it read all of the request
            while data := ours.recv(4096):
                received += data
    serving.join()
    return received


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "192.168.0.1", "0.0.0.0"]
)
def test_names_of_private_addresses_are_refused(address: str) -> None:
    """A host name that is allowed leads to no address of the machine or its network."""

    def resolve(_host: str) -> Sequence[str]:
        return [address]

    answer = asked(AllowingProxy(["example.com"], resolve=resolve), b"CONNECT example.com:443 HTTP/1.1\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 403 Forbidden")
    assert b"is at a private address" in answer


def test_unknown_host_is_told() -> None:
    """A name that cannot be resolved is a 502."""

    def resolve(_host: str) -> Sequence[str]:
        raise OSError("unknown")

    answer = asked(AllowingProxy(["example.com"], resolve=resolve), b"GET http://example.com/ HTTP/1.1\r\n\r\n")

    assert b"502 Bad Gateway" in answer
    assert b"cannot be resolved" in answer


@pytest.mark.parametrize(("head", "status"), [(100, b"200 OK"), (40_000, b"400 Bad Request")])
def test_size_of_a_head(port: int, head: int, status: bytes) -> None:
    """A body that comes along with the head does not count as head, whose size is limited."""
    body = b"x" * 50_000
    target = f"127.0.0.1:{port}"
    lines = f"POST http://{target}/ HTTP/1.1\r\nHost: {target}\r\nContent-Length: {len(body)}\r\n"
    request = lines.encode() + b"Filler: " + b"y" * head + b"\r\n\r\n" + body

    assert status in asked(AllowingProxy([target]), request).partition(b"\r\n")[0]


def test_commands_reach_allowed_hosts_only(port: int) -> None:
    """In a sandbox, programs that use the proxy reach the hosts that are allowed; nothing is reached without it."""
    engine = engine_or_skip("bubblewrap")
    sandbox = engine.create(SandboxRequest("sb", allowed_hosts=(f"127.0.0.1:{port}",)))
    fetch = (
        "import urllib.request as u, sys\n"
        "try: print(u.urlopen(sys.argv[1], b'body', 10).read().decode())\n"
        "except Exception as e: print(e)"
    )

    def fetched(url: str, **environment: str) -> str:
        environment = {"NO_PROXY": "", "no_proxy": "", **environment}
        return sandbox.exec(["python3", "-c", fetch, url], environment=environment, timeout=30).stdout.decode().strip()

    try:
        allowed = fetched(f"http://127.0.0.1:{port}/path?query")
        other = fetched("http://example.com/")
        without = fetched(f"http://127.0.0.1:{port}/", NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
        tunnel = sandbox.exec(
            f"python3 -c \"import http.client as h; c = h.HTTPConnection('127.0.0.1', 3128); "
            f"c.set_tunnel('127.0.0.1', {port}); c.request('GET', '/tunnel'); print(c.getresponse().read().decode())\"",
            timeout=30,
        )
        told = sandbox.in_force["network"]
    finally:
        engine.close()

    assert "/path?query body False" == allowed
    assert "403" in other
    assert "refused" in without
    assert "/tunnel  False" == tunnel.stdout.decode().strip(), tunnel
    assert told.endswith(f"and a proxy to 127.0.0.1:{port}")
