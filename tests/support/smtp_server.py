"""A real SMTP server on loopback that takes e-mail, or refuses it as a test says."""

from __future__ import annotations

import base64
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from socketserver import StreamRequestHandler, ThreadingTCPServer

__all__ = ["MailServer", "mail_server"]


@dataclass
class MailServer:
    """The e-mails that came, and the answers to commands."""

    port: int = 0
    messages: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """By command, in place of what the server answers."""
    hangs: threading.Event | None = None
    """Set at the end; until then nothing is answered, not even the greeting."""


class _Server(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, state: MailServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.state = state


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        if self.server.state.hangs is not None:
            self.server.state.hangs.wait(30)
            return
        self._say("220 mail.test ESMTP")
        while line := self.rfile.readline():
            command, _, argument = line.decode().strip().partition(" ")
            if not self._take(command.upper(), argument):
                return

    def _take(self, command: str, argument: str) -> bool:
        if command in self.server.state.answers:
            self._say(self.server.state.answers[command])
            return True
        if command == "EHLO":
            self._say("250-mail.test\r\n250 AUTH PLAIN")
        elif command == "AUTH":
            self.server.state.logins.append(base64.b64decode(argument.rsplit(maxsplit=1)[-1]).decode())
            self._say("235 ok")
        elif command == "RCPT":
            self.server.state.recipients.append(argument.partition("<")[2].rstrip(">"))
            self._say("250 ok")
        elif command == "DATA":
            self._say("354 go on")
            self.server.state.messages.append(message_from_bytes(self._data()))
            self._say("250 taken")
        else:
            self._say("221 bye" if command == "QUIT" else "250 ok")
        return command != "QUIT"

    def _data(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(*, hangs: threading.Event | None = None) -> Generator[MailServer]:
    """Run the server while the block runs."""
    state = MailServer(hangs=hangs)
    with _Server(state) as server:
        state.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield state
        finally:
            if state.hangs is not None:
                state.hangs.set()
            server.shutdown()
