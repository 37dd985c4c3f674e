"""The API contract: parses bodies, and validates the parameters of operations."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from jsonschema_rs import Draft202012Validator, Registry, ValidationErrorKind
from jsonschema_rs import ValidationError as Violation

from .._format import suggestion
from ..errors import BadRequestError, ValidationError
from .store.raw_json import decode

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["Contract", "Shape", "json_schema", "load_contract", "parse_body"]

_COMPONENTS = "urn:ashr-labs:contract"
_MAX_MESSAGE = 300
_MAX_INTEGER = 2**63 - 1
_MAX_VALUES = 5_000_000
"""Of one body: decoded, 60 MB of empty arrays would take gigabytes."""
_COUNTED_SLICE = 1_000_000
_MAX_DEPTH = 200
"""Levels of nesting; readers further down the call stack must not hit the recursion limit."""


@cache
def load_contract() -> Contract:
    """Read and compile the contract, once per process."""
    return Contract(json.loads(files("ashr_labs_contract").joinpath("contract.json").read_bytes()))


class Shape:
    """The fields that a request may have; checks and converts them."""

    def __init__(self, schema: Mapping[str, Any], validator: Draft202012Validator) -> None:
        fields: dict[str, Any] = schema["properties"]
        self.fields = fields.keys()
        self._validator = validator
        self._scalars = frozenset(name for name, field in fields.items() if not _accepts_containers(field))
        self._integers = _integers(fields)

    def check(self, operation: str, params: dict[str, Any]) -> None:
        """Check the parameters; convert whole floats to integers.

        Raises:
            ValidationError: A parameter is missing, invalid or unknown; the message has its path, value and what is
                allowed.
        """
        try:
            violation = next(self._validator.iter_errors(self._without_large_mistakes(params)), None)
        except UnicodeEncodeError as error:
            raise ValidationError(f"{operation}: a string holds a lone surrogate, which is not a character") from error
        unknown = params.keys() - self.fields
        # An unknown parameter is named with a suggestion, which is also why another one is missing.
        if violation and not (unknown and _is_about_names(violation)):
            raise _invalid_parameters(operation, violation)
        if unknown:
            raise self.unknown(operation, min(unknown))
        for field in self._integers & params.keys():
            params[field] = _as_integer(operation, field, params[field])

    def unknown(self, operation: str, parameter: str) -> ValidationError:
        """Return the error for an unknown parameter."""
        return _error(operation, parameter, f"unknown parameter{suggestion(parameter, self.fields)}")

    def _without_large_mistakes(self, params: dict[str, Any]) -> dict[str, Any]:
        """Empty the containers that are given for scalars: the validator copies invalid values for its message."""
        wrong = [field for field in self._scalars & params.keys() if isinstance(params[field], dict | list)]
        return {**params, **{field: type(params[field])() for field in wrong}} if wrong else params


class Contract:
    """An OpenAPI document with calls and resources."""

    def __init__(self, document: dict[str, Any]) -> None:
        described = [
            {**operation, "method": method.upper(), "path": path}
            for path, item in document["paths"].items()
            for method, operation in item.items()
        ]
        self.operations: dict[str, dict[str, Any]] = {operation["operationId"]: operation for operation in described}
        """Operation objects by `operationId`, each with its `method` and `path`."""
        self.components: dict[str, Any] = document["components"]
        self._registry = Registry([(_COMPONENTS, {"components": self.components})])
        self._calls = {
            operation["operationId"]: self.shape(json_schema(operation["requestBody"]))
            for operation in described
            if operation["path"].startswith("/#")
        }

    def validator(self, schema: str) -> Draft202012Validator:
        """Compile a named schema of the document."""
        return self._compiled({"$ref": f"{_COMPONENTS}#/components/schemas/{schema}"})

    def shape(self, schema: str | dict[str, Any]) -> Shape:
        """Return the shape of requests with a named schema, or with one of scalars."""
        if isinstance(schema, str):
            return Shape(self.components["schemas"][schema], self.validator(schema))
        return Shape(schema, self._compiled(schema))

    def check(self, name: object, params: dict[str, Any]) -> str:
        """Return the name of a call if its parameters are valid; convert whole floats to integers.

        Raises:
            BadRequestError: The operation does not exist.
            ValidationError: A parameter is missing, invalid or unknown.
        """
        if not isinstance(name, str) or name not in self._calls:
            raise BadRequestError(f"`function` must name an operation of the API, got {_shortened(ascii(name))}")
        self._calls[name].check(name, params)
        return name

    def _compiled(self, schema: dict[str, Any]) -> Draft202012Validator:
        return Draft202012Validator(schema, registry=self._registry)


def json_schema(body: Mapping[str, Any]) -> str:
    """Return the name of the schema of a JSON body."""
    reference: str = body["content"]["application/json"]["schema"]["$ref"]
    return reference.rpartition("/")[2]


def _is_about_names(violation: Violation) -> bool:
    """Return True if a parameter is missing or unknown, not invalid."""
    return not violation.instance_path and list(violation.schema_path)[-1:] in (["additionalProperties"], ["required"])


def _accepts_containers(schema: dict[str, Any]) -> bool:
    """Return True if values of a parameter may be arrays or objects."""
    options = [schema, *schema.get("anyOf", [])]
    return any("$ref" in option or option.get("type") in ("array", "object") for option in options)


def parse_body(body: bytes | bytearray, name: str = "the body") -> dict[str, Any]:
    """Parse a JSON object from a request.

    Args:
        body: The JSON.
        name: Its name in error messages.

    Raises:
        BadRequestError: It is not UTF-8, not JSON, not an object, nested too deeply, or has too many values.
    """
    if len(body) > 2 * _MAX_VALUES and _has_more(body, (b",", b"[", b"{"), _MAX_VALUES):
        raise BadRequestError(f"{name} must have at most {_MAX_VALUES:,} values; send it in parts")
    try:
        params = decode(body.decode())
    except UnicodeDecodeError as error:
        raise BadRequestError(f"{name} must be UTF-8, got an invalid byte at position {error.start}") from error
    except RecursionError as error:
        raise _too_deep(name) from error
    except ValueError as error:
        raise BadRequestError(f"{name} must be JSON: {error}") from error
    if not isinstance(params, dict):
        raise BadRequestError(f"{name} must be a JSON object")
    if _has_more(body, (b"[", b"{"), _MAX_DEPTH) and _is_deeper_than(_MAX_DEPTH, params):
        raise _too_deep(name)
    return cast("dict[str, Any]", params)


def _has_more(body: bytes | bytearray, marks: Collection[bytes], limit: int) -> bool:
    """Return True if the body has more of these characters; other threads can run after each slice."""
    count = 0
    for start in range(0, len(body), _COUNTED_SLICE):
        count += sum(body.count(mark, start, start + _COUNTED_SLICE) for mark in marks)
        if count > limit:
            return True
    return False


def _is_deeper_than(levels: int, value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(levels):
        parts: list[Any] = []
        for node in level:
            kind: Any = node.__class__
            if kind is dict:
                parts += node.values()
            elif kind is list:
                parts += node
        level = parts
        if not level:
            return False
    return any(isinstance(node, dict | list) for node in level)


def _too_deep(name: str) -> BadRequestError:
    return BadRequestError(f"{name} must be nested at most {_MAX_DEPTH} levels deep")


def _integers(fields: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        name
        for name, field in fields.items()
        if any(option.get("type") == "integer" for option in [field, *field.get("anyOf", [])])
    )


def _as_integer(operation: str, field: str, value: Any) -> Any:
    if not isinstance(value, int | float):
        return value
    if abs(value) > _MAX_INTEGER:
        raise _error(operation, field, f"{_shortened(str(value))} does not fit into 64 bits")
    return int(value)


def _invalid_parameters(operation: str, violation: Violation) -> ValidationError:
    cause = _cause(violation)
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in cause.instance_path)
    return _error(operation, path.removeprefix("."), _shortened(cause.message))


def _cause(violation: Violation) -> Violation:
    """Return what is wrong inside of a nullable value, in place of that no alternative matches."""
    if not isinstance(violation.kind, ValidationErrorKind.AnyOf):
        return violation
    place = list(violation.instance_path)
    first = [errors[0] for errors in violation.kind.context if errors]
    inner = [
        error
        for error in first
        if not isinstance(error.kind, ValidationErrorKind.Type) or list(error.instance_path) != place
    ]
    return _cause(inner[0]) if len(inner) == 1 else violation


def _error(operation: str, path: str, message: str) -> ValidationError:
    place = f"{operation}: {path}" if path else operation
    return ValidationError(f"{place}: {message}", response={"path": path} if path else None)


def _shortened(text: str) -> str:
    """Cut the middle of a long message: validators put the value first and the reason last."""
    if len(text) <= _MAX_MESSAGE:
        return text
    half = _MAX_MESSAGE // 2
    return f"{text[:half]} ... {text[-half:]}"
