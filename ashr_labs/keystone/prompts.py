"""Prompts, by the names of `polarity_keystone.prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ..client._outgoing import resource
from ..client._sync._prompts import PromptMethods
from ..prompts import Prompt, render_template
from .errors import as_keystone_error

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from ._connection import Connection

    Prompts: TypeAlias = list[Prompt]
    # In the class, `list` is a method.

__all__ = ["Prompt", "PromptService", "load_prompt", "render_template"]


class PromptService:
    """Prompts of the owner of the key: `ks.prompts`; each method raises `KeystoneError` if its request fails."""

    def __init__(self, http: Connection) -> None:
        self._http = http
        self._methods = PromptMethods(http.transport)

    @as_keystone_error
    def create(
        self,
        slug: str,
        template: str,
        *,
        tag: str | None = None,
        variables: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Prompt:
        """Store a prompt, or the next version of one."""
        # Empty ones are left out, as documented.
        return self._methods.create(
            slug, template, tag=tag or None, variables=variables or None, metadata=metadata or None
        )

    @as_keystone_error
    def get(self, slug: str, *, version: int | None = None, tag: str | None = None) -> Prompt:
        """Return a version of a prompt, by default the newest one."""
        return self._methods.get(slug, version=version, tag=tag or None)

    @as_keystone_error
    def list(self) -> Prompts:
        """Return the newest version of each prompt."""
        found: dict[str, Prompt] = {}
        after: str | None = None
        while True:
            path = resource("list_prompts", {}, {"after": after}).target
            page = [Prompt.from_dict(one) for one in self._http.get(path) or ()]
            # A platform that answers everything at once ignores `after`.
            if not (new := [one for one in page if one.id not in found]):
                return [*found.values()]
            found |= {one.id: one for one in new}
            after = new[-1].slug

    @as_keystone_error
    def delete(self, prompt_id: str) -> None:
        """Delete a version of a prompt."""
        self._methods.delete(prompt_id)

    @as_keystone_error
    def render(self, prompt_id: str, /, **variables: Any) -> str:
        """Return a version rendered by the platform, as `Prompt.render()` does without a request."""
        return self._methods.render(prompt_id, **variables)


class HasPrompts(Protocol):
    """A `Keystone` client."""

    @property
    def prompts(self) -> PromptService:
        """The prompts."""
        ...


def load_prompt(http: HasPrompts, slug: str, *, version: int | None = None, tag: str | None = None) -> Prompt:
    """Return a version of a prompt, as `ks.prompts.get()` does.

    Args:
        http: The client.
        slug: The name of the prompt.
        version: The number of the version; defaults to the newest one.
        tag: A tag of the version, if there is no number.

    Raises:
        KeystoneError: There is no such prompt, or the request failed.
    """
    return http.prompts.get(slug, version=version, tag=tag)
