"""A certificate of the tests' own, and a proxy that tunnels to what has it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

__all__ = ["new_certificate", "running_tunnel", "server_context"]


def new_certificate(folder: Path, address: str = "127.0.0.1") -> Path:
    """Make a certificate for an address that vouches for itself; its key lies beside it."""
    if shutil.which("openssl") is None:
        pytest.skip("the command openssl makes the certificate, and is not here")
    path = folder / "server.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={address}", "-addext", f"subjectAltName=IP:{address}"]
    command += ["-keyout", str(path.with_suffix(".key")), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    """Return the settings of a server that has the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context


@contextmanager
def running_tunnel(tls: ssl.SSLContext | None = None) -> Generator[tuple[str, list[str]]]:
    """Run an HTTP proxy that supports CONNECT only; yield its URL and the list of requested targets."""
    asked: list[str] = []

    class Tunnel(StreamRequestHandler):
        def handle(self) -> None:
            target = self.rfile.readline().split()[1].decode()
            asked.append(target)
            while self.rfile.readline().strip():
                pass
            host, _, port = target.partition(":")
            with socket.create_connection((host, int(port))) as far:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_relay, args=(far, self.connection), daemon=True)
                back.start()
                _relay(self.connection, far)
                back.join()

    with ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as server:
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def _relay(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
