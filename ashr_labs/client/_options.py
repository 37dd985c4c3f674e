"""What a client is set to: checked once, at the door, and never printed with its key."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from math import isfinite
from urllib.parse import urlsplit

from ..errors import ConfigurationError, MissingAPIKeyError

__all__ = ["DEFAULT_BASE_URL", "DEFAULT_TIMEOUT", "Options"]

DEFAULT_BASE_URL = "https://api.ashr.io/testing-platform-api"
DEFAULT_TIMEOUT = 30.0
"""Seconds."""
KEY_VARIABLE = "ASHR_LABS_API_KEY"
URL_VARIABLE = "ASHR_LABS_BASE_URL"
KEY_PREFIX = "tp_"


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of one client."""

    api_key: str = field(repr=False)
    base_url: str
    """Where every call is sent to, exactly; trailing slashes are cut."""
    timeout: float
    """Seconds."""

    @classmethod
    def resolve(cls, api_key: str | None, base_url: str | None, timeout: float) -> Options:
        """Return the settings that hold: what was given, else the environment, else the default; blank is absent.

        Raises:
            ConfigurationError: If one of them cannot work. The key is never repeated in the message.
        """
        key = _first(api_key, os.environ.get(KEY_VARIABLE))
        url = _first(base_url, os.environ.get(URL_VARIABLE), DEFAULT_BASE_URL)
        return cls(api_key=_checked_key(key), base_url=_checked_url(url), timeout=_checked_timeout(timeout))

    @property
    def masked_key(self) -> str:
        """The start of the key, enough to tell keys apart and too little to use."""
        return f"{self.api_key[:8]}..." if len(self.api_key) > 16 else f"{KEY_PREFIX}..."


def _first(*candidates: str | None) -> str:
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
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ConfigurationError(f"base_url {url!r} is not an http:// or https:// URL")
    return url.rstrip("/")


def _checked_timeout(timeout: float) -> float:
    if isinstance(timeout, bool) or not isfinite(timeout) or timeout <= 0:
        raise ConfigurationError(f"timeout={timeout!r}: give a number of seconds above 0")
    return float(timeout)
