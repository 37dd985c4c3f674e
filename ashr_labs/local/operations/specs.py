"""Specs of sandboxes, each with its versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from ..._json import as_object
from ...errors import NotFoundError, SpecError, ValidationError
from ...specs import parse_yaml, spec_from_document, spec_from_value
from ..store.columns import add_row
from ..store.raw_json import decode
from ..store.schema import specs, tenants
from .registry import Context, operation
from .rows import raw_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection

    from ...specs import Spec
    from ...specs.yaml_document import Document

__all__ = ["create_spec", "delete_spec", "find_spec", "get_spec", "list_specs"]


@dataclass(frozen=True, slots=True)
class _Text:
    content: str
    document: Document


def _parsed(params: Mapping[str, Any]) -> _Text:
    try:
        return _Text(params["body"].decode("utf-8-sig", "replace"), parse_yaml(params["body"]))
    except SpecError as error:
        raise _refused(error) from error


@operation("create_spec", writes=True, prepare=_parsed)
def create_spec(context: Context, text: _Text) -> dict[str, Any]:
    """Store the next version of a spec."""
    try:
        spec = spec_from_document(text.document, _parent(context, text.document))
    except SpecError as error:
        raise _refused(error) from error
    # Two versions that are stored at the same time wait for each other.
    context.connection.execute(
        select(tenants.c.id).where(tenants.c.id == context.principal.tenant_id).with_for_update()
    )
    newest = context.connection.scalar(select(func.max(specs.c.version)).where(*_named(context, spec.id)))
    row = {
        "tenant_id": context.principal.tenant_id,
        "created_at": context.timestamp,
        "name": spec.id,
        "version": (newest or 0) + 1,
        "description": spec.description,
        "extends": spec.extends,
        "text": text.content,
        "value": dict(spec.raw),
        "is_active": True,
    }
    add_row(context.connection, specs, row)
    return _record(row)


@operation("get_spec")
def get_spec(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the newest version, or the one that is asked for."""
    return _record(_row(context, params["spec_id"], params.get("version")))


@operation("list_specs")
def list_specs(context: Context, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the newest version of each spec, without its text."""
    own = (specs.c.tenant_id == context.principal.tenant_id, specs.c.is_active)
    newest = select(func.max(specs.c.id)).where(*own).group_by(specs.c.name)
    columns = (specs.c.name, specs.c.version, specs.c.description, specs.c.extends, specs.c.created_at)
    rows = context.connection.execute(select(*columns).where(specs.c.id.in_(newest)).order_by(specs.c.name)).mappings()
    return [_summary(row) for row in rows]


@operation("delete_spec", writes=True)
def delete_spec(context: Context, params: Mapping[str, Any]) -> None:
    """Delete all versions of a spec."""
    name = params["spec_id"]
    done = context.connection.execute(
        update(specs).where(*_named(context, name), specs.c.is_active).values(is_active=False)
    )
    if not done.rowcount:
        raise _missing(name)


def find_spec(connection: Connection, tenant_id: int, name: str, version: int | None = None) -> tuple[int, Spec]:
    """Return the number and the content of a version of a spec, by default of the newest one.

    Raises:
        NotFoundError: The tenant has no such spec or version.
    """
    row = _row_of(connection, tenant_id, name, version)
    return row["version"], spec_from_value(decode(row["value"].text))


def _parent(context: Context, document: Document) -> Mapping[str, Any]:
    """Return the value of the extended spec; empty if there is none."""
    extends = (as_object(document.value) or {}).get("extends")
    if not isinstance(extends, str):
        return {}
    try:
        value: dict[str, Any] = decode(_row(context, extends)["value"].text)
    except NotFoundError as error:
        position = document.position(("extends",))
        raise _refused(SpecError(f"there is no spec {extends!r}", path="extends", **position._asdict())) from error
    return value


def _row(context: Context, name: str, version: int | None = None) -> Mapping[Any, Any]:
    return _row_of(context.connection, context.principal.tenant_id, name, version)


def _row_of(connection: Connection, tenant_id: int, name: str, version: int | None = None) -> Mapping[Any, Any]:
    wanted = select(*raw_columns(specs)).where(specs.c.tenant_id == tenant_id, specs.c.name == name, specs.c.is_active)
    if version is not None:
        wanted = wanted.where(specs.c.version == version)
    row = connection.execute(wanted.order_by(specs.c.version.desc()).limit(1)).mappings().one_or_none()
    if row is None:
        raise _missing(name, version)
    return row


def _named(context: Context, name: str) -> tuple[ColumnElement[bool], ...]:
    return specs.c.tenant_id == context.principal.tenant_id, specs.c.name == name


def _missing(name: str, version: int | None = None) -> NotFoundError:
    return NotFoundError(f"there is no {'' if version is None else f'version {version} of the '}spec {name!r}")


def _summary(row: Mapping[Any, Any]) -> dict[str, Any]:
    kept = {key: row[key] for key in ("version", "description", "extends", "created_at")}
    return {"id": row["name"], **kept}


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {**_summary(row), "text": row["text"], "spec": row["value"]}


def _refused(error: SpecError) -> ValidationError:
    """Return the refusal, with the place of its first fault."""
    return ValidationError(error.message, response={"path": error.path, "line": error.line, "column": error.column})
