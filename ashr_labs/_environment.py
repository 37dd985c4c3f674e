"""Validation of URLs and keys from environment variables."""

from __future__ import annotations

from urllib.parse import urlsplit

from .errors import ConfigurationError

__all__ = ["check_secret", "check_url"]


def check_url(url: str, *, setting: str) -> str:
    """Return a URL without a trailing slash.

    Raises:
        ConfigurationError: It is not an http or https URL, or contains a password; the message names the setting.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise ConfigurationError(f"{setting} must be an http or https URL, got {url!r}")
    if urlsplit(url).username is not None:
        raise ConfigurationError(f"{setting} must not contain a user name or password; use the settings for keys")
    return url.rstrip("/")


def check_secret(secret: str, *, setting: str) -> str:
    """Return a key without surrounding whitespace.

    Raises:
        ConfigurationError: It is not allowed in a header; the message does not contain it.
    """
    secret = secret.strip()
    if not secret.isascii() or not secret.isprintable():
        raise ConfigurationError(f"{setting} must be printable ASCII; copy the key again")
    return secret
