"""Sample values of a JSON Schema, realistic by the names of properties.

Only keywords that can be satisfied directly are followed. For the others (`not`, `if`, an exclusive `oneOf`) the caller
validates the value and samples again, see `tools`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import jsonschema_rs

from .._json import as_list, as_object
from .patterns import sample_pattern
from .realistic import formatted_text, realistic_number, realistic_text
from .schemas import Schema, flatten, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

__all__ = ["Style", "sample"]

Style: TypeAlias = Literal["typical", "minimal", "full", "boundary"]
"""Which optional properties are included, and whether values are at the bounds."""

_MAX_VALUES = 2_000
_MAX_ITEMS = 100
_MAX_CHARACTERS = 5_000
_MAX_OPTIONAL: Final[dict[Style, int]] = {"typical": 2, "minimal": 0, "full": 8, "boundary": 2}
_MAX_OPTIONAL_DEPTH = 6
_MAX_DEPTH = 40
_MAX_REFINEMENTS = 20
_MAX_ATTEMPTS = 30
_WORDS = ("amber", "harbour", "meadow", "cobalt", "willow", "granite", "lantern", "orchard")


def sample(schema: Schema, rng: Random, style: Style) -> Any:
    """Sample a value; references are resolved within the schema.

    Raises:
        ValueError: No value is valid, the value would be too large, or a keyword is not supported.
    """
    return _Sampler(schema, rng, style).value(schema, "", 0)


class _Sampler:
    """State of sampling one value."""

    def __init__(self, root: Schema, rng: Random, style: Style) -> None:
        self.root = root
        self.rng = rng
        self.style: Style = style
        self.left = _MAX_VALUES

    def value(self, schema: object, name: str, depth: int) -> Any:
        self.left -= 1
        if self.left < 0 or depth > _MAX_DEPTH:
            raise ValueError(f"needs more than {_MAX_VALUES} values or is recursive without end")
        flat = flatten(schema, self.root, self.rng)
        if "const" in flat:
            return flat["const"]
        # Examples may be invalid, so the retries in the minimal style ignore them.
        for key in ("enum",) if self.style == "minimal" else ("enum", "examples"):
            if choices := as_list(flat.get(key)):
                return self.rng.choice([choices[0], choices[-1]] if self.style == "boundary" else choices)
        return self.of_type(type_of(flat), flat, name, depth)

    def of_type(self, kind: str, schema: Schema, name: str, depth: int) -> Any:
        match kind:
            case "object":
                return self.object(schema, depth)
            case "array":
                return self.array(schema, name, depth)
            case "string":
                return _StringSampler(self.rng, schema, name).draw(at_bounds=self.style == "boundary")
            case "integer" | "number":
                return self.number(schema, name, whole=kind == "integer")
            case "boolean":
                return self.rng.random() < 0.5
            case _:
                return None

    def object(self, schema: Schema, depth: int) -> dict[str, Any]:
        properties = as_object(schema.get("properties")) or {}
        required = as_list(schema.get("required")) or ()
        optional = [name for name in properties if name not in required]
        least = _count(schema, "minProperties", 0)
        chosen = self.rng.sample(
            optional, min(len(optional), max(self.optional_count(len(optional), depth), least - len(required)))
        )
        names = [*required, *(name for name in optional if name in chosen)]
        names += [f"detail_{number}" for number in range(1, least - len(names) + 1)]
        return {name: self.value(_property(name, schema, properties), name, depth + 1) for name in names}

    def optional_count(self, available: int, depth: int) -> int:
        """Return the number of optional properties to include."""
        most = min(available, _MAX_OPTIONAL[self.style]) if depth < _MAX_OPTIONAL_DEPTH else 0
        return most if self.style == "full" else self.rng.randint(0, most)

    def array(self, schema: Schema, name: str, depth: int) -> list[Any]:
        items: list[Any] = []
        for index in range(self.length(schema, depth)):
            items.append(self.item(schema, index, items, name, depth))
        return items

    def length(self, schema: Schema, depth: int) -> int:
        contained = _count(schema, "minContains", 1) if "contains" in schema else 0
        least = max(_count(schema, "minItems", 0), len(as_list(schema.get("prefixItems")) or ()), contained)
        if least > _MAX_ITEMS:
            raise ValueError(f"requires {least} items; at most {_MAX_ITEMS} are supported")
        if depth >= _MAX_OPTIONAL_DEPTH or schema.get("items") is False:
            return least
        if self.style == "boundary":
            return self.rng.choice((max(least, 1), max(least, _count(schema, "maxItems", 3, most=10))))
        most = max(least, _count(schema, "maxItems", 3, most=least + 2))
        return self.rng.randint(max(least, min(1, most)), most)

    def item(self, schema: Schema, index: int, others: Sequence[Any], name: str, depth: int) -> Any:
        firsts = as_list(schema.get("prefixItems")) or ()
        rule = firsts[index] if index < len(firsts) else schema.get("items", True)
        if "contains" in schema:
            rule = {"allOf": [rule, schema["contains"]]}
        for _ in range(_MAX_ATTEMPTS):
            item = self.value(rule, _singular(name), depth + 1)
            if not schema.get("uniqueItems") or item not in others:
                return item
        raise ValueError("requires more distinct items than could be sampled")

    def number(self, schema: Schema, name: str, *, whole: bool) -> float:
        """Sample a number as an exact multiple of the schema's step."""
        step = Fraction(str(schema["multipleOf"])) if "multipleOf" in schema else Fraction(1 if whole else "0.01")
        step = Fraction(step.numerator) if whole else step
        low, high = _steps(schema, step)
        # Close bounds need a finer step, unless the schema sets `multipleOf`.
        for _ in range(0 if whole or "multipleOf" in schema else _MAX_REFINEMENTS):
            if low is None or high is None or low <= high:
                break
            step /= 10
            low, high = _steps(schema, step)
        if low is not None and high is not None and low > high:
            raise ValueError("allows no number")
        number = self.steps(low, high, step, name) * step
        return int(number) if number.denominator == 1 else float(number)

    def steps(self, low: int | None, high: int | None, step: Fraction, name: str) -> int:
        ends = [end for end in (low, high) if end is not None]
        if ends and self.style == "boundary":
            return self.rng.choice(ends)
        realistic = realistic_number(name, self.rng)
        wanted = round(Fraction(str(self.rng.randint(1, 100) if realistic is None else realistic)) / step)
        wanted = wanted if low is None else max(low, wanted)
        return wanted if high is None else min(high, wanted)


