"""Encryption of values that are stored, such as the secrets of experiments."""

from __future__ import annotations

import base64
import binascii
import os
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from .._secret import Secret
from ..errors import ConfigurationError, ValidationError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

    from .store.database_url import Target

__all__ = ["KEY_VARIABLE", "Sealing", "checked_key"]

KEY_VARIABLE = "ASHR_SECRETS_KEY"
_SUFFIX = ".secrets-key"
_KEY_BYTES = 32


def checked_key(text: str) -> Secret | None:
    """Return the key of the environment; None if it is empty.

    Raises:
        ConfigurationError: It is not the base64 of 32 bytes; the message does not show it.
    """
    key = text.strip()
    if not key:
        return None
    with suppress(binascii.Error, ValueError):
        if len(base64.urlsafe_b64decode(key.encode())) == _KEY_BYTES:
            return Secret(key)
    raise ConfigurationError(
        f"{KEY_VARIABLE} must be {_KEY_BYTES} bytes in URL-safe base64, such as "
        "`openssl rand -base64 32 | tr +/ -_` prints"
    )


class Sealing:
    """Encrypts text by Fernet, AES with an HMAC; thread-safe.

    Without a key of the operator, the key is in a file beside the database that only its owner can read, or, for a
    database in memory, in memory. Processes that share a database need the key of the operator.

    Args:
        target: The database.
        key: The key of the operator; None if there is none.
    """

    def __init__(self, target: Target, key: Secret | None = None) -> None:
        self._target = target
        self._key = key
        self._cipher: Fernet | None = None
        self._lock = Lock()

    def seal(self, text: str) -> str:
        """Return the text encrypted.

        Raises:
            ValidationError: There is no key.
            ConfigurationError: The file with the key cannot be made.
        """
        return self._opened().encrypt(text.encode("utf-8", "surrogatepass")).decode()

    def unseal(self, sealed: str) -> str:
        """Return the text of `seal`.

        Raises:
            ValidationError: It was encrypted with another key, or there is no key.
        """
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - a library that most processes do without

        try:
            return self._opened().decrypt(sealed.encode()).decode("utf-8", "surrogatepass")
        except InvalidToken as error:
            raise ValidationError(
                f"the secrets were encrypted with another key; set {KEY_VARIABLE} to that one, or give them again"
            ) from error

    def _opened(self) -> Fernet:
        from cryptography.fernet import Fernet  # noqa: PLC0415 - as above

        with self._lock:
            if self._cipher is None:
                self._cipher = Fernet((self._key or self._own_key()).encode())
            return self._cipher

    def _own_key(self) -> str:
        if self._target is None:
            return _new_key()
        if not isinstance(self._target, Path):
            raise ValidationError(
                f"secrets need the variable {KEY_VARIABLE} on each server of this database, which encrypts them",
                response={"path": "secrets"},
            )
        return _key_of_file(self._target.with_name(self._target.name + _SUFFIX))


def _key_of_file(path: Path) -> str:
    """Return the key in a file, which is made if it is missing."""
    try:
        with suppress(FileExistsError), os.fdopen(_new_private_file(path), "w") as file:
            file.write(_new_key())
        return str(checked_key(path.read_text("ascii")) or "")
    except (OSError, ConfigurationError, UnicodeError) as error:
        raise ConfigurationError(f"cannot use {path} as the key of secrets: {error}") from error


def _new_private_file(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _new_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).decode()
