"""Answers of the platform whose fields are keys and attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["Info", "RuleInfo"]


class Info(Mapping[str, Any]):
    """A read-only mapping whose keys are attributes too, where no method has the same name.

    Args:
        data: The fields.
    """

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        self._data = dict(data or {})

    def __getitem__(self, name: str) -> Any:
        return self._data[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __getattr__(self, name: str) -> Any:
        return _attribute(self, self.__dict__.get("_data", {}), name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._data!r})"

    def to_dict(self) -> dict[str, Any]:
        """Return a copy of the fields."""
        return dict(self._data)


class RuleInfo(dict[str, Any]):
    """A scoring rule: a dict whose keys are attributes too, as both forms are documented."""

    def __getattr__(self, name: str) -> Any:
        return _attribute(self, self, name)


def _attribute(owner: object, data: Mapping[str, Any], name: str) -> Any:
    try:
        return data[name]
    except KeyError:
        raise AttributeError(f"{type(owner).__name__!r} has no field {name!r}") from None
