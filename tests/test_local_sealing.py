"""Stored secrets are encrypted with a key that is not in the database."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ashr_labs._secret import Secret
from ashr_labs.errors import ConfigurationError, ValidationError
from ashr_labs.local.sealing import Sealing, checked_key

KEY = Secret(base64.urlsafe_b64encode(b"k" * 32).decode())
OTHER = Secret(base64.urlsafe_b64encode(b"o" * 32).decode())
URL = make_url("postgresql://host/database")


def test_key_of_a_file_is_private_and_kept(tmp_path: Path) -> None:
    """The key of a database file is in a file beside it, for its owner only, and is the same the next time."""
    database = tmp_path / "ashr.db"
    sealed = Sealing(database).seal("s3cret")
    key = tmp_path / "ashr.db.secrets-key"

    assert "s3cret" == Sealing(database).unseal(sealed)
    assert 0o600 == stat.S_IMODE(key.stat().st_mode)
    assert "s3cret" not in sealed


def test_key_of_the_operator_wins(tmp_path: Path) -> None:
    """With a key of the operator there is no file, and another key does not open what it has encrypted."""
    sealed = Sealing(tmp_path / "ashr.db", KEY).seal("s3cret")

    assert [] == list(tmp_path.iterdir())
    assert "s3cret" == Sealing(URL, KEY).unseal(sealed)
    with pytest.raises(ValidationError, match="encrypted with another key; set ASHR_SECRETS_KEY"):
        Sealing(URL, OTHER).unseal(sealed)


def test_shared_database_needs_a_key() -> None:
    """Without a key, secrets are refused on a database that several servers use."""
    with pytest.raises(ValidationError, match="secrets need the variable ASHR_SECRETS_KEY on each server"):
        Sealing(URL).seal("s3cret")


@pytest.mark.parametrize("text", ["short", "ä" * 44, "x" * 43, "!" * 44])
def test_malformed_key_is_refused(text: str, tmp_path: Path) -> None:
    """A key that is not 32 bytes in base64 is refused without being shown, from the environment and from a file."""
    with pytest.raises(ConfigurationError, match="must be 32 bytes in URL-safe base64") as caught:
        checked_key(text)
    assert text not in str(caught.value)
    (tmp_path / "ashr.db.secrets-key").write_text(text)
    with pytest.raises(ConfigurationError, match="as the key of secrets"):
        Sealing(tmp_path / "ashr.db").seal("s3cret")


def test_unicode_survives() -> None:
    """Any text is the same again."""
    sealing = Sealing(None)

    assert "ä\N{SNOWMAN}\0" == sealing.unseal(sealing.seal("ä\N{SNOWMAN}\0"))
    assert checked_key(" ") is None
