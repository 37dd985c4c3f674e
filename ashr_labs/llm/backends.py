"""Backends: what sends a request to a model, over HTTP or through an object of the user."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .._environment import check_secret, check_url
from .._http import post
from .._json import as_object, parsed_json, preview
from .._retry import is_transient_status, retry_after
from .._secret import Secret
from ..errors import ConfigurationError, ModelError
from ..pricing.names import provider_of_url
from .completion import Completion, attribute, usage_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .completion import Request
    from .formats import Format

__all__ = ["Backend", "HTTPBackend", "http_backend", "model_error"]


class Backend(Protocol):
    """Sends requests to a model."""

    @property
    def model(self) -> str | None:
        """The model that is asked where a request does not name one."""
        ...

    @property
    def identity(self) -> str:
        """The part of cache keys that differs between backends; it contains no secret."""
        ...

    @property
    def is_retried(self) -> bool:
        """Whether transient errors are retried; False if the backend does that itself."""
        ...

    def send(self, request: Request, timeout: float) -> Completion:
        """Send a request and return the completion.

        Raises:
            ModelError: No usable reply arrived within `timeout` seconds.
        """
        ...


@dataclass(frozen=True, slots=True)
class HTTPBackend:
    """A model behind an HTTP API; the only host that is contacted is the one of the base URL."""

    api: Format
    model: str
    base_url: str
    api_key: Secret
    is_retried: bool = True

    @property
    def identity(self) -> str:
        """The base URL."""
        return self.base_url

    def send(self, request: Request, timeout: float) -> Completion:
        """Send a request and return the completion; redirects are not followed."""
        headers = {"content-type": "application/json"} | (self.api.headers(self.api_key) if self.api_key else {})
        body = json.dumps(self.api.body(request)).encode()
        try:
            reply = post(self.base_url + self.api.path(request.model), body, headers, timeout=timeout)
        except TimeoutError as error:
            raise model_error(f"{request.model} gave no response within {timeout:.3g} seconds") from error
        except OSError as error:
            reason = self._redacted(f"{request.model} cannot be reached: {type(error).__name__}: {error}")
            raise model_error(reason, is_transient=True) from error
        text = self._redacted(reply.text)
        if reply.status != 200:
            raise model_error(
                f"{request.model} answered with status {reply.status}: {preview(text)}",
                status=reply.status,
                wait=retry_after(reply.headers),
                response=as_object(parsed_json(text)),
            )
        answer = parsed_json(text)
        said = self.api.text(answer)
        if said is None:
            raise model_error(f"{request.model} replied without text: {preview(text)}")
        named = attribute(answer, "model") or attribute(answer, "modelVersion")
        model = named if isinstance(named, str) else request.model
        alternatives = self.api.alternatives(answer)
        return Completion(
            said, model, usage_of(answer), provider=provider_of_url(self.base_url), alternatives=alternatives
        )

    def _redacted(self, text: str) -> str:
        return text.replace(self.api_key, "***") if self.api_key else text


def http_backend(
    api: Format,
    model: str,
    base_url: str | None,
    api_key: str | None,
    *,
    prefix: str = "",
) -> HTTPBackend:
    """Return a backend with checked settings.

    Args:
        api: The request and response format.
        model: The name of the model.
        base_url: Where the API is; defaults to the provider's.
        api_key: The key; None or empty for a server without one.
        prefix: What the names of the settings begin with in messages.

    Raises:
        ConfigurationError: A setting is malformed.
    """
    names = ("BASE_URL", "API_KEY") if prefix else ("`base_url`", "`api_key`")
    if not model:
        raise ConfigurationError("`model` must be the name of a model, got an empty string")
    url = check_url(base_url or api.base_url, setting=prefix + names[0])
    return HTTPBackend(api, model, url, Secret(check_secret(api_key or "", setting=prefix + names[1])))


def model_error(
    message: str,
    *,
    status: int | None = None,
    wait: float | None = None,
    response: Mapping[str, Any] | None = None,
    is_transient: bool | None = None,
) -> ModelError:
    """Return an error of a model; whether it is transient follows from the status unless it is passed."""
    error = ModelError(message, status, None if response is None else dict(response), retry_after=wait)
    error.is_transient = is_transient_status(status or 0) if is_transient is None else is_transient
    return error
