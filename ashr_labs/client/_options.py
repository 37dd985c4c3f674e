"""What a client is set to: checked once, at the door, and never printed with its secrets."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..errors import ConfigurationError, MissingAPIKeyError
from ._clock import LONGEST, is_duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext
    from typing import Self

__all__ = ["DEFAULT_BASE_URL", "DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT", "Options", "Timeout"]

DEFAULT_BASE_URL = "https://api.ashr.io/testing-platform-api"
DEFAULT_TIMEOUT = 30.0
"""Seconds."""
DEFAULT_MAX_RETRIES = 2
KEY_VARIABLE = "ASHR_LABS_API_KEY"
URL_VARIABLE = "ASHR_LABS_BASE_URL"
KEY_PREFIX = "tp_"
_OWN_HEADERS = frozenset(
    {
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "idempotency-key",
        "transfer-encoding",
    }
)


@dataclass(frozen=True, slots=True)
class Timeout:
    """How long to wait for what, in seconds.

    Example:
        >>> Timeout(30, connect=5, total=120).connect
        5
    """

    default: float = DEFAULT_TIMEOUT
    """For each phase that is not given its own."""
    connect: float | None = None
    """For a connection to come about."""
    read: float | None = None
    """For the next bytes of the answer."""
    write: float | None = None
    """For the next bytes of the request to be taken."""
    total: float = 600.0
    """For the whole call, with all its tries and the waits between them, however slowly single bytes come or go.

    A synchronous client that sends through a user's own `http_client` or `transport` notices only when a part of the
    answer's body arrives, or a phase's time is up.
    """

    def __post_init__(self) -> None:
        for name in ("default", "connect", "read", "write", "total"):
            value: object = getattr(self, name)
            if value is None and name not in {"default", "total"}:
                continue
            if not is_duration(value) or not value:
                raise ConfigurationError(
                    f"timeout: {name}={value!r}: give a number of seconds above 0, up to {LONGEST}"
                )

    def phases(self, left: float) -> dict[str, float | None]:
        """Return the seconds for each phase when so many are left for the whole call."""
        phases = {"connect": self.connect, "read": self.read, "write": self.write}
        return {name: min(own or self.default, left) for name, own in phases.items()} | {"pool": None}


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """The settings of one client."""

    api_key: str = field(repr=False)
    base_url: str
    """Where every call is sent to, exactly; trailing slashes are cut."""
    timeout: Timeout = field(default_factory=Timeout)
    max_retries: int = DEFAULT_MAX_RETRIES
    default_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    proxy: str | None = field(default=None, repr=False)
    verify: bool | str | SSLContext = True
    idempotency_key: str | None = None
    """The user's own for the next write; each write has a new one unless given."""
    key_from_environment: bool = False
    """Whether the key must be read there again, rather than travel."""

    @classmethod
    def resolve(
        cls,
        api_key: str | None,
        base_url: str | None,
        timeout: float | Timeout,
        *,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str] | None = None,
        proxy: str | None = None,
        verify: bool | str | SSLContext = True,
    ) -> Options:
        """Return the settings that hold: what was given, else the environment, else the default; blank is absent.

        Raises:
            ConfigurationError: If one of them cannot work. Secrets are never repeated in the message.
        """
        given = _first(api_key)
        return cls(
            api_key=_checked_key(given or _first(os.environ.get(KEY_VARIABLE))),
            base_url=_checked_url(_first(base_url, os.environ.get(URL_VARIABLE), DEFAULT_BASE_URL)),
            timeout=_checked_timeout(timeout),
            max_retries=_checked_retries(max_retries),
            default_headers=_checked_headers(default_headers or {}),
            proxy=_checked_proxy(_first(proxy)),
            verify=_checked_verify(verify),
            key_from_environment=not given,
        )

    def changed(
        self,
        *,
        api_key: str | None = None,
        timeout: float | Timeout | None = None,
        max_retries: int | None = None,
        default_headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Self:
        """Return these settings with what is given in the place of what was."""
        changed = self
        if api_key is not None:
            changed = replace(changed, api_key=_checked_key(_first(api_key)), key_from_environment=False)
        if timeout is not None:
            changed = replace(changed, timeout=_checked_timeout(timeout))
        if max_retries is not None:
            changed = replace(changed, max_retries=_checked_retries(max_retries))
        if default_headers is not None:
            changed = replace(changed, default_headers=_checked_headers(default_headers))
        if idempotency_key is not None:
            changed = replace(changed, idempotency_key=_checked_value("idempotency_key", idempotency_key))
        return changed

    def packed(self) -> Self:
        """Return these settings as they may leave the process: without a key that came from the environment."""
        return replace(self, api_key="") if self.key_from_environment else self

    def unpacked(self) -> Self:
        """Return these settings with the key of this process's environment, if they came without one."""
        return self if self.api_key else replace(self, api_key=_checked_key(_first(os.environ.get(KEY_VARIABLE))))

    @property
    def masked_key(self) -> str:
        """The start of the key, enough to tell keys apart and too little to use."""
        return f"{self.api_key[:8]}..." if len(self.api_key) > 16 else f"{KEY_PREFIX}..."


def _first(*candidates: str | None) -> str:
    for candidate in candidates:
        if candidate is not None and not isinstance(candidate, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigurationError(f"expected a text for the API key or a URL, got a {type(candidate).__name__}")
    return next((text for candidate in candidates if candidate and (text := candidate.strip())), "")


def _checked_key(key: str) -> str:
    if not key:
        raise MissingAPIKeyError(
            f"no API key was given: pass api_key=..., set {KEY_VARIABLE}, or use AshrLabsClient.local() without one"
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError("the API key holds a space, a line break or another character that no key has")
    if not key.startswith(KEY_PREFIX):
        raise ConfigurationError(f"the API key does not start with {KEY_PREFIX!r}; copy it whole from the platform")
    return key


def _checked_url(url: str) -> str:
    if "@" in url:
        raise ConfigurationError("base_url holds a user name or password; the API key is all that is needed")
    if not _is_url(url, {"http", "https"}):
        raise ConfigurationError(f"base_url {url!r} is not an http:// or https:// URL")
    return url.rstrip("/")


def _is_url(text: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _checked_proxy(proxy: str) -> str | None:
    if proxy and not _is_url(proxy, {"http", "https", "socks5", "socks5h"}):
        raise ConfigurationError("proxy is not an http://, https:// or socks5:// URL with a host")
    return proxy or None


def _checked_verify(verify: bool | str | SSLContext) -> bool | str | SSLContext:
    if isinstance(verify, bool) or hasattr(verify, "wrap_socket"):
        return verify
    if not isinstance(verify, str | os.PathLike):
        raise ConfigurationError(f"verify={verify!r}: give True, False, a path to certificates, or an ssl.SSLContext")
    return os.fspath(verify).strip() or True


def _checked_timeout(timeout: float | Timeout) -> Timeout:
    return timeout if isinstance(timeout, Timeout) else Timeout(timeout)


def _checked_retries(number: int) -> int:
    if type(number) is not int or number < 0:  # a bool is an int too
        raise ConfigurationError(f"max_retries={number!r}: give a whole number from 0 up")
    return number


def _checked_headers(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    if not hasattr(headers, "items"):
        raise ConfigurationError(f"default_headers is a {type(headers).__name__}; give a dict of names and values")
    for name, value in headers.items():
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigurationError(f"default_headers: {name!r} is not the name of a header")
        if name.lower() in _OWN_HEADERS:
            raise ConfigurationError(f"default_headers: {name!r} is set by the client itself")
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            raise ConfigurationError(f"default_headers: {name!r} is not the name of a header")
        _checked_value(f"default_headers: {name}", value)
    return tuple(headers.items())


def _checked_value(what: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isascii() or not value.isprintable():
        raise ConfigurationError(f"{what} is not a text, blank, or holds a character that no header can have")
    return value
