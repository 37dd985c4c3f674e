"""Bytes to the JSON object of a call, refusing what JSON does not have."""

from __future__ import annotations

import json
from typing import Any, cast

from .._json import refuse_constant
from ..errors import BadRequestError

__all__ = ["parse_body"]

_DEEPEST = 200
"""Levels of nesting; so that whoever reads it back, however deep in its own calls, can."""


def parse_body(body: bytes) -> dict[str, Any]:
    """Read a call's parameters.

    Raises:
        BadRequestError: It is not UTF-8, not JSON, not an object, or nested too deeply.
    """
    try:
        params = _decode(body.decode())
    except UnicodeDecodeError as error:
        raise BadRequestError(f"the body is not UTF-8: byte {error.start} cannot be read") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise BadRequestError(f"the body is not JSON: {error}") from error
    if not isinstance(params, dict):
        raise BadRequestError('the body must be a JSON object such as {"function": "init"}')
    if body.count(b"{") + body.count(b"[") > _DEEPEST and _is_deeper_than(_DEEPEST, params):
        raise _too_deep()
    return cast("dict[str, Any]", params)


_decode = json.JSONDecoder(parse_constant=refuse_constant).decode


def _is_deeper_than(levels: int, value: Any) -> bool:
    level = [value]
    for _ in range(levels):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return any(isinstance(node, dict | list) for node in level)


def _too_deep() -> BadRequestError:
    return BadRequestError(f"the body is nested more than {_DEEPEST} levels deep")
