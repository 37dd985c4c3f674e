"""The input of a page: its parameters, and the operations of the platform under the key of the session."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ashr_labs_contract.operations import OPERATIONS

from ..._format import suggestion
from ..._routes import expand
from ...errors import AshrLabsError, NotFoundError, error_class_for_status
from ..exchange import PlatformRequest
from ..failures import RefusedError
from ..streams import EventStream
from .exchange import PageResponse, address, parse_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..exchange import PlatformResponse
    from ..keys import Principal
    from ..platform import Platform
    from .exchange import PageRequest
    from .loaded_runs import LoadedRuns
    from .sessions import Session

__all__ = ["View"]

_MAX_ID = 2**63 - 1


@dataclass(frozen=True)
class View:
    """The request for a page by a signed-in user."""

    platform: Platform
    principal: Principal
    session: Session
    request: PageRequest
    parts: Mapping[str, str]
    """Parts of the path by their names."""
    runs: LoadedRuns

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The parameters of the page."""
        return parse_fields(self.request.query)

    @property
    def may_write(self) -> bool:
        """Whether the key may change anything."""
        return "write" in self.principal.scopes

    def answer(self, operation: str, **params: Any) -> bytes:
        """Return the body of an operation's answer.

        Raises:
            AshrLabsError: The operation was refused.
        """
        return self._answer(operation, params).content

    def follow(self, operation: str, **params: Any) -> PageResponse:
        """Return the stream of an operation that answers with events.

        Raises:
            AshrLabsError: The operation was refused.
        """
        response = self._answer(operation, {name: value for name, value in params.items() if value is not None})
        stream = response.stream if isinstance(response.stream, EventStream) else None
        return PageResponse(
            response.status, headers=response.headers, tenant_id=self.principal.tenant_id, stream=stream
        )

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Return the answer of an operation; parameters that are None are left out."""
        given = {name: value for name, value in params.items() if value is not None}
        answer: dict[str, Any] = json.loads(self.answer(operation, **given))
        return answer

    def send(self, operation: str, **params: Any) -> dict[str, Any]:
        """Return the answer of an operation that changes something, if it has one."""
        given = {name: value for name, value in params.items() if value is not None}
        content = self.answer(operation, **given)
        answer: dict[str, Any] = json.loads(content) if content else {}
        return answer

    def items(self, operation: str, **params: Any) -> list[dict[str, Any]]:
        """Return the answer of an operation that answers a list; parameters that are None are left out."""
        given = {name: value for name, value in params.items() if value is not None}
        answer: list[dict[str, Any]] = json.loads(self.answer(operation, **given))
        return answer

    def number(self, name: str) -> int:
        """Return a part of the path that is an id.

        Raises:
            NotFoundError: It is not a number.
        """
        text = self.parts[name]
        if not text.isascii() or not text.isdecimal() or int(text[:20]) > _MAX_ID:
            raise NotFoundError(f"there is no {name.removesuffix('_id')} {text[:100]!r}")
        return int(text)

    def text(self, name: str, limit: int = 200) -> str:
        """Return a string of the query, without spaces around it; empty if it is not given.

        Raises:
            RefusedError: It is longer than the limit.
        """
        found = self.query.get(name, "").strip()
        if len(found) > limit:
            raise RefusedError(400, f"`{name}` must have at most {limit} characters, got {len(found)}")
        return found

    def integer(self, name: str, default: int, minimum: int = 0) -> int:
        """Return an integer of the query.

        Raises:
            RefusedError: It is something else, or less than the minimum.
        """
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.isascii() or not text.isdecimal() or not minimum <= int(text[:20]) <= _MAX_ID:
            raise RefusedError(400, f"`{name}` must be an integer >= {minimum}, got {text[:100]!r}")
        return int(text)

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """Return one of several values of the query; the first is the default.

        Raises:
            RefusedError: It is none of them.
        """
        found = self.query.get(name) or choices[0]
        if found not in choices:
            hint = suggestion(found[:100], choices)
            raise RefusedError(400, f"`{name}` must be one of {', '.join(choices)}, got {found[:100]!r}{hint}")
        return found

    def link(self, **changes: object) -> str:
        """Return the address of this page with changed parameters; None removes one."""
        return address(self.request.path, {**self.query, **changes})

    def _answer(self, operation: str, params: dict[str, Any]) -> PlatformResponse:
        response = self.platform.answer(_request(operation, params, self.session.key))
        if response.status >= 400:
            message = response.body.get("message") or response.body.get("error") or "the platform failed"
            raise _refusal(response.status, message)
        return response


def _refusal(status: int, message: str) -> AshrLabsError:
    kind = error_class_for_status(status)
    return kind(message) if status in (400, 401, 403, 404, 409, 422, 429) else RefusedError(status, message)


def _request(operation: str, params: dict[str, Any], key: str) -> PlatformRequest:
    headers = {"authorization": f"Bearer {key}"}
    described = OPERATIONS[operation]
    if described.path.startswith("/#"):
        body = json.dumps({"function": operation, **params}).encode()
        return PlatformRequest("POST", "/", headers=headers, body=body)
    path = expand(described.path, params)
    rest = {name: value for name, value in params.items() if f"{name}}}" not in described.path}
    if described.method in ("GET", "DELETE"):
        return PlatformRequest(described.method, path, urlencode(rest), headers)
    headers["content-type"] = "application/json"
    return PlatformRequest(described.method, path, headers=headers, body=json.dumps(rest).encode() if rest else b"")
