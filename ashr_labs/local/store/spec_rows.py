"""Reads of stored specs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, type_coerce

from .columns import RawJSONText
from .raw_json import decode
from .schema import specs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

__all__ = ["spec_value"]


def spec_value(connection: Connection, tenant_id: int, name: str, version: int) -> Mapping[str, Any]:
    """Return the parsed value of a version that exists, also of a spec that was deleted."""
    wanted = select(type_coerce(specs.c.value, RawJSONText)).where(
        specs.c.tenant_id == tenant_id, specs.c.name == name, specs.c.version == version
    )
    value: Mapping[str, Any] = decode(connection.execute(wanted).scalar_one().text)
    return value
