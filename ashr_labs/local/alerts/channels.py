"""The delivery of firings: by a webhook, to Slack, and by e-mail."""

from __future__ import annotations

import json
import smtplib
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import make_msgid
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from ..._http import AddressRefusedError, post
from ..._json import as_object, preview
from ..._retry import is_transient_status
from ...alerts import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign_webhook
from ..jobs.worker import RejectedError, RetryLaterError
from .addresses import is_public

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from ..._http import HTTPResponse
    from .settings import AlertSettings, SMTPServer

__all__ = ["send_email", "send_slack", "send_webhook"]

_MAX_ANSWER: Final = 64_000
_MAX_RETRY_AFTER: Final = 3600.0
_RETRIED_SLACK_ERRORS: Final = frozenset({"fatal_error", "internal_error", "ratelimited", "service_unavailable"})
_JSON: Final = {"content-type": "application/json", "user-agent": "ashr-labs"}


def send_webhook(settings: AlertSettings, url: str, event: Mapping[str, Any], *, secret: str, timestamp: int) -> None:
    """Send a firing as a signed POST request; redirects are not followed.

    Raises:
        RetryLaterError: The receiver is unavailable, or took too long.
        RejectedError: It refused the request, or is at a private address.
    """
    body = json.dumps(event).encode()
    headers = {TIMESTAMP_HEADER: str(timestamp), SIGNATURE_HEADER: sign_webhook(body, secret, timestamp)}
    headers["idempotency-key"] = str(event["id"])
    allows = None if settings.allows_private else is_public
    try:
        _check(_posted(url, body, headers, settings.seconds, allows))
    except AddressRefusedError as error:
        raise RejectedError(
            f"{error}; the operator can allow private addresses with ASHR_WEBHOOK_PRIVATE_ADDRESSES=allow"
        ) from error


def send_slack(settings: AlertSettings, channel: str | None, text: str) -> None:
    """Send a message to Slack: to the incoming webhook of the operator, or to a channel with the operator's token.

    Raises:
        RetryLaterError: Slack is unavailable, or asks to wait.
        RejectedError: Slack refused it, or is not configured any more.
    """
    if settings.slack_url is None:
        raise RejectedError("Slack is not configured any more: set ASHR_SLACK_URL or ASHR_SLACK_TOKEN")
    message = {"text": text, **({"channel": channel} if channel else {})}
    token = settings.slack_token
    headers = {"authorization": f"Bearer {token!s}"} if token else {}
    reply = _posted(settings.slack_url, json.dumps(message).encode(), headers, settings.seconds, None)
    _check(reply)
    if token:
        _check_slack(reply)


def send_email(server: SMTPServer, to: Sequence[str], subject: str, text: str, *, seconds: float) -> None:
    """Send an e-mail.

    Raises:
        RetryLaterError: The server is unavailable, takes too long, or refuses it for now.
        RejectedError: The server refuses it.
    """
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, ", ".join(to), subject
    message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    message.set_content(text)
    try:
        with _connected(server, seconds) as connection:
            connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        raise _refused(min(codes), f"the recipients were refused: {', '.join(error.recipients)}") from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, f"{error.smtp_code}: {preview(_text(error.smtp_error))}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise RetryLaterError(f"the mail server {server.host} failed: {str(error) or type(error).__name__}") from error


@contextmanager
def _connected(server: SMTPServer, seconds: float) -> Generator[smtplib.SMTP]:
    """Yield a connection that is closed when the time is over, however slowly the server answers."""
    context = ssl.create_default_context()
    if server.is_tls:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(timeout=seconds, context=context)
    else:
        connection = smtplib.SMTP(timeout=seconds)
    vars(connection)["_host"] = server.host  # the name that its certificate must have; set by the constructor only
    timer = threading.Timer(seconds, _shut_down, [connection])
    timer.daemon = True
    timer.start()
    try:
        connection.connect(server.host, server.port)
        connection.ehlo()
        if not server.is_tls and connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo()
        elif server.password and not server.is_tls and not _is_loopback(connection):
            raise RejectedError(f"the mail server {server.host} offers no TLS, so the password is not sent to it")
        if server.user:
            connection.login(server.user, str(server.password))
        yield connection
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()
    finally:
        timer.cancel()
        connection.close()


def _shut_down(connection: smtplib.SMTP) -> None:
    """End the reads and writes of other threads, which closing does not."""
    if connection.sock:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _is_loopback(connection: smtplib.SMTP) -> bool:
    peer = connection.sock.getpeername()[0] if connection.sock else ""
    return ip_address(peer.partition("%")[0]).is_loopback


def _refused(code: int, reason: str) -> RetryLaterError | RejectedError:
    """Return the error for an SMTP reply code; 4xx codes are transient."""
    return RetryLaterError(reason) if 400 <= code < 500 else RejectedError(reason)


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _posted(
    url: str, body: bytes, headers: Mapping[str, str], seconds: float, allows: Callable[[str], bool] | None
) -> HTTPResponse:
    try:
        return post(url, body, {**_JSON, **headers}, timeout=seconds, max_bytes=_MAX_ANSWER, allows=allows)
    except OSError as error:
        raise RetryLaterError(str(error) or type(error).__name__) from error


def _check(reply: HTTPResponse) -> None:
    if 200 <= reply.status < 300:
        return
    if 300 <= reply.status < 400:
        raise RejectedError(f"status {reply.status}: redirects are not followed; give the URL that it leads to")
    reason = f"status {reply.status}: {preview(reply.text)}"
    if is_transient_status(reply.status):
        after = reply.headers.get("retry-after", "")
        waits = min(float(after), _MAX_RETRY_AFTER) if after.isascii() and after.isdecimal() else 0.0
        raise RetryLaterError(reason, after=waits)
    raise RejectedError(reason)


def _check_slack(reply: HTTPResponse) -> None:
    """Check the answer of Slack's API, which reports errors with status 200."""
    try:
        answer = as_object(json.loads(reply.content)) or {}
    except ValueError:
        answer = {}
    if answer.get("ok") is True:
        return
    reason = preview(answer.get("error") or reply.text)
    if answer.get("error") in _RETRIED_SLACK_ERRORS:
        raise RetryLaterError(f"Slack: {reason}")
    raise RejectedError(f"Slack: {reason}")
