"""Read the JSON files that commands are given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import click

from .._json import as_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["read_json", "read_json_object"]


def read_json(path: Path) -> object:
    """Return what a file holds.

    Raises:
        click.ClickException: It cannot be read, or is not JSON.
    """
    try:
        return cast("object", json.loads(path.read_bytes()))
    except OSError as error:
        raise click.ClickException(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{path} is not JSON: {error}") from error


def read_json_object(path: Path, what: str) -> Mapping[str, Any]:
    """Return the object that a file holds; `what` it should be is for the message.

    Raises:
        click.ClickException: It cannot be read, or holds no object.
    """
    content = as_object(read_json(path))
    if content is None:
        raise click.ClickException(f"{path} holds no {what}: it must be an object")
    return content