class _StringSampler:
    """State of sampling one string."""

    def __init__(self, rng: Random, schema: Schema, name: str) -> None:
        self.rng = rng
        self.schema = schema
        self.name = name
        self.least = _count(schema, "minLength", 0)
        self.most = _count(schema, "maxLength", _MAX_CHARACTERS)
        if self.least > _MAX_CHARACTERS:
            raise ValueError(f"requires {self.least} characters; at most {_MAX_CHARACTERS} are supported")

    def draw(self, *, at_bounds: bool) -> str:
        free = "pattern" not in self.schema and "format" not in self.schema
        if at_bounds and free and {"minLength", "maxLength"} & self.schema.keys():
            shortest = max(self.least, 1)
            return self.words(self.rng.choice((shortest, max(shortest, min(self.most, 200)))))
        return next(text for text in self.candidates() if self.fits(text))

    def candidates(self) -> Iterator[str]:
        """Yield candidates, the most realistic first; raise ValueError after the last one."""
        if "format" in self.schema:
            for _ in range(_MAX_ATTEMPTS):
                yield formatted_text(self.schema["format"], self.rng) or self.realistic()
        for _ in range(_MAX_ATTEMPTS):
            yield self.realistic()
        if "pattern" in self.schema:
            for _ in range(_MAX_ATTEMPTS):
                yield sample_pattern(self.schema["pattern"], self.rng)
        elif "format" not in self.schema:
            yield self.words(min(max(self.least, len(self.realistic())), self.most))
        raise ValueError(f"no valid string was found for {self.name or 'the value'!r}")

    def realistic(self) -> str:
        number = realistic_number(self.name, self.rng)
        if (text := realistic_text(self.name, self.rng)) is not None:
            return text
        return self.rng.choice(_WORDS) if number is None else str(round(number))

    def words(self, length: int) -> str:
        text = ""
        while len(text) < length:
            text += f" {self.rng.choice(_WORDS)}" if text else self.realistic()
        text = text[:length]
        return text if text == text.strip() else f"{text[:-1]}s"

    def fits(self, text: str) -> bool:
        # `re` could take exponential time for patterns of a schema.
        return self.least <= len(text) <= self.most and (
            "pattern" not in self.schema or jsonschema_rs.is_valid({"pattern": self.schema["pattern"]}, text)
        )


def _steps(schema: Schema, step: Fraction) -> tuple[int | None, int | None]:
    """Return the bounds of the schema as multiples of the step."""
    lows = [-(-Fraction(str(schema["minimum"])) // step)] if "minimum" in schema else []
    lows += [Fraction(str(schema["exclusiveMinimum"])) // step + 1] if "exclusiveMinimum" in schema else []
    highs = [Fraction(str(schema["maximum"])) // step] if "maximum" in schema else []
    highs += [-(-Fraction(str(schema["exclusiveMaximum"])) // step) - 1] if "exclusiveMaximum" in schema else []
    return max(lows, default=None), min(highs, default=None)


def _count(schema: Schema, key: str, default: int, *, most: int | None = None) -> int:
    number = int(schema.get(key, default))  # 2.0 is an integer in JSON Schema
    return number if most is None else min(number, most)


def _property(name: str, schema: Schema, properties: Schema) -> object:
    """Return the schema of a property by `properties`, `patternProperties` and `additionalProperties`."""
    patterns = as_object(schema.get("patternProperties")) or {}
    rules = [rule for pattern, rule in patterns.items() if jsonschema_rs.is_valid({"pattern": pattern}, name)]
    if name in properties:
        rules.insert(0, properties[name])
    return {"allOf": rules} if rules else schema.get("additionalProperties", True)


def _singular(name: str) -> str:
    return re.sub("(?<=[a-z]{2})s$", "", name)
