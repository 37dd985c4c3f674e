"""Methods for prompts, which are stored in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import ResponseFormatError
from ...prompts import Prompt
from .._outgoing import resource
from .._responses import require_field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeAlias

    from ._transport import AsyncRetryTransport

    Prompts: TypeAlias = list[Prompt]
    # In the class, `list` is a method.

__all__ = ["AsyncPromptMethods"]


class AsyncPromptMethods:
    """Prompts of the tenant: `client.prompts`.

    Example:
        >>> prompt = await client.prompts.create("greeting", "Hello {name}!", tag="production")  # doctest: +SKIP
        >>> (await client.prompts.get("greeting", tag="production")).render(name="Ada")  # doctest: +SKIP
        'Hello Ada!'
    """

    def __init__(self, transport: AsyncRetryTransport) -> None:
        self._transport = transport

    async def create(
        self,
        slug: str,
        template: str,
        *,
        tag: str | None = None,
        variables: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Prompt:
        """Store a prompt, or the next version of one.

        Args:
            slug: Its name: letters, digits, dots, hyphens and underscores.
            template: Text with variables such as `{name}`.
            tag: A tag for this version; it moves if another version has it.
            variables: Values that rendering begins with.
            metadata: Facts about this version.

        Raises:
            ValidationError: If the slug or the tag has another form.
        """
        given = {"tag": tag, "variables": variables, "metadata": metadata}
        body = {"slug": slug, "template": template, **{name: one for name, one in given.items() if one is not None}}
        return Prompt.from_dict(await self._transport.request(resource("create_prompt", body=body)))

    async def get(self, slug: str, *, version: int | None = None, tag: str | None = None) -> Prompt:
        """Get a version of a prompt, by default the newest one.

        Args:
            slug: Its name.
            version: The number of the version.
            tag: A tag that the version has, if no number is given.

        Raises:
            NotFoundError: If the prompt, version or tag does not exist.
        """
        path: dict[str, object] = {"slug": slug}
        if version is not None:
            outgoing = resource("get_prompt_version", {**path, "version": version})
        elif tag is not None:
            outgoing = resource("get_prompt_by_tag", {**path, "tag": tag})
        else:
            outgoing = resource("get_latest_prompt", path)
        return Prompt.from_dict(await self._transport.request(outgoing))

    async def list(self) -> Prompts:
        """List the newest version of each prompt, by slug."""
        return await self._all("list_prompts", {}, "after", "slug")

    async def versions(self, slug: str) -> Prompts:
        """List the versions of a prompt, newest first.

        Raises:
            NotFoundError: If the prompt does not exist.
        """
        return await self._all("list_prompt_versions", {"slug": slug}, "before", "version")

    async def set_tag(self, slug: str, tag: str, version: int) -> Prompt:
        """Give a tag to a version; it moves if another version has it.

        Raises:
            NotFoundError: If there is no such version.
            ValidationError: If the tag has another form, or is `latest`.
        """
        outgoing = resource("set_prompt_tag", {"slug": slug, "tag": tag}, body={"version": version})
        return Prompt.from_dict(await self._transport.request(outgoing))

    async def delete_tag(self, slug: str, tag: str) -> None:
        """Remove a tag.

        Raises:
            NotFoundError: If the prompt has no such tag.
        """
        await self._transport.request(resource("delete_prompt_tag", {"slug": slug, "tag": tag}), None)

    async def render(self, prompt: str, /, **variables: Any) -> str:
        """Render a version by its id, or the newest one by the slug; `Prompt.render()` does the same without a request.

        Args:
            prompt: The id or the slug.
            variables: Values that replace the stored ones; they must be JSON.

        Raises:
            NotFoundError: If the prompt does not exist.
        """
        outgoing = resource("render_prompt", {"prompt": prompt}, body={"variables": variables})
        rendered: str = require_field(await self._transport.request(outgoing), "rendered", "render_prompt", str)
        return rendered

    async def delete(self, prompt: str) -> None:
        """Delete one version by its id, or all versions by the slug.

        Raises:
            NotFoundError: If the prompt does not exist.
        """
        await self._transport.request(resource("delete_prompt", {"prompt": prompt}), None)

    async def _all(self, operation: str, path: Mapping[str, object], cursor: str, field: str) -> Prompts:
        """Return the prompts of all pages; each page begins after a field of the last prompt before it."""
        found: Prompts = []
        query: dict[str, object] = {}
        while page := await self._transport.request(resource(operation, path, query), list):
            found += map(Prompt.from_dict, page)
            following = {cursor: getattr(found[-1], field)}
            if following == query:
                raise ResponseFormatError(f"{operation}: the platform repeats a page", 200, operation=operation)
            query = following
        return found
