"""Methods for specs of sandboxes, which are stored in versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...specs.stored import SandboxSpec
from .._outgoing import resource

if TYPE_CHECKING:
    from os import PathLike
    from typing import TypeAlias

    from ._transport import AsyncRetryTransport

    Specs: TypeAlias = list[SandboxSpec]
    # In the class, `list` is a method.

__all__ = ["AsyncSpecMethods"]

_YAML = "application/x-yaml"


class AsyncSpecMethods:
    """Specs of the tenant: `client.specs`.

    Example:
        >>> spec = await client.specs.create("id: fix-failing-test")  # doctest: +SKIP
        >>> spec.version  # doctest: +SKIP
        1
    """

    def __init__(self, transport: AsyncRetryTransport) -> None:
        self._transport = transport

    async def create(self, yaml_content: str | bytes) -> SandboxSpec:
        """Store a spec, or the next version of one; its id is in the text.

        Args:
            yaml_content: The YAML text, at most 512 KiB.

        Raises:
            ValidationError: If the text is not a valid spec; the message has the line of each fault.
        """
        content = yaml_content.encode() if isinstance(yaml_content, str) else yaml_content
        outgoing = resource("create_spec", body=content, content_type=_YAML)
        return SandboxSpec.from_dict(await self._transport.request(outgoing))

    async def create_from_file(self, path: str | PathLike[str]) -> SandboxSpec:
        """Store the spec of a file; see `create()`.

        Raises:
            OSError: If the file cannot be read.
            ValidationError: If it is not a valid spec.
        """
        return await self.create(Path(path).read_bytes())

    async def get(self, spec_id: str, *, version: int | None = None) -> SandboxSpec:
        """Get a version of a spec, by default the newest one.

        Args:
            spec_id: Its id.
            version: The number of the version.

        Raises:
            NotFoundError: If there is no such spec or version.
        """
        outgoing = resource("get_spec", {"spec_id": spec_id}, {"version": version})
        return SandboxSpec.from_dict(await self._transport.request(outgoing))

    async def list(self) -> Specs:
        """List the newest version of each spec, by id, without its text."""
        return [SandboxSpec.from_dict(one) for one in await self._transport.request(resource("list_specs"), list)]

    async def delete(self, spec_id: str) -> None:
        """Delete all versions of a spec.

        Raises:
            NotFoundError: If there is no such spec.
        """
        await self._transport.request(resource("delete_spec", {"spec_id": spec_id}), None)
