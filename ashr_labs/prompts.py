"""Prompts: versions of a template, rendered with variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ._template import render_template

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Prompt", "render_template"]


@dataclass
class Prompt:
    """One version of a prompt.

    Example:
        >>> prompt = Prompt(slug="greeting", version=3, template="Hello {name}!", variables={"name": "you"})
        >>> prompt.render(name="Ada")
        'Hello Ada!'
    """

    id: str = ""
    """The id of this version."""
    user_id: str = ""
    """The user who stored it."""
    slug: str = ""
    """The name that its versions share."""
    version: int = 0
    """Counts up from 1."""
    tag: str = ""
    """The first of its tags by alphabet; empty if it has none."""
    template: str = ""
    """Text with variables such as `{name}`; `render_template` describes the language."""
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    """Values that rendering begins with."""
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    created_at: str = ""
    """ISO 8601."""
    tags: list[str] = field(default_factory=list[str])
    """All of its tags."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> Prompt:
        """Read an answer of the platform; fields that are missing or null have their defaults."""
        given = {name: value for name, value in (data or {}).items() if value is not None}
        return cls(**{name: given[name] for name in cls.__dataclass_fields__ if name in given})

    def render(self, /, **variables: Any) -> str:
        """Return the text with the stored variables, those that are given replacing them.

        Raises:
            ConfigurationError: The text is larger than 5,000,000 characters.
        """
        return render_template(self.template, {**self.variables, **variables})

    @property
    def reference(self) -> dict[str, Any]:
        """The metadata by which a generation names this version.

        Example:
            >>> Prompt(slug="greeting", version=3).reference
            {'prompt': {'slug': 'greeting', 'version': 3}}
        """
        return {"prompt": {"slug": self.slug, "version": self.version}}


Prompt.__module__ = "ashr_labs"
