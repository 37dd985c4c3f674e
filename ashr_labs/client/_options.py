"""Validated client options; secrets are masked in `repr`."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .._environment import warn_once
from .._format import missing_key
from .._secret import Secret
from .._unset import UNSET
from ..errors import ConfigurationError, MissingAPIKeyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext
    from typing import Self

    from .._unset import Unset

__all__ = [
    "DEFAULT_BASE_URL",
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "MAX_SECONDS",
    "Options",
    "Timeout",
    "is_duration",
    "log_to_stderr",
    "logger",
]

logger = logging.getLogger("ashr_labs")

DEFAULT_BASE_URL = "https://api.ashr.io/testing-platform-api"
DEFAULT_TIMEOUT = 30.0
"""Seconds."""
MAX_SECONDS = 1_000_000
"""Some eleven days: the clocks of the system overflow not much later."""
DEFAULT_MAX_RETRIES = 2
KEY_VARIABLE = "ASHR_LABS_API_KEY"
URL_VARIABLE = "ASHR_LABS_BASE_URL"
LOG_VARIABLE = "ASHR_LABS_LOG"
KEY_PREFIX = "tp_"
_SANDBOX_PREFIX = "ks_sb_"
"""Of the keys that the platform makes for the commands of a sandbox."""
_INVALID_KEY = "Invalid API key format"
"""The message begins as that of the public package."""
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
    """Timeouts of a client, in seconds.

    Example:
        >>> Timeout(30, connect=5, total=120).connect
        5
    """

    default: float = DEFAULT_TIMEOUT
    """For each phase without a timeout of its own."""
    connect: float | None = None
    """To connect, TLS included."""
    read: float | None = None
    """To receive the next bytes of the response."""
    write: float | None = None
    """To send the next bytes of the request."""
    total: float = 600.0
    """For the whole call with all attempts and the waits between them, however slowly single bytes are transferred.

    A synchronous client with an `http_client` or `transport` of its own notices the end only when a part of the
    response's body arrives, or a phase times out.
    """

    def __post_init__(self) -> None:
        for name in ("default", "connect", "read", "write", "total"):
            value: object = getattr(self, name)
            if value is None and name not in {"default", "total"}:
                continue
            if not is_duration(value) or not value:
                raise ConfigurationError(
                    f"timeout: {name} must be more than 0 and at most {MAX_SECONDS} seconds, got {value!r}"
                )


Timeout.__module__ = "ashr_labs"


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """Options of one client."""

    api_key: Secret
    base_url: str
    """The URL of every call; trailing slashes are removed."""
    timeout: Timeout = field(default_factory=Timeout)
    max_retries: int = DEFAULT_MAX_RETRIES
    default_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    proxy: str | None = field(default=None, repr=False)
    verify: bool | str | SSLContext = True
    idempotency_key: str | None = None
    """The key of the next write; by default each write has a new one."""
    pickle_api_key: bool = False
    """Whether pickles contain the API key."""
    key_from_environment: bool = False
    """Whether the API key was read from the environment."""

    @classmethod
    def from_args(
        cls,
        api_key: str | None,
        base_url: str | None,
        timeout: float | Timeout | None,
        *,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str] | None = None,
        proxy: str | None = None,
        verify: bool | str | SSLContext = True,
        pickle_api_key: bool = False,
    ) -> Options:
        """Return validated options: the arguments, else the environment, else the defaults; blank counts as absent.

        Raises:
            ConfigurationError: If an option is invalid. Secrets are never repeated in the message.
        """
        return cls(
            api_key=_checked_key(api_key),
            key_from_environment=not _first(api_key),
            base_url=_checked_url(_first(base_url, os.environ.get(URL_VARIABLE), DEFAULT_BASE_URL)),
            timeout=_checked_timeout(timeout),
            max_retries=_checked_retries(max_retries),
            default_headers=_checked_headers(default_headers or {}),
            proxy=_checked_proxy(_first(proxy)),
            verify=_checked_verify(verify),
            pickle_api_key=pickle_api_key,
        )

    def replace(
        self,
        *,
        api_key: str | Unset | None = UNSET,
        timeout: float | Timeout | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        default_headers: Mapping[str, str] | Unset | None = UNSET,
        idempotency_key: str | Unset | None = UNSET,
    ) -> Self:
        """Return these options with the given ones replaced; None has the meaning that it has in `from_args`."""
        changes: dict[str, Any] = {}
        if api_key is not UNSET:
            changes |= {"api_key": _checked_key(api_key), "key_from_environment": not _first(api_key)}
        if timeout is not UNSET:
            changes["timeout"] = _checked_timeout(timeout)
        if max_retries is not UNSET:
            changes["max_retries"] = _checked_retries(max_retries)
        if default_headers is not UNSET:
            changes["default_headers"] = _checked_headers(default_headers or {})
        if idempotency_key is not UNSET:
            changes["idempotency_key"] = (
                None if idempotency_key is None else _checked_value("idempotency_key", idempotency_key)
            )
        return replace(self, **changes)

    def phases(self) -> dict[str, float]:
        """Return the seconds for each phase of a request."""
        timeout = self.timeout
        return {phase: getattr(timeout, phase) or timeout.default for phase in ("connect", "read", "write")}

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the options; see `_state`."""
        # By functions of the module: Python before 3.11.4 replaces `__getstate__` of dataclasses like this one.
        return _restored, (self._state(),)

    def _state(self) -> dict[str, Any]:
        """Return the options without the API key, which is read from the environment, unless it is to be pickled."""
        state: dict[str, Any] = {option.name: getattr(self, option.name) for option in fields(self)}
        if self.pickle_api_key:
            return state
        if not self.key_from_environment and self.api_key != _environment_key():
            raise TypeError(
                f"the API key of this client is not that of the environment, and is not pickled: set {KEY_VARIABLE} "
                "in both processes, or create the client with pickle_api_key=True"
            )
        return state | {"api_key": ""}


