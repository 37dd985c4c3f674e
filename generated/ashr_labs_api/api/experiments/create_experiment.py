from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.create_experiment_request import CreateExperimentRequest
from ...models.experiment import Experiment
from ...models.keystone_error import KeystoneError
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: CreateExperimentRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/experiments",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Experiment | KeystoneError | None:
    if response.status_code == 201:
        response_201 = Experiment.from_dict(response.json())

        return response_201

    if 400 <= response.status_code <= 499:
        response_4xx = KeystoneError.from_dict(response.json())

        return response_4xx

    if 500 <= response.status_code <= 599:
        response_5xx = KeystoneError.from_dict(response.json())

        return response_5xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Experiment | KeystoneError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateExperimentRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[Experiment | KeystoneError]:
    """Create an experiment from the newest version of a spec, or from another one.

     It is a draft until it is run. The spec needs an agent (400), values for its secrets, and at most
    2,000 scenarios. Secrets are stored encrypted and are in no answer.

    Args:
        idempotency_key (str | Unset):
        body (CreateExperimentRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Experiment | KeystoneError]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: CreateExperimentRequest,
    idempotency_key: str | Unset = UNSET,
) -> Experiment | KeystoneError | None:
    """Create an experiment from the newest version of a spec, or from another one.

     It is a draft until it is run. The spec needs an agent (400), values for its secrets, and at most
    2,000 scenarios. Secrets are stored encrypted and are in no answer.

    Args:
        idempotency_key (str | Unset):
        body (CreateExperimentRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Experiment | KeystoneError
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateExperimentRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[Experiment | KeystoneError]:
    """Create an experiment from the newest version of a spec, or from another one.

     It is a draft until it is run. The spec needs an agent (400), values for its secrets, and at most
    2,000 scenarios. Secrets are stored encrypted and are in no answer.

    Args:
        idempotency_key (str | Unset):
        body (CreateExperimentRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Experiment | KeystoneError]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: CreateExperimentRequest,
    idempotency_key: str | Unset = UNSET,
) -> Experiment | KeystoneError | None:
    """Create an experiment from the newest version of a spec, or from another one.

     It is a draft until it is run. The spec needs an agent (400), values for its secrets, and at most
    2,000 scenarios. Secrets are stored encrypted and are in no answer.

    Args:
        idempotency_key (str | Unset):
        body (CreateExperimentRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Experiment | KeystoneError
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
