"""Prompts: versions of templates, found by slug, number or tag."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, type_coerce

from ..._template import render_template
from ...errors import ConfigurationError, NotFoundError, ValidationError
from ..store.columns import RawJSONText, add_row, upsert
from ..store.pages import fetch_page
from ..store.prompt_tables import prompt_tags, prompt_versions, prompts
from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Select

    from ashr_labs_types import CreatePromptRequest

__all__ = [
    "create_prompt",
    "delete_prompt",
    "delete_prompt_tag",
    "get_latest_prompt",
    "get_prompt_by_tag",
    "get_prompt_version",
    "list_prompt_versions",
    "list_prompts",
    "render_prompt",
    "set_prompt_tag",
]

_ID = re.compile("prompt_([1-9][0-9]{0,17})")
_LATEST = "latest"
_SLUGS = 1000
_VERSIONS = 100

_newer = prompt_versions.alias()
_IS_NEWEST = prompt_versions.c.version == (
    select(func.max(_newer.c.version)).where(_newer.c.prompt_id == prompt_versions.c.prompt_id).scalar_subquery()
)
_RECORD = (
    prompts.c.slug,
    *(prompt_versions.c[name] for name in ("id", "user_id", "version", "created_at", "template")),
    *(type_coerce(prompt_versions.c[name], RawJSONText).label(name) for name in ("variables", "metadata")),
)


@operation("create_prompt", writes=True)
def create_prompt(context: Context, params: CreatePromptRequest) -> dict[str, Any]:
    """Store the next version of a prompt."""
    slug = params["slug"]
    if _ID.fullmatch(slug):
        raise ValidationError(f"create_prompt: slug: {slug!r} has the form of an id; choose another name")
    prompt_id, version = _next_version(context, slug)
    row = {
        "tenant_id": context.principal.tenant_id,
        "user_id": context.principal.user_id,
        "created_at": context.timestamp,
        "prompt_id": prompt_id,
        "version": version,
        "template": params["template"],
        "variables": params.get("variables", {}),
        "metadata": params.get("metadata", {}),
    }
    version_id = add_row(context.connection, prompt_versions, row)
    if "tag" in params:
        _set_tag(context, "create_prompt", prompt_id, params["tag"], version_id)
    return _one(context, slug, prompt_versions.c.id == version_id)


@operation("list_prompts")
def list_prompts(context: Context, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the newest version of each prompt, by slug."""
    wanted = _own(_RECORD, context, _IS_NEWEST, prompts.c.slug > params.get("after", ""))
    return _many(context, wanted.order_by(prompts.c.slug), params.get("limit", _SLUGS))


