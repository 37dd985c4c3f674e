from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.experiment_results import ExperimentResults
from ...models.keystone_error import KeystoneError
from ...types import UNSET, Response, Unset


def _get_kwargs(
    experiment_id: str,
    *,
    scenarios: bool | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["scenarios"] = scenarios

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/experiments/{experiment_id}".format(
            experiment_id=quote(str(experiment_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ExperimentResults | KeystoneError | None:
    if response.status_code == 200:
        response_200 = ExperimentResults.from_dict(response.json())

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
) -> Response[ExperimentResults | KeystoneError]:
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
    scenarios: bool | Unset = UNSET,
) -> Response[ExperimentResults | KeystoneError]:
    """Get the results of the last run of an experiment.

     Those that there are while it runs, or none of a draft.

    Args:
        experiment_id (str):
        scenarios (bool | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ExperimentResults | KeystoneError]
    """

    kwargs = _get_kwargs(
        experiment_id=experiment_id,
        scenarios=scenarios,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    experiment_id: str,
    *,
    client: AuthenticatedClient | Client,
    scenarios: bool | Unset = UNSET,
) -> ExperimentResults | KeystoneError | None:
    """Get the results of the last run of an experiment.

     Those that there are while it runs, or none of a draft.

    Args:
        experiment_id (str):
        scenarios (bool | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ExperimentResults | KeystoneError
    """

    return sync_detailed(
        experiment_id=experiment_id,
        client=client,
        scenarios=scenarios,
    ).parsed


async def asyncio_detailed(
    experiment_id: str,
    *,
    client: AuthenticatedClient | Client,
    scenarios: bool | Unset = UNSET,
) -> Response[ExperimentResults | KeystoneError]:
    """Get the results of the last run of an experiment.

     Those that there are while it runs, or none of a draft.

    Args:
        experiment_id (str):
        scenarios (bool | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ExperimentResults | KeystoneError]
    """

    kwargs = _get_kwargs(
        experiment_id=experiment_id,
        scenarios=scenarios,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    experiment_id: str,
    *,
    client: AuthenticatedClient | Client,
    scenarios: bool | Unset = UNSET,
) -> ExperimentResults | KeystoneError | None:
    """Get the results of the last run of an experiment.

     Those that there are while it runs, or none of a draft.

    Args:
        experiment_id (str):
        scenarios (bool | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ExperimentResults | KeystoneError
    """

    return (
        await asyncio_detailed(
            experiment_id=experiment_id,
            client=client,
            scenarios=scenarios,
        )
    ).parsed
