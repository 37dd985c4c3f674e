"""Requests for resources: the parameters of path, query and body, each checked against the contract."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from .._routes import Match, Routes
from ..errors import BadRequestError, NotFoundError, ValidationError
from .compression import check_encoding, decompressed
from .contract import json_schema, parse_body
from .failures import RefusedError
from .multipart import parse_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .contract import Contract, Shape
    from .exchange import PlatformRequest

__all__ = ["Resource", "Resources"]

_INTEGER = re.compile(r"-?[0-9]{1,40}")
_NUMBER = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,19})?([eE][-+]?[0-9]{1,3})?")
_BOOLEANS = {"true": True, "false": False}
_JSON = "application/json"
_FORM = "multipart/form-data"


@dataclass
class Resource:
    """One operation of the contract that has a path."""

    operation: dict[str, Any]
    contract: Contract

    @cached_property
    def name(self) -> str:
        """The operation id."""
        return str(self.operation["operationId"])

    @cached_property
    def is_public(self) -> bool:
        """Whether it needs no key."""
        return self.operation.get("security") == []

    @cached_property
    def max_bytes(self) -> int | None:
        """The limit of the body's size; None where only that of the server holds."""
        return self.operation.get("x-ashr-max-bytes")

    @cached_property
    def status(self) -> int:
        """The status of a success."""
        return int(next(status for status in self.operation["responses"] if status.startswith("2")))

    @cached_property
    def media_types(self) -> tuple[str, ...]:
        """The media types that the body may have; none if the operation takes no body."""
        return tuple(self.operation.get("requestBody", {}).get("content", ()))

    def check_head(self, request: PlatformRequest) -> None:
        """Check what is known before the body is read.

        Raises:
            RefusedError: The body has a media type or an encoding that the operation does not take.
        """
        self._check_encoding(request)
        given = request.media_type
        if self.media_types and given and given not in self.media_types:
            raise RefusedError(415, f"content-type must be {' or '.join(self.media_types)}, got {given[:100]}")

    def parameters(
        self, request: PlatformRequest, in_path: Mapping[str, str], ignored: list[str] | None = None
    ) -> dict[str, Any]:
        """Return the parameters of path, query and body in one object.

        Args:
            request: The request.
            in_path: The parameters in its path.
            ignored: Where to add the names of unknown parameters, if the operation ignores them.

        Raises:
            BadRequestError: The body cannot be parsed.
            RefusedError: The body has another media type, or is too large.
            ValidationError: A parameter is missing, invalid or unknown.
        """
        params = {**self._query(request.query), **in_path}
        params = {name: self._converted(name, value) for name, value in params.items()}
        ignored = [] if ignored is None else ignored
        params = self._known(params, self._located, ignored)
        self._located.check(self.name, params)
        return {**self._body(request, ignored), **params}

    def _query(self, query: str) -> dict[str, str]:
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100, errors="strict")
        except ValueError as error:
            raise BadRequestError(f"{self.name}: the query cannot be read: {error}") from error
        found = dict(pairs)
        if len(found) < len(pairs):
            name = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
            raise ValidationError(f"{self.name}: {name} is given twice in the query", response={"path": name})
        return found

    def _converted(self, name: str, text: str) -> Any:
        """Return a parameter as the type that the contract gives it, or the text if it is not of that type."""
        kind = self._types.get(name)
        if kind == "integer" and _INTEGER.fullmatch(text):
            return int(text)
        if kind == "number" and _NUMBER.fullmatch(text):
            return float(text)
        return _BOOLEANS.get(text, text) if kind == "boolean" else text

    def _check_encoding(self, request: PlatformRequest) -> bool:
        """Return True if the body is compressed."""
        takes_gzip = bool(self.operation.get("x-ashr-gzip"))
        return check_encoding(request.headers.get("content-encoding"), takes_gzip=takes_gzip)

    def _known(self, params: dict[str, Any], shape: Shape, ignored: list[str]) -> dict[str, Any]:
        """Return the parameters without those that are ignored."""
        unknown = params.keys() - shape.fields if self._is_lenient else frozenset[str]()
        ignored += sorted(unknown)
        return {name: value for name, value in params.items() if name not in unknown} if unknown else params

    def _body(self, request: PlatformRequest, ignored: list[str]) -> dict[str, Any]:
        if not self.media_types:
            return {}
        if self.max_bytes is not None and len(request.body) > self.max_bytes:
            raise RefusedError(413, f"the body must be at most {self.max_bytes} bytes")
        self.check_head(request)
        if self.max_bytes is not None and self._check_encoding(request):
            request = replace(request, body=decompressed(request.body, self.max_bytes))
        media_type = request.media_type or self.media_types[0]
        if media_type == _FORM:
            fields, files = parse_form(request.body, request.headers.get("content-type", ""))
            self._form.check(self.name, {**fields, **dict.fromkeys(files, "")})
            return {**fields, **files}
        if media_type == _JSON and _JSON in self.media_types:
            return self._json_body(request, ignored)
        return {"body": bytes(request.body), "media_type": media_type}

    def _json_body(self, request: PlatformRequest, ignored: list[str]) -> dict[str, Any]:
        if not request.body.strip():
            if self.operation["requestBody"].get("required"):
                raise BadRequestError(f"{self.name}: the body must be a JSON object, got an empty one")
            return {}
        params = self._known(parse_body(request.body), self._fields, ignored)
        self._fields.check(self.name, params)
        return params

    @property
    def _is_lenient(self) -> bool:
        """Whether unknown parameters are ignored."""
        return str(self.operation["path"]).startswith(("/api/", "/otlp/"))

    @cached_property
    def _described(self) -> list[dict[str, Any]]:
        shared = self.contract.components.get("parameters", {})
        given = self.operation.get("parameters", [])
        found = [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in given]
        return [one for one in found if one["in"] != "header"]

    @cached_property
    def _types(self) -> dict[str, str]:
        return {one["name"]: one["schema"]["type"] for one in self._described}

    @cached_property
    def _located(self) -> Shape:
        """The shape of the parameters in path and query."""
        schema = {
            "type": "object",
            "properties": {one["name"]: one["schema"] for one in self._described},
            "required": [one["name"] for one in self._described if one.get("required")],
            "additionalProperties": False,
        }
        return self.contract.shape(schema)

    @cached_property
    def _fields(self) -> Shape:
        return self.contract.shape(json_schema(self.operation["requestBody"]))

    @cached_property
    def _form(self) -> Shape:
        reference: str = self.operation["requestBody"]["content"][_FORM]["schema"]["$ref"]
        return self.contract.shape(reference.rpartition("/")[2])


class Resources:
    """The resources of a contract, by method and path."""

    def __init__(self, contract: Contract, paths: Iterable[tuple[str, str, str]]) -> None:
        """Index the resources.

        Args:
            contract: The contract.
            paths: The method and path template of each operation id, as `Routes` takes them.
        """
        paths = list(paths)
        self._routes = Routes(paths)
        self._resources = {name: Resource(contract.operations[name], contract) for name, _, _ in paths}

    def find(self, request: PlatformRequest) -> tuple[Resource, dict[str, str]]:
        """Return the resource of a request, with the parameters in its path.

        Raises:
            NotFoundError: The path is unknown.
            RefusedError: The path has other methods.
        """
        method = "GET" if request.method == "HEAD" else request.method
        found = self._routes.match(method, request.path)
        if isinstance(found, Match):
            return self._resources[found.operation], found.parameters
        if not found:
            raise NotFoundError("the path is unknown; calls are sent as POST /")
        allowed = ", ".join(sorted({*found, "HEAD"} if "GET" in found else found))
        raise RefusedError(405, f"the method must be one of {allowed}", {"allow": allowed})
