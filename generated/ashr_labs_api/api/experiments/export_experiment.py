from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.experiment_export import ExperimentExport
from ...models.keystone_error import KeystoneError
from ...types import UNSET, Response, Unset


def _get_kwargs(
    experiment_id: str,
    *,
    format_: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["format"] = format_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/experiments/{experiment_id}/export".format(
            experiment_id=quote(str(experiment_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ExperimentExport | KeystoneError | None:
    if response.status_code == 200:
        response_200 = ExperimentExport.from_dict(response.json())

        return response_200

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
) -> Response[ExperimentExport | KeystoneError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    experiment_id: str,
    *,
    client: AuthenticatedClient | Client,
    format_: str | Unset = UNSET,
) -> Response[ExperimentExport | KeystoneError]:
    """Export the last run of an experiment with its spans and scores.

     Everything is sent as it is read, without a limit. NDJSON has one object per line, `{"type": ...,
    "data": ...}`, of the types `experiment`, `result`, `scenario`, `span`, `score` and, as the last
    line, `end` with the number of scenarios, spans and scores. A response that fails while it is sent
    is broken off.

    Args:
        experiment_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ExperimentExport | KeystoneError]
    """

    kwargs = _get_kwargs(
        experiment_id=experiment_id,
        format_=format_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    experiment_id: str,
    *,
    client: AuthenticatedClient | Client,
    format_: str | Unset = UNSET,
) -> ExperimentExport | KeystoneError | None:
    """Export the last run of an experiment with its spans and scores.

     Everything is sent as it is read, without a limit. NDJSON has one object per line, `{"type": ...,
    "data": ...}`, of the types `experiment`, `result`, `scenario`, `span`, `score` and, as the last
    line, `end` with the number of scenarios, spans and scores. A response that fails while it is sent
    is broken off.

    Args:
        experiment_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ExperimentExport | KeystoneError
    """

    return sync_detailed(
        experiment_id=experiment_id,
        client=client,
        format_=format_,
    ).parsed


async def asyncio_detailed(
    experiment_id: str,
    *,
    client: AuthenticatedClient | Client,
    format_: str | Unset = UNSET,
) -> Response[ExperimentExport | KeystoneError]:
    """Export the last run of an experiment with its spans and scores.

     Everything is sent as it is read, without a limit. NDJSON has one object per line, `{"type": ...,
    "data": ...}`, of the types `experiment`, `result`, `scenario`, `span`, `score` and, as the last
    line, `end` with the number of scenarios, spans and scores. A response that fails while it is sent
    is broken off.

    Args:
        experiment_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ExperimentExport | KeystoneError]
    """

    kwargs = _get_kwargs(
        experiment_id=experiment_id,
        format_=format_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    experiment_id: str,
    *,
    client: AuthenticatedClient | Client,
    format_: str | Unset = UNSET,
) -> ExperimentExport | KeystoneError | None:
    """Export the last run of an experiment with its spans and scores.

     Everything is sent as it is read, without a limit. NDJSON has one object per line, `{"type": ...,
    "data": ...}`, of the types `experiment`, `result`, `scenario`, `span`, `score` and, as the last
    line, `end` with the number of scenarios, spans and scores. A response that fails while it is sent
    is broken off.

    Args:
        experiment_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ExperimentExport | KeystoneError
    """

    return (
        await asyncio_detailed(
            experiment_id=experiment_id,
            client=client,
            format_=format_,
        )
    ).parsed
