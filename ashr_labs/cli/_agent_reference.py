"""Load the agent that `--agent MODULE:ATTRIBUTE` names."""

from __future__ import annotations

from typing import Any

import click

from .._references import describe_error, load_reference
from ..errors import ConfigurationError

__all__ = ["describe_error", "load_agent"]


def load_agent(reference: str) -> Any:
    """Import the module, from the current folder first, and return its attribute.

    Raises:
        click.ClickException: The module or attribute does not exist, or the import fails.
    """
    try:
        return load_reference(reference)
    except ConfigurationError as error:
        raise click.ClickException(f"--agent {reference}: {error.message}") from error
