"""Packages of specs: an environment for each set of requirements, installed once outside of the sandboxes."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ..._files import FileLock
from .errors import BootError

__all__ = ["PACKAGES", "package_folder"]

PACKAGES = "/packages"
"""Where a sandbox sees them."""
_SHOWN = 1_000
_PAUSE = 0.1
_VARIABLES = ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
"""The variables of the environment that the installer gets, with the settings of pip."""


def package_folder(root: Path, requirements: tuple[str, ...], *, seconds: float) -> Path:
    """Return the folder with the installed requirements; the first call for them installs them.

    Only wheels are installed, so no code of a package runs outside of a sandbox.

    Args:
        root: Folder in which environments are kept.
        requirements: What is installed.
        seconds: How long that may take.

    Raises:
        BootError: A requirement cannot be installed, or it takes too long.
    """
    folder = root / _digest(requirements)
    root.mkdir(parents=True, exist_ok=True, mode=0o755)
    deadline = time.monotonic() + seconds
    while not folder.exists():
        try:
            lock = FileLock(root / f"{folder.name}.lock")
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise _too_slow(seconds) from None
            time.sleep(_PAUSE)
            continue
        try:
            if not folder.exists():
                _install(folder, requirements, max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise _too_slow(seconds) from error
        finally:
            lock.release()
    return folder


def _too_slow(seconds: float) -> BootError:
    return BootError(f"setup.packages: they were not installed in {seconds:g} seconds")


def _digest(requirements: tuple[str, ...]) -> str:
    """Return the name of an environment: what is installed, for which Python and machine."""
    parts = [sorted(requirements), sys.version_info[:2], sys.implementation.name, platform.machine()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _install(folder: Path, requirements: tuple[str, ...], seconds: float) -> None:
    """Install into a temporary folder, which gets its name when it is complete."""
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    options = ["--only-binary=:all:", "--no-input", "--no-cache-dir", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(part), "--", *requirements]
    given = {name: value for name, value in os.environ.items() if name in _VARIABLES or name.startswith("PIP_")}
    try:
        done = subprocess.run(  # noqa: S603 - requirements follow `--`, and the schema knows no options among them
            command, capture_output=True, env=given, timeout=seconds, check=False
        )
        if done.returncode:
            raise BootError(f"setup.packages: {done.stderr.decode('utf-8', 'replace').strip()[-_SHOWN:]}")
        part.chmod(0o755)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