@operation("list_prompt_versions")
def list_prompt_versions(context: Context, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the versions of a prompt, newest first."""
    slug = params["slug"]
    _id(context, f"prompt {slug!r}", prompts.c.slug == slug, _IS_NEWEST)
    wanted = _own(_RECORD, context, prompts.c.slug == slug)
    if "before" in params:
        wanted = wanted.where(prompt_versions.c.version < params["before"])
    return _many(context, wanted.order_by(prompt_versions.c.version.desc()), params.get("limit", _VERSIONS))


@operation("get_latest_prompt")
def get_latest_prompt(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the newest version of a prompt."""
    slug = params["slug"]
    return _one(context, f"prompt {slug!r}", prompts.c.slug == slug, _IS_NEWEST)


@operation("get_prompt_version")
def get_prompt_version(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a version of a prompt."""
    slug, version = params["slug"], params["version"]
    return _one(context, f"version {version} of prompt {slug!r}", *_numbered(slug, version))


@operation("get_prompt_by_tag")
def get_prompt_by_tag(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the version of a prompt that has a tag."""
    slug, tag = params["slug"], params["tag"]
    tagged = select(prompt_tags.c.version_id).where(prompt_tags.c.prompt_id == prompts.c.id, prompt_tags.c.tag == tag)
    what = f"version of prompt {slug!r} with the tag {tag!r}"
    return _one(context, what, prompts.c.slug == slug, prompt_versions.c.id == tagged.scalar_subquery())


@operation("set_prompt_tag", writes=True)
def set_prompt_tag(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Give a tag to a version; it moves if another version has it."""
    slug, version = params["slug"], params["version"]
    what = f"version {version} of prompt {slug!r}"
    version_id, prompt_id = _id(context, what, *_numbered(slug, version))
    _set_tag(context, "set_prompt_tag", prompt_id, params["tag"], version_id)
    return _one(context, what, prompt_versions.c.id == version_id)


@operation("delete_prompt_tag", writes=True)
def delete_prompt_tag(context: Context, params: Mapping[str, Any]) -> None:
    """Remove a tag from a prompt."""
    own = select(prompts.c.id).where(
        prompts.c.tenant_id == context.principal.tenant_id, prompts.c.slug == params["slug"]
    )
    removed = context.connection.execute(
        delete(prompt_tags).where(prompt_tags.c.prompt_id == own.scalar_subquery(), prompt_tags.c.tag == params["tag"])
    )
    if not removed.rowcount:
        raise NotFoundError(f"there is no tag {params['tag']!r} of prompt {params['slug']!r}")


@operation("delete_prompt", writes=True)
def delete_prompt(context: Context, params: Mapping[str, Any]) -> None:
    """Delete a version by its id, or all versions by the slug; tags go with their versions."""
    own = _own([prompt_versions.c.id], context, _named(params["prompt"]))
    removed = context.connection.execute(delete(prompt_versions).where(prompt_versions.c.id.in_(own)))
    if not removed.rowcount:
        raise NotFoundError(f"there is no prompt {params['prompt']!r}")


@operation("render_prompt")
def render_prompt(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Render a version by its id, or the newest one by the slug."""
    prompt = params["prompt"]
    conditions = [_named(prompt)] if _ID.fullmatch(prompt) else [_named(prompt), _IS_NEWEST]
    wanted = _own([prompt_versions.c.template, prompt_versions.c.variables], context, *conditions)
    row = context.connection.execute(wanted).first()
    if row is None:
        raise NotFoundError(f"there is no prompt {prompt!r}")
    try:
        return {"rendered": render_template(row.template, {**row.variables, **params.get("variables", {})})}
    except ConfigurationError as error:
        raise ValidationError(f"render_prompt: {error.message}") from error


def _next_version(context: Context, slug: str) -> tuple[int, int]:
    """Return the id of a prompt and the number of its next version; concurrent calls get different numbers."""
    row = {
        "tenant_id": context.principal.tenant_id,
        "created_at": context.timestamp,
        "slug": slug,
        "last_version": 1,
    }
    new = upsert(context.connection.dialect.name, prompts)
    counted = new.on_conflict_do_update(
        index_elements=[prompts.c.tenant_id, prompts.c.slug], set_={"last_version": prompts.c.last_version + 1}
    ).returning(prompts.c.id, prompts.c.last_version)
    prompt_id, version = context.connection.execute(counted, row).one()
    return prompt_id, version


def _set_tag(context: Context, name: str, prompt_id: int, tag: str, version_id: int) -> None:
    if tag == _LATEST:
        raise ValidationError(f"{name}: tag: {tag!r} always means the newest version; choose another name")
    new = upsert(context.connection.dialect.name, prompt_tags)
    moved = new.on_conflict_do_update(
        index_elements=[prompt_tags.c.prompt_id, prompt_tags.c.tag], set_={"version_id": new.excluded.version_id}
    )
    context.connection.execute(moved, {"prompt_id": prompt_id, "tag": tag, "version_id": version_id})


def _named(prompt: str) -> ColumnElement[bool]:
    """Return the condition for an id or a slug; no slug has the form of an id."""
    found = _ID.fullmatch(prompt)
    return prompt_versions.c.id == int(found[1]) if found else prompts.c.slug == prompt


def _numbered(slug: str, version: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return prompts.c.slug == slug, prompt_versions.c.version == version


def _own(columns: Sequence[ColumnElement[Any]], context: Context, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the query for the tenant's versions under some conditions."""
    joined = select(*columns).select_from(prompt_versions).join(prompts, prompts.c.id == prompt_versions.c.prompt_id)
    return joined.where(prompts.c.tenant_id == context.principal.tenant_id, *conditions)


def _id(context: Context, what: str, *conditions: ColumnElement[bool]) -> tuple[int, int]:
    """Return the id of a version, and that of its prompt."""
    wanted = _own([prompt_versions.c.id, prompt_versions.c.prompt_id], context, *conditions)
    row = context.connection.execute(wanted).first()
    if row is None:
        raise NotFoundError(f"there is no {what}")
    return row.id, row.prompt_id


def _one(context: Context, what: str, *conditions: ColumnElement[bool]) -> dict[str, Any]:
    found = _many(context, _own(_RECORD, context, *conditions), 1)
    if not found:
        raise NotFoundError(f"there is no {what}")
    return found[0]


def _many(context: Context, rows: Select[Any], limit: int) -> list[dict[str, Any]]:
    """Return the records of a page, each with its tags."""
    found, _ = fetch_page(context.connection, rows, limit, dict)
    tags: dict[int, list[str]] = {row["id"]: [] for row in found}
    wanted = select(prompt_tags.c.version_id, prompt_tags.c.tag).where(prompt_tags.c.version_id.in_(tags))
    for version_id, tag in context.connection.execute(wanted.order_by(prompt_tags.c.tag)):
        tags[version_id].append(tag)
    return [_record(row, tags[row["id"]]) for row in found]


def _record(row: Mapping[str, Any], tags: Sequence[str]) -> dict[str, Any]:
    own = {"id": f"prompt_{row['id']}", "user_id": str(row["user_id"]), "slug": row["slug"], "version": row["version"]}
    return {**own, "tag": tags[0] if tags else "", "tags": tags, **{name: row[name] for name in row if name not in own}}
