"""Values drawn from a JSON Schema: what it asks for, and realistic by the names of its properties.

A drawn value follows the keywords that can be followed directly. The others (`not`, `if`, a `oneOf` that must match
once) are the caller's: it checks the value against the schema and draws again, see `tools`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import jsonschema_rs

from .._json import as_list, as_object
from .patterns import matching_text
from .realistic import formatted_text, realistic_number, realistic_text
from .schemas import Schema, flattened, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

__all__ = ["Style", "sample"]

Style: TypeAlias = Literal["typical", "minimal", "full", "boundary"]
"""Which optional properties there are, and whether values lie at the ends of what is allowed."""

_MOST_VALUES = 2_000
_MOST_ITEMS = 100
_MOST_CHARACTERS = 5_000
_MOST_OPTIONAL: Final[dict[Style, int]] = {"typical": 2, "minimal": 0, "full": 8, "boundary": 2}
_DEEP = 6
_DEEPEST = 40
_FINEST = 20
_TRIES = 30
_WORDS = ("amber", "harbour", "meadow", "cobalt", "willow", "granite", "lantern", "orchard")


def sample(schema: Schema, rng: Random, style: Style) -> Any:
    """Draw a value; the schema's references are looked up in itself.

    Raises:
        ValueError: The schema allows nothing, asks for too much, or uses what is not known here.
    """
    return _Sampler(schema, rng, style).value(schema, "", 0)


class _Sampler:
    """The drawing of one value."""

    def __init__(self, root: Schema, rng: Random, style: Style) -> None:
        self.root = root
        self.rng = rng
        self.style: Style = style
        self.left = _MOST_VALUES

    def value(self, schema: object, name: str, depth: int) -> Any:
        self.left -= 1
        if self.left < 0 or depth > _DEEPEST:
            raise ValueError(f"needs more than {_MOST_VALUES} values, or contains itself without end")
        flat = flattened(schema, self.root, self.rng)
        if "const" in flat:
            return flat["const"]
        # Examples need not be valid, so they are left out when what was drawn before was not.
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
                return _Text(self.rng, schema, name).draw(at_the_ends=self.style == "boundary")
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
            optional, min(len(optional), max(self.extras(len(optional), depth), least - len(required)))
        )
        names = [*required, *(name for name in optional if name in chosen)]
        names += [f"detail_{number}" for number in range(1, least - len(names) + 1)]
        return {name: self.value(_property(name, schema, properties), name, depth + 1) for name in names}

    def extras(self, available: int, depth: int) -> int:
        """Return how many optional properties to draw."""
        most = min(available, _MOST_OPTIONAL[self.style]) if depth < _DEEP else 0
        return most if self.style == "full" else self.rng.randint(0, most)

    def array(self, schema: Schema, name: str, depth: int) -> list[Any]:
        items: list[Any] = []
        for index in range(self.length(schema, depth)):
            items.append(self.item(schema, index, items, name, depth))
        return items

    def length(self, schema: Schema, depth: int) -> int:
        contained = _count(schema, "minContains", 1) if "contains" in schema else 0
        least = max(_count(schema, "minItems", 0), len(as_list(schema.get("prefixItems")) or ()), contained)
        if least > _MOST_ITEMS:
            raise ValueError(f"asks for {least} items; {_MOST_ITEMS} are drawn at most")
        if depth >= _DEEP or schema.get("items") is False:
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
        for _ in range(_TRIES):
            item = self.value(rule, _singular(name), depth + 1)
            if not schema.get("uniqueItems") or item not in others:
                return item
        raise ValueError("asks for more different items than could be drawn")

    def number(self, schema: Schema, name: str, *, whole: bool) -> float:
        """Draw a number as a multiple of the schema's step, so that it is exact."""
        step = Fraction(str(schema["multipleOf"])) if "multipleOf" in schema else Fraction(1 if whole else "0.01")
        step = Fraction(step.numerator) if whole else step
        low, high = _steps(schema, step)
        # Between close limits lie multiples of a finer step, unless the schema sets it.
        for _ in range(0 if whole or "multipleOf" in schema else _FINEST):
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
        usual = realistic_number(name, self.rng)
        wanted = round(Fraction(str(self.rng.randint(1, 100) if usual is None else usual)) / step)
        wanted = wanted if low is None else max(low, wanted)
        return wanted if high is None else min(high, wanted)


