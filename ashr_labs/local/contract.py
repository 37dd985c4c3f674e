"""The API contract: parses and validates the bodies of calls."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from jsonschema_rs import Draft202012Validator, Registry
from jsonschema_rs import ValidationError as Violation

from .._format import suggestion
from ..errors import BadRequestError, ValidationError
from .store.raw_json import decode

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Contract", "load_contract", "parse_body"]

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


class Contract:
    """An OpenAPI document with one `POST` path per operation."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.operations: dict[str, dict[str, Any]] = {
            item["post"]["operationId"]: item["post"] for item in document["paths"].values()
        }
        """Operation objects by `operationId`."""
        self._schemas: dict[str, dict[str, Any]] = document["components"]["schemas"]
        self._registry = Registry([(_COMPONENTS, {"components": document["components"]})])
        self._requests = {name: _request_schema(operation) for name, operation in self.operations.items()}
        self._validators = {name: self.validator(schema) for name, schema in self._requests.items()}
        self._parameters = {name: self._schemas[schema]["properties"].keys() for name, schema in self._requests.items()}
        self._scalars = {
            name: frozenset(
                field for field, part in self._schemas[schema]["properties"].items() if not _accepts_containers(part)
            )
            for name, schema in self._requests.items()
        }
        self._integers = {name: _integers(self._schemas[schema]) for name, schema in self._requests.items()}

    def _without_large_mistakes(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        """Empty the containers that are given for scalars: the validator copies invalid values for its message."""
        wrong = [field for field in self._scalars[name] & params.keys() if isinstance(params[field], dict | list)]
        return {**params, **{field: type(params[field])() for field in wrong}} if wrong else params

    def validator(self, schema: str) -> Draft202012Validator:
        """Compile a schema of the document."""
        return Draft202012Validator({"$ref": f"{_COMPONENTS}#/components/schemas/{schema}"}, registry=self._registry)

    def check(self, name: object, params: dict[str, Any]) -> str:
        """Return the operation's name if the parameters are valid; convert whole floats to integers.

        Raises:
            BadRequestError: The operation does not exist.
            ValidationError: A parameter is missing, invalid or unknown; the message has its path, value and what is
                allowed.
        """
        if not isinstance(name, str) or name not in self._validators:
            raise BadRequestError(f"`function` must name an operation of the API, got {_shortened(ascii(name))}")
        try:
            violation = next(self._validators[name].iter_errors(self._without_large_mistakes(name, params)), None)
        except UnicodeEncodeError as error:
            raise ValidationError(f"{name}: a string holds a lone surrogate, which is not a character") from error
        unknown = params.keys() - self._parameters[name]
        if violation and not (unknown and list(violation.schema_path)[-1:] == ["additionalProperties"]):
            raise _invalid_parameters(name, violation)
        if unknown:
            parameter = min(unknown)
            raise _error(name, parameter, f"unknown parameter{suggestion(parameter, self._parameters[name])}")
        for field in self._integers[name] & params.keys():
            params[field] = _as_integer(name, field, params[field])
        return name


def _accepts_containers(schema: dict[str, Any]) -> bool:
    """Return True if values of a parameter may be arrays or objects."""
    options = [schema, *schema.get("anyOf", [])]
    return any("$ref" in option or option.get("type") in ("array", "object") for option in options)


def parse_body(body: bytes | bytearray) -> dict[str, Any]:
    """Parse the parameters of a call.

    Raises:
        BadRequestError: The body is not UTF-8, not JSON, not an object, nested too deeply, or has too many values.
    """
    if len(body) > 2 * _MAX_VALUES and _has_more(body, (b",", b"[", b"{"), _MAX_VALUES):
        raise BadRequestError(f"the body must have at most {_MAX_VALUES:,} values; send it in parts")
    try:
        params = decode(body.decode())
    except UnicodeDecodeError as error:
        raise BadRequestError(f"the body must be UTF-8, got an invalid byte at position {error.start}") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise BadRequestError(f"the body must be JSON: {error}") from error
    if not isinstance(params, dict):
        raise BadRequestError('the body must be a JSON object such as {"function": "init"}')
    if _has_more(body, (b"[", b"{"), _MAX_DEPTH) and _is_deeper_than(_MAX_DEPTH, params):
        raise _too_deep()
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


def _too_deep() -> BadRequestError:
    return BadRequestError(f"the body must be nested at most {_MAX_DEPTH} levels deep")


def _request_schema(operation: dict[str, Any]) -> str:
    reference: str = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    return reference.rpartition("/")[2]


def _integers(schema: dict[str, Any]) -> frozenset[str]:
    return frozenset(
        name
        for name, field in schema["properties"].items()
        if any(option.get("type") == "integer" for option in [field, *field.get("anyOf", [])])
    )


def _as_integer(operation: str, field: str, value: Any) -> Any:
    if not isinstance(value, int | float):
        return value
    if abs(value) > _MAX_INTEGER:
        raise _error(operation, field, f"{_shortened(str(value))} does not fit into 64 bits")
    return int(value)


def _invalid_parameters(operation: str, violation: Violation) -> ValidationError:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in violation.instance_path)
    return _error(operation, path.removeprefix("."), _shortened(violation.message))


def _error(operation: str, path: str, message: str) -> ValidationError:
    place = f"{operation}: {path}" if path else operation
    return ValidationError(f"{place}: {message}", response={"path": path} if path else None)


def _shortened(text: str) -> str:
    """Cut the middle of a long message: validators put the value first and the reason last."""
    if len(text) <= _MAX_MESSAGE:
        return text
    half = _MAX_MESSAGE // 2
    return f"{text[:half]} ... {text[-half:]}"