def _restored(state: dict[str, Any]) -> Options:
    """Return pickled options; a key that was left out is read from the environment of this process."""
    api_key: Any = state["api_key"] or _checked_key(None)
    return Options(**{**state, "api_key": api_key})


def is_duration(value: object) -> bool:
    """Return True if a value is a number of seconds that can be waited."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_SECONDS


def log_to_stderr() -> None:
    """Show every log line on standard error if the environment's `ASHR_LABS_LOG` is `debug`."""
    level = os.environ.get(LOG_VARIABLE, "")
    is_shown = any(not isinstance(handler, logging.NullHandler) for handler in logger.handlers)
    if level.strip().lower() not in {"", "debug"}:
        warn_once(logger.name, f"{LOG_VARIABLE} must be debug, got {level!r}; it is ignored")
    if is_shown or level.strip().lower() != "debug":
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)


def _environment_key() -> Secret:
    return Secret(os.environ.get(KEY_VARIABLE, "").strip())


def _first(*candidates: str | None) -> str:
    for candidate in candidates:
        if candidate is not None and not isinstance(candidate, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigurationError(f"the API key and URLs must be strings, got {type(candidate).__name__}")
    return next((text for candidate in candidates if candidate and (text := candidate.strip())), "")


def _checked_key(given: str | None) -> Secret:
    key = Secret(_first(given)) or _environment_key()
    if not key:
        problem = "no API key" if given is None else f"{_INVALID_KEY}: it is empty"
        raise MissingAPIKeyError(
            f"{problem}: pass api_key=..., set {KEY_VARIABLE}, or use AshrLabsClient.local(), which needs none"
            f"{missing_key(KEY_VARIABLE, os.environ)}"
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(f"{_INVALID_KEY}: it must be printable ASCII without spaces")
    if not key.startswith((KEY_PREFIX, _SANDBOX_PREFIX)):
        raise ConfigurationError(f"{_INVALID_KEY}: it must start with {KEY_PREFIX!r}; copy the whole key")
    return key


def _checked_url(url: str) -> str:
    if "@" in url:
        raise ConfigurationError("base_url must not contain a user name or password; pass the key as api_key")
    if not _is_url(url, {"http", "https"}):
        raise ConfigurationError(f"base_url must be an http:// or https:// URL, got {url!r}")
    return url.rstrip("/")


def _is_url(text: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _checked_proxy(proxy: str) -> str | None:
    if proxy and not _is_url(proxy, {"http", "https", "socks5", "socks5h"}):
        raise ConfigurationError("proxy must be an http://, https:// or socks5:// URL with a host")
    return proxy or None


def _checked_verify(verify: bool | str | SSLContext) -> bool | str | SSLContext:
    if isinstance(verify, bool) or hasattr(verify, "wrap_socket"):
        return verify
    if not isinstance(verify, str | os.PathLike):
        raise ConfigurationError(
            f"verify must be a boolean, a path to certificates or an ssl.SSLContext, got {verify!r}"
        )
    return os.fspath(verify).strip() or True


def _checked_timeout(timeout: float | Timeout | None) -> Timeout:
    if timeout is None:
        return Timeout(MAX_SECONDS, total=MAX_SECONDS)
    return timeout if isinstance(timeout, Timeout) else Timeout(timeout)


def _checked_retries(number: int) -> int:
    if type(number) is not int or number < 0:  # a bool is an int too
        raise ConfigurationError(f"max_retries must be an integer >= 0, got {number!r}")
    return number


def _checked_headers(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    if not hasattr(headers, "items"):
        raise ConfigurationError(f"default_headers must be a dict of names and values, got {type(headers).__name__}")
    for name, value in headers.items():
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigurationError(f"default_headers: {name!r} is not a valid header name")
        if name.lower() in _OWN_HEADERS:
            raise ConfigurationError(f"default_headers must not contain {name!r}, which the client sets itself")
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            raise ConfigurationError(f"default_headers: {name!r} is not a valid header name")
        _checked_value(f"default_headers: {name}", value)
    return tuple(headers.items())


def _checked_value(what: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isascii() or not value.isprintable():
        raise ConfigurationError(f"{what} must be a non-blank string of printable ASCII characters")
    return value