class _Text:
    """The drawing of one text."""

    def __init__(self, rng: Random, schema: Schema, name: str) -> None:
        self.rng = rng
        self.schema = schema
        self.name = name
        self.least = _count(schema, "minLength", 0)
        self.most = _count(schema, "maxLength", _MOST_CHARACTERS)
        if self.least > _MOST_CHARACTERS:
            raise ValueError(f"asks for {self.least} characters; {_MOST_CHARACTERS} are drawn at most")

    def draw(self, *, at_the_ends: bool) -> str:
        free = "pattern" not in self.schema and "format" not in self.schema
        if at_the_ends and free and {"minLength", "maxLength"} & self.schema.keys():
            shortest = max(self.least, 1)
            return self.words(self.rng.choice((shortest, max(shortest, min(self.most, 200)))))
        return next(text for text in self.candidates() if self.fits(text))

    def candidates(self) -> Iterator[str]:
        """Draw texts from the most to the least realistic; raises where there are no more."""
        if "format" in self.schema:
            for _ in range(_TRIES):
                yield formatted_text(self.schema["format"], self.rng) or self.usual()
        for _ in range(_TRIES):
            yield self.usual()
        if "pattern" in self.schema:
            for _ in range(_TRIES):
                yield matching_text(self.schema["pattern"], self.rng)
        elif "format" not in self.schema:
            yield self.words(min(max(self.least, len(self.usual())), self.most))
        raise ValueError(f"no text could be drawn for {self.name or 'it'!r}")

    def usual(self) -> str:
        number = realistic_number(self.name, self.rng)
        if (text := realistic_text(self.name, self.rng)) is not None:
            return text
        return self.rng.choice(_WORDS) if number is None else str(round(number))

    def words(self, length: int) -> str:
        text = ""
        while len(text) < length:
            text += f" {self.rng.choice(_WORDS)}" if text else self.usual()
        text = text[:length]
        return text if text == text.strip() else f"{text[:-1]}s"

    def fits(self, text: str) -> bool:
        # Not by `re`: a schema's expression may take it for ever.
        return self.least <= len(text) <= self.most and (
            "pattern" not in self.schema or jsonschema_rs.is_valid({"pattern": self.schema["pattern"]}, text)
        )


def _steps(schema: Schema, step: Fraction) -> tuple[int | None, int | None]:
    """Return the least and the greatest multiple of the step that the schema allows."""
    lows = [-(-Fraction(str(schema["minimum"])) // step)] if "minimum" in schema else []
    lows += [Fraction(str(schema["exclusiveMinimum"])) // step + 1] if "exclusiveMinimum" in schema else []
    highs = [Fraction(str(schema["maximum"])) // step] if "maximum" in schema else []
    highs += [-(-Fraction(str(schema["exclusiveMaximum"])) // step) - 1] if "exclusiveMaximum" in schema else []
    return max(lows, default=None), min(highs, default=None)


def _count(schema: Schema, key: str, default: int, *, most: int | None = None) -> int:
    number = int(schema.get(key, default))  # JSON Schema counts 2.0 as an integer
    return number if most is None else min(number, most)


def _property(name: str, schema: Schema, properties: Schema) -> object:
    """Return the schema of a property: its own, those of the patterns that its name matches, or that of the others."""
    patterns = as_object(schema.get("patternProperties")) or {}
    rules = [rule for pattern, rule in patterns.items() if jsonschema_rs.is_valid({"pattern": pattern}, name)]
    if name in properties:
        rules.insert(0, properties[name])
    return {"allOf": rules} if rules else schema.get("additionalProperties", True)


def _singular(name: str) -> str:
    return re.sub("(?<=[a-z]{2})s$", "", name)
