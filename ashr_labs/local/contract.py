"""The contract itself, checking what callers send."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema_rs import Draft202012Validator, Registry
from jsonschema_rs import ValidationError as Violation

from ..errors import BadRequestError, ValidationError

__all__ = ["Contract", "load_contract"]

_COMPONENTS = "urn:ashr-labs:contract"
_LONGEST_MESSAGE = 300
_LARGEST_INTEGER = 2**63 - 1


@cache
def load_contract() -> Contract:
    """Read and compile the contract, once in a process."""
    return Contract(json.loads(files("ashr_labs_contract").joinpath("contract.json").read_bytes()))


class Contract:
    """An OpenAPI document whose paths are one `POST` for each operation."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.operations: dict[str, dict[str, Any]] = {
            item["post"]["operationId"]: item["post"] for item in document["paths"].values()
        }
        """What the document says of each operation, by its name."""
        self._schemas: dict[str, dict[str, Any]] = document["components"]["schemas"]
        self._registry = Registry([(_COMPONENTS, {"components": document["components"]})])
        self._requests = {name: _request_schema(operation) for name, operation in self.operations.items()}
        self._validators = {name: self.validator(schema) for name, schema in self._requests.items()}
        self._integers = {name: _integers(self._schemas[schema]) for name, schema in self._requests.items()}

    def validator(self, schema: str) -> Draft202012Validator:
        """Compile one of the document's named schemas."""
        return Draft202012Validator({"$ref": f"{_COMPONENTS}#/components/schemas/{schema}"}, registry=self._registry)

    def check(self, name: object, params: dict[str, Any]) -> str:
        """Return the operation's name, and make whole numbers such as `7.0` integers; refuse what may not be.

        Raises:
            BadRequestError: There is no such operation.
            ValidationError: A parameter is missing or wrong; the message has its path, value and what is allowed.
        """
        if not isinstance(name, str) or name not in self._validators:
            raise BadRequestError(f"`function` must name an operation of the API, not {_shortened(ascii(name))}")
        try:
            violation = next(self._validators[name].iter_errors(params), None)
        except UnicodeEncodeError as error:
            raise ValidationError(f"{name}: a text holds half a surrogate pair, which is not a character") from error
        if violation:
            raise _refusal(name, violation)
        for field in self._integers[name] & params.keys():
            params[field] = _whole(name, field, params[field])
        return name


def _request_schema(operation: dict[str, Any]) -> str:
    reference: str = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    return reference.rpartition("/")[2]


def _integers(schema: dict[str, Any]) -> frozenset[str]:
    return frozenset(
        name
        for name, field in schema["properties"].items()
        if any(option.get("type") == "integer" for option in [field, *field.get("anyOf", [])])
    )


def _whole(operation: str, field: str, value: Any) -> Any:
    if not isinstance(value, int | float):
        return value
    if abs(value) > _LARGEST_INTEGER:
        raise _error(operation, field, f"{_shortened(str(value))} does not fit into 64 bits")
    return int(value)


def _refusal(operation: str, violation: Violation) -> ValidationError:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in violation.instance_path)
    return _error(operation, path.removeprefix("."), _shortened(violation.message))


def _error(operation: str, path: str, message: str) -> ValidationError:
    place = f"{operation}: {path}" if path else operation
    return ValidationError(f"{place}: {message}", response={"path": path} if path else None)


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_MESSAGE:
        return text
    half = _LONGEST_MESSAGE // 2
    return f"{text[:half]} ... {text[-half:]}"
