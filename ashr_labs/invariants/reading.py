"""Reads the invariants of a scenario, by the schema of specs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_object
from ..errors import DatasetError, SpecError
from ..specs import spec_from_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..specs import Invariant

__all__ = ["read_invariants"]

_MOCK = "http_mock_assertions"


def read_invariants(given: object, path: str = "") -> tuple[Invariant, ...]:
    """Return the invariants that a scenario has, by their names.

    Whether their services exist is not known before the environment is.

    Args:
        given: The mapping of names to invariants; None is none.
        path: What paths in messages begin with, such as `runs.refund.`.

    Raises:
        DatasetError: An invariant is malformed; the message names the path.
        ConfigurationError: The packages of the extra `specs` are not installed.

    Examples:
        >>> read_invariants({"written": {"check": {"type": "file_exists", "path": "out.txt"}}})[0].name
        'written'
    """
    fields = as_object(given)
    if not fields:
        return ()
    try:
        return spec_from_value(
            {"id": "scenario", "services": list(_services(fields)), "invariants": dict(fields)}
        ).invariants
    except SpecError as error:
        message = error.message.partition(": ")[2]
        raise DatasetError(message, path=f"{path}{error.path}") from error


def _services(invariants: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a service for each name that a check uses, of the kind that it needs."""
    known: set[str] = set()
    for one in invariants.values():
        check = as_object((as_object(one) or {}).get("check")) or {}
        name = check.get("service") or str(check.get("input_from", "")).partition(".")[0]
        is_named = "service" in check or "." in str(check.get("input_from", ""))
        if is_named and isinstance(name, str) and name not in known:
            known.add(name)
            yield {"name": name, "type": "http_mock"} if check.get("type") == _MOCK else {"name": name, "image": "any"}
