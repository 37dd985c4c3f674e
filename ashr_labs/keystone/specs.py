"""The service `Keystone.specs`: specs of sandboxes, which are stored in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ..client._sync._specs import SpecMethods
from .errors import as_keystone_error

if TYPE_CHECKING:
    from os import PathLike

    from ..specs import SandboxSpec
    from ._connection import Connection

    Specs: TypeAlias = list[SandboxSpec]
    # In the class, `list` is a method.

__all__ = ["SpecService"]


class SpecService:
    """Stores, finds and deletes specs; each error of a request is a `KeystoneError`."""

    def __init__(self, http: Connection) -> None:
        self._http = http

    @as_keystone_error
    def create(self, yaml_content: str | bytes) -> SandboxSpec:
        """Store a spec, or the next version of one; its id is in the text."""
        return self._methods().create(yaml_content)

    @as_keystone_error
    def create_from_file(self, path: str | PathLike[str]) -> SandboxSpec:
        """Store the spec of a file."""
        return self._methods().create_from_file(path)

    @as_keystone_error
    def get(self, spec_id: str) -> SandboxSpec:
        """Return the newest version of a spec."""
        return self._methods().get(spec_id)

    @as_keystone_error
    def list(self) -> Specs:
        """Return the newest version of each spec."""
        return self._methods().list()

    @as_keystone_error
    def delete(self, spec_id: str) -> None:
        """Delete all versions of a spec."""
        self._methods().delete(spec_id)

    def _methods(self) -> SpecMethods:
        return SpecMethods(self._http.transport)
