"""Environment variables: their names, and validation of URLs and keys."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ._format import suggestion
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["VARIABLES", "check_secret", "check_url", "misspelt_variables", "warn_once"]

VARIABLES = (
    "ASHR_AGENTS",
    "ASHR_AGENT_BASE_URL",
    "ASHR_AGENT_MODEL",
    "ASHR_AGENT_PRIVATE_ADDRESSES",
    "ASHR_E2B_API_KEY",
    "ASHR_E2B_API_URL",
    "ASHR_E2B_DOMAIN",
    "ASHR_E2B_SANDBOX_URL",
    "ASHR_E2B_TEMPLATE",
    "ASHR_EXPERIMENT_PARALLEL",
    "ASHR_FORWARD_TO",
    "ASHR_GENERATOR_API_KEY",
    "ASHR_GENERATOR_BASE_URL",
    "ASHR_GENERATOR_MODEL",
    "ASHR_JUDGE_API_KEY",
    "ASHR_JUDGE_BASE_URL",
    "ASHR_JUDGE_MODEL",
    "ASHR_LABS_API_KEY",
    "ASHR_LABS_BASE_URL",
    "ASHR_LABS_BOOTSTRAP_KEY",
    "ASHR_LABS_DATABASE",
    "ASHR_LABS_DEBUG",
    "ASHR_LABS_LOG",
    "ASHR_LABS_SANDBOX_ID",
    "ASHR_LABS_SPOOL_DIR",
    "ASHR_LABS_TRACING",
    "ASHR_LABS_TRACING_CAPTURE",
    "ASHR_LABS_TRACING_EXIT_TIMEOUT",
    "ASHR_LABS_TRACING_SAMPLE_RATE",
    "ASHR_LABS_TRACING_SPOOL",
    "ASHR_PRICES",
    "ASHR_QUEUE_PARALLEL",
    "ASHR_RUN_LEASE_SECONDS",
    "ASHR_SANDBOX_BASE",
    "ASHR_SANDBOX_ENGINE",
    "ASHR_SANDBOX_FIXTURES",
    "ASHR_SANDBOX_IMAGE",
    "ASHR_SANDBOX_LIMIT",
    "ASHR_SANDBOX_PACKAGES",
    "ASHR_SECRETS_KEY",
    "ASHR_SESSION_IDLE_SECONDS",
    "ASHR_SLACK_TOKEN",
    "ASHR_SLACK_URL",
    "ASHR_SMTP_URL",
    "ASHR_TURN_SECONDS",
    "ASHR_WEBHOOK_PRIVATE_ADDRESSES",
)
"""Every variable that is read, or set for the commands of a sandbox."""


@cache
def warn_once(logger: str, problem: str) -> None:
    """Log a problem as a warning, the first time in this process."""
    logging.getLogger(logger).warning("%s", problem)


def misspelt_variables(names: Iterable[str]) -> list[str]:
    """Return a problem for each variable that is not read and whose name is similar to one that is."""
    unknown = [name for name in names if name.upper().startswith("ASHR") and name not in VARIABLES]
    found = [(name, suggestion(name, VARIABLES, only_misspelt=True)) for name in unknown]
    return [f"the environment variable {name} is not read{meant}" for name, meant in found if meant]


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
