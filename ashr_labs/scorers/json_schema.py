"""A scorer by JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._format import one_line, truncate
from .._json import as_object, preview
from ..errors import ConfigurationError, ScorerError
from .builtin import BuiltInScorer
from .extras import library
from .json_values import NotJSONError, decoded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from .options import ScorerOptions
    from .score import Score, ScorerContext

__all__ = ["JSONSchema"]

_MAX_ERRORS = 3
_MAX_SHOWN = 300
"""Characters of an error of a schema or a value."""


class JSONSchema(BuiltInScorer):
    """The output is JSON that satisfies a JSON Schema; `$schema` names its version, by default 2020-12.

    References to other documents are not followed.

    Args:
        schema: The schema.
        **options: See `BaseScorer`.

    Raises:
        ConfigurationError: The schema is not one.
    """

    rule_type = "json_schema"
    config_options = ("schema",)

    def __init__(self, schema: Mapping[str, Any] | bool, **options: Unpack[ScorerOptions]) -> None:
        super().__init__(**options)
        if not isinstance(schema, bool) and as_object(schema) is None:
            raise ConfigurationError(f"`schema` must be a JSON Schema, got {preview(schema)}")
        self.schema = schema
        jsonschema = library("jsonschema", "JSONSchema")
        self._validator = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
        try:
            self._validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            raise ConfigurationError(f"`schema` must be a JSON Schema: {_described(error)}") from error

    def evaluate(self, context: ScorerContext) -> Score:
        """Validate the output."""
        try:
            output = decoded(context.output)
        except NotJSONError as error:
            return self.decided(False, f"the output is not JSON: {error}")
        # With a registry of its own, a validator does not fetch references from the network.
        referencing = library("referencing", "JSONSchema")
        registry = referencing.Registry()
        try:
            errors = [_described(one) for one in self._validator(self.schema, registry=registry).iter_errors(output)]
        except RecursionError:
            return self.decided(False, "the output is nested too deep")
        except referencing.exceptions.Unresolvable as error:
            raise ScorerError(f"`schema` must contain what it refers to, got a reference to {error.ref!r}") from error
        return self.decided(not errors, "; ".join(errors[:_MAX_ERRORS]))


def _described(error: Any) -> str:
    return f"{error.json_path}: {truncate(one_line(error.message), _MAX_SHOWN)}"
